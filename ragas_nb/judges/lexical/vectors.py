"""Turns texts into vectors by hashing words and letter groups: similar wording, similar direction."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from zlib import crc32

from .stems import stem
from .tokens import Word, words

_FUNCTION_WEIGHT = 0.1
_GRAM = 3


def embed(texts: Sequence[str], dim: int = 512) -> list[list[float]]:
    """One vector of unit length for every text, the same on every machine; a text without words gives zeros.

    Every word adds its stem and its letter groups, function words with a tenth of the weight. The hash also
    gives the sign, so that unrelated texts come out near 0. `dim` is the length of a vector.

    >>> embed([""], dim=3)
    [[0.0, 0.0, 0.0]]
    """
    import numpy as np

    vectors = np.zeros((len(texts), dim))
    for row, text in enumerate(texts):
        features = [feature for word in words(text) for feature in _features(word)]
        if features:
            hashes, weights = (np.array(column) for column in zip(*features, strict=True))
            vectors[row] = np.bincount((hashes >> 1) % dim, weights * (1 - 2 * (hashes & 1)), minlength=dim)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    rows: list[list[float]] = (vectors / np.where(lengths > 0, lengths, 1.0)).tolist()
    return rows


@lru_cache(maxsize=16384)
def _features(word: Word) -> tuple[tuple[int, float], ...]:
    """The hash and weight of everything a word adds."""
    if word.kind in ("clause", "end"):
        return ()
    share = 1.0 if word.keys else _FUNCTION_WEIGHT
    if word.kind == "piece":
        return ((_hash(word.text), share), *((_hash(character), share / 2) for character in word.text))
    if word.kind == "number":
        return tuple((_hash(key), 2 * share) for key in word.keys[:1])
    framed = f"<{word.text}>"
    grams = [framed[i : i + _GRAM] for i in range(len(framed) - _GRAM + 1)]
    return (
        (_hash("~" + stem(word.text)), share),
        *((_hash(gram), share / len(grams) ** 0.5) for gram in grams),
    )


def _hash(feature: str) -> int:
    return crc32(feature.encode())
