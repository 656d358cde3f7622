"""A job told in words: what the judge was asked, step by step, and what it said of each item."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ragas_nb.engine.events import JobFailed, JobScored
from ragas_nb.metrics.result import Score
from ragas_nb.schema import SampleId
from ragas_nb.store.records import VERDICTS, StepRecord

CONTEXT_WIDTH = 200
"""Characters of a context that stand for it where it is an item."""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that a step speaks of, with the verdict on it where there is one (`word` names it)."""

    text: str
    reason: str | None = None
    verdict: int | None = None
    word: str | None = None


_VERDICT_FIELDS = ("verdict", "attributed")
_GROUP_WORDS = {"TP": "in both (TP)", "FP": "only in the response (FP)", "FN": "only in the reference (FN)"}


def items_of(step: StepRecord) -> list[Item]:
    """What a step's answer says, item by item; nothing for a step that was not answered."""
    answer = step.output
    if answer is None:
        return []
    if any(name in answer for name in _VERDICT_FIELDS):
        return [_item(step, answer, fallback=_subject(step.input))]
    name = step.prompt.verdict_field
    if name is not None and name in answer:
        told = next((value for value in answer.values() if isinstance(value, str)), "")
        return [Item(told, word=_word(step, answer[name]))]
    return [item for name, value in answer.items() for item in _items_of_field(step, name, value)]


def _items_of_field(step: StepRecord, name: str, value: object) -> list[Item]:
    if isinstance(value, list):
        group = _GROUP_WORDS.get(name)
        return [_item(step, part, group=group) for part in value]
    return [Item(str(value), word=name.replace("_", " "))]


def _item(step: StepRecord, part: object, *, group: str | None = None, fallback: str = "") -> Item:
    """An item from one element of an answer: a plain text, or a statement with reason and verdict."""
    if not isinstance(part, Mapping):
        return Item(str(part), word=group)
    verdict = next((part[name] for name in _VERDICT_FIELDS if name in part), None)
    reason = part.get("reason")
    return Item(
        text=str(part.get("statement") or fallback),
        reason=None if reason is None else str(reason),
        verdict=VERDICTS.index(verdict) if verdict in VERDICTS else None,
        word=group if verdict is None else _word(step, verdict),
    )


def _word(step: StepRecord, verdict: object) -> str:
    """The word for a verdict; of what is none (traces may come from elsewhere), what it is."""
    return step.prompt.words[VERDICTS.index(verdict)] if verdict in VERDICTS else str(verdict)


def _subject(question: Mapping[str, object]) -> str:
    """What a step with one verdict speaks of: its context, or else its last field."""
    values = {name: str(value) for name, value in question.items()}
    text = values.get("context") or (list(values.values())[-1] if values else "")
    return text if len(text) <= CONTEXT_WIDTH else text[: CONTEXT_WIDTH - 1] + "…"


@dataclass(frozen=True, slots=True)
class Explanation:
    """A job in words; `print` it, or read `steps`."""

    sample_id: SampleId
    metric: str
    text: str
    steps: tuple[tuple[str, tuple[Item, ...]], ...] = ()

    def __repr__(self) -> str:
        return self.text


def explain_job(
    sample_id: SampleId, metric: str, outcome: JobScored | JobFailed | None, steps: Sequence[StepRecord]
) -> Explanation:
    """One job's story as text."""
    head = f"{metric} of sample {sample_id!r}"
    if outcome is None:
        return Explanation(sample_id, metric, f"{head}: not scored, the run ended before.")
    if isinstance(outcome, JobFailed):
        lines = [f"{head}: failed", f"  {outcome.kind.replace('_', ' ')}: {outcome.message}"]
        if outcome.raw:
            lines.append(f"  raw reply: {outcome.raw}")
    else:
        lines = [f"{head}: {_value(outcome.value)}" + (f" ({outcome.reason})" if outcome.reason else "")]
    told = tuple((step.step, tuple(items_of(step))) for step in steps)
    for name, items in told:
        lines.append(f"  {name}")
        lines += [_line(item) for item in items]
    return Explanation(sample_id, metric, "\n".join(lines), told)


def _value(value: Score) -> str:
    if value is None:
        return "undefined"
    if isinstance(value, list):
        return " > ".join(map(str, value))
    return value if isinstance(value, str) else f"{value:.4g}"


_MARKS: dict[int | None, str] = {1: "✓", 0: "✗", None: "·"}


def _line(item: Item) -> str:
    mark = _MARKS[item.verdict]
    word = f" [{item.word}]" if item.word else ""
    reason = f" ({item.reason})" if item.reason else ""
    return f"    {mark} {item.text}{word}{reason}"
