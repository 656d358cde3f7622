"""Requests per time: seen, allowed, learned, announced by the server. Pure; `now` is in seconds."""

from __future__ import annotations

import math

SEEN_S = 10
"""Seconds over which a rate is measured."""
_SLACK = 1e-9


class Meter:
    """How often something happened in the last ten seconds."""

    def __init__(self) -> None:
        self._counts = [0] * SEEN_S
        self._second = 0
        self._first: float | None = None

    def add(self, now: float) -> None:
        """Count one."""
        if self._first is None:
            self._first, self._second = now, math.floor(now)
        self._move_to(now)
        self._counts[self._second % SEEN_S] += 1

    def per_second(self, now: float) -> float:
        """The rate since the first one, at most over the last ten seconds; over one second at least."""
        if self._first is None:
            return 0.0
        self._move_to(now)
        span = min(now - self._first, SEEN_S - 1 + now - math.floor(now))
        return sum(self._counts) / max(span, 1.0)

    def _move_to(self, now: float) -> None:
        second = math.floor(now)
        for passed in range(min(second - self._second, SEEN_S)):
            self._counts[(second - passed) % SEEN_S] = 0
        self._second = max(self._second, second)


class Bucket:
    """So much per second, evenly: a little may be saved up (`burst`, the most), more than that never.

    What takes more than `burst` at once may go when the bucket is full, and leaves a debt.
    """

    def __init__(self, per_second: float, *, burst: float, now: float, level: float | None = None) -> None:
        self.per_second = per_second
        self.burst = burst
        self._level = burst if level is None else level
        self._at = now

    def wait(self, now: float, amount: float) -> float:
        """Seconds until so much may be taken."""
        self._fill(now)
        missing = min(amount, self.burst) - self._level
        return missing / self.per_second if missing > _SLACK * self.burst else 0.0

    def take(self, now: float, amount: float) -> None:
        """Take so much; a negative amount gives it back."""
        self._fill(now)
        self._level = min(self.burst, self._level - amount)

    def change(self, now: float, per_second: float, *, burst: float) -> None:
        """From now on another rate; what was saved up or owed stays."""
        self._fill(now)
        self.per_second, self.burst = per_second, burst
        self._level = min(self._level, burst)

    def _fill(self, now: float) -> None:
        self._level = min(self.burst, self._level + (now - self._at) * self.per_second)
        self._at = now


class Allowance:
    """What the server says may still be sent before its limit resets; endless where it says nothing."""

    def __init__(self) -> None:
        self._left = math.inf
        self._until = -math.inf
        self._heard_from = 0

    def hear(self, sent_at: float, number: int, left: float, reset_s: float) -> None:
        """Take the words of the reply to request `number`, unless a later request's reply was heard already.

        `left` are the requests that may still go out at this moment; the time until the reset counts from
        when the request was sent, for that is when the server looked.
        """
        if number >= self._heard_from:
            self._heard_from = number
            self._left, self._until = left, sent_at + reset_s

    def take(self) -> None:
        """Count one that goes out."""
        self._left -= 1

    def wait(self, now: float) -> float:
        """Seconds until one may go out."""
        return max(0.0, self._until - now) if self._left < 1 else 0.0


class LearnedRate:
    """A rate that refusals taught, where the server refuses however few are in flight.

    It starts from what was accepted lately, and grows again: slowly at first, then ever faster, until the
    next refusal or until it is three times as high, when it no longer counts.
    """

    CUT_EVERY_S = 3.0
    LOWEST = 0.5
    DOUBLED_AFTER_S = 30.0
    FORGOTTEN_AT = 3.0

    def __init__(self) -> None:
        self._base: float | None = None
        self._cut_at = 0.0
        self._bucket: Bucket | None = None

    def now(self, now: float) -> float | None:
        """Requests per second; None where nothing was learned."""
        if self._base is None:
            return None
        growth = 1 + ((now - self._cut_at) / self.DOUBLED_AFTER_S) ** 3
        if growth > self.FORGOTTEN_AT:
            self.forget()
            return None
        return self._base * growth

    def learn(self, now: float, accepted: float, pause: float) -> bool:
        """A refusal, while `accepted` requests per second were not refused; whether it changed the rate.

        So few that a pause does as well teach nothing.

        What the pause after it keeps back may go out at once afterwards: the server has saved it up as well.
        """
        current = self.now(now)
        too_early = current is not None and now - self._cut_at < self.CUT_EVERY_S
        if too_early or accepted < self.LOWEST:
            return False
        self._base = accepted if current is None else max(current / 2, min(accepted, current))
        self._cut_at = now
        burst = 1 + self._base * max(0.1, pause)
        if self._bucket is None:
            self._bucket = Bucket(self._base, burst=burst, now=now, level=0.0)
        self._bucket.change(now, self._base, burst=burst)
        return True

    def forget(self) -> None:
        """Have learned nothing."""
        self._base = self._bucket = None

    def wait(self, now: float) -> float:
        """Seconds until one may go out."""
        rate = self.now(now)
        if rate is None or self._bucket is None:
            return 0.0
        self._bucket.change(now, rate, burst=self._bucket.burst)
        return self._bucket.wait(now, 1)

    def take(self, now: float) -> None:
        """Count one that goes out."""
        if self._bucket is not None:
            self._bucket.take(now, 1)
