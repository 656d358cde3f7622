"""Jobs: each with its own failure, in bounded numbers, and never holding the event loop."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from ragas_nb.engine.events import JobFailed, JobScored, JobStarted, RunEnded, UsageAdded
from ragas_nb.engine.settings import RunConfig
from ragas_nb.errors import JudgeRefused, JudgeUnavailable
from ragas_nb.judges.base import JudgeRequest, Reply
from ragas_nb.judges.calls import FunctionJudge
from ragas_nb.metrics import ExactMatch
from ragas_nb.metrics.base import MetricResult
from ragas_nb.schema import EvaluationDataset, SingleTurnSample
from ragas_nb.store.state import RUNNING
from ragas_nb.testing import ScriptedJudge
from tests.unit.doubles import (
    QUICK,
    YES,
    Computes,
    HeldJudge,
    Polite,
    PoliteAndShort,
    in_virtual_time,
    new_run,
    record,
    responses,
    traces,
    until,
)


def length(text: str) -> MetricResult:
    if not text:
        raise ValueError("nothing to measure")
    return MetricResult(len(text))


async def test_a_failed_job_does_not_stop_the_others():
    result = await new_run(responses("a", "", "ccc"), [Computes(rule=length)])
    assert result["computes"] == [1.0, None, 3.0]
    assert result.errors.to_dict("records") == [
        {
            "sample_id": 1,
            "metric": "computes",
            "kind": "metric_error",
            "message": "nothing to measure",
            "raw": None,
        }
    ]


@pytest.mark.parametrize(
    ("rule", "error", "message"),
    [
        (lambda _: None, "TypeError", "metric 'computes' returned NoneType, not a MetricResult"),
        (lambda _: 1.0, "TypeError", "metric 'computes' returned float, not a MetricResult"),
        (lambda _: MetricResult({"a": 1}), "ValidationError", "value"),  # type: ignore[arg-type]
        (lambda _: {}["no"], "KeyError", "no"),
    ],
)
async def test_a_metric_that_returns_nonsense_fails_its_job_and_not_the_run(
    rule: Callable[[str], Any], error: str, message: str
):
    run = new_run(responses("a"), [Computes(rule=rule), Computes(name="good", rule=length)])
    result = await run
    assert (run.status, result["good"]) == ("finished", [1.0])
    (failure,) = run.state.failures()
    assert (failure.kind, failure.error) == ("metric_error", error)
    assert message in failure.message


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
async def test_a_score_that_is_no_finite_number_is_undefined_with_that_reason(value: float):
    run = new_run(responses("a"), [Computes(rule=lambda _: MetricResult(value))])
    await run
    assert run.state.outcomes[0, "computes"] == JobScored(
        sample_id=0, metric="computes", value=None, reason=f"the metric's value is {value}"
    )


async def test_a_sample_without_a_field_is_undefined_with_that_reason():
    run = new_run(responses("a", None), [Computes(rule=length)])
    events = record(run)
    result = await run
    assert result["computes"] == [1.0, None]
    assert [event for event in events if getattr(event, "sample_id", None) == 1] == [
        JobScored(sample_id=1, metric="computes", value=None, reason="the sample has no 'response'")
    ]
    assert result.errors.to_dict("records") == [
        {
            "sample_id": 1,
            "metric": "computes",
            "kind": "undefined",
            "message": "the sample has no 'response'",
            "raw": None,
        }
    ]


async def test_every_job_ends_exactly_once_and_jobs_that_ask_nobody_are_not_announced():
    run = new_run(responses("a", "", "ccc"), [Computes(rule=length), Computes(name="again", rule=length)])
    events = record(run)
    await run
    jobs: dict[tuple[Any, str], list[type]] = {}
    for event in events:
        if isinstance(event, JobStarted | JobScored | JobFailed):
            jobs.setdefault((event.sample_id, event.metric), []).append(type(event))
    assert jobs == {
        (sample_id, metric): [JobFailed if sample_id == 1 else JobScored]
        for sample_id in (0, 1, 2)
        for metric in ("computes", "again")
    }
    assert events[-1] == RunEnded(state="finished")


async def test_rows_fill_sample_by_sample():
    run = new_run(responses("a", "bb"), [Computes(rule=length), Computes(name="again", rule=length)])
    events = record(run)
    await run
    assert [(e.sample_id, e.metric) for e in events if isinstance(e, JobScored)] == [
        (0, "computes"),
        (0, "again"),
        (1, "computes"),
        (1, "again"),
    ]


# ── what stops a run ──


async def test_a_failed_authentication_stops_the_run_with_one_error_and_keeps_the_scores():
    answers = [YES] + [JudgeRefused("wrong key", kind="authentication")] * 50
    judge, one = ScriptedJudge({"is_polite": answers}), RunConfig(max_workers=1)
    run = new_run(responses(*map(str, range(50))), [Polite()], judge, config=one)
    with pytest.raises(JudgeRefused, match="wrong key"):
        await run
    assert (run.status, run.state.message, len(judge.requests)) == ("failed", "wrong key", 2)
    assert run.result["polite"] == [1.0] + [None] * 49
    assert list(run.errors["kind"]) == ["misconfigured"] + ["cancelled"] * 48
    assert set(run.errors["message"]) == {"wrong key"}


async def test_many_refusals_at_once_are_one_error():
    judge = HeldJudge({"is_polite": JudgeRefused("wrong key", kind="authentication")})
    run = new_run(responses(*map(str, range(8))), [Polite()], judge).start()
    await until(lambda: judge.waiting == 8)
    judge.release.set()
    with pytest.raises(JudgeRefused):
        await run
    assert sorted(run.errors["kind"]) == ["cancelled"] * 7 + ["misconfigured"]
    assert set(run.errors["message"]) == {"wrong key"}


async def test_a_server_that_was_never_reached_stops_the_run():
    down = JudgeUnavailable("no connection", kind="connection")
    judge = ScriptedJudge({"is_polite": down})
    run = new_run(responses(*map(str, range(50))), [Polite()], judge, config=QUICK)
    with pytest.raises(JudgeUnavailable, match="no connection"):
        await run
    assert run.status == "failed"
    assert sorted(run.errors["kind"]) == ["cancelled"] * 49 + ["connection"]


async def test_a_server_that_goes_away_for_one_job_does_not_stop_the_others():
    def answer(text: Any) -> Any:
        return JudgeUnavailable("gone", kind="connection") if text.text == "1" else YES

    judge = ScriptedJudge({"is_polite": answer})
    run = new_run(responses("0", "1", "2"), [Polite()], judge, config=RunConfig(max_wait=0, max_workers=1))
    result = await run
    assert (run.status, result["polite"]) == ("finished", [1.0, None, 1.0])


async def test_transient_errors_are_retried_and_every_attempt_is_in_the_trace():
    answers = [
        JudgeUnavailable("too many", kind="rate_limited"),
        JudgeUnavailable("oops", kind="server_error"),
        YES,
    ]
    run = new_run(responses("Hi!"), [Polite()], ScriptedJudge({"is_polite": answers}), config=QUICK)
    events = record(run)
    result = await run
    assert result["polite"] == [1.0]
    attempts = traces(events)[0, "polite"][0].attempts
    assert [(a.outcome, a.problem) for a in attempts] == [
        ("rate limited", "too many"),
        ("server error", "oops"),
        ("ok", None),
    ]


class Flaky(Exception):
    """What somebody's own function raises."""


