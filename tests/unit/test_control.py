"""Telling a run what to do while it goes on: pause, resume, cancel, limits, rows that somebody looks at."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from ragas_nb.engine.events import JobScored, RunEnded, RunPaused, RunResumed
from ragas_nb.engine.settings import RunConfig
from ragas_nb.errors import JudgeRefused
from ragas_nb.run import Run
from ragas_nb.store.state import RUNNING
from ragas_nb.testing import ScriptedJudge
from tests.unit.doubles import (
    NO,
    YES,
    Polite,
    PoliteAndShort,
    SteppedJudge,
    Text,
    new_run,
    record,
    responses,
    turns,
    until,
)

BY_HAND = RunConfig(max_workers=3, adaptive=False)


def by_text(text: Text) -> dict[str, int]:
    return YES if int(text.text) % 2 else NO


def stepped() -> SteppedJudge:
    return SteppedJudge({"is_polite": by_text, "is_short": YES})


def numbered(count: int = 8) -> Any:
    return responses(*map(str, range(count)))


async def going(judge: SteppedJudge, **settings: Any) -> Run:
    """A run of 8 samples whose first three requests are out."""
    run = new_run(numbered(), [Polite()], judge, **{"config": BY_HAND, **settings}).start()
    await until(lambda: judge.waiting == 3)
    return run


async def in_thread(call: Callable[[], object]) -> None:
    thread = threading.Thread(target=call)
    thread.start()
    await until(lambda: not thread.is_alive())
    thread.join()


SCORES = [0.0, 1.0] * 4


# ── pause and resume ──


async def test_pause_lets_what_is_in_flight_come_back_and_starts_nothing_more():
    judge = stepped()
    run = await going(judge)
    run.pause()
    judge.let(99)
    await until(lambda: run.result["polite"][:3] == SCORES[:3])
    await turns()
    assert (run.status, run.ended, len(judge.requests), judge.waiting) == ("paused", False, 3, 0)
    assert run.result["polite"] == [*SCORES[:3], *[None] * 5]


async def test_a_job_that_is_paused_between_two_questions_does_not_ask_the_second():
    judge = stepped()
    run = new_run(numbered(2), [PoliteAndShort()], judge).start()
    await until(lambda: judge.waiting == 2)
    run.pause()
    judge.let(99)
    await until(lambda: len(judge.requests) == 2)
    await turns()
    assert [request.prompt.name for request in judge.requests] == ["is_polite", "is_polite"]
    assert run.state.columns["polite_and_short"].count(RUNNING) == 2
    run.resume()
    assert (await run)["polite_and_short"] == [0.0, 1.0]


async def test_resume_goes_on_where_the_pause_was():
    judge = stepped()
    run = await going(judge)
    events = record(run)
    run.pause()
    judge.let(99)
    await until(lambda: run.status == "paused")
    assert run.resume() is run
    assert ((await run)["polite"], len(judge.requests)) == (SCORES, 8)
    told = [type(event) for event in events if isinstance(event, RunPaused | RunResumed | RunEnded)]
    assert told == [RunPaused, RunResumed, RunEnded]


async def test_pause_and_resume_work_from_another_thread():
    judge = stepped()
    run = await going(judge)
    await in_thread(run.pause)
    await until(lambda: run.status == "paused")
    await in_thread(run.resume)
    await until(lambda: run.status == "running")
    judge.let(99)
    assert (await run)["polite"] == SCORES


async def test_a_second_pause_and_a_second_resume_do_nothing():
    judge = stepped()
    run = await going(judge)
    events = record(run)
    for order in (run.pause, run.resume):
        order()
        await until(lambda: len(events) == 1)
        order()
        await turns()
        assert len(events) == 1
        events.clear()
    judge.let(99)
    assert (await run)["polite"] == SCORES


async def test_the_clock_stands_still_in_a_pause():
    judge = stepped()
    run = await going(judge)
    run.pause()
    await until(lambda: run.status == "paused")
    before = run.clock.elapsed()
    await turns()
    assert run.clock.elapsed() == before > 0
    run.resume()
    await until(lambda: run.clock.elapsed() > before)
    judge.let(99)
    await run


async def test_a_paused_run_can_be_cancelled():
    judge = stepped()
    run = await going(judge)
    run.pause()
    await until(lambda: run.status == "paused")
    run.cancel()
    await run
    assert (run.status, judge.waiting, asyncio.all_tasks()) == ("cancelled", 0, {asyncio.current_task()})


# ── cancel, and go on ──


async def test_a_cancelled_run_that_goes_on_finds_the_same_and_asks_nothing_twice():
    judge = stepped()
    run = await going(judge)
    judge.let(4)
    await until(lambda: sum(score is not None for score in run.result["polite"]) == 4)
    run.cancel()
    assert (await run)["polite"].count(None) == 4
    judge.let(99)
    assert (await run.resume())["polite"] == SCORES
    assert Counter(request.input.text for request in judge.requests) == Counter(map(str, range(8)))
    assert (run.status, run.state.total.requests) == ("finished", 8)


async def test_an_answer_that_came_just_before_a_cancel_is_not_asked_for_again():
    judge = stepped()
    run = new_run(numbered(2), [PoliteAndShort()], judge).start()
    await until(lambda: judge.waiting == 2)
    judge.let(2)
    await until(lambda: judge.waiting == 2)  # now the second question of each
    run.cancel()
    await run
    judge.let(99)
    result = await run.resume()
    assert result["polite_and_short"] == [0.0, 1.0]
    asked = Counter((request.prompt.name, request.input.text) for request in judge.requests)
    assert asked == Counter((step, text) for step in ("is_polite", "is_short") for text in "01")
    assert [step.source for step in result.steps(0, "polite_and_short")] == ["remembered", "asked"]


async def test_a_run_that_failed_goes_on_when_the_reason_is_gone():
    wrong: list[Exception] = [JudgeRefused("wrong key", kind="authentication")]
    judge = ScriptedJudge({"is_polite": lambda text: wrong[0] if wrong else YES})
    run = new_run(numbered(4), [Polite()], judge)
    with pytest.raises(JudgeRefused):
        await run
    wrong.clear()
    assert (await run.resume())["polite"].count(1.0) == 3  # the failed job is done again by retry_failed
    assert (run.status, run.error) == ("finished", None)
    assert (await run.retry_failed())["polite"] == [1.0] * 4


async def test_a_run_that_goes_on_is_one_however_often_it_is_told():
    judge = stepped()
    run = await going(judge)
    run.cancel()
    await run
    events = record(run)
    judge.let(99)
    await asyncio.gather(run.resume().finish(), run.resume().finish(), run.finish())
    assert [event.type for event in events].count("run_ended") == 1
    assert (run.result["polite"], len(judge.requests)) == (SCORES, 8)


async def test_a_run_that_was_just_started_can_be_cancelled():
    run = new_run(numbered(), [Polite()], stepped()).start()
    run.cancel()
    await asyncio.wait_for(run.finish(), 10)
    assert (run.status, run.ended) == ("cancelled", True)


async def test_a_run_that_was_just_told_to_go_on_can_be_cancelled():
    judge = stepped()
    run = await going(judge)
    run.cancel()
    await run
    run.resume()
    run.cancel()
    await asyncio.wait_for(run.finish(), 10)
    assert (run.status, judge.waiting) == ("cancelled", 0)


# ── at the last moment: all is judged, and not all is announced ──


async def ended_by(order: Callable[[Run], object]) -> Run:
    """A run that is told something when it hears of its last score."""
    run = new_run(numbered(1), [Polite()], ScriptedJudge({"is_polite": YES}))
    run.listen(lambda event: order(run) if isinstance(event, JobScored) else None)
    await asyncio.wait_for(run.finish(), 10)
    return run


@pytest.mark.parametrize("order", [Run.pause, Run.resume, Run.cancel, Run.retry_failed])
async def test_an_order_at_the_last_moment_does_no_harm(
    order: Callable[[Run], object], caplog: pytest.LogCaptureFixture
):
    run = await ended_by(order)
    assert (run.ended, run.result["polite"]) == (True, [1.0])
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


async def test_a_cancel_at_the_last_moment_still_closes_judge_and_store():
    closed: list[str] = []

    class Closes(ScriptedJudge):
        async def aclose(self) -> None:
            closed.append(self.label)

    before = set(threading.enumerate())
    run = new_run(numbered(1), [Polite()], Closes({"is_polite": YES}))
    run.listen(lambda event: run.cancel() if isinstance(event, JobScored) else None)
    await asyncio.wait_for(run.finish(), 10)
    assert (closed, set(threading.enumerate()) - before) == (["scripted"], set())
    assert run.result["polite"] == [1.0]


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
