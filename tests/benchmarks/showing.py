"""What it costs the kernel to show a run: 100,000 scores told to a view, all messages packed as they travel.

The same events are folded into a state with and without a bridge that listens, in turns; what counts is the
difference.
"""

from __future__ import annotations

import asyncio
import gc
import statistics
import time
from typing import Any

from jupyter_client.session import Session

import ragas_nb as rnb
from ragas_nb.engine.events import Event, JobScored, JobStarted
from ragas_nb.metrics import ExactMatch
from ragas_nb.notebook.bridge import Bridge
from ragas_nb.run import Run
from ragas_nb.store.state import State
from tests.benchmarks.clock import spread
from tests.unit.doubles import new_run

SHAPES = ((100_000, 1), (16_667, 6))
ROUNDS = 5
BAR_S = 0.1
EVENTS_PER_TENTH = 10_000
"""Events between two batches: about as many as a run without a judge makes in 0.1 s."""


def run_of(samples: int, metrics: int) -> Run:
    """A run that has not begun."""
    data = {"user_input": ["?"] * samples, "response": ["a"] * samples, "reference": ["a"] * samples}
    names = [ExactMatch(name=f"match_{number}") for number in range(metrics)]
    return new_run(rnb.EvaluationDataset.from_dict(data), names)


def events_of(run: Run) -> list[Event]:
    """Every job starts and is scored."""
    found: list[Event] = []
    for sample_id in run.state.ids:
        for metric in run.state.metrics:
            found.append(JobStarted(sample_id=sample_id, metric=metric))
            found.append(JobScored(sample_id=sample_id, metric=metric, value=0.5))
    return found


async def folded(run: Run, events: list[Event], shown: bool) -> tuple[float, int, int]:
    """Seconds of processor time to fold all events in; messages and bytes that went out."""
    run.state = State(run.dataset.ids, [column.name for column in run.columns])
    session, sent = Session(key=b"key"), [0, 0]

    def send(content: dict[str, Any], buffers: list[bytes]) -> None:
        message = session.msg("comm_msg", {"comm_id": "c", "data": {"method": "custom", "content": content}})
        sent[0] += 1
        sent[1] += sum(map(len, session.serialize(message))) + sum(map(len, buffers))

    bridge = Bridge(run, send) if shown else None
    gc.collect()
    began = time.process_time()
    for start in range(0, len(events), EVENTS_PER_TENTH):
        for event in events[start : start + EVENTS_PER_TENTH]:
            run.state.apply(event)
            if bridge is not None:
                bridge._heard(event)
        if bridge is not None:
            bridge._flush()
    return time.process_time() - began, sent[0], sent[1]


async def main_async() -> bool:
    met = True
    for samples, metrics in SHAPES:
        run = run_of(samples, metrics)
        events = events_of(run)
        alone, shown = [], []
        for _ in range(ROUNDS):
            alone.append((await folded(run, events, shown=False))[0])
            took, messages, size = await folded(run, events, shown=True)
            shown.append(took)
        costs = [b - a for a, b in zip(alone, shown, strict=True)]
        print(
            f"{samples:,} rows × {metrics} metrics: {spread(costs)} s of processor time (bar {BAR_S}); "
            f"without a view {spread(alone)}; {messages} messages, {size / 1e6:.1f} MB"
        )
        met &= statistics.median(costs) <= BAR_S
    return met


def main() -> bool:
    """Print the table; whether the bar is met."""
    return asyncio.run(main_async())


if __name__ == "__main__":
    raise SystemExit(not main())
