"""Between a run and its views: events become batches, commands become calls. Knows no widget, only `send`."""

from __future__ import annotations

import asyncio
import logging
from array import array
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any

from pydantic import ValidationError

from ragas_nb.engine.events import (
    Event,
    JobFailed,
    JobReset,
    JobScored,
    JobStarted,
    RunEnded,
    RunPaused,
    RunResumed,
    RunStarted,
    SampleMarked,
    UsageAdded,
)
from ragas_nb.errors import RagasNbError
from ragas_nb.judges.threads import in_thread
from ragas_nb.marking import running_loop
from ragas_nb.notebook import protocol as wire
from ragas_nb.notebook.answers import Answer, Work, answer
from ragas_nb.notebook.beside import Counterpart
from ragas_nb.notebook.fields import further_fields
from ragas_nb.notebook.picture import limits_of, metric_columns, row_text, run_info, totals
from ragas_nb.notebook.tracking import Tracked
from ragas_nb.notebook.viewing import view_of
from ragas_nb.recorded import RecordedRun
from ragas_nb.run import Run
from ragas_nb.store.state import UNMARKED

log = logging.getLogger("ragas_nb")

FLUSH_S = 0.1
"""Seconds between two batches: at most ten a second."""
UNASKED = -1
"""The id of a page that no view asked for."""
INTRODUCE_S = 1.0
"""Seconds between two snapshots that nobody asked for."""
LIMITS_S = 1.0
"""Seconds between two looks at the limits, which change without an event."""
MOST_CHANGES = 20_000
"""Scores in one batch; what is over waits for the next."""
FREQUENT = frozenset((JobScored, JobStarted, UsageAdded))
"""Events of which there are hundreds of thousands: what they change is found by comparing."""

Send = Callable[[dict[str, Any], list[bytes]], None]


