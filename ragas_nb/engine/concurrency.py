"""How many requests at once the server takes, found out by trying. Pure; `now` is in seconds."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from typing import Literal

FEW, MANY = 16, 32
"""Requests in flight to begin with: half of the most, but not fewer and not more than these."""
HOLD_S, LONGEST_HOLD_S = 15.0, 120.0
"""How long a level that was found is kept before a little more is tried: at first, and at last."""
HOLD_REPLIES = 40
"""The same in replies."""
SOON_S = 5.0
"""Refused again within this time, a level is lowered by a fifth at least."""
FAR_BELOW = 0.7
"""Refusals below this part of a level that was accepted before say nothing about levels."""
GAIN = 1.1
"""Twice as many in flight have to bring this many times the replies per second."""

Verdict = Literal["too many", "too often", "known"]
"""What a refusal says: of the number in flight, of the rate, or nothing that an earlier one has not said."""


@dataclass(frozen=True, slots=True)
class Flight:
    """A request on its way: its number, when it was sent, and how many were in flight then, with itself."""

    number: int
    sent_at: float
    in_flight: int
    tokens: float = 0.0


class Concurrency:
    """The limit of requests in flight, at most `most`.

    It rises by one with every reply, which doubles it in the time of one reply, until something is refused or
    until twice as many bring no more replies per second. Then it stays at what was accepted, and now and then
    tries a little more: if that holds, it rises again.
    """

    def __init__(self, most: int, *, adaptive: bool = True) -> None:
        self._most = most
        self._adaptive = adaptive
        self._limit = float(min(most, max(FEW, min(MANY, most // 2))) if adaptive else most)
        self._rising = True
        self._accepted = 0
        """The most in flight with a request that was accepted; fades when refusals contradict it."""
        self._cut_at = self._lowered_at = -math.inf
        self._floor = 1.0
        self._hold = HOLD_S
        self._replies = 0
        """Since the limit was lowered."""
        self._probe: _Probe | None = None
        self._rounds = _Rounds(self._limit)
        self._witnesses = _Witnesses()

    @property
    def limit(self) -> int:
        """The number of requests that may be in flight now."""
        return math.floor(self._limit)

    def bound(self, most: int) -> None:
        """Set another upper bound; from there it is found out anew what the server takes."""
        if most > self._most:
            self._rise()
        self._most = most
        self._limit = min(self._limit, most) if self._adaptive else most

    def answered(self, now: float, flight: Flight) -> None:
        """Count a reply."""
        if flight.sent_at >= self._cut_at:  # those of a burst that was refused arrived in any order
            self._accepted = max(self._accepted, flight.in_flight)
        self._replies += 1
        self._witnesses.count(now, flight, accepted=True)
        if not self._adaptive or flight.in_flight * 2 < self._limit:
            return
        if self._rising:
            self._limit = min(self._most, self._limit + 1)
            if level := self._rounds.count(now, self._limit):
                self._limit = level
                self._stay(now)
        elif self.by_chance or (self._probe is not None and self._probe.holds(flight)):
            self._rise()
        elif self._probe is None and self._may_probe(now):
            self._probe = _Probe(self._limit, flight.number, math.ceil(self._limit))
            self._limit = min(self._most, self._limit + max(1.0, self._limit / 20))

    def _may_probe(self, now: float) -> bool:
        waited = now >= self._lowered_at + self._hold and self._replies >= HOLD_REPLIES
        return waited and self._limit < self._most

    @property
    def by_chance(self) -> bool:
        """Whether requests are refused while those sent right after them are accepted."""
        return self._witnesses.deny

    def refused(self, now: float, flight: Flight, last: int) -> Verdict:
        """Count a refusal: lower the limit, or tell that it is not the number in flight.

        `last` is the number of the last request that was sent.
        """
        self._witnesses.count(now, flight, accepted=False)
        if flight.sent_at < self._cut_at:
            if self._adaptive:
                self._limit = max(self._floor, min(self._limit, flight.in_flight - 1))
            return "known"
        self._witnesses.call(now, flight.number, last)
        if self.by_chance:
            return self._let_be(now, "known")
        if flight.in_flight <= max(1.0, FAR_BELOW * self._accepted):
            self._accepted = max(flight.in_flight, math.floor(self._accepted * 0.9))
            return self._let_be(now, "too often" if self._witnesses.confirm else "known")
        if self._adaptive:
            self._lower(now, flight)
        return "too many"

    def _let_be(self, now: float, verdict: Verdict) -> Verdict:
        """Leave the limit as it is for all refusals of this time."""
        self._cut_at, self._floor = now, self._limit
        return verdict

    def _lower(self, now: float, flight: Flight) -> None:
        """Go down to what was accepted: at least by one, at most by half."""
        self._floor = max(1.0, self._limit // 2)
        if self._probe is not None:
            level = self._probe.level
            self._hold = min(2 * self._hold, LONGEST_HOLD_S)
        elif not self._witnesses.confirm:
            level = self._limit - 1
        elif now - self._cut_at < SOON_S and not self._rising:
            level = min(0.8 * self._limit, flight.in_flight - 1)
        else:
            level = min(self._limit, flight.in_flight) - 1
        self._limit = max(self._floor, math.floor(level))
        self._accepted = min(self._accepted, math.floor(self._limit))
        self._stay(now)

    def _stay(self, now: float) -> None:
        self._cut_at = self._lowered_at = now
        self._replies = 0
        self._rising = False
        self._probe = None

    def _rise(self) -> None:
        self._rising, self._probe, self._hold = True, None, HOLD_S
        self._rounds = _Rounds(self._limit)


class _Probe:
    """A little more than the level that was kept; it holds when a round of requests was accepted."""

    def __init__(self, level: float, after: int, replies: int) -> None:
        self.level = level
        self._after = after
        self._missing = replies

    def holds(self, flight: Flight) -> bool:
        """Count a reply; whether it was the last that is needed."""
        self._missing -= flight.number > self._after and flight.in_flight > self.level
        return self._missing <= 0


class _Witnesses:
    """What came of the requests that were sent after a refused one, before its refusal was known.

    A limit refuses those as well. Where most of them are accepted, time after time, it was chance.
    """

    LATELY_S = 20.0
    KEPT = 8
    TIMES = 3
    FEWEST = 6

    def __init__(self) -> None:
        self._calls: deque[_Call] = deque(maxlen=self.KEPT)
        self.deny = False
        """Whether they say that no limit was reached."""
        self.confirm = True
        """Whether they do not speak against a limit."""

    def call(self, now: float, after: int, to: int) -> None:
        """Listen to the requests with these numbers from now on."""
        if to > after:
            self._calls.append(_Call(now, after, to))
        self._judge(now)

    def count(self, now: float, flight: Flight, *, accepted: bool) -> None:
        """Count what came of a request."""
        for call in self._calls:
            if call.after < flight.number <= call.to:
                call.accepted += accepted
                call.refused += not accepted
                return self._judge(now)
        return None

    def _judge(self, now: float) -> None:
        heard = [call for call in self._calls if call.accepted or call.refused]
        self.confirm = sum(call.refused for call in heard) >= sum(call.accepted for call in heard)
        lately = [call for call in heard if call.at >= now - self.LATELY_S]
        accepted, refused = sum(call.accepted for call in lately), sum(call.refused for call in lately)
        self.deny = len(lately) >= self.TIMES and accepted >= max(self.FEWEST, 2 * refused)


@dataclass(slots=True)
class _Call:
    """The witnesses of one refusal, by their numbers."""

    at: float
    after: int
    to: int
    accepted: int = 0
    refused: int = 0


class _Rounds:
    """Replies per second, by rounds while the limit rises; a round has as many replies as the limit was."""

    def __init__(self, limit: float) -> None:
        self._size = limit
        self._missing = limit
        self._began: float | None = None
        self._sizes: list[float] = []
        self._rates: list[float] = []

    def count(self, now: float, limit: float) -> float | None:
        """Count a reply; the level to go back to where the last two doublings brought nothing."""
        if self._began is None:
            self._began = now
        self._missing -= 1
        if self._missing > 0:
            return None
        self._rates = [*self._rates[-2:], self._size / max(now - self._began, 1e-6)]
        self._sizes = [*self._sizes[-2:], self._size]
        self._began, self._size, self._missing = now, limit, limit
        return self._sizes[0] if self._nothing_gained() else None

    def _nothing_gained(self) -> bool:
        if len(self._rates) < 3:
            return False
        pairs = zip(self._rates, self._rates[1:], self._sizes, self._sizes[1:], strict=False)
        return all(rate < GAIN * before and size > 1.5 * less for before, rate, less, size in pairs)
