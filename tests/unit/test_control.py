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


async def test_a_pause_that_is_told_while_the_run_begins_holds():
    judge = stepped()
    run = new_run(numbered(), [Polite()], judge, config=BY_HAND).start()
    run.pause()
    await until(lambda: run.status == "paused" or judge.waiting)
    await turns()
    assert (run.status, judge.waiting) == ("paused", 0)
    judge.let(99)
    assert (await run.resume())["polite"] == SCORES


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
