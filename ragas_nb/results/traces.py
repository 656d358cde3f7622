"""What was asked for each score: by sample, by metric, by step, call after call."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import index
from typing import Literal, overload

from ragas_nb.engine.trace import Attempt
from ragas_nb.metrics.result import Score
from ragas_nb.results.contents import Steps
from ragas_nb.schema import SampleId
from ragas_nb.store.records import JsonObject, StepRecord
from ragas_nb.store.state import Findings

Part = Literal["input", "output", "attempts"]


@dataclass(frozen=True, repr=False)
class Calls(Sequence[StepRecord]):
    """Every call of one step within a job, in order.

    `calls[0]` is the first of them; `calls["input"]`, `calls["output"]` and `calls["attempts"]` are those of
    the last.
    """

    records: tuple[StepRecord, ...]

    def __len__(self) -> int:
        """Return the number of calls."""
        return len(self.records)

    @overload
    def __getitem__(self, key: int) -> StepRecord: ...
    @overload
    def __getitem__(self, key: slice) -> tuple[StepRecord, ...]: ...
    @overload
    def __getitem__(self, key: Literal["input"]) -> JsonObject: ...
    @overload
    def __getitem__(self, key: Literal["output"]) -> JsonObject | None: ...
    @overload
    def __getitem__(self, key: Literal["attempts"]) -> tuple[Attempt, ...]: ...
    def __getitem__(self, key: int | slice | Part) -> object:
        """Return a call by its number, or a part of the last one."""
        if not isinstance(key, str):
            return self.records[key]
        if key not in ("input", "output", "attempts"):
            raise KeyError(f"A step has 'input', 'output' and 'attempts', not {key!r}.")
        return getattr(self.records[-1], key)

    def __repr__(self) -> str:
        last = {"input": self["input"], "output": self["output"]}
        return f"<{len(self)} calls, the last {last!r}>" if len(self) > 1 else repr(last)


class JobTrace(Mapping[str, Calls]):
    """The steps of one job by name, in the order in which each was first answered."""

    def __init__(self, records: Sequence[StepRecord]) -> None:
        names = dict.fromkeys(record.step for record in records)
        self._calls = {
            name: Calls(tuple(record for record in records if record.step == name)) for name in names
        }

    def __getitem__(self, step: str) -> Calls:
        """Return the calls of a step."""
        if step not in self._calls:
            raise KeyError(f"No step {step!r} in this job; it has {', '.join(self._calls) or 'none'}.")
        return self._calls[step]

    def __iter__(self) -> Iterator[str]:
        """Give the names of the steps."""
        return iter(self._calls)

    def __len__(self) -> int:
        """Return the number of steps, each counted once."""
        return len(self._calls)

    def __repr__(self) -> str:
        return repr(self._calls)


class SampleTrace(Mapping[str, JobTrace]):
    """The steps of one sample by metric; `scores` has its scores."""

    def __init__(self, sample_id: SampleId, findings: Findings, steps: Steps) -> None:
        self._sample_id = sample_id
        self._findings = findings
        self._steps = steps

    @property
    def scores(self) -> dict[str, Score]:
        """The sample's scores by metric."""
        return {name: self._findings.score(self._sample_id, name) for name in self}

    def __getitem__(self, metric: str) -> JobTrace:
        """Return the steps of a metric; none for one that asks nobody."""
        if metric not in self._findings.columns:
            raise KeyError(f"No metric {metric!r} in this result; it has {', '.join(self)}.")
        return JobTrace(self._steps(self._sample_id, metric))

    def __iter__(self) -> Iterator[str]:
        """Give the metrics."""
        return iter(self._findings.metrics)

    def __len__(self) -> int:
        """Return the number of metrics."""
        return len(self._findings.metrics)

    def __repr__(self) -> str:
        return repr(self.scores)


class Traces(Sequence[SampleTrace]):
    """The steps of every sample, in the order of the samples; each is made when it is looked at."""

    def __init__(self, ids: Sequence[SampleId], findings: Findings, steps: Steps) -> None:
        self._ids = ids
        self._findings = findings
        self._steps = steps

    def __len__(self) -> int:
        """Return the number of samples."""
        return len(self._ids)

    @overload
    def __getitem__(self, key: int) -> SampleTrace: ...
    @overload
    def __getitem__(self, key: slice) -> Traces: ...
    def __getitem__(self, key: int | slice) -> SampleTrace | Traces:
        """Return the steps of the sample at a position, or those of several samples."""
        if isinstance(key, slice):
            return Traces(self._ids[key], self._findings, self._steps)
        return SampleTrace(self._ids[index(key)], self._findings, self._steps)

    def __repr__(self) -> str:
        return f"<traces of {len(self)} samples: {', '.join(self._findings.metrics)}>"
