"""Between a run and its views: events become batches, commands become calls. Knows no widget, only `send`."""

from __future__ import annotations

import asyncio
import logging
from array import array
from collections.abc import Callable
from time import monotonic
from typing import Any

from pydantic import ValidationError

from ragas_nb.engine.events import Event, JobFailed, JobScored, JobStarted, RunEnded, RunStarted, UsageAdded
from ragas_nb.notebook import protocol as wire
from ragas_nb.notebook.labels import Labels, labels_of
from ragas_nb.notebook.picture import metric_columns, row_detail, row_text, run_info, totals
from ragas_nb.run import Run
from ragas_nb.store.state import RUNNING, Column, State

log = logging.getLogger("ragas_nb")

FLUSH_S = 0.1
"""Seconds between two batches: at most ten a second."""
UNASKED = -1
"""The id of a page that no view asked for."""
INTRODUCE_S = 1.0
"""Seconds between two snapshots that nobody asked for."""
MOST_CHANGES = 20_000
"""Changes in one batch; what is over waits for the next."""

Send = Callable[[dict[str, Any], list[bytes]], None]


class Bridge:
    """Streams one run to its views and carries out what they ask.

    Lives on the run's event loop; `handle` may be called from any thread.
    """

    def __init__(self, run: Run, send: Send) -> None:
        self._run = run
        self._send = send
        self._seq = 0
        self._jobs: dict[int, None] = {}
        self._costs: dict[int, None] = {}
        self._running = _running_jobs(run.state)
        self._timer: asyncio.TimerHandle | None = None
        self._greeted = False
        self._introduce_at = 0.0
        self._metric_of = {name: index for index, name in enumerate(run.state.metrics)}
        self._labels = labels_of(run)
        self._labels_told = [0] * len(self._labels)
        self._must_start_anew = False
        run.listen(self._heard)

    # ── kernel → view ──

    def _heard(self, event: Event) -> None:
        state = self._run.state
        match event:
            case JobScored() | JobStarted() | JobFailed():
                job = self._metric_of[event.metric] * len(state.ids) + state.row_of[event.sample_id]
                self._jobs[job] = None
                self._note_running(job, isinstance(event, JobStarted))
                if isinstance(event, JobScored) and isinstance(event.value, str | list):
                    self._note_label(self._metric_of[event.metric])
            case UsageAdded():
                self._costs[state.row_of[event.sample_id]] = None
            case RunEnded():
                self._jobs |= dict.fromkeys(self._running)  # the state has put them back
                self._flush()
                while self._jobs or self._costs:
                    self._flush()
                return
            case RunStarted():
                self._flush()
                return
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(FLUSH_S, self._flush)

    def _note_running(self, job: int, running: bool) -> None:
        if running:
            self._running.add(job)
        else:
            self._running.discard(job)

    def _note_label(self, metric: int) -> None:
        """A metric found a text: if nobody knew that it may, all that was told of it has to be told anew."""
        if self._labels[metric] is None:
            self._labels[metric] = Labels()
            self._must_start_anew = True

    def _flush(self) -> None:
        """Send what changed since the last batch."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        introduces = self._must_introduce_itself()
        if introduces or self._must_start_anew:
            self._must_start_anew = False
            self._jobs.clear()
            self._costs.clear()
            self._introduce() if introduces else self._snapshot(hello=None)
            return
        jobs, costs = _take(self._jobs), _take(self._costs)
        self._seq += 1
        buffers = self._buffers(jobs, costs)
        batch = wire.Batch(
            seq=self._seq,
            totals=totals(self._run),
            labels=self._new_labels(),
            changes=len(jobs),
            cost_changes=len(costs),
        )
        self._send(batch.model_dump(mode="json"), buffers)
        if (self._jobs or self._costs) and self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(FLUSH_S, self._flush)

    def _must_introduce_itself(self) -> bool:
        """Whether to send a snapshot unasked: while a cell waits the host may hold back a view's `hello`."""
        now = monotonic()
        if not self._run.settings.blocking or self._greeted or now < self._introduce_at:
            return False
        self._introduce_at = now + INTRODUCE_S
        return True

    def _buffers(self, jobs: list[int], costs: list[int]) -> list[bytes]:
        state = self._run.state
        columns = [state.columns[name] for name in state.metrics]
        where = [divmod(job, len(state.ids)) for job in jobs]
        return [
            array("I", [row for _, row in where]).tobytes(),
            array("H", [metric for metric, _ in where]).tobytes(),
            array("f", [self._value(metric, columns[metric], row) for metric, row in where]).tobytes(),
            bytes(columns[metric].statuses[row] for metric, row in where),
            array("I", costs).tobytes(),
            array("f", [state.costs[row] for row in costs]).tobytes(),
        ]

    def _value(self, metric: int, column: Column, row: int) -> float:
        """A score as a number: itself, or its label's; 0 where there is none."""
        labels = self._labels[metric]
        return column.values[row] if labels is None else next(labels.numbers(column, (row,)))

    def _values(self, metric: int, column: Column) -> array[float]:
        """A metric's scores as numbers, by row."""
        labels = self._labels[metric]
        if labels is None:
            return array("f", column.values)
        return array("f", labels.numbers(column, range(len(column.values))))

    def _new_labels(self) -> list[wire.NewLabel]:
        """The labels since the last batch. A snapshot in between may have told some: they have numbers."""
        found = []
        for metric, labels in enumerate(self._labels):
            texts = labels.texts if labels else []
            told, self._labels_told[metric] = self._labels_told[metric], len(texts)
            found += [
                wire.NewLabel(metric=metric, number=number, label=texts[number])
                for number in range(told, len(texts))
            ]
        return found

    def _introduce(self) -> None:
        """Tell everything unasked: the snapshot, and the texts of the first rows."""
        self._snapshot(hello=None)
        first = range(min(wire.ROWS_PER_PAGE, len(self._run)))
        self._reply(wire.RowPage(id=UNASKED, rows=[row_text(self._run, row) for row in first]))

    def _snapshot(self, hello: int | None) -> None:
        state = self._run.state
        columns = [state.columns[name] for name in state.metrics]
        values = [self._values(metric, column) for metric, column in enumerate(columns)]
        snapshot = wire.Snapshot(
            seq=self._seq,
            hello=hello,
            run=run_info(self._run),
            metrics=metric_columns(self._run, [known.texts if known else None for known in self._labels]),
            totals=totals(self._run),
        )
        self._send(
            snapshot.model_dump(mode="json"),
            [
                b"".join(column.tobytes() for column in values),
                b"".join(bytes(column.statuses) for column in columns),
                array("f", state.costs).tobytes(),
            ],
        )

    # ── view → kernel ──

    def handle(self, content: object) -> None:
        """Carry out one message from a view; may be called from any thread."""
        loop = self._run.loop
        try:
            if loop is not None:
                loop.call_soon_threadsafe(self._carry_out, content)
                return
        except RuntimeError:  # the loop is closed: the run has ended, and any thread may answer
            pass
        self._carry_out(content)

    def _carry_out(self, content: object) -> None:
        try:
            command = wire.command_adapter.validate_python(content)
        except ValidationError as error:
            problem = error.errors(include_url=False, include_input=False)[0]["msg"]
            log.warning("a view of run %s sent what is no command: %s", self._run.run_id, problem)
            self._refuse(content, f"ProtocolError: {problem}. Reload the page.")
            return
        try:
            self._do(command)
        except Exception as error:
            log.exception("command %s of a view of run %s failed", command.type, self._run.run_id)
            self._refuse(content, f"{type(error).__name__}: {error}")

    def _do(self, command: wire.Command) -> None:
        match command:
            case wire.Hello():
                self._greeted = True
                self._snapshot(command.id)
            case wire.AskRows():
                texts = [row_text(self._run, row) for row in command.rows if 0 <= row < len(self._run)]
                self._reply(wire.RowPage(id=command.id, rows=texts))
            case wire.AskTrace():
                self._reply(row_detail(self._run, command.row, command.id))
            case wire.Cancel():
                self._run.cancel()
                self._reply(wire.CommandReply(id=command.id, ok=True))

    def _reply(self, message: wire.Wire) -> None:
        self._send(message.model_dump(mode="json"), [])

    def _refuse(self, content: object, problem: str) -> None:
        number = content.get("id") if isinstance(content, dict) else None
        if isinstance(number, int):
            self._reply(wire.CommandReply(id=number, ok=False, error=problem))


def _running_jobs(state: State) -> set[int]:
    """The jobs that are under way, each as `metric * rows + row`."""
    statuses = b"".join(bytes(state.columns[name].statuses) for name in state.metrics)
    return {job for job, status in enumerate(statuses) if status == RUNNING}


def _take(waiting: dict[int, None]) -> list[int]:
    """The oldest changes, at most `MOST_CHANGES`, taken out."""
    taken = list(waiting)[:MOST_CHANGES]
    if len(taken) == len(waiting):
        waiting.clear()
    else:
        for key in taken:
            del waiting[key]
    return taken
