"""A job told in words: what the judge was asked, step by step, and what it said of each item."""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

from pydantic import BaseModel

from ragas_nb.engine.events import JobFailed, JobScored
from ragas_nb.engine.trace import StepTrace
from ragas_nb.schema import SampleId

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


def items_of(step: StepTrace) -> list[Item]:
    """What a step's answer says, item by item; nothing for a step that was not answered."""
    if step.output is None:
        return []
    fields = {name: getattr(step.output, name) for name in type(step.output).model_fields}
    if any(name in fields for name in _VERDICT_FIELDS):
        return [_item(step, step.output, fallback=_subject(step.input))]
    kinds = [
        name for name, field in type(step.output).model_fields.items() if get_args(field.annotation) == (0, 1)
    ]
    if kinds:
        told = next((value for value in fields.values() if isinstance(value, str)), "")
        return [Item(told, word=step.prompt.verdicts[fields[kinds[0]]])]
    items: list[Item] = []
    for name, value in fields.items():
        items += _items_of_field(step, name, value)
    return items


def _items_of_field(step: StepTrace, name: str, value: object) -> list[Item]:
    if isinstance(value, list | tuple):
        group = _GROUP_WORDS.get(name)
        return [_item(step, part, group=group) for part in value]
    word = name.replace("_", " ")
    return [Item(str(value), word=word)]


def _item(step: StepTrace, part: object, *, group: str | None = None, fallback: str = "") -> Item:
    """An item from one element of an answer: a plain text, or a statement with reason and verdict."""
    if not isinstance(part, BaseModel):
        return Item(str(part), word=group)
    verdict = next((getattr(part, f) for f in _VERDICT_FIELDS if hasattr(part, f)), None)
    word = group if verdict is None else step.prompt.verdicts[verdict]
    text = str(getattr(part, "statement", None) or fallback)
    return Item(text, getattr(part, "reason", None), verdict, word)


def _subject(question: BaseModel) -> str:
    """What a step with one verdict speaks of: its context, or else its last field."""
    values = {name: str(getattr(question, name)) for name in type(question).model_fields}
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


def explain_job(sample_id: SampleId, metric: str, outcome: JobScored | JobFailed | None) -> Explanation:
    """One job's story as text."""
    head = f"{metric} of sample {sample_id!r}"
    if outcome is None:
        return Explanation(sample_id, metric, f"{head}: not scored, the run ended before.")
    if isinstance(outcome, JobFailed):
        lines = [f"{head}: failed", f"  {outcome.kind}: {outcome.message}"]
        if outcome.raw:
            lines.append(f"  raw reply: {outcome.raw}")
    else:
        lines = [f"{head}: {_value(outcome.value)}" + (f" ({outcome.reason})" if outcome.reason else "")]
    steps = [(s.prompt.name, tuple(items_of(s))) for s in outcome.trace if isinstance(s, StepTrace)]
    for name, items in steps:
        lines.append(f"  {name}")
        lines += [_line(item) for item in items]
    return Explanation(sample_id, metric, "\n".join(lines), tuple(steps))


def _value(value: float | str | None) -> str:
    if value is None:
        return "undefined"
    return value if isinstance(value, str) else f"{value:.4g}"


_MARKS: dict[int | None, str] = {1: "✓", 0: "✗", None: "·"}


def _line(item: Item) -> str:
    mark = _MARKS[item.verdict]
    word = f" [{item.word}]" if item.word else ""
    reason = f" ({item.reason})" if item.reason else ""
    return f"    {mark} {item.text}{word}{reason}"
