"""The handle of a run: its life, its listeners, and that nothing stays behind."""

from __future__ import annotations

import asyncio
import logging
import threading

import pytest

from ragas_nb.engine.events import Event, JobScored, RunEnded, RunStarted
from ragas_nb.engine.settings import RunConfig
from ragas_nb.errors import ConfigurationError, JudgeRefused
from ragas_nb.metrics.base import MetricResult
from ragas_nb.run import Run
from ragas_nb.store.state import State
from ragas_nb.testing import ScriptedJudge
from tests.unit.doubles import (
    YES,
    Computes,
    HeldJudge,
    Polite,
    PoliteAndShort,
    new_run,
    record,
    responses,
)


def other_tasks() -> set[asyncio.Task[object]]:
    return asyncio.all_tasks() - {asyncio.current_task()}


async def held_run(**settings: object) -> tuple[Run, HeldJudge]:
    """A run whose first requests are on their way, held back by the judge."""
    judge = HeldJudge({"is_polite": YES, "is_short": YES})
    run = new_run(responses("a", "b"), [Polite(), PoliteAndShort()], judge, **settings).start()
    await judge.arrived.wait()
    return run, judge


# ── its life ──


async def test_a_run_goes_from_starting_to_running_to_finished():
    run = new_run(responses("a"), [Polite()], ScriptedJudge({"is_polite": YES}))
    seen = [run.status]
    run.listen(lambda event: seen.append(run.status))
    await run
    assert (seen[0], seen[1], seen[-1], run.ended) == ("starting", "running", "finished", True)


async def test_start_returns_at_once_and_the_run_goes_on_by_itself():
    run, judge = await held_run()
    assert (run.status, run.ended, run.result["polite"]) == ("running", False, [None, None])
    judge.release.set()
    assert (await run)["polite"] == [1.0, 1.0]


def test_start_without_an_event_loop_says_what_to_do():
    run = new_run(responses("a"), [Polite()], ScriptedJudge({"is_polite": YES}))
    with pytest.raises(ConfigurationError, match=r"needs a running event loop.*evaluate\(…\).*--wait"):
        run.start()


async def test_a_run_that_is_started_and_awaited_twice_is_carried_out_once():
    judge = ScriptedJudge({"is_polite": YES})
    run = new_run(responses("a"), [Polite()], judge).start().start()
    assert (await run).scores == (await run).scores == [{"polite": 1.0}]
    assert len(judge.requests) == 1


def test_an_ended_run_can_be_awaited_after_its_loop_was_closed():
    run = new_run(responses("a"), [Polite()], ScriptedJudge({"is_polite": YES}))
    asyncio.run(run.finish())
    assert asyncio.run(run.finish()).scores == [{"polite": 1.0}]


async def test_a_run_reads_like_its_result():
    run = new_run(responses("a", "b"), [Polite()], ScriptedJudge({"is_polite": YES}))
    await run
    assert (len(run), list(run), run["polite"], run[1]) == (
        2,
        [{"polite": 1.0}, {"polite": 1.0}],
        [1.0, 1.0],
        {"polite": 1.0},
    )
    assert list(run.df["polite"]) == [1.0, 1.0]
    assert repr(run) == f"<Run 'test' {run.run_id}: finished, 2 of 2 samples scored>"


async def test_the_clock_stops_with_the_run():
    run = new_run(responses("a"), [Polite()], ScriptedJudge({"is_polite": YES}))
    await run
    assert run.clock.elapsed() == run.clock.elapsed() > 0


async def test_judge_and_embedder_are_closed_at_the_end_even_when_one_cannot_be(
    caplog: pytest.LogCaptureFixture,
):
    closed: list[str] = []

    class Closes(ScriptedJudge):
        async def aclose(self) -> None:
            closed.append(self.label)
            raise OSError("stuck")

    run = new_run(
        responses("a"), [Polite()], Closes({"is_polite": YES}), embedder=Closes({}, identity="other")
    )
    assert (await run)["polite"] == [1.0]
    assert closed == ["scripted", "other"]
    assert "could not be closed" in caplog.text


# ── cancelling ──


async def test_cancel_ends_the_run_keeps_scores_and_leaves_no_task():
    run, judge = await held_run()
    before = other_tasks()
    assert before
    run.cancel()
    result = await run
    assert (run.status, run.ended, result["polite"]) == ("cancelled", True, [None, None])
    assert (judge.waiting, other_tasks()) == (0, set())


async def test_scores_that_were_finished_survive_a_cancel():
    judge = HeldJudge({"is_polite": YES})
    run = new_run(responses("a", "b"), [Computes(rule=lambda text: MetricResult(1)), Polite()], judge).start()
    await judge.arrived.wait()
    run.cancel()
    assert (await run).scores == [{"computes": 1.0, "polite": None}] * 2
    assert run.state.columns["polite"].statuses == bytes(2)


async def test_cancelling_the_wait_cancels_the_run_and_leaves_no_task():
    run, judge = await held_run()

    async def cell() -> None:
        await run

    waiting = asyncio.ensure_future(cell())
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert (run.status, judge.waiting, other_tasks()) == ("cancelled", 0, set())