def asked_of(*errors: Exception) -> tuple[FunctionJudge, list[str]]:
    """A function as a judge that raises these errors in turn, then answers; and the prompts that it got."""
    left, asked = list(errors), []

    async def answer(prompt: str) -> dict[str, int]:
        asked.append(prompt)
        if left:
            raise left.pop(0)
        return YES

    return FunctionJudge(answer, name="mine"), asked


async def test_a_listed_error_of_a_function_is_retried_and_every_attempt_is_in_the_trace():
    judge, asked = asked_of(Flaky("loading"))
    run = new_run(responses("Hi!"), [Polite()], judge, config=replace(QUICK, exception_types=Flaky))
    events = record(run)
    result = await run
    attempts = traces(events)[0, "polite"][0].attempts
    assert (result["polite"], len(asked)) == ([1.0], 2)
    assert [(a.outcome, a.problem) for a in attempts] == [("server error", "Flaky: loading"), ("ok", None)]


async def test_a_mistake_in_a_function_fails_at_once():
    judge, asked = asked_of(TypeError("a mistake"))
    result = await new_run(responses("Hi!"), [Polite()], judge, config=QUICK)
    assert (len(asked), result.errors[["kind", "message"]].values.tolist()) == (
        1,
        [["metric_error", "a mistake"]],
    )


async def test_a_listed_error_of_a_metric_is_not_retried():
    measured: list[str] = []

    def rule(text: str) -> MetricResult:
        measured.append(text)
        raise Flaky("mine")

    config = replace(QUICK, exception_types=Exception)
    result = await new_run(responses("Hi!"), [Computes(rule=rule)], config=config)
    assert (measured, result["computes"]) == (["Hi!"], [None])


async def test_a_retry_is_logged_with_its_step(caplog: pytest.LogCaptureFixture):
    judge = ScriptedJudge({"is_polite": [JudgeUnavailable("oops", kind="server_error"), YES]})
    config = replace(QUICK, log_tenacity=True)
    with caplog.at_level("INFO", logger="ragas_nb"):
        await new_run(responses("Hi!"), [Polite()], judge, config=config)
    assert [message for message in caplog.messages if message.startswith("Step")] == [
        "Step 'is_polite': attempt 1 of 7 failed (server error: oops); the next one in 0.0 s."
    ]


