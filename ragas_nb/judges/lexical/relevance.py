"""Says whether one text helps to answer a question."""

from __future__ import annotations

from .evidence import Claim, claim_of, evidence_for
from .support import Support

_ANSWER_SHARE = 0.7
_RELEVANT_FROM = 0.5


def relevance(question: str, text: str, answer: str = "") -> Support:
    """How far a text helps to answer a question: 0.7 for having the answer's words, 0.3 for the question's.

    Without an answer, or with one that has no word to look for ("yes"), the question's words count alone.

    >>> relevance("Where is the head office?", "Its head office is in Delhi.", "Delhi").verdict
    1
    """
    asked, asked_missing = _found(claim_of(question), text)
    claim = claim_of(answer, question)
    if not claim.words:
        return _told(asked, asked, asked_missing)
    given, missing = _found(claim, text)
    return _told(_ANSWER_SHARE * given + (1 - _ANSWER_SHARE) * asked, given, missing)


def _found(claim: Claim, text: str) -> tuple[float, tuple[str, ...]]:
    """The weight of a claim's words that stand anywhere in a text, 0 to 1, and the words that do not."""
    evidence = evidence_for(claim, [text])
    if evidence is None or not claim.words:
        return 0.0, tuple(word.shown for word in claim.words)
    rows = list(zip(claim.words, claim.weights, evidence.anywhere, strict=True))
    return sum(w for _, w, found in rows if found) / sum(claim.weights), tuple(
        w.shown for w, _, found in rows if not found
    )


def _told(score: float, given: float, missing: tuple[str, ...]) -> Support:
    useful = score >= _RELEVANT_FROM and given >= _RELEVANT_FROM
    lack = f"; not found: {', '.join(missing)}" if missing else ""
    reason = f"the text has {given:.0%} of what the answer needs{lack}"
    return Support(score, 1 if useful else 0, 0, missing, None, reason)
