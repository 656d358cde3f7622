"""ROUGE: how much of the reference's wording does the response take up?"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from functools import cache, lru_cache
from itertools import pairwise
from typing import ClassVar, Literal, cast

from ragas_nb.metrics.base import MetricResult
from ragas_nb.metrics.comparing import Comparison, Scorer, patient
from ragas_nb.metrics.computing import ComputedMetric
from ragas_nb.metrics.reading import given
from ragas_nb.schema import SingleTurnSample

RougeType = Literal["rouge1", "rouge2", "rougeL"]
Mode = Literal["fmeasure", "precision", "recall"]

_words = re.compile("[a-z0-9]+").findall
_KNOWN_STEMS = 1 << 16


@cache
def _stemmer() -> Callable[[str], str]:
    """The Porter stemmer that `rouge_score` uses; words of up to three letters stay as they are."""
    from nltk.stem.porter import PorterStemmer

    stem = PorterStemmer().stem

    def known(word: str) -> str:
        return stem(word) if len(word) > 3 else word

    return lru_cache(_KNOWN_STEMS)(known)


@cache
def _common_subsequence() -> Comparison:
    """What counts the words of the longest common subsequence."""
    from rapidfuzz.distance import LCSseq

    return patient(cast("Scorer", LCSseq.similarity))  # whose many types mypy cannot tell apart


def tokens(text: str) -> list[str]:
    """The stems of a text's words as `rouge_score` takes them: runs of a–z and 0–9, in lower case.

    >>> tokens("Swimming pools, 25 m")
    ['swim', 'pool', '25', 'm']
    """
    return list(map(_stemmer(), _words(text.lower())))


def _shared(reference: Iterable[object], response: Iterable[object]) -> int:
    """How many parts two texts share, in any order."""
    return (Counter(reference) & Counter(response)).total()


class RougeScore(ComputedMetric):
    """Tells how much the wording of the response overlaps with the reference's, by word stems.

    Fields: `response`, `reference`. Range 0 to 1, higher is better. No request. For texts in the Latin
    alphabet without accents: all other letters separate words, so that a Chinese text has none and scores 0.0
    (use `ChrfScore` there).

    Score: overlap / words of the response (`precision`), overlap / words of the reference (`recall`), or
    their harmonic mean (`fmeasure`). The overlap is the longest common subsequence (`rougeL`), or the common
    words (`rouge1`) or pairs of words (`rouge2`). The values are those of the `rouge_score` package with
    `use_stemmer=True`. Source: Lin, ROUGE: A Package for Automatic Evaluation of Summaries (2004).
    """

    name: str = "rouge_score"
    rouge_type: RougeType = "rougeL"
    mode: Mode = "fmeasure"
    requires: ClassVar[frozenset[str]] = frozenset({"response", "reference"})
    packages: ClassVar[tuple[str, ...]] = ("nltk",)

    @property
    def column(self) -> str:
        """The name with the mode."""
        return f"{self.name}(mode={self.mode})"

    def prepare(self) -> None:
        """Import the stemmer and `rapidfuzz`."""
        _stemmer()
        _common_subsequence()

    def compute(self, sample: SingleTurnSample) -> MetricResult:
        """The overlap of the two texts' stems."""
        response = tokens(given(sample.response, "response"))
        reference = tokens(given(sample.reference, "reference"))
        if self.rouge_type == "rougeL":
            overlap = _common_subsequence()(reference, response)
        elif self.rouge_type == "rouge1":
            overlap = _shared(reference, response)
        else:
            overlap = _shared(pairwise(reference), pairwise(response))
        fewer = int(self.rouge_type == "rouge2")  # two words are one pair
        return MetricResult(_share(overlap, len(reference) - fewer, len(response) - fewer, self.mode))


def _share(overlap: float, in_reference: int, in_response: int, mode: Mode) -> float:
    """Precision, recall or F-measure of an overlap, in the very operations of `rouge_score`."""
    precision, recall = overlap / max(in_response, 1), overlap / max(in_reference, 1)
    if mode == "precision":
        return precision
    if mode == "recall":
        return recall
    return 2 * precision * recall / (precision + recall) if overlap else 0.0
