"""Scores that are texts or rankings, on the wire: every metric's labels, numbered in the order they came."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from ragas_nb.metrics import allowed
from ragas_nb.metrics.base import Metric
from ragas_nb.metrics.functions import FunctionMetric
from ragas_nb.metrics.prompted import PromptMetric
from ragas_nb.metrics.result import Ranking
from ragas_nb.recorded import RecordedRun
from ragas_nb.run import Run
from ragas_nb.store.state import SCORED, Column, State

MOST_LABELS = 1_000
"""Different labels of one metric."""
MOST_SHOWN = 6
"""Labels that a card has room for."""
LABEL_WIDTH = 60
"""Characters of a label."""
FURTHER = "…"
"""The label of everything after the first `MOST_LABELS - 1`."""
_EMPTY = "(empty)"


def text_of(score: float | str | Ranking) -> str:
    """A score as a text, of any length.

    >>> text_of("pass"), text_of(["b", "a", 3])
    ('pass', 'b > a > 3')
    """
    if isinstance(score, str):
        return score
    return " > ".join(map(str, score)) if isinstance(score, list) else f"{score:g}"


def label_of(score: float | str | Ranking) -> str:
    """A score as a text of one short line.

    >>> label_of(" very\\n good "), label_of("")
    ('very good', '(empty)')
    """
    line = " ".join(text_of(score).split()) or _EMPTY
    return line if len(line) <= LABEL_WIDTH else line[: LABEL_WIDTH - 1] + "…"


class Labels:
    """One metric's labels; a label's number is its place in `texts`, which only grows.

    >>> labels = Labels(["pass", "fail"])
    >>> labels.number("fail"), labels.number(["b", "a"]), labels.texts
    (1, 2, ['pass', 'fail', 'b > a'])
    """

    def __init__(self, known: Iterable[str] = ()) -> None:
        self.texts: list[str] = []
        self._numbers: dict[str, int] = {}
        self._new = threading.Lock()
        """Held by whoever gives a new label its number; a file may be made in another thread."""
        for text in known:
            self.number(text)

    def number(self, score: float | str | Ranking) -> int:
        """The number of a score's label; a new label gets the next one."""
        found = self._numbers.get(score) if isinstance(score, str) else None
        if found is not None:
            return found
        text = label_of(score)
        if text not in self._numbers and len(self.texts) >= MOST_LABELS - 1:
            text = FURTHER
        with self._new:
            found = self._numbers.setdefault(text, len(self.texts))
            if found == len(self.texts):
                self.texts.append(text)
        return found

    def numbers(self, column: Column, rows: Iterable[int]) -> Iterator[int]:
        """The numbers of these rows' labels; 0 where there is no score."""
        values, statuses, texts = column.values, column.statuses, column.labels
        for row in rows:
            yield self.number(texts.get(row, values[row])) if statuses[row] == SCORED else 0


_LABELS: WeakKeyDictionary[State, list[Labels | None]] = WeakKeyDictionary()


def labels_of(run: RecordedRun) -> list[Labels | None]:
    """The labels of each metric of a run as far as they are known; None where scores are numbers.

    They are the same for all who ask, so that a label has one number, whichever view tells it.
    """
    metrics = run.plan.metrics if isinstance(run, Run) else [None] * len(run.columns)
    known = _LABELS.setdefault(run.state, [None] * len(run.columns))
    for place, (metric, column) in enumerate(zip(metrics, run.state.columns.values(), strict=True)):
        if known[place] is None:
            known[place] = _known(metric, column)
    return list(known)


def _known(metric: Metric | None, column: Column) -> Labels | None:
    values = metric.allowed if isinstance(metric, PromptMetric | FunctionMetric) else None
    if isinstance(values, allowed.Labels):
        return Labels(values.texts)
    return Labels() if isinstance(values, allowed.Places) or column.labels else None


@dataclass(frozen=True, slots=True)
class Kept:
    """The labels that outlive the kernel, with their counts, and the place of each saved row's label."""

    texts: list[str]
    counts: list[int]
    places: list[int]


def kept_labels(labels: Labels, column: Column, saved_rows: Sequence[int]) -> Kept:
    """The most frequent labels of a metric and those of the saved rows."""
    numbers = list(labels.numbers(column, range(len(column.values))))
    scored = [row for row, status in enumerate(column.statuses) if status == SCORED]
    counts = Counter(numbers[row] for row in scored)
    by_count = sorted(range(len(labels.texts)), key=counts.__getitem__, reverse=True)
    saved = {numbers[row] for row in saved_rows if column.statuses[row] == SCORED}
    kept = sorted(saved.union(by_count[:MOST_SHOWN]))
    place = {number: place for place, number in enumerate(kept)}
    return Kept(
        texts=[labels.texts[number] for number in kept],
        counts=[counts[number] for number in kept],
        places=[place.get(numbers[row], 0) for row in saved_rows],
    )
