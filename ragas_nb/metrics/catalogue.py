"""What there is to choose from: every metric that has a name, and what a person wants to know of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ragas_nb.metrics.base import Metric
from ragas_nb.metrics.registry import names, resolve
from ragas_nb.schema import MultiTurnSample, SingleTurnSample


@dataclass(frozen=True, slots=True)
class Entry:
    """One metric: its names, what it tells, the fields it reads, whom it asks, and where it is good.

    `fields` are those of a single question, `conversation_fields` those of a conversation; None where it does
    not score such samples.
    """

    names: tuple[str, ...]
    tells: str
    fields: tuple[str, ...] | None
    conversation_fields: tuple[str, ...] | None
    asks: tuple[str, ...]
    score_range: tuple[float, float]
    higher_is_better: bool


def catalogue() -> list[Entry]:
    """Every metric that has a name, by its first name.

    >>> [entry.asks for entry in catalogue() if "exact_match" in entry.names]
    [()]
    """
    return [_entry(tuple(listed), metric) for listed, metric in _by_metric()]


def _by_metric() -> Iterator[tuple[list[str], Metric]]:
    """The metrics, each with all names that make a metric which differs in nothing but its column."""
    found: list[tuple[list[str], Metric]] = []
    for name in names():
        metric = resolve(name)
        for listed, other in found:
            if _alike(metric, other):
                listed.append(name)
                break
        else:
            found.append(([name], metric))
    return iter(found)


def _alike(one: Metric, other: Metric) -> bool:
    kinds = isinstance(one, type(other)) or isinstance(other, type(one))
    return kinds and one.model_dump(exclude={"name"}) == other.model_dump(exclude={"name"})


def _entry(listed: tuple[str, ...], metric: Metric) -> Entry:
    return Entry(
        listed,
        str(getattr(metric, "definition", None) or _told(type(metric))),
        tuple(sorted(metric.requires)) if metric.scores(SingleTurnSample) else None,
        tuple(sorted(metric.conversation_requires)) if metric.scores(MultiTurnSample) else None,
        tuple(sorted(metric.needs)),
        metric.score_range,
        metric.higher_is_better,
    )


def _told(kind: type[Metric]) -> str:
    """How a metric's docstring begins; of one that only has another name, that of the original."""
    beginnings = [" ".join((parent.__doc__ or "").partition("\n\n")[0].split()) for parent in kind.__mro__]
    return next((words for words in beginnings if words.startswith("Tells")), beginnings[0])
