"""What the tests of the store share: a run with something of everything, and what was heard of it."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ragas_nb.engine.events import (
    Event,
    JobFailed,
    JobReset,
    JobScored,
    JobStarted,
    NoticeGiven,
    RunEnded,
    RunPaused,
    RunResumed,
    RunStarted,
    UsageAdded,
)
from ragas_nb.engine.trace import Attempt, EmbedTrace, StepTrace, Trace
from ragas_nb.judges.base import Usage
from ragas_nb.prompts import Prompt, Value, Verdict
from ragas_nb.schema import EvaluationDataset
from ragas_nb.store.journal import Journal
from ragas_nb.store.meta import RunMeta, ScoreColumn
from ragas_nb.store.state import State

AT = datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)
METRICS = ("faithfulness", "tone")


class Texts(Value):
    question: str
    contexts: list[str]


class Verdicts(Value):
    verdict: Verdict
    reason: str = ""


CHECK: Prompt[Texts, Verdicts] = Prompt("check", "Say whether it is so.", Texts, Verdicts)
RATE: Prompt[Texts, Verdicts] = Prompt("rate", "Say how it is.", Texts, Verdicts, verdicts=("rude", "kind"))


def dataset(count: int = 3) -> EvaluationDataset:
    """Some questions with contexts and an extra column."""
    return EvaluationDataset.from_dict(
        {
            "user_input": [f"What is {row}?" for row in range(count)],
            "retrieved_contexts": [[f"{row} is “a number”.\n", f"So is {row + 1}."] for row in range(count)],
            "sample_id": [f"q{row}" for row in range(count)],
            "when": [datetime(2029, 1, 1) for _ in range(count)],  # noqa: DTZ001
        },
        name="numbers",
    )


def meta(run_id: str = "run1", **changes: Any) -> RunMeta:
    """A run of two metrics."""
    known = RunMeta(
        run_id=run_id,
        name="a run",
        created_at=AT,
        fingerprint="same",
        columns=(ScoreColumn(METRICS[0]), ScoreColumn(METRICS[1], "binary", 0.0, 1.0, False, True)),
        metrics=({"name": "faithfulness"}, None),
        judge="judge-1",
        judge_model={"model": "judge-1", "base_url": "http://localhost:1"},
        repeats=3,
        budget={"dollars": 2.5},
        config={"max_workers": 4},
    )
    return replace(known, **changes)


def trace(data: EvaluationDataset, row: int, reply: str = '{"verdict": 1}') -> Trace:
    """Two steps and an embedding, as a job on the sample of this row makes them."""
    sample: Any = data[row]
    texts = Texts(question=sample.user_input, contexts=sample.retrieved_contexts)
    usage = Usage(input_tokens=100, output_tokens=7, cached_tokens=3)
    tried = Attempt("timeout", 1.5, problem="no reply", cost=None)
    asked = Attempt("ok", 0.1 + row, reply, None, "judge-1", usage, 0.001, 1.9e9 + row)
    return (
        StepTrace(CHECK, texts, Verdicts(verdict=1, reason="so „it“ is"), "asked", (tried, asked)),
        StepTrace(RATE, texts, None, "shared", (), 2, 1),
        EmbedTrace(2, (asked,), 1),
    )


def used(sample_id: str, cost: float | None, metric: str = METRICS[0]) -> UsageAdded:
    """One request."""
    usage = Usage(input_tokens=10, output_tokens=2, cached_tokens=5)
    return UsageAdded(
        sample_id=sample_id, metric=metric, step="check", model="judge-1", usage=usage, cost=cost
    )


def everything(data: EvaluationDataset) -> list[Event]:
    """Every kind of event, with every field."""
    first, second = METRICS
    return [
        RunStarted(run_id="run1", name="a run", at=AT),
        JobStarted(sample_id="q0", metric=first),
        used("q0", 0.25),
        JobScored(sample_id="q0", metric=first, value=0.75, trace=trace(data, 0)),
        JobScored(sample_id="q0", metric=second, value="kind", reason="polite\ud83d", confidence=0.9),
        RunPaused(message="budget"),
        NoticeGiven(about="resumed", message="goes on"),
        RunResumed(at=AT),
        JobScored(sample_id="q1", metric=first, value=None, reason="no claims"),
        JobScored(sample_id="q1", metric=second, value=["b", 2, 0.5], repeats=(1, None, "x", ["a"])),
        used("q2", None, second),
        JobFailed(
            sample_id="q2",
            metric=first,
            kind="invalid_output",
            message="not JSON",
            error="JudgeOutputInvalid",
            step="check",
            raw="I think\ud83d so",
            trace=trace(data, 2, "nonsense"),
        ),
        JobFailed(sample_id="q2", metric=second, kind="rate_limited", message="429"),
        JobReset(sample_id="q2", metric=second),
        JobScored(sample_id="q2", metric=second, value=3, repeats=(3, 3)),
        RunEnded(state="cancelled", message="by you"),
    ]


def folded(events: Sequence[Event], data: EvaluationDataset) -> State:
    """The state after these events."""
    state = State(data.ids, METRICS)
    for event in events:
        state.apply(event)
    return state


def known(state: State) -> dict[str, object]:
    """All that a state says, as plain values."""
    return {
        "ids": state.ids,
        "columns": {
            name: (list(column.values), bytes(column.statuses), column.labels, column.repeats)
            for name, column in state.columns.items()
        },
        "outcomes": state.outcomes,
        "usage": list(state.ledger),
        "total": state.total,
        "costs": list(state.costs),
        "status": (state.status, state.message, state.started_at, state.notices),
        "settled": [state.settled_samples(status) for status in range(5)],
    }


@dataclass
class Heard:
    """Somebody who hears what a journal announces."""

    events: list[Event] = field(default_factory=list)

    def __call__(self, event: Event) -> None:
        self.events.append(event)

    @property
    def notices(self) -> list[str | None]:
        """What was said of the store."""
        return [e.message for e in self.events if isinstance(e, NoticeGiven) and e.about == "store"]

    @property
    def others(self) -> list[Event]:
        """All but that."""
        return [e for e in self.events if not (isinstance(e, NoticeGiven) and e.about == "store")]


async def opened(
    path: Path | None,
    run_id: str = "run1",
    *,
    data: EvaluationDataset | None = None,
    heard: Heard | None = None,
    is_new: bool = True,
) -> Journal:
    """The journal of a run."""
    return await Journal.open(
        path, meta(run_id), dataset() if data is None else data, announce=heard or Heard(), is_new=is_new
    )


async def stored(path: Path | None, events: Sequence[Event], run_id: str = "run1") -> Heard:
    """Write a run of these events; what was heard of it."""
    heard = Heard()
    journal = await opened(path, run_id, heard=heard)
    for event in events:
        journal.write(event)
    await journal.aclose()
    return heard


def rows(path: Path, query: str) -> list[tuple[Any, ...]]:
    """What another connection reads."""
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


def content(path: Path) -> bytes:
    """All that a file holds."""
    return path.read_bytes()


def overwrite(path: Path, data: bytes, at: int = 0) -> None:
    """Put these bytes into a file at some place; its length stays."""
    with path.open("r+b") as file:
        file.seek(at)
        file.write(data)


def writers() -> list[str]:
    """The threads that write a store."""
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("ragas_nb store")]


def handles(folder: Path) -> list[str]:
    """The files of a folder that this process has open; always none where the system does not tell."""
    listed = Path("/proc/self/fd")
    found = []
    for entry in listed.iterdir() if listed.exists() else ():
        try:
            target = str(entry.readlink())
        except OSError:  # it was the listing's own
            continue
        if target.startswith(str(folder)):
            found.append(target)
    return found
