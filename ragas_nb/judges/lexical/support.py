"""Says how well contexts support a statement, from the words alone, with a reason a person can check."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from .evidence import DENIED, PLAIN, Claim, Evidence, claim_of, evidence_for, forms
from .folding import fold
from .tokens import Word, words
from .words import COMPARISONS, NO, SYMMETRIC, YES

SUPPORTED_FROM = 0.85
"""The share of a statement's weighted content words that must stand together in the contexts."""

_HARD_MISS = 0.5
_CONFLICT = 0.3
_ASKED_FROM = 0.75  # share of a question's words that makes a "yes" hold: questions are worded freely
_NAMED_FROM = 0.3  # share from which the contexts speak of what a "no" was said to
_ANSWERED = re.compile(r"(?P<question>.+[?？؟])\s*(?P<answer>[^?？؟]+)$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Support:
    """How far the contexts support a statement.

    `score` is 0 to 1 and `verdict` is 1 where that is enough. `best_context` is the place (from 0) of the
    context that says most, `missing` the words without evidence, `conflict` what speaks against it.
    """

    score: float
    verdict: Literal[0, 1]
    best_context: int | None
    missing: tuple[str, ...]
    conflict: str | None
    reason: str


def support(statement: str, contexts: Sequence[str], question: str = "", *, presupposed: str = "") -> Support:
    """How far the contexts say what a statement says.

    A bare "yes" or "no" is judged by its question. The words of `presupposed` weigh little.

    >>> support("The tower opened in 1889.", ["The tower opened in 1887."]).conflict
    'context 1 says 1887, not 1889'
    """
    said = forms(statement)
    if not said:
        return _nothing("the statement is empty")
    if not any(forms(context) for context in contexts):
        return _nothing("there is no context to find it in")
    answered = _yes_or_no(statement, question)
    if answered is not None:
        return _judge_yes_or_no(*answered, contexts)
    for i, context in enumerate(contexts):
        if _contains(forms(context), said):
            return Support(1.0, 1, i, (), None, f"context {i + 1} says this word for word")
    claim = claim_of(statement, presupposed)
    if not claim.words:
        return _nothing("the statement has no word that could be checked")
    evidence = evidence_for(claim, contexts)
    return (
        _nothing("there is no context to find it in")
        if evidence is None
        else _judge(claim, evidence, statement)
    )


def standalone(statement: str, question: str) -> str:
    """The statement as it can be judged alone: a bare "yes" or "no" gets the question put before it.

    >>> standalone("Yes.", "Is Delhi in India?"), standalone("Delhi", "Which city?")
    ('Is Delhi in India? Yes.', 'Delhi')
    """
    if not question.strip() or _polarity(statement) is None:
        return statement
    asked = question.strip()
    return f"{asked if asked.endswith(tuple('?？؟')) else asked.rstrip('.') + '?'} {statement.strip()}"


def _nothing(reason: str) -> Support:
    return Support(0.0, 0, None, (), None, reason)


def _contains(text: tuple[str, ...], part: tuple[str, ...]) -> bool:
    size = len(part)
    return any(text[i] == part[0] and text[i : i + size] == part for i in range(len(text) - size + 1))


def _judge(claim: Claim, evidence: Evidence, statement: str) -> Support:
    lost = [word for word, found in zip(claim.words, evidence.found, strict=True) if not found]
    hard = _invented(claim, evidence)
    conflict = _denied(claim, evidence) or _swapped(statement, evidence) or _other_number(hard, evidence)
    score = evidence.share(claim) * (_HARD_MISS if hard else 1.0)
    if conflict:
        score = min(score, _CONFLICT)
    missing = _shown(lost)
    verdict: Literal[0, 1] = 1 if score >= SUPPORTED_FROM else 0
    return Support(
        score,
        verdict,
        evidence.context if any(evidence.found) else None,
        missing,
        conflict,
        _reason(evidence, missing, conflict, verdict),
    )


def _invented(claim: Claim, evidence: Evidence) -> list[Word]:
    """The missing words that no paraphrase explains: numbers, names, and unspaced runs wholly unheard of."""
    rows = list(zip(claim.words, evidence.found, claim.asked, strict=True))
    hard = [
        word for word, found, asked in rows if not found and not asked and word.kind in ("name", "number")
    ]
    runs: dict[int, list[tuple[Word, bool]]] = {}
    for word, found, asked in rows:
        if word.kind == "piece" and len(word.text) < 3 and not asked:
            runs.setdefault(word.group, []).append((word, found))
    for run in runs.values():
        characters = {character for word, _ in run for character in word.text}
        if not any(found for _, found in run) and not any(
            c in s.keys for c in characters for s in evidence.sentences
        ):
            hard.extend(word for word, _ in run)
    return hard


def _denied(claim: Claim, evidence: Evidence) -> str | None:
    for word, found in zip(claim.words, evidence.found, strict=True):
        state = 0
        for sentence in evidence.sentences:
            for key in word.keys:
                state |= sentence.keys.get(key, 0)
        if found and state and not state & (DENIED if word.negated else PLAIN):
            where = f"context {evidence.context + 1}"
            one, other = ("the statement", where) if word.negated else (where, "the statement")
            return f'{one} denies "{word.shown}", {other} does not'
    return None


def _other_number(hard: Sequence[Word], evidence: Evidence) -> str | None:
    """A number the evidence has in the place of a missing one: as many digits, in the best sentence."""
    for word in hard:
        if word.kind == "number":
            for number in evidence.sentences[0].numbers:
                if len(number.text) == len(word.text):
                    return f"context {evidence.context + 1} says {number.shown}, not {word.shown}"
    return None


def _swapped(statement: str, evidence: Evidence) -> str | None:
    """Two names on the wrong sides of the same words: "A beat B" where the evidence has "B beat A"."""
    said = [word for word in words(statement) if word.kind not in ("clause", "end")]
    names = [i for i, word in enumerate(said) if word.keys and word.shown[:1].isupper()]
    for i, j in pairwise(names):
        between = said[i + 1 : j]
        if not any(word.keys for word in between) or any(word.text in SYMMETRIC for word in between):
            continue
        turned = (said[j].text, *(word.text for word in between), said[i].text)
        straight = (said[i].text, *(word.text for word in between), said[j].text)
        texts = [sentence.forms for sentence in evidence.sentences]
        if any(_contains(text, turned) for text in texts) and not any(
            _contains(text, straight) for text in texts
        ):
            return (
                f"context {evidence.context + 1} has {said[i].shown} and {said[j].shown} the other way round"
            )
    return None


def _shown(lost: Sequence[Word]) -> tuple[str, ...]:
    """The missing words as written, with the pieces of a name or of an unspaced run put together again."""
    out: list[str] = []
    last: Word | None = None
    for word in lost:
        if last is not None and word.kind == last.kind == "piece" and word.group == last.group:
            out[-1] += word.shown[-1]
        elif last is not None and word.kind == last.kind == "name" and word.group == last.group:
            out[-1] += " " + word.shown
        else:
            out.append(word.shown)
        last = word
    return tuple(dict.fromkeys(out))


def _reason(
    evidence: Evidence, missing: tuple[str, ...], conflict: str | None, verdict: Literal[0, 1]
) -> str:
    if conflict:
        return conflict
    if not missing:
        several = "" if len(evidence.sentences) == 1 else ", in sentences that belong together"
        return f"context {evidence.context + 1} has every content word of this statement{several}"
    listed = ", ".join(missing)
    if verdict:
        return f"context {evidence.context + 1} has nearly every content word; not found: {listed}"
    if all(evidence.anywhere):
        return f"the words are there but not said together; apart from the rest: {listed}"
    return f"not found with the rest of the statement in any context: {listed}"


def _polarity(answer: str) -> Literal["yes", "no"] | None:
    said = fold(" ".join(word.shown for word in words(answer) if word.kind not in ("clause", "end")))
    return "yes" if said in YES else "no" if said in NO else None


def _yes_or_no(statement: str, question: str) -> tuple[str, Literal["yes", "no"]] | None:
    found = _ANSWERED.match(standalone(statement, question))
    polarity = _polarity(found["answer"]) if found else None
    return (found["question"], polarity) if found and polarity else None


def _judge_yes_or_no(question: str, polarity: Literal["yes", "no"], contexts: Sequence[str]) -> Support:
    """A "yes" holds where the contexts have the words of the question, a "no" where they have only some.

    Whether two things are the *same* cannot be read off their words: neither answer holds then.
    """
    claim = claim_of(question)
    evidence = evidence_for(claim, contexts)
    if evidence is None or not claim.words:
        return _nothing("the question has no word that could be checked")
    kept = [i for i, word in enumerate(claim.words) if word.text not in COMPARISONS]
    share = sum(claim.weights[i] for i in kept if evidence.anywhere[i]) / max(
        1.0, sum(claim.weights[i] for i in kept)
    )
    missing = _shown([claim.words[i] for i in kept if not evidence.anywhere[i]])
    if any(word.text in COMPARISONS for word in claim.words):
        return Support(
            share / 2, 0, evidence.context, missing, None, "a comparison cannot be checked by words alone"
        )
    holds = share >= _ASKED_FROM if polarity == "yes" else _NAMED_FROM <= share < 1.0
    lack = f"lacks {', '.join(missing)}" if missing else "has every word of the question"
    score = share if polarity == "yes" else (1.0 if holds else 0.0)
    return Support(
        score, 1 if holds else 0, evidence.context, missing, None, f"context {evidence.context + 1} {lack}"
    )
