"""`run.events()`: everything that happens from now on, for as many as listen, until the run ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from ragas_nb.engine.events import Event, JobScored, JobStarted, RunEnded, RunResumed, RunStarted, UsageAdded
from ragas_nb.judges.base import Usage
from ragas_nb.run import Run
from ragas_nb.testing import ScriptedJudge
from tests.unit.doubles import YES, HeldJudge, Polite, new_run, record, responses, until


def run_of_two() -> Run:
    return new_run(responses("a", "b"), [Polite()], ScriptedJudge({"is_polite": YES}, identity="scripted"))


async def held_run() -> tuple[Run, HeldJudge]:
    """A run that has asked its first question and waits for the answer."""
    judge = HeldJudge({"is_polite": YES})
    run = new_run(responses("a"), [Polite()], judge).start()
    await judge.arrived.wait()
    return run, judge


async def listed(events: AsyncIterator[Event]) -> list[Event]:
    return [event async for event in events]


async def test_events_give_what_happens_in_its_order_and_stop_with_the_run():
    run = new_run(responses("a"), [Polite()], ScriptedJudge({"is_polite": YES}, identity="scripted"))
    begun, started, usage, scored, ended = await listed(run.start().events())
    (sample_id,) = run.dataset.ids
    assert isinstance(begun, RunStarted)
    assert isinstance(scored, JobScored)
    assert (begun.run_id, begun.name) == (run.run_id, "test")
    assert started == JobStarted(sample_id=sample_id, metric="polite")
    assert usage == UsageAdded(
        sample_id=sample_id,
        metric="polite",
        step="is_polite",
        model="scripted",
        usage=Usage(input_tokens=10, output_tokens=5),
        cost=0.0,
    )
    assert (scored.sample_id, scored.metric, scored.value) == (sample_id, "polite", 1)
    assert ended == RunEnded(state="finished")


async def test_events_are_those_that_listeners_hear():
    run = run_of_two()
    heard = record(run)
    assert await listed(run.start().events()) == heard


async def test_two_who_listen_at_once_get_the_same_events():
    run = run_of_two()
    one, other = await asyncio.gather(listed(run.events()), listed(run.start().events()))
    assert one == other
    assert len(one) == 8


async def test_who_comes_late_gets_what_happens_from_then_on():
    run, judge = await held_run()
    late = asyncio.create_task(listed(run.events()))
    await asyncio.sleep(0)
    judge.release.set()
    assert [event.type for event in await late] == ["usage_added", "job_scored", "run_ended"]


async def test_events_of_a_run_that_has_ended_are_over_at_once():
    run = run_of_two()
    await run
    assert await listed(run.events()) == []


async def test_events_of_a_cancelled_run_stop_with_its_end():
    run, _ = await held_run()
    late = asyncio.create_task(listed(run.events()))
    await asyncio.sleep(0)
    run.cancel()
    assert await late == [RunEnded(state="cancelled")]


async def test_events_can_be_asked_for_again_when_a_run_goes_on():
    run, judge = await held_run()
    run.cancel()
    await run
    judge.release.set()
    again = await listed(run.resume().events())
    assert isinstance(again[0], RunResumed)
    assert [event.type for event in again[1:]] == ["job_started", "usage_added", "job_scored", "run_ended"]


async def test_who_stops_reading_is_not_kept():
    run, judge = await held_run()
    before = len(run._listeners)
    judge.release.set()
    async for event in run.events():
        assert event.type == "usage_added"
        break
    await until(lambda: len(run._listeners) == before)  # the loop closes what nobody reads any more
    assert (await run)["polite"] == [1.0]


async def test_who_is_cancelled_while_waiting_is_not_kept():
    run, judge = await held_run()
    before = len(run._listeners)
    reader = asyncio.create_task(listed(run.events()))
    await until(lambda: len(run._listeners) == before + 1)
    reader.cancel()
    await asyncio.wait([reader])
    assert (reader.cancelled(), len(run._listeners)) == (True, before)
    judge.release.set()
    assert (await run)["polite"] == [1.0]


async def test_a_slow_reader_misses_nothing_and_does_not_hold_the_run_up():
    run = run_of_two()
    heard = record(run)
    events = run.events()
    first = asyncio.ensure_future(anext(events))
    await run
    assert [await first, *await listed(events)] == heard
