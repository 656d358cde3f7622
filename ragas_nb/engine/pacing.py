"""The way of every request: its turn, its attempts, and what the next ones learn from it."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from typing import TypeVar

from ragas_nb.engine.admission import Admission
from ragas_nb.engine.concurrency import Flight
from ragas_nb.engine.gate import Gate
from ragas_nb.engine.limits import KEEP, Keep, Limits
from ragas_nb.engine.settings import RunConfig
from ragas_nb.errors import JudgeUnavailable, RagasNbError
from ragas_nb.judges.base import Usage
from ragas_nb.judges.openai.target import Target

T = TypeVar("T")

log = logging.getLogger("ragas_nb")

FIRST_DELAY = 0.5
"""Seconds; the upper bound of the first retry's random delay, doubled with each further one."""
RETRIES_BEFORE_FIRST_ANSWER = 2
"""A server that was never reached is given up sooner than one that answered before."""


class Pacing:
    """The requests to one judge or embedder: as many and as fast as it takes, retried with full jitter.

    A refusal holds all of them back, and what the server says of its limits is obeyed before it refuses.
    `who` names the judge in the log.
    """

    def __init__(
        self, config: RunConfig, *, rng: random.Random | None = None, who: str = "The judge"
    ) -> None:
        self.config = config
        self.answered = False
        """Whether anything ever came back."""
        self._who = who
        self._rng = rng or random.Random(config.seed)
        self._admission = Admission(config)
        self._gate = Gate(self._admission)
        self._loop: asyncio.AbstractEventLoop | None = None

    # ── what it is, and what can be changed while it goes on ──

    def status(self) -> Limits:
        """How fast requests go out at this moment."""
        now, admission = self._now(), self._admission
        return Limits(
            limit=admission.concurrency.limit,
            in_flight=admission.in_flight,
            max_workers=self.config.max_workers,
            waiting=len(self._gate),
            waiting_s=admission.asked_to_wait(now),
            paused=self._gate.closed,
            requests_per_minute=60 * admission.sent.per_second(now),
            most_requests=self.config.requests_per_minute,
            most_tokens=self.config.tokens_per_minute,
        )

    def set_limit(
        self,
        max_workers: int | Keep = KEEP,
        *,
        requests_per_minute: float | Keep | None = KEEP,
        tokens_per_minute: float | Keep | None = KEEP,
    ) -> None:
        """Change limits at once, for requests that wait too; what is not named stays, None is no limit.

        What is in flight comes back undisturbed.

        Raises:
            ValueError: a limit that cannot work; it is named.
        """
        self.config = self.config.limited(
            max_workers, requests_per_minute=requests_per_minute, tokens_per_minute=tokens_per_minute
        )
        self._admission.configure(self._now(), self.config)
        self._gate.changed()

    def pause(self) -> None:
        """Let no further request out; those that wait keep their order."""
        self._gate.open(False)

    def resume(self) -> None:
        """Let requests out again."""
        self._gate.open(True)

    # ── a request ──

    async def send(
        self,
        attempt: Callable[[], Awaitable[T]],
        failed: Callable[[JudgeUnavailable, float], None],
        *,
        step: str,
        settle: Callable[[T], Awaitable[None]] | None = None,
    ) -> T:
        """The result of the first attempt at a step that is answered.

        `failed(error, seconds)` hears of each one that is not. `settle(result)` is awaited before the request
        no longer counts as one in flight; it has no time limit.

        Raises:
            JudgeUnavailable: after the last retry.
            JudgeRefused: at once.
        """
        tries = 0
        self._loop = asyncio.get_running_loop()
        while True:
            flight = await self._gate.enter(step)
            try:
                result = await self._attempt(attempt, flight, step)
                if not isinstance(result, JudgeUnavailable):
                    if settle is not None:
                        await settle(result)
                    return result
                tries += 1
                failed(result, self._now() - flight.sent_at)
                delay = self._after(result, flight, step, tries)
            finally:
                self._gate.leave()
            await asyncio.sleep(delay)

    async def _attempt(
        self, attempt: Callable[[], Awaitable[T]], flight: Flight, step: str
    ) -> T | JudgeUnavailable:
        """What came of one attempt; everything that can be learned from it is."""
        try:
            result = await self._timed(attempt)
        except BaseException as error:
            self._admission.failed(self._now(), flight)
            if isinstance(error, JudgeUnavailable):
                return error
            raise
        self.answered = True
        now, usage = self._now(), getattr(result, "usage", None)
        tokens = usage.input_tokens + usage.output_tokens if isinstance(usage, Usage) else None
        self._admission.answered(now, flight, step, tokens)
        self._admission.hear(flight, getattr(result, "hints", None))
        return result

    async def _timed(self, attempt: Callable[[], Awaitable[T]]) -> T:
        try:
            async with asyncio.timeout(self.config.timeout):
                return await attempt()
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is None or task.cancelling():
                raise
            message = "The request was cancelled from outside the run."
            raise JudgeUnavailable(message, kind="connection") from None
        except TimeoutError:
            raise JudgeUnavailable(
                f"No reply within {self.config.timeout:g} s. "
                "Raise RunConfig(timeout=…) if the model is slow.",
                kind="timeout",
            ) from None
        except RagasNbError:
            raise
        except self.config.exception_types as error:
            raise JudgeUnavailable(_own_words(error), kind="server_error") from error

    # ── after an attempt that was not answered ──

    def _after(self, error: JudgeUnavailable, flight: Flight, step: str, tries: int) -> float:
        """Seconds until the next try; a server that has too much to do holds everybody back.

        Raises:
            JudgeUnavailable: there is no next try.
        """
        self.answered |= error.kind in ("rate_limited", "server_error")
        delay = self._delay(error, tries)
        if error.overloaded:
            self._hold_back(error, flight, delay)
        if tries > self._retries(error):
            error.never_reached = error.kind == "connection" and not self.answered
            raise error
        if self.config.log_tenacity:
            self._log_retry(step, tries, error, delay)
        return delay

    def _retries(self, error: JudgeUnavailable) -> int:
        if error.kind == "connection" and not self.answered:
            return min(RETRIES_BEFORE_FIRST_ANSWER, self.config.max_retries)
        return self.config.max_retries

    def _delay(self, error: JudgeUnavailable, tries: int) -> float:
        """Seconds that this request waits before it is sent again."""
        ceiling = min(self.config.max_wait, FIRST_DELAY * 2 ** (tries - 1))
        asked = min(error.retry_after or 0.0, self.config.max_wait)
        return asked + self._rng.uniform(0, ceiling)

    def _hold_back(self, error: JudgeUnavailable, flight: Flight, delay: float) -> None:
        """Pause all requests where the server asks for it, and learn how many it takes."""
        now, admission = self._now(), self._admission
        pause = 0.0
        if error.retry_after is not None:
            pause = min(error.retry_after, self.config.max_wait)
        elif error.kind == "rate_limited":
            pause = delay
        before = admission.concurrency.limit
        is_lower = admission.overloaded(now, flight, pause)
        is_paused = admission.pause(now, pause)
        if is_lower or is_paused:
            self._log_hold_back(before, pause)

    def _log_hold_back(self, before: int, pause: float) -> None:
        limit = self._admission.concurrency.limit
        rate = self._admission.learned_rate(self._now())
        at_once = f"{limit} requests at once" + (f", {before} before" if limit < before else "")
        a_second = "" if rate is None else f"; {rate:.3g} requests a second"
        waits = f"; a pause of {pause:.1f} s" if pause else ""
        log.info("%s is overloaded: %s%s%s.", self._who, at_once, a_second, waits)

    def _log_retry(self, step: str, tries: int, error: JudgeUnavailable, delay: float) -> None:
        log.info(
            "Step '%s': attempt %d of %d failed (%s: %s); the next one in %.1f s.",
            step,
            tries,
            self._retries(error) + 1,
            error.kind.replace("_", " "),
            error,
            max(delay, self._admission.asked_to_wait(self._now())),
        )

    def _now(self) -> float:
        return 0.0 if self._loop is None else self._loop.time()


def _own_words(error: Exception) -> str:
    """What an error of somebody's own judge says, without keys."""
    name = type(error).__name__
    words = Target(name, "").cleaned(str(error))
    return f"{name}: {words}" if words else name
