"""A request's way: what it used is told and counted, whatever comes after."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from ragas_nb.engine.budget import Budget, TokenBudget
from ragas_nb.engine.events import Event, UsageAdded
from ragas_nb.engine.pacing import Pacing
from ragas_nb.engine.sending import Origin, Sender
from ragas_nb.engine.settings import RunConfig
from ragas_nb.engine.trace import Attempt
from ragas_nb.judges.base import Choice, Reply, Usage
from tests.unit.doubles import in_virtual_time

USAGE = Usage(input_tokens=80, output_tokens=20)
REPLY = Reply((Choice("{}"),), USAGE, "judge-1")
ORIGIN = Origin("s1", "polite")
TOLD = UsageAdded(sample_id="s1", metric="polite", step="check", model="judge-1", usage=USAGE, cost=0.01)


async def answer() -> Reply:
    await asyncio.sleep(2)
    return REPLY


def price(usage: Usage, model: str) -> float:
    return 0.01


def test_usage_is_told_before_the_answer_is_kept_and_the_time_of_keeping_is_not_the_judges():
    async def main() -> tuple[list[object], tuple[Reply, Attempt]]:
        seen: list[object] = []
        sender = Sender(Pacing(RunConfig()), Budget(), seen.append)

        async def keep(reply: Reply, attempt: Attempt) -> None:
            await asyncio.sleep(5)
            seen.append((reply, replace(attempt, at=None)))

        reply, sent = await sender.send(answer, price, origin=ORIGIN, step="check", failed=[], settle=keep)
        return seen, (reply, replace(sent, at=None))

    attempt = Attempt("ok", 2.0, model="judge-1", usage=USAGE, cost=0.01)
    assert in_virtual_time(main()) == ([TOLD, (REPLY, attempt)], (REPLY, attempt))


@pytest.mark.parametrize(("limit", "spent"), [(1.0, 0.01), (TokenBudget(5000), 100.0)])
def test_what_an_answer_took_is_counted_though_it_cannot_be_kept(limit: float | TokenBudget, spent: float):
    async def main() -> tuple[float, list[Event]]:
        budget, events = Budget(limit), list[Event]()

        async def fail(reply: Reply, attempt: Attempt) -> None:
            raise OSError("disk full")

        sender = Sender(Pacing(RunConfig()), budget, events.append)
        with pytest.raises(OSError, match="disk full"):
            await sender.send(answer, price, origin=ORIGIN, step="check", failed=[], settle=fail)
        return budget.spent, events

    assert in_virtual_time(main()) == (spent, [TOLD])