class Bridge:
    """Streams one run to its views, with another one `beside` it where there is one, and carries out what
    they ask.

    Lives on the run's event loop; `handle` may be called from any thread.
    """

    def __init__(self, run: RecordedRun, send: Send, *, beside: Counterpart | None = None) -> None:
        self._run = run
        self._send = send
        self._beside = beside
        self._seq = 0
        self._timer: asyncio.TimerHandle | None = None
        self._look: asyncio.TimerHandle | None = None
        self._limits: wire.Limits | None = None
        self._greeted = False
        self._introduce_at = 0.0
        self._tracked = Tracked(run)
        self._labels_told = [0] * len(run.columns)
        self._must_start_anew = False
        self._warned = False
        self._marked: set[int] = set()
        """Rows on which people have left something since the last batch."""
        self._working: set[asyncio.Task[None]] = set()
        """What finds answers that take a while."""
        view_of(run).on_show(self._show)
        run.listen(self._heard)

    # ── kernel → view ──

    def _heard(self, event: Event) -> None:
        if type(event) not in FREQUENT:
            self._follow_the_state()
            if isinstance(event, JobFailed | JobReset):
                self._tracked.note(event)
            elif isinstance(event, SampleMarked):
                self._marked.add(self._run.state.row_of[event.sample_id])
            elif isinstance(event, RunEnded):
                self._tell_the_end()
                return
            elif isinstance(event, RunStarted | RunPaused | RunResumed):
                self._flush()
                return
        if self._timer is None:
            self._wait_for_more()

    def _wait_for_more(self) -> None:
        """Tell what is new a little later, together with what comes until then."""
        loop = running_loop()
        if loop is None:  # somebody leaves a mark on a run that goes on nowhere
            self._flush()
            return
        self._timer = loop.call_later(FLUSH_S, self._flush)
        if self._look is None and isinstance(self._run, Run) and not self._run.ended:
            self._look = loop.call_later(LIMITS_S, self._look_at_limits)

    def _follow_the_state(self) -> None:
        """A run that is taken up again has another state: what the views know is of the old one."""
        if self._run.state is not self._tracked.state:
            self._tracked = Tracked(self._run)
            self._labels_told = [0] * len(self._run.columns)
            self._must_start_anew = True

    def _tell_the_end(self) -> None:
        while not self._flush():
            pass
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._look is not None:
            self._look.cancel()
            self._look = None

    def _look_at_limits(self) -> None:
        """Tell of limits that have changed, and of how long the server is to be left alone."""
        self._look = asyncio.get_running_loop().call_later(LIMITS_S, self._look_at_limits)
        if limits_of(self._run) != self._limits:
            self._flush()

    def _flush(self) -> bool:
        """Send what changed since the last batch; whether that was all."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._follow_the_state()
        introduces = self._must_introduce_itself()
        if introduces or self._must_start_anew or self._tracked.finds_texts_for_the_first_time():
            self._introduce() if introduces else self._snapshot(hello=None)
            return True
        news, is_all = self._tracked.news(MOST_CHANGES)
        self._seq += 1
        batch = wire.Batch(
            seq=self._seq,
            totals=self._totals(),
            labels=self._new_labels(),
            spans=len(news.spans) // 3,
            cost_spans=len(news.cost_spans) // 2,
            marks=self._marks(self._marked),
        )
        self._marked = set()
        self._send(batch.model_dump(mode="json"), news.buffers())
        if not is_all:
            self._wait_for_more()
        return is_all

    def _must_introduce_itself(self) -> bool:
        """Whether to send a snapshot unasked: while a cell waits the host may hold back a view's `hello`."""
        now = monotonic()
        if not self._run.blocking or self._greeted or now < self._introduce_at:
            return False
        self._introduce_at = now + INTRODUCE_S
        return True

    def _totals(self) -> wire.Totals:
        found = totals(self._run, self._tracked.failed.counts)
        self._limits = found.limits
        return found

    def _new_labels(self) -> list[wire.NewLabel]:
        """The labels since the last batch. A snapshot in between may have told some: they have numbers."""
        found = []
        for metric, labels in enumerate(self._tracked.labels):
            texts = labels.texts if labels else []
            told, self._labels_told[metric] = self._labels_told[metric], len(texts)
            found += [
                wire.NewLabel(metric=metric, number=number, label=texts[number])
                for number in range(told, len(texts))
            ]
        return found

    def _marks(self, rows: Iterable[int]) -> list[wire.Mark]:
        """What people left on these samples, now."""
        marks = ((row, self._run.state.marks.get(row, UNMARKED)) for row in sorted(rows))
        return [wire.Mark(row=row, tags=list(mark.tags), note=mark.note) for row, mark in marks]

    def _introduce(self) -> None:
        """Tell everything unasked: the snapshot, and the texts of the first rows."""
        self._snapshot(hello=None)
        first = range(min(wire.ROWS_PER_PAGE, len(self._run)))
        self._reply(wire.RowPage(id=UNASKED, rows=[row_text(self._run, row) for row in first]))

    def _snapshot(self, hello: int | None) -> None:
        self._follow_the_state()
        if self._tracked.finds_texts_for_the_first_time():
            self._tracked = Tracked(self._run)
        tracked = self._tracked
        self._must_start_anew = False
        self._marked = set()
        tracked.all_is_told()  # every view hears it
        values = tracked.values()  # also gives new labels their numbers
        of_beside = self._beside.buffers(tracked.labels) if self._beside else []  # and so does this
        snapshot = wire.Snapshot(
            seq=self._seq,
            hello=hello,
            run=run_info(self._run),
            metrics=metric_columns(self._run, [known.texts if known else None for known in tracked.labels]),
            totals=self._totals(),
            fields=further_fields(self._run.dataset),
            marks=self._marks(self._run.state.marks),
            viewing=view_of(self._run).viewing,
            beside=self._beside and self._beside.told(),
        )
        buffers = [values.tobytes(), tracked.statuses(), array("f", self._run.state.costs).tobytes()]
        self._send(snapshot.model_dump(mode="json"), buffers + of_beside)

    def _show(self, viewing: wire.Viewing) -> None:
        """The user's code asks the views to show something."""
        self._reply(wire.Show(viewing=viewing))

    def tell_anew(self) -> None:
        """Tell the views everything: the run beside has news; may be called from any thread."""
        self._run.on_loop(lambda: self._snapshot(None))

    # ── view → kernel ──

    def handle(self, content: object) -> None:
        """Carry out one message from a view; may be called from any thread."""
        self._run.on_loop(lambda: self._carry_out(content))

    def _carry_out(self, content: object) -> None:
        try:
            command = wire.command_adapter.validate_python(content)
        except ValidationError as error:
            problem = error.errors(include_url=False, include_input=False)[0]["msg"]
            level = logging.DEBUG if self._warned else logging.WARNING  # a view may send thousands
            log.log(level, "a view of run %s sent what is no command: %s", self._run.run_id, problem)
            self._warned = True
            self._refuse(content, f"ProtocolError: {problem}. Reload the page.")
            return
        with self._refusing(command):
            self._do(command)

    @contextmanager
    def _refusing(self, command: wire.Command) -> Iterator[None]:
        """Tell the view why its command could not be carried out."""
        number = {"id": command.id}
        try:
            yield
        except (RagasNbError, ValueError) as error:  # it says what was wrong with what a person did
            self._refuse(number, str(error))
        except asyncio.CancelledError:
            self._refuse(number, "The kernel was interrupted meanwhile. Try it once more.")
            raise
        except Exception as error:
            log.exception("command %s of a view of run %s failed", command.type, self._run.run_id)
            self._refuse(number, f"{type(error).__name__}: {error}")

    def _do(self, command: wire.Command) -> None:
        if isinstance(command, wire.Hello):
            self._greeted = True
            self._snapshot(command.id)
            return
        found, loop = answer(self._run, command, self._beside), running_loop()
        if not callable(found):
            self._give(found)
        elif loop is None:
            self._give(found())
        else:
            task = loop.create_task(self._work(command, found))
            self._working.add(task)
            task.add_done_callback(self._working.discard)

    async def _work(self, command: wire.Command, work: Work) -> None:
        """Find an answer without holding up the loop."""
        with self._refusing(command):
            self._give(await in_thread(work))

    def _give(self, found: Answer) -> None:
        message, buffers = found
        self._send(message.model_dump(mode="json"), buffers)

    def _reply(self, message: wire.Wire) -> None:
        self._send(message.model_dump(mode="json"), [])

    def _refuse(self, content: object, problem: str) -> None:
        number = content.get("id") if isinstance(content, dict) else None
        if isinstance(number, int):
            self._reply(wire.CommandReply(id=number, ok=False, error=problem))