async def test_raise_exceptions_ends_the_run_with_the_first_failure():
    run = new_run(responses("", "bb"), [Computes(rule=length)], raise_exceptions=True)
    with pytest.raises(ValueError, match="nothing to measure"):
        await run
    assert run.status == "failed"
    assert list(run.errors["kind"]) == ["metric_error", "cancelled"]


async def test_a_request_that_is_cancelled_by_somebody_else_fails_its_job_and_hangs_nobody():
    class Flaky(ScriptedJudge):
        async def reply(self, request: JudgeRequest) -> Reply:
            if request.input.text == "1":
                raise asyncio.CancelledError
            return await super().reply(request)

    run = new_run(responses("0", "1"), [Polite()], Flaky({"is_polite": YES}), config=QUICK)
    result = await asyncio.wait_for(run.finish(), 10)
    assert (result["polite"], list(result.errors["kind"])) == ([1.0, None], ["connection"])


# ── the budget ──


async def test_a_reached_budget_ends_the_run_and_keeps_the_scores():
    judge = ScriptedJudge({"is_polite": YES}, price=0.01)
    run = new_run(responses(*map(str, range(50))), [Polite()], judge, budget=0.10)
    result = await run
    assert run.status == "budget_reached"
    assert run.state.message == (
        "Budget of $0.1 reached: $0.1000 spent. Finished scores stay; run.add_budget(…) goes on."
    )
    assert sum(score is not None for score in result["polite"]) == 10
    assert result.total_cost() == pytest.approx(0.10)


def test_requests_in_flight_when_the_budget_is_reached_still_bring_their_scores():
    class Slow(ScriptedJudge):
        async def reply(self, request: JudgeRequest) -> Reply:
            await asyncio.sleep(1 + float(request.input.text))
            return await super().reply(request)

    async def main() -> tuple[str, int, int]:
        judge = Slow({"is_polite": YES}, price=0.01)
        run = new_run(responses(*map(str, range(50))), [Polite()], judge, budget=0.10)
        result = await run
        return run.status, len(judge.requests), sum(score is not None for score in result["polite"])

    assert in_virtual_time(main()) == ("budget_reached", 10, 10)


async def test_a_job_that_the_budget_cut_short_is_not_run_rather_than_failed():
    judge = ScriptedJudge({"is_polite": YES, "is_short": YES}, price=0.01)
    run = new_run(responses("a"), [PoliteAndShort()], judge, budget=0.01)
    result = await run
    assert repr(result) == "{'polite_and_short': – (0 of 1 scored, 1 not run)}"


# ── bounds ──


async def test_no_more_than_max_workers_jobs_run_at_once():
    judge = HeldJudge({"is_polite": YES})
    config = RunConfig(max_workers=4)
    run = new_run(responses(*map(str, range(20))), [Polite()], judge, config=config).start()
    await until(lambda: judge.waiting == 4)
    for _ in range(100):
        await asyncio.sleep(0)
    started = sum(column.count(RUNNING) for column in run.state.columns.values())
    assert (judge.waiting, started) == (4, 4)
    judge.release.set()
    assert (await run)["polite"] == [1.0] * 20


async def test_usage_is_announced_before_the_score_it_was_spent_on():
    run = new_run(responses("a"), [Polite()], ScriptedJudge({"is_polite": YES}))
    events = record(run)
    await run
    assert [type(event) for event in events if isinstance(event, UsageAdded | JobScored)] == [
        UsageAdded,
        JobScored,
    ]


async def longest_turn(work: Callable[[], Any]) -> float:
    """The longest time between two turns of a ticker while `work` went on: seconds of this thread's CPU."""
    longest, last = 0.0, time.thread_time()
    task = asyncio.ensure_future(work())
    while not task.done():
        await asyncio.sleep(0)
        now = time.thread_time()
        longest, last = max(longest, now - last), now
    await task
    return longest


@pytest.fixture
def _no_garbage_collection() -> Iterator[None]:
    """Its pauses grow with whatever other tests have left."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("_no_garbage_collection")
async def test_thousands_of_jobs_that_ask_nobody_leave_the_loop_free():
    samples = [SingleTurnSample(response=str(i), reference=str(i)) for i in range(5000)]
    run = new_run(EvaluationDataset(samples), [ExactMatch()])
    started = time.thread_time()
    longest = await longest_turn(run.finish)
    whole = time.thread_time() - started
    assert run.result["exact_match"] == [1.0] * 5000
    assert longest < max(0.05, whole / 5)
