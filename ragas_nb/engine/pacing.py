"""When a request may go out: how many at once, how long to wait after a refusal, never past the budget."""

from __future__ import annotations

import asyncio
import logging
import math
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import TypeVar

from ragas_nb.engine.settings import RunConfig
from ragas_nb.errors import BudgetReached, JudgeUnavailable, RagasNbError
from ragas_nb.judges.openai.target import Target

T = TypeVar("T")

log = logging.getLogger("ragas_nb")

FIRST_DELAY = 0.5
"""Seconds; the upper bound of the first retry's random delay, doubled with each further one."""
RETRIES_BEFORE_FIRST_ANSWER = 2
"""A server that was never reached is given up sooner than one that answered before."""
ROUNDING = 1e-9
"""The part of a budget that sums of floats may be off."""


class Budget:
    """Money that may be spent, in dollars.

    A request in flight counts with the dearest one of its step so far, and the first request of a step goes
    out by itself. So a run overshoots by one request at most, unless the requests of one step differ much.
    """

    def __init__(self, limit: float | None) -> None:
        self.limit = math.inf if limit is None else limit
        self.spent = 0.0
        self._dearest: dict[str, float] = {}
        self._in_flight: Counter[str] = Counter()
        self._settled = asyncio.Event()
        self._reached = False

    async def reserve(self, step: str) -> None:
        """Make room for one request; wait for others to come back where that decides.

        Raises:
            BudgetReached: it does not fit, or another one before it did not.
        """
        while not (self._reached or self._goes_over(step)):
            if not self._must_wait(step):
                self._in_flight[step] += 1
                return
            await self._settled.wait()
        self._reached = True
        raise BudgetReached(
            f"Budget of ${self.limit:g} reached: ${self.spent:.4f} spent. Finished scores stay; "
            "run the cell again with a larger budget."
        )

    def settle(self, step: str, cost: float | None) -> None:
        """Count a request that came back, or that failed without cost."""
        self._in_flight[step] -= 1
        if cost is not None:
            self.spent += cost
            self._dearest[step] = max(cost, self._dearest.get(step, 0.0))
        self._settled.set()
        self._settled = asyncio.Event()

    def _must_wait(self, step: str) -> bool:
        """Whether what is in flight may take the room that this request needs."""
        if math.isinf(self.limit):
            return False
        if not self._dearest:
            return self._in_flight.total() > 0
        if step not in self._dearest and self._in_flight[step]:
            return True
        return self._goes_over(step, sum(self._price(s) * count for s, count in self._in_flight.items()))

    def _goes_over(self, step: str, reserved: float = 0.0) -> bool:
        expected = self.spent + reserved + self._price(step)
        return self.spent >= self.limit or expected > self.limit * (1 + ROUNDING)

    def _price(self, step: str) -> float:
        """What a request of this step is expected to cost at most."""
        return self._dearest.get(step, max(self._dearest.values(), default=0.0))


class Pacing:
    """The way of every request: a bounded number in flight, one shared pause, retries with full jitter.

    Starts are spread, one per turn of the event loop, so that a burst never blocks the notebook.
    """

    def __init__(self, config: RunConfig, *, rng: random.Random | None = None) -> None:
        self.config = config
        self.answered = False
        """Whether anything ever came back."""
        self._slots = asyncio.Semaphore(config.max_workers)
        self._turn = asyncio.Lock()
        self._open_at = 0.0
        self._rng = rng or random.Random(config.seed)

    async def send(
        self,
        attempt: Callable[[], Awaitable[T]],
        failed: Callable[[JudgeUnavailable, float], None],
        *,
        step: str,
    ) -> T:
        """The result of the first attempt at a step that is answered.

        `failed(error, seconds)` hears of each one that is not.

        Raises:
            JudgeUnavailable: after the last retry.
            JudgeRefused: at once.
        """
        tries = 0
        loop = asyncio.get_running_loop()
        while True:
            async with self._slots:
                await self._wait_for_turn()
                started = loop.time()
                try:
                    result = await self._timed(attempt)
                except JudgeUnavailable as error:
                    self.answered |= error.kind in ("rate_limited", "server_error")
                    failed(error, loop.time() - started)
                    tries += 1
                    if tries > self._retries(error):
                        error.never_reached = error.kind == "connection" and not self.answered
                        raise
                    delay = self._delay(error, tries)
                    if self.config.log_tenacity:
                        self._log_retry(step, tries, error, delay)
                else:
                    self.answered = True
                    return result
            await asyncio.sleep(delay)

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

    async def _wait_for_turn(self) -> None:
        loop = asyncio.get_running_loop()
        async with self._turn:
            while (pause := self._open_at - loop.time()) > 0:  # noqa: ASYNC110  it may move while we wait
                await asyncio.sleep(pause)
            await asyncio.sleep(0)

    def _log_retry(self, step: str, tries: int, error: JudgeUnavailable, delay: float) -> None:
        pause = max(delay, self._open_at - asyncio.get_running_loop().time())
        allowed = self._retries(error) + 1
        log.info(
            "Step '%s': attempt %d of %d failed (%s: %s); the next one in %.1f s.",
            step,
            tries,
            allowed,
            error.kind.replace("_", " "),
            error,
            pause,
        )

    def _retries(self, error: JudgeUnavailable) -> int:
        if error.kind == "connection" and not self.answered:
            return min(RETRIES_BEFORE_FIRST_ANSWER, self.config.max_retries)
        return self.config.max_retries

    def _delay(self, error: JudgeUnavailable, tries: int) -> float:
        """Seconds until the next try; a rate limit holds everybody back."""
        ceiling = min(self.config.max_wait, FIRST_DELAY * 2 ** (tries - 1))
        delay = self._rng.uniform(0, ceiling)
        if error.retry_after is not None:
            delay += min(error.retry_after, self.config.max_wait)
        if error.kind == "rate_limited":
            pause = error.retry_after if error.retry_after is not None else delay
            self._open_at = max(
                self._open_at, asyncio.get_running_loop().time() + min(pause, self.config.max_wait)
            )
        return delay


def _own_words(error: Exception) -> str:
    """What an error of somebody's own judge says, without keys."""
    name = type(error).__name__
    words = Target(name, "").cleaned(str(error))
    return f"{name}: {words}" if words else name
