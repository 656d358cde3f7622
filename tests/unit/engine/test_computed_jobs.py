"""Jobs that ask nobody: called directly, in slices, and in a thread where they take long."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np
import pytest

from ragas_nb.engine.events import JobFailed, JobScored, RunEnded, RunStarted
from ragas_nb.errors import ConfigurationError
from ragas_nb.metrics.base import MetricResult
from ragas_nb.metrics.computing import ComputedMetric
from ragas_nb.run import Run
from ragas_nb.schema import SingleTurnSample
from ragas_nb.testing import ScriptedJudge
from tests.unit.doubles import YES, Polite, new_run, record, responses, until

LONG = "long" * 10


class Rule(ComputedMetric):
    """Whatever `rule` makes of the response; more than 20 letters take long."""

    name: str = "rule"
    rule: Callable[[str], Any]
    before: Callable[[], None] = lambda: None
    requires: ClassVar[frozenset[str]] = frozenset({"response"})
    longest_at_once: ClassVar[int | None] = 20

    def prepare(self) -> None:
        self.before()

    def compute(self, sample: SingleTurnSample) -> MetricResult:
        result: MetricResult = self.rule(sample.response or "")
        return result


def length(text: str) -> MetricResult:
    return MetricResult(len(text))


async def test_a_computed_job_is_scored_without_having_started():
    run = new_run(responses("a", LONG, None), [Rule(rule=length)])
    events = record(run)
    await run
    scored = [event for event in events if not isinstance(event, RunStarted | RunEnded)]
    assert sorted(scored, key=lambda event: event.sample_id) == [
        JobScored(sample_id=0, metric="rule", value=1),
        JobScored(sample_id=1, metric="rule", value=40),
        JobScored(sample_id=2, metric="rule", value=None, reason="the sample has no 'response'"),
    ]


@pytest.mark.parametrize("text", ["a", LONG])
async def test_a_computation_that_fails_does_not_stop_the_others(text: str):
    def rule(found: str) -> MetricResult:
        if found == text:
            raise ValueError("no rule for this")
        return MetricResult(1.0)

    run = new_run(responses(text, "b"), [Rule(rule=rule)])
    result = await run
    assert result["rule"] == [None, 1.0]
    assert run.state.outcomes == {
        (0, "rule"): JobFailed(
            sample_id=0, metric="rule", kind="metric_error", message="no rule for this", error="ValueError"
        )
    }


@pytest.mark.parametrize("text", ["a", LONG])
async def test_a_computation_that_lacks_its_package_ends_the_run(text: str):
    def rule(_: str) -> MetricResult:
        raise ConfigurationError("install it")

    with pytest.raises(ConfigurationError, match="install it"):
        await new_run(responses(text), [Rule(rule=rule)])


@pytest.mark.parametrize("text", ["a", LONG])
async def test_a_computation_that_gives_no_result_fails_its_job(text: str):
    result = await new_run(responses(text), [Rule(rule=lambda _: 1.0)])
    assert list(result.errors["message"]) == ["metric 'rule' returned float, not a MetricResult"]


async def test_a_score_of_numpys_is_a_number():
    run = new_run(responses("a"), [Rule(rule=lambda _: MetricResult(np.float32(0.5)))])  # type: ignore[arg-type]
    events = record(run)
    await run
    (scored,) = [event for event in events if isinstance(event, JobScored)]
    assert (type(scored.value), scored.value) == (float, 0.5)


async def test_a_long_computation_leaves_the_loop_to_others():
    waiting, release = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    def rule(text: str) -> MetricResult:
        if text == LONG:
            loop.call_soon_threadsafe(waiting.set)
            assert release.wait(30)
        return MetricResult(1.0)

    run = new_run(responses(LONG, "a", "b"), [Rule(rule=rule)]).start()
    await waiting.wait()
    await until(lambda: run.result["rule"] == [None, 1.0, 1.0])
    release.set()
    assert (await run)["rule"] == [1.0, 1.0, 1.0]


async def test_only_one_long_computation_goes_on_at_a_time():
    going_on: list[int] = []
    together: list[int] = []

    def rule(_: str) -> MetricResult:
        going_on.append(1)
        together.append(len(going_on))
        threading.Event().wait(0.001)
        going_on.pop()
        return MetricResult(1.0)

    await new_run(responses(*[LONG] * 5), [Rule(rule=rule)])
    assert together == [1] * 5


async def test_what_a_computation_needs_is_imported_in_a_thread_before_the_first_job():
    happened: list[tuple[str, bool]] = []

    def note(what: str) -> None:
        happened.append((what, threading.current_thread() is threading.main_thread()))

    def rule(_: str) -> MetricResult:
        note("computed")
        return MetricResult(1.0)

    await new_run(responses("a"), [Rule(rule=rule, before=lambda: note("imported"))])
    assert happened == [("imported", False), ("computed", True)]


async def test_a_run_that_stops_computes_no_more():
    computed: list[str] = []

    def rule(text: str) -> MetricResult:
        computed.append(text)
        if text == "b":
            raise ValueError("no")
        return MetricResult(1.0)

    run = new_run(responses("a", "b", "c"), [Rule(rule=rule)], raise_exceptions=True)
    with pytest.raises(ValueError, match="no"):
        await run
    assert computed == ["a", "b"]


async def test_computed_and_judged_metrics_go_together():
    run = new_run(responses("a", LONG), [Rule(rule=length), Polite()], ScriptedJudge({"is_polite": YES}))
    result = await run
    assert (result["rule"], result["polite"]) == ([1, 40], [1, 1])


async def test_cancelling_does_not_wait_for_a_long_computation():
    waiting, release = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    def rule(_: str) -> MetricResult:
        loop.call_soon_threadsafe(waiting.set)
        release.wait(30)
        return MetricResult(1.0)

    run: Run = new_run(responses(LONG), [Rule(rule=rule)]).start()
    await waiting.wait()
    run.cancel()
    result = await run
    release.set()
    assert (run.status, result["rule"]) == ("cancelled", [None])
