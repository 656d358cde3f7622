"""Sorts the statements of an answer and of the truth into shared, added and left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .support import support

Reasoned = tuple[str, str]
"""A statement and the reason for its place."""


@dataclass(frozen=True, slots=True)
class Classified:
    """What the answer shares with the truth (`tp`), what it adds (`fp`), and what it leaves out (`fn`)."""

    tp: tuple[Reasoned, ...]
    fp: tuple[Reasoned, ...]
    fn: tuple[Reasoned, ...]


def classify(answer: Sequence[str], truth: Sequence[str], question: str = "") -> Classified:
    """Compares an answer with the truth by statements; what the question already said weighs little.

    >>> found = classify(["Delhi", "France"], ["The office is in Delhi."], "Where is the office?")
    >>> [[statement for statement, _ in part] for part in (found.tp, found.fp, found.fn)]
    [['Delhi'], ['France'], []]
    """
    judged = [(statement, support(statement, truth, question, presupposed=question)) for statement in answer]
    recalled = [
        (statement, support(statement, answer, question, presupposed=question)) for statement in truth
    ]
    return Classified(
        tuple((s, _said(found.reason, "truth")) for s, found in judged if found.verdict),
        tuple((s, _said(found.reason, "truth")) for s, found in judged if not found.verdict),
        tuple((s, _said(found.reason, "answer")) for s, found in recalled if not found.verdict),
    )


def _said(reason: str, side: str) -> str:
    """The reason, with the statements of one side named for what they are."""
    return reason.replace("in any context", f"in any statement of the {side}").replace(
        "context ", f"{side} statement "
    )