async def test_cancel_works_from_another_thread():
    run, _ = await held_run()
    thread = threading.Thread(target=run.cancel)
    thread.start()
    await run
    thread.join()
    assert run.status == "cancelled"


async def test_cancelling_an_ended_run_does_nothing():
    run = new_run(responses("a"), [Polite()], ScriptedJudge({"is_polite": YES}))
    await run
    run.cancel()
    await asyncio.sleep(0)
    assert run.status == "finished"


async def test_a_second_or_late_cancel_does_not_break_the_closing_of_the_judge():
    closing, closed = asyncio.Event(), asyncio.Event()

    class SlowToClose(HeldJudge):
        async def aclose(self) -> None:
            closing.set()
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            closed.set()

    judge = SlowToClose({"is_polite": YES})
    run = new_run(responses("a"), [Polite()], judge).start()
    await judge.arrived.wait()
    run.cancel()
    run.cancel()
    await closing.wait()
    run._cancel_now()  # a cancel that was on its way when the run ended
    await run
    assert (run.status, closed.is_set()) == ("cancelled", True)


def test_a_run_that_is_never_started_can_be_cancelled():
    run = new_run(responses("a"), [Polite()], ScriptedJudge({"is_polite": YES}))
    run.cancel()
    assert run.status == "starting"


def test_a_loop_that_shuts_down_ends_the_run_as_cancelled():
    async def main() -> Run:
        run, _ = await held_run()
        return run

    run = asyncio.run(main())
    assert (run.status, run.ended) == ("cancelled", True)


# ── failing ──


async def test_the_error_that_ended_a_run_carries_the_partial_result():
    answers = [YES, JudgeRefused("wrong key", kind="authentication")]
    judge, one = ScriptedJudge({"is_polite": answers}), RunConfig(max_workers=1)
    run = new_run(responses("a", "b"), [Polite()], judge, config=one)
    with pytest.raises(JudgeRefused) as caught:
        await run
    assert caught.value is run.error
    assert caught.value.result["polite"] == [1.0, None]
    assert other_tasks() == set()


# ── listeners ──


async def test_listeners_hear_every_event_after_the_state_has_it():
    run = new_run(responses("a"), [Polite()], ScriptedJudge({"is_polite": YES}))
    heard: list[tuple[str, float | str | None]] = []
    run.listen(lambda event: heard.append((event.type, run.state.score(0, "polite"))))
    await run
    assert heard == [
        ("run_started", None),
        ("job_started", None),
        ("usage_added", None),
        ("job_scored", 1.0),
        ("run_ended", 1.0),
    ]


async def test_a_listener_that_raises_is_dropped_and_the_run_goes_on(caplog: pytest.LogCaptureFixture):
    heard: list[str] = []

    def broken(event: Event) -> None:
        heard.append(event.type)
        raise RuntimeError("no")

    run = new_run(responses("a"), [Polite()], ScriptedJudge({"is_polite": YES}), listeners=(broken,))
    events = record(run)
    result = await run
    assert (heard, result["polite"]) == (["run_started"], [1.0])
    assert isinstance(events[-1], RunEnded)
    assert [(r.levelno, "it hears no more" in r.message) for r in caplog.records] == [(logging.ERROR, True)]


async def test_a_listener_can_stop_listening_even_twice_or_while_it_fails():
    run = new_run(responses("a"), [Polite()], ScriptedJudge({"is_polite": YES}))
    heard: list[str] = []

    def once(event: Event) -> None:
        heard.append(event.type)
        stop()
        raise RuntimeError("no")

    stop = run.listen(once)
    assert (await run)["polite"] == [1.0]
    stop()
    assert heard == ["run_started"]


async def test_the_events_folded_anew_give_the_state_of_the_run():
    judge = ScriptedJudge({"is_polite": ["{}", YES, "no", "no", "no"]}, price=None)
    run = new_run(responses("a", "b", None), [Polite(), Computes(rule=MetricResult)], judge)
    events = record(run)
    await run
    folded = State(run.plan.dataset.ids, run.plan.columns)
    for event in events:
        folded.apply(event)
    assert vars(folded) == vars(run.state)


async def test_listeners_in_any_order_fold_the_same_events_to_the_same_state():
    run = new_run(responses("a", "b"), [Polite()], ScriptedJudge({"is_polite": YES}))
    states = [State(run.plan.dataset.ids, run.plan.columns) for _ in range(2)]
    run.listen(states[0].apply)
    others = record(run)
    run.listen(states[1].apply)
    await run
    assert vars(states[0]) == vars(states[1]) == vars(run.state)
    assert [type(event) for event in (others[0], others[-1])] == [RunStarted, RunEnded]
    assert sum(isinstance(event, JobScored) for event in others) == 2


# ── showing ──


async def test_a_run_without_a_view_says_how_to_get_one(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(Run, "views", None)
    run = new_run(responses("a"), [Polite()], ScriptedJudge({"is_polite": YES}))
    with pytest.raises(ConfigurationError, match="import ragas_nb as rnb"):
        run.show()
