"""How fast a run asks, and which rows it judges first, changed while it goes on."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from ragas_nb.engine.settings import RunConfig
from tests.unit.doubles import Polite, new_run, turns, until
from tests.unit.test_control import BY_HAND, SCORES, going, numbered, stepped

# ── limits ──


async def test_fewer_requests_at_once_from_now_on():
    judge = stepped()
    run = await going(judge)
    assert run.set_limit(1) is run
    judge.let(3)
    for answered in range(3, 8):
        await until(lambda answered=answered: (len(judge.requests), judge.waiting) == (answered, 1))
        await turns()
        assert judge.waiting == 1
        judge.let(1)
    assert (await run)["polite"] == SCORES


async def test_more_requests_at_once_from_now_on():
    judge = stepped()
    run = await going(judge)
    run.set_limit(6)
    await until(lambda: judge.waiting == 6)
    await turns()
    assert (judge.waiting, run.limits.max_workers) == (6, 6)
    judge.let(99)
    assert (await run)["polite"] == SCORES


async def test_a_limit_that_was_lowered_can_be_raised_again():
    judge = stepped()
    run = await going(judge)
    run.set_limit(1)
    judge.let(3)
    await until(lambda: (len(judge.requests), judge.waiting) == (3, 1))
    run.set_limit(4)
    await until(lambda: judge.waiting == 4)
    judge.let(99)
    assert ((await run)["polite"], judge.most) == (SCORES, 4)


async def test_limits_that_are_not_named_stay_and_none_takes_one_away():
    judge = stepped()
    run = await going(judge)
    run.set_limit(requests_per_minute=600)
    assert (run.limits.max_workers, run.limits.most_requests) == (3, 600)
    run.set_limit(2)
    assert (run.limits.max_workers, run.limits.most_requests) == (2, 600)
    run.set_limit(requests_per_minute=None)
    assert (run.limits.max_workers, run.limits.most_requests) == (2, None)
    judge.let(99)
    await run
    assert run.limits is None


async def test_a_limit_that_is_set_while_the_run_begins_holds():
    judge = stepped()
    run = new_run(numbered(), [Polite()], judge, config=BY_HAND).start()
    await asyncio.sleep(0)
    run.set_limit(1)
    await until(lambda: judge.waiting)
    await turns()
    judge.let(99)
    assert ((await run)["polite"], judge.most) == (SCORES, 1)


async def test_a_limit_outlives_a_cancel():
    judge = stepped()
    run = await going(judge)
    run.set_limit(2)
    run.cancel()
    await run
    judge.most = 0
    run.resume()
    await until(lambda: judge.waiting == 2)
    await turns()
    judge.let(99)
    assert ((await run)["polite"], judge.most) == (SCORES, 2)


@pytest.mark.parametrize("limit", [0, -1, 1.5, "many", None])
async def test_a_limit_that_cannot_work_is_refused_and_changes_nothing(limit: Any):
    run = new_run(numbered(1), [Polite()], stepped(), config=BY_HAND)
    with pytest.raises(ValueError, match=r"RunConfig: max_workers must be a whole number, at least 1, not"):
        run.set_limit(limit)
    assert run.settings.config == BY_HAND


# ── rows that somebody looks at ──


async def test_rows_that_somebody_looks_at_come_first():
    judge = stepped()
    run = new_run(numbered(), [Polite()], judge, config=RunConfig(max_workers=1)).start()
    await until(lambda: judge.waiting == 1)
    run.look_at([6, 3])
    judge.let(99)
    await run
    assert [request.input.text for request in judge.requests] == list("06312457")


async def test_rows_that_are_not_there_or_done_are_passed_over():
    judge = stepped()
    run = await going(judge)
    run.look_at([99, -1, 0, 7])
    judge.let(99)
    await run
    assert [request.input.text for request in judge.requests] == list("01273456")
