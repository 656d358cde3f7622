"""A server and many senders as a simulation: what `Admission` makes of a capacity, without time passing."""

from __future__ import annotations

import heapq
import math
import random
from collections.abc import Callable
from dataclasses import dataclass, field

from ragas_nb.engine.admission import Admission
from ragas_nb.engine.concurrency import Flight
from ragas_nb.engine.settings import RunConfig
from ragas_nb.judges.base import RateHints

REFUSAL_S = 0.002
STEP = "check"


@dataclass(frozen=True, slots=True)
class Server:
    """How a server behaves: a capacity at once, a token bucket, refusals by chance; latency is lognormal."""

    latency: float = 0.05
    sigma: float = 0.0
    at_once: int | None = None
    per_second: float | None = None
    by_chance: float = 0.0
    retry_after: float | None = 1.0
    """None: the server does not say when to come back."""
    tells: bool = False
    """Whether replies say what is left of the rate."""

    def capacity(self, workers: int) -> float:
        """Requests per second that can be answered."""
        mean = self.latency * math.exp(self.sigma**2 / 2)
        return min(self.per_second or math.inf, min(workers, self.at_once or workers) / mean)


@dataclass(slots=True)
class Course:
    """When requests were answered and refused, and the limit at the end."""

    answered: list[float] = field(default_factory=list)
    refused: list[float] = field(default_factory=list)
    limit: int = 0

    def rate(self, start: float, end: float) -> float:
        """Answered requests per second between two times."""
        return sum(start <= at < end for at in self.answered) / (end - start)

    def share_refused(self, start: float) -> float:
        """The part of all requests after a time that was refused."""
        refused = sum(at >= start for at in self.refused)
        return refused / max(1, refused + sum(at >= start for at in self.answered))


class Simulation:
    """`workers` senders that always have something to send."""

    def __init__(self, server: Server, config: RunConfig, seed: int = 1) -> None:
        self.server = server
        self.admission = Admission(config)
        self.course = Course()
        self._rng = random.Random(seed)
        self._idle = config.max_workers
        self._serving = 0
        self._burst = server.per_second or math.inf
        self._level, self._level_at = self._burst, 0.0
        self._now = 0.0
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._count = 0
        self._wakes: set[float] = set()

    def run(self, seconds: float) -> Course:
        """What happens until then."""
        self._at(0.0, lambda: None)
        while self._events and self._events[0][0] < seconds:
            self._now, _, happen = heapq.heappop(self._events)
            happen()
            self._send_what_may_go()
        self.course.limit = self.admission.concurrency.limit
        return self.course

    def _at(self, when: float, happen: Callable[[], None]) -> None:
        self._count += 1
        heapq.heappush(self._events, (when, self._count, happen))

    def _send_what_may_go(self) -> None:
        while self._idle:
            wait = self.admission.wait(self._now, STEP)
            if wait > 1e-6:
                wake = self._now + wait
                if not math.isinf(wake) and wake not in self._wakes:
                    self._wakes.add(wake)
                    self._at(wake, lambda: None)
                return
            self._idle -= 1
            self._arrive(self.admission.start(self._now, STEP))

    def _arrive(self, flight: Flight) -> None:
        server = self.server
        if server.per_second is not None:
            grown = (self._now - self._level_at) * server.per_second
            self._level, self._level_at = min(self._burst, self._level + grown), self._now
        is_full = server.at_once is not None and self._serving >= server.at_once
        if is_full or self._level < 1 - 1e-9 or self._rng.random() < server.by_chance:
            self._at(self._now + REFUSAL_S, lambda: self._refuse(flight))
            return
        self._level -= 1
        self._serving += 1
        latency = server.latency * math.exp(self._rng.gauss(0.0, server.sigma))
        hints = self._hints()
        self._at(self._now + latency, lambda: self._answer(flight, hints))

    def _hints(self) -> RateHints | None:
        if not self.server.tells or self.server.per_second is None:
            return None
        reset = (self._burst - self._level) / self.server.per_second
        return RateHints(remaining_requests=math.floor(self._level), reset_requests_s=reset)

    def _answer(self, flight: Flight, hints: RateHints | None) -> None:
        self._serving -= 1
        self._idle += 1
        self.admission.answered(self._now, flight, STEP, None)
        self.admission.hear(flight, hints)
        self.admission.in_flight -= 1
        self.course.answered.append(self._now)

    def _refuse(self, flight: Flight) -> None:
        delay = self._rng.uniform(0.0, 0.5)
        pause = delay if self.server.retry_after is None else self.server.retry_after
        self.admission.failed(self._now, flight)
        self.admission.overloaded(self._now, flight, pause)
        self.admission.pause(self._now, pause)
        self.admission.in_flight -= 1
        self.course.refused.append(self._now)
        self._at(self._now + (self.server.retry_after or 0.0) + delay, self._come_back)

    def _come_back(self) -> None:
        self._idle += 1
