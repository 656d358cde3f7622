"""The line before a judge: who waits goes in order, one per turn of the event loop."""

from __future__ import annotations

import asyncio
import math
from collections import deque
from dataclasses import dataclass

from ragas_nb.engine.admission import Admission
from ragas_nb.engine.concurrency import Flight

_NOW_S = 1e-6
"""A wait that is shorter is none: clocks and timers are not more exact."""


@dataclass(slots=True, eq=False)
class _Waiting:
    """A request in the line."""

    step: str
    let_go: asyncio.Future[Flight]


class Gate:
    """Lets requests out as `admission` allows, first come, first served.

    One per turn of the event loop, so that a burst never holds the notebook. Nothing polls: the gate looks
    again when something came back, when somebody changed a limit, and at the moment that a limit gives.
    """

    def __init__(self, admission: Admission) -> None:
        self.admission = admission
        self.closed = False
        self._line: deque[_Waiting] = deque()
        self._one_went = False
        self._timer: asyncio.TimerHandle | None = None

    def __len__(self) -> int:
        return sum(not waiting.let_go.done() for waiting in self._line)

    async def enter(self, step: str) -> Flight:
        """Wait for one's turn. Whoever enters has to leave."""
        loop = asyncio.get_running_loop()
        waiting = _Waiting(step, loop.create_future())
        self._line.append(waiting)
        self.look(loop)
        try:
            return await waiting.let_go
        except asyncio.CancelledError:
            if not waiting.let_go.cancelled():
                self.leave()
            self.look(loop)
            raise

    def leave(self) -> None:
        """A request is over; the next may take its place."""
        self.admission.in_flight -= 1
        if self._line:
            self.look(self._line[0].let_go.get_loop())

    def open(self, is_open: bool) -> None:
        """Let requests out, or none."""
        self.closed = not is_open
        self.changed()

    def changed(self) -> None:
        """Look again after a limit has changed."""
        if self._line:
            self.look(self._line[0].let_go.get_loop())

    def look(self, loop: asyncio.AbstractEventLoop) -> None:
        """Let the first of the line out if that may be; else see to it that somebody looks again in time."""
        while self._line and self._line[0].let_go.done():  # whoever waited was cancelled
            self._line.popleft()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if not self._line or self.closed or self._one_went:
            return
        first, now = self._line[0], loop.time()
        delay = self.admission.wait(now, first.step)
        if delay <= _NOW_S:
            self._line.popleft()
            first.let_go.set_result(self.admission.start(now, first.step))
            self._one_went = True
            loop.call_soon(self._next_turn, loop)
        elif not math.isinf(delay):
            self._timer = loop.call_at(now + delay, self.look, loop)

    def _next_turn(self, loop: asyncio.AbstractEventLoop) -> None:
        self._one_went = False
        self.look(loop)
