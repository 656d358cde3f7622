"""When a request may go out: how many at once, how long to wait after a refusal, and never past the budget."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import TypeVar

from ragas_nb.engine.settings import RunConfig
from ragas_nb.errors import BudgetReached, JudgeUnavailable

T = TypeVar("T")

FIRST_DELAY = 0.5
"""Seconds; the upper bound of the first retry's random delay, doubled with each further one."""
RETRIES_BEFORE_FIRST_ANSWER = 2
"""A server that was never reached is given up sooner than one that answered before."""


class Budget:
    """Money that may be spent, in dollars; requests in flight count with the mean cost so far."""

    def __init__(self, limit: float | None) -> None:
        self.limit = limit
        self.spent = 0.0
        self._paid = 0
        self._in_flight = 0

    def reserve(self) -> None:
        """Make room for one request.

        Raises:
            BudgetReached: it would not fit.
        """
        if self.limit is not None:
            mean = self.spent / self._paid if self._paid else 0.0
            if self.spent + mean * (self._in_flight + 1) > self.limit or self.spent >= self.limit:
                raise BudgetReached(
                    f"Budget of ${self.limit:.2f} reached: ${self.spent:.4f} spent. Finished scores stay; "
                    "run the cell again with a larger budget."
                )
        self._in_flight += 1

    def settle(self, cost: float | None) -> None:
        """A request came back, or failed without cost."""
        self._in_flight -= 1
        if cost:
            self.spent += cost
            self._paid += 1


class Pacing:
    """The way of every request to one judge: a bounded number in flight, one shared pause, retries with full jitter.

    Starts are spread, one per turn of the event loop, so that a burst never blocks the notebook.
    """

    def __init__(self, config: RunConfig, *, rng: random.Random | None = None) -> None:
        self.config = config
        self.answered = False
        """Whether anything ever came back."""
        self._slots = asyncio.Semaphore(config.max_workers)
        self._turn = asyncio.Lock()
        self._open_at = 0.0
        self._rng = rng or random.Random()

    async def send(self, attempt: Callable[[], Awaitable[T]], failed: Callable[[JudgeUnavailable, float], None]) -> T:
        """The result of the first attempt that is answered.

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
                    failed(error, loop.time() - started)
                    tries += 1
                    if tries > self._retries(error):
                        raise
                    delay = self._delay(error, tries)
                else:
                    self.answered = True
                    return result
            await asyncio.sleep(delay)

    async def _timed(self, attempt: Callable[[], Awaitable[T]]) -> T:
        try:
            async with asyncio.timeout(self.config.timeout):
                return await attempt()
        except TimeoutError:
            raise JudgeUnavailable(
                f"No reply within {self.config.timeout:g} s. Raise RunConfig(timeout=…) if the model is slow.",
                kind="timeout",
            ) from None

    async def _wait_for_turn(self) -> None:
        loop = asyncio.get_running_loop()
        async with self._turn:
            while (pause := self._open_at - loop.time()) > 0:
                await asyncio.sleep(pause)
            await asyncio.sleep(0)

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
            self._open_at = max(self._open_at, asyncio.get_running_loop().time() + min(pause, self.config.max_wait))
        return delay
