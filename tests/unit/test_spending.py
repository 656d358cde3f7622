"""Allowing more to be spent, and what a run says it may be told to do."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest

from ragas_nb.engine.budget import Budget, TokenBudget
from ragas_nb.errors import ConfigurationError, JudgeRefused
from ragas_nb.run import Run
from ragas_nb.testing import ScriptedJudge
from tests.unit.doubles import YES, HeldJudge, Polite, new_run, responses, turns, until
from tests.unit.test_retrying import Moody, failing

# ── the budget ──

TEN = [str(number) for number in range(10)]


def priced(budget: Any, judge: ScriptedJudge | None = None) -> tuple[Run, ScriptedJudge]:
    """A run of ten requests at a cent (and 15 tokens) each."""
    judge = judge or ScriptedJudge({"is_polite": YES}, price=0.01)
    return new_run(responses(*TEN), [Polite()], judge, budget=budget), judge


async def test_a_run_that_its_budget_ended_goes_on_with_more():
    run, judge = priced(0.03)
    result = await run
    assert (run.status, result["polite"].count(1.0)) == ("budget_reached", 3)
    assert sorted(result.errors["kind"]) == ["budget"] * 7
    result = await run.add_budget(0.02)
    assert (run.status, result["polite"].count(1.0), len(judge.requests)) == ("budget_reached", 5, 5)
    result = await run.add_budget(1)
    assert (run.status, result["polite"], len(judge.requests)) == ("finished", [1.0] * 10, 10)
    assert (run.budget, result.total_cost()) == ("$0.1000 of $1.05", pytest.approx(0.10))


async def test_requests_that_wait_for_the_budget_go_on_with_more():
    held = HeldJudge({"is_polite": YES}, price=0.01)
    run, _ = priced(0.03, held)
    run.start()
    await held.arrived.wait()
    await turns()
    assert held.waiting == 1  # what a request costs is not known yet, so that the others wait
    run.add_budget(0.07)
    held.release.set()
    assert ((await run)["polite"], run.status) == ([1.0] * 10, "finished")


async def test_more_may_be_allowed_from_another_thread(monkeypatch: pytest.MonkeyPatch):
    woken_in: list[threading.Thread] = []
    look_again = Budget._look_again

    def noted(budget: Budget) -> None:
        woken_in.append(threading.current_thread())
        look_again(budget)

    monkeypatch.setattr(Budget, "_look_again", noted)
    held = HeldJudge({"is_polite": YES}, price=0.01)
    run, _ = priced(0.03, held)
    run.start()
    await held.arrived.wait()
    thread = threading.Thread(target=lambda: run.add_budget(1.0))
    thread.start()
    await until(lambda: woken_in)
    thread.join()
    held.release.set()
    assert (await run)["polite"] == [1.0] * 10
    assert set(woken_in) == {threading.current_thread()}  # whoever waits is woken on the run's own loop


async def test_a_budget_of_tokens_is_kept_and_grows_by_tokens():
    run, judge = priced(TokenBudget(45))
    assert ((await run)["polite"].count(1.0), run.budget) == (3, "45 of 45 tokens")
    await run.add_budget(TokenBudget(30))
    assert (run.status, len(judge.requests)) == ("budget_reached", 5)


@pytest.mark.parametrize(
    ("budget", "more", "problem"),
    [
        (None, 1.0, "This run has no budget"),
        (1.0, TokenBudget(5), "This run's budget is in dollars"),
        (TokenBudget(5), 1.0, "This run's budget is in tokens"),
        (1.0, 0, "A budget grows by more than 0, not by 0"),
        (1.0, -1, "A budget grows by more than 0, not by -1"),
    ],
)
async def test_what_cannot_be_added_to_a_budget_is_refused(budget: Any, more: Any, problem: str):
    run, judge = priced(budget)
    with pytest.raises(ConfigurationError, match=problem):
        run.add_budget(more)
    assert (run.status, judge.requests) == ("starting", [])


# ── what can be done when ──


async def test_a_run_says_what_it_may_be_told():
    judge = Moody()
    run = failing(judge)
    seen = {run.status: run.can}
    run.listen(lambda event: seen.setdefault(run.status, run.can))
    await run
    assert seen == {
        "starting": ("cancel",),
        "running": ("pause", "cancel", "set_limit"),
        "finished": ("retry_failed",),
    }
    judge.is_well = True
    await run.retry_failed()
    assert run.can == ()


async def test_a_paused_or_cancelled_run_may_be_told_to_go_on():
    judge = HeldJudge({"is_polite": YES})
    run = new_run(responses("a"), [Polite()], judge).start()
    await judge.arrived.wait()
    run.pause()
    await until(lambda: run.status == "paused")
    assert run.can == ("resume", "cancel", "set_limit")
    run.cancel()
    await run
    assert run.can == ("resume",)


async def test_a_run_with_a_budget_may_be_given_more_at_any_time():
    held = HeldJudge({"is_polite": YES}, price=0.01)
    run, _ = priced(0.03, held)
    run.start()
    await held.arrived.wait()
    assert run.can == ("pause", "cancel", "add_budget", "set_limit")
    held.release.set()
    await run
    assert run.can == ("add_budget",)


async def test_a_run_that_failed_may_be_told_to_go_on_or_to_do_what_failed_again():
    run = new_run(
        responses("a"),
        [Polite()],
        ScriptedJudge({"is_polite": JudgeRefused("no key", kind="authentication")}),
    )
    with pytest.raises(JudgeRefused):
        await run
    assert run.can == ("resume", "retry_failed")


def test_a_run_whose_loop_is_closed_may_be_told_nothing():
    run = failing(Moody())
    asyncio.run(run.finish())
    assert run.can == ()
