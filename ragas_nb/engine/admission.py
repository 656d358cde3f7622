"""Whether a request may go out now, by all that bounds it together. Pure; `now` is in seconds."""

from __future__ import annotations

import math
from collections import Counter

from ragas_nb.engine.concurrency import Concurrency, Flight
from ragas_nb.engine.rates import Allowance, Bucket, LearnedRate, Meter
from ragas_nb.engine.settings import RunConfig
from ragas_nb.judges.base import RateHints

UNKNOWN_TOKENS = 1000.0
"""What a request is reckoned with before any came back."""
SMOOTH_S, SMOOTH_TOKENS_S = 0.1, 1.0
"""How much may be saved up towards a limit per minute, in seconds of it."""


class Admission:
    """The limits of one judge: how many are in flight, pauses, rates that were set, learned or announced."""

    def __init__(self, config: RunConfig) -> None:
        self.concurrency = Concurrency(config.max_workers, adaptive=config.adaptive)
        self.in_flight = 0
        self.paused_until = 0.0
        self.sent, self._accepted = Meter(), Meter()
        self._number = 0
        self._requests: Bucket | None = None
        self._tokens: Bucket | None = None
        self._allowances = (Allowance(), Allowance())
        self._learned = LearnedRate()
        self._usual = _UsualTokens()
        self.configure(0.0, config)

    def configure(self, now: float, config: RunConfig) -> None:
        """Follow other limits from now on."""
        self._config = config
        self.concurrency.bound(config.max_workers)
        self._requests = _bucket(self._requests, config.requests_per_minute, now, SMOOTH_S, whole=1.0)
        self._tokens = _bucket(self._tokens, config.tokens_per_minute, now, SMOOTH_TOKENS_S)

    def wait(self, now: float, step: str) -> float:
        """Seconds until a request of this step may go out; endless where another has to come back first."""
        if self.in_flight >= self.concurrency.limit:
            return math.inf
        waits = [self.asked_to_wait(now), self._learned.wait(now)]
        if self._requests is not None:
            waits.append(self._requests.wait(now, 1))
        if self._tokens is not None:
            waits.append(self._tokens.wait(now, self._usual.tokens(step)))
        return max(waits)

    def asked_to_wait(self, now: float) -> float:
        """Seconds that the server asked to wait, after a refusal or before one."""
        return max(0.0, self.paused_until - now, *(allowance.wait(now) for allowance in self._allowances))

    def start(self, now: float, step: str) -> Flight:
        """Let a request go out."""
        tokens = self._usual.tokens(step)
        self._number += 1
        self.in_flight += 1
        self.sent.add(now)
        self._learned.take(now)
        for allowance in self._allowances:
            allowance.take()
        if self._requests is not None:
            self._requests.take(now, 1)
        if self._tokens is not None:
            self._tokens.take(now, tokens)
        return Flight(self._number, now, self.in_flight, tokens)

    def answered(self, now: float, flight: Flight, step: str, tokens: float | None) -> None:
        """Count a reply, and the tokens that it says it took."""
        self._accepted.add(now)
        self.concurrency.answered(now, flight)
        if tokens is not None:
            self._usual.count(step, tokens)
            self._give_back(now, flight.tokens - tokens)

    def failed(self, now: float, flight: Flight) -> None:
        """Count a request that took no tokens."""
        self._give_back(now, flight.tokens)

    def overloaded(self, now: float, flight: Flight, pause: float) -> bool:
        """Count a refusal for doing too much; whether a limit was lowered."""
        before = self.concurrency.limit
        verdict = self.concurrency.refused(now, flight, self._number)
        if self.concurrency.by_chance:
            self._learned.forget()
        if verdict == "too often" and self._config.adaptive:
            return self._learned.learn(now, self._accepted.per_second(now), pause)
        return self.concurrency.limit < before

    def pause(self, now: float, seconds: float) -> bool:
        """Let nothing out for so long; whether that is news."""
        is_new = self.paused_until <= now < now + seconds
        self.paused_until = max(self.paused_until, now + seconds)
        return is_new

    def hear(self, flight: Flight, hints: RateHints | None) -> None:
        """Take a server's words on what was left, when it got this request, until its limits reset."""
        if hints is None:
            return
        later, longest = self._number - flight.number, self._config.max_wait
        requests, tokens = self._allowances
        if hints.remaining_requests is not None and hints.reset_requests_s is not None:
            left = hints.remaining_requests - later
            requests.hear(flight.sent_at, flight.number, left, min(hints.reset_requests_s, longest))
        if hints.remaining_tokens is not None and hints.reset_tokens_s is not None:
            fits = hints.remaining_tokens >= max(1.0, self._usual.of_all)
            left = math.inf if fits else 0.0
            tokens.hear(flight.sent_at, flight.number, left, min(hints.reset_tokens_s, longest))

    def learned_rate(self, now: float) -> float | None:
        """Requests per second that refusals taught, None where they taught nothing."""
        return self._learned.now(now)

    def _give_back(self, now: float, tokens: float) -> None:
        if self._tokens is not None:
            self._tokens.take(now, -tokens)


def _bucket(
    bucket: Bucket | None, per_minute: float | None, now: float, burst_s: float, whole: float = 0.0
) -> Bucket | None:
    """A bucket for a limit per minute; one that there was goes on with what it holds."""
    if per_minute is None:
        return None
    per_second = per_minute / 60
    burst = whole + per_second * burst_s
    if bucket is None:
        return Bucket(per_second, burst=burst, now=now, level=whole or burst)
    bucket.change(now, per_second, burst=burst)
    return bucket


class _UsualTokens:
    """The mean number of tokens per request, by step."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._totals: Counter[str] = Counter()
        self._count, self._total = 0, 0.0

    def count(self, step: str, tokens: float) -> None:
        """Take in a reply."""
        self._counts[step] += 1
        self._totals[step] += int(tokens)
        self._count, self._total = self._count + 1, self._total + tokens

    @property
    def of_all(self) -> float:
        """The mean of all steps; 0 before the first reply."""
        return self._total / self._count if self._count else 0.0

    def tokens(self, step: str) -> float:
        """What a request of this step is reckoned with."""
        if count := self._counts[step]:
            return self._totals[step] / count
        return self.of_all or UNKNOWN_TOKENS
