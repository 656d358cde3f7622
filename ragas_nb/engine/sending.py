"""One request's way to the judge and back: paced, within the budget, timed, counted."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from ragas_nb.engine.events import Event, UsageAdded
from ragas_nb.engine.pacing import Budget, Pacing
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
    ) -> tuple[R, Attempt]:
        """The reply and its attempt; attempts that were not answered are added to `failed`.

        Raises:
            JudgeError, BudgetReached: see `Pacing.send` and `Budget.reserve`.
        """
        sent = 0.0
        cost: float | None = None

        async def timed() -> R:
            nonlocal sent
            sent = asyncio.get_running_loop().time()
            return await attempt()

        def note(error: JudgeUnavailable | JudgeRefused, seconds: float) -> None:
            failed.append(Attempt(error.kind.replace("_", " "), seconds, problem=str(error)))

        await self._budget.reserve(step)
        try:
            reply = await self.pacing.send(timed, note, step=step)
            cost = price(reply.usage, reply.model)
        except JudgeRefused as refused:
            note(refused, asyncio.get_running_loop().time() - sent)
            raise
        finally:
            self._budget.settle(step, cost)
        seconds = asyncio.get_running_loop().time() - sent
        self._tell(origin, step, reply, cost)
        return reply, Attempt("ok", seconds, model=reply.model, usage=reply.usage, cost=cost)

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
