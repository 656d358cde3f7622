"""One request's way to the judge and back: paced, within the budget, timed, counted."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from ragas_nb.engine.budget import Budget
from ragas_nb.engine.events import Event, UsageAdded
from ragas_nb.engine.pacing import Pacing
from ragas_nb.engine.trace import Attempt
from ragas_nb.errors import JudgeRefused, JudgeUnavailable
from ragas_nb.judges.base import Usage
from ragas_nb.schema import SampleId


class _Answered(Protocol):
    @property
    def usage(self) -> Usage: ...
    @property
    def model(self) -> str: ...


R = TypeVar("R", bound=_Answered)


@dataclass(frozen=True, slots=True)
class Origin:
    """The job that asks first, and so pays."""

    sample_id: SampleId
    metric: str


class Sender:
    """Sends requests for a run; every answered one is an event with its tokens and its cost."""

    def __init__(self, pacing: Pacing, budget: Budget, emit: Callable[[Event], None]) -> None:
        self.pacing = pacing
        self._budget = budget
        self._emit = emit

    async def send(
        self,
        attempt: Callable[[], Awaitable[R]],
        price: Callable[[Usage, str], float | None],
        *,
        origin: Origin,
        step: str,
        failed: list[Attempt],
        settle: Callable[[R, Attempt], Awaitable[None]] | None = None,
    ) -> tuple[R, Attempt]:
        """The reply and its attempt; attempts that were not answered are added to `failed`.

        What the reply used is told as soon as it is here. `settle(reply, attempt)` is awaited after that,
        before the request no longer counts as one in flight.

        Raises:
            JudgeError, BudgetReached: see `Pacing.send` and `Budget.reserve`.
        """
        sent, sent_at, spent = 0.0, 0.0, None
        answered: list[Attempt] = []

        async def timed() -> R:
            nonlocal sent, sent_at
            sent, sent_at = asyncio.get_running_loop().time(), time.time()
            return await attempt()

        def note(error: JudgeUnavailable | JudgeRefused, seconds: float) -> None:
            failed.append(Attempt(error.kind.replace("_", " "), seconds, problem=str(error), at=sent_at))

        async def take(reply: R) -> None:
            nonlocal spent
            seconds = asyncio.get_running_loop().time() - sent
            cost = price(reply.usage, reply.model)
            spent = self._budget.counted(reply.usage, cost)
            self._tell(origin, step, reply, cost)
            told = Attempt("ok", seconds, model=reply.model, usage=reply.usage, cost=cost, at=sent_at)
            answered.append(told)
            if settle is not None:
                await settle(reply, answered[0])

        await self._budget.reserve(step)
        try:
            reply = await self.pacing.send(timed, note, step=step, settle=take)
        except JudgeRefused as refused:
            note(refused, asyncio.get_running_loop().time() - sent)
            raise
        finally:
            self._budget.settle(step, spent)
        return reply, answered[0]

    def _tell(self, origin: Origin, step: str, reply: _Answered, cost: float | None) -> None:
        self._emit(
            UsageAdded(
                sample_id=origin.sample_id,
                metric=origin.metric,
                step=step,
                model=reply.model,
                usage=reply.usage,
                cost=cost,
            )
        )
