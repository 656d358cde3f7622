"""Scores that are texts or rankings get short labels with numbers."""

from __future__ import annotations

import pytest

from ragas_nb.metrics.result import Ranking
from ragas_nb.notebook import labels as module
from ragas_nb.notebook.labels import FURTHER, LABEL_WIDTH, Labels, label_of, text_of


@pytest.mark.parametrize(
    ("score", "text", "label"),
    [
        ("pass", "pass", "pass"),
        (" two\n lines ", " two\n lines ", "two lines"),
        ("", "", "(empty)"),
        ("x" * 60, "x" * 60, "x" * 60),
        ("x" * 61, "x" * 61, "x" * 59 + "…"),
        (["b", 2, 0.5], "b > 2 > 0.5", "b > 2 > 0.5"),
        (0.25, "0.25", "0.25"),
        (3.0, "3", "3"),
    ],
)
def test_a_score_as_text_and_as_label(score: float | str | Ranking, text: str, label: str):
    assert (text_of(score), label_of(score)) == (text, label)
    assert len(label) <= LABEL_WIDTH


def test_texts_with_the_same_label_have_the_same_number():
    labels = Labels()
    assert [labels.number(text) for text in ("a b", "c", " a  b ", "a b")] == [0, 1, 0, 0]
    assert labels.texts == ["a b", "c"]


def test_labels_are_bounded_and_the_further_ones_share_one(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "MOST_LABELS", 3)
    labels = Labels(["a"])
    assert [labels.number(text) for text in ("b", "c", "d", "a", "c")] == [1, 2, 2, 0, 2]
    assert labels.texts == ["a", "b", FURTHER]
