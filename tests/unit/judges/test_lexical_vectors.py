from __future__ import annotations

import math

import pytest

from ragas_nb.judges.lexical.vectors import embed


def _cosine(one: str, other: str) -> float:
    a, b = embed([one, other])
    return sum(x * y for x, y in zip(a, b, strict=True))


def test_vectors_have_the_asked_length_and_unit_norm() -> None:
    vectors = embed(["Delhi is large.", "北京很大", "1999"], dim=64)
    assert [len(vector) for vector in vectors] == [64, 64, 64]
    assert [math.hypot(*vector) for vector in vectors] == pytest.approx([1.0, 1.0, 1.0])


def test_text_without_words_gives_zeros() -> None:
    assert embed(["", " ?!"], dim=4) == [[0.0] * 4, [0.0] * 4]
    assert embed([]) == []


def test_vectors_are_the_same_in_every_process() -> None:
    place, value = max(enumerate(embed(["1999"])[0]), key=lambda pair: abs(pair[1]))
    assert (place, value) == (336, 1.0)


@pytest.mark.parametrize(
    ("text", "near", "far"),
    [
        ("Where is the head office?", "head office Delhi?", "Bananas are yellow fruit."),
        ("Photographer of birds", "photography of a bird", "a tax return"),
        ("CAFÉ", "cafe", "bridge"),
        ("北京是中国的首都", "中国首都北京?", "香蕉是黄色的水果"),
    ],
)
def test_similar_wording_is_nearer_than_other_wording(text: str, near: str, far: str) -> None:
    assert _cosine(text, near) > 0.4
    assert abs(_cosine(text, far)) < 0.2
