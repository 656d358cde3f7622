"""What the log says of a run: level INFO of logger `ragas_nb`, without what was asked and answered."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator

import pytest

from ragas_nb.engine.events import Event, Listener, NoticeGiven
from ragas_nb.errors import JudgeRefused
from ragas_nb.listeners import listener_of, log_event
from ragas_nb.metrics.base import MetricResult
from ragas_nb.run import Run
from ragas_nb.store.meta import RunMeta
from ragas_nb.testing import ScriptedJudge
from tests.unit.doubles import NO, YES, Computes, HeldJudge, Polite, new_run, responses, until


@pytest.fixture(autouse=True)
def informed(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    with caplog.at_level(logging.INFO, logger="ragas_nb"):
        yield


def told(run: Run, caplog: pytest.LogCaptureFixture) -> list[str]:
    """What the log says of a run, level first, with X for its id and N for seconds."""
    lines = [f"{record.levelname} {record.getMessage()}" for record in caplog.records]
    return [re.sub(r"\d+\.\d s\b", "N s", line).replace(run.run_id, "X") for line in lines]


async def test_the_log_says_what_a_run_does_and_how_it_ended(caplog: pytest.LogCaptureFixture):
    script = [YES, JudgeRefused("Thank you!", kind="content_filter"), NO]
    judge = ScriptedJudge({"is_polite": script}, identity="small", price=0.02)
    length = Computes(name="length", rule=lambda text: MetricResult(None, reason=text))
    run = new_run(responses("a", "b", "c"), [Polite(), length], judge)
    await run
    assert told(run, caplog) == [
        "INFO run X started: 'test', 3 samples, metrics polite, length, asking small",
        "INFO run X: finished after N s; 2 scored, 3 undefined, 1 failed of 6 jobs; 2 requests, $0.04",
    ]


async def test_the_log_says_that_a_run_waits_and_goes_on(caplog: pytest.LogCaptureFixture):
    judge = HeldJudge({"is_polite": YES}, identity="small")
    run = new_run(responses("a"), [Polite()], judge).start()
    await judge.arrived.wait()
    run.pause()
    await until(lambda: run.status == "paused")
    run.resume()
    await until(lambda: run.status == "running")
    run.cancel()
    await run
    judge.release.set()
    await run.resume()
    goes_on = "INFO run X goes on: 'test', 1 samples, metrics polite, asking small; 0 samples are judged"
    assert told(run, caplog) == [
        "INFO run X started: 'test', 1 samples, metrics polite, asking small",
        "INFO run X is paused",
        goes_on,
        "INFO run X: cancelled after N s; 0 scored, 0 undefined, 0 failed of 1 jobs; 0 requests, $0.00",
        goes_on,
        "INFO run X: finished after N s; 1 scored, 0 undefined, 0 failed of 1 jobs; 1 requests, $0.00",
    ]


async def test_the_log_says_that_a_sum_is_a_lower_bound(caplog: pytest.LogCaptureFixture):
    judge = ScriptedJudge({"is_polite": YES}, price=None)
    run = new_run(responses("a"), [Polite()], judge)
    await run
    assert told(run, caplog)[-1].endswith("; 1 requests, ≥ $0.00 (1 of them unpriced)")


async def test_trouble_with_the_store_is_a_warning(caplog: pytest.LogCaptureFixture):
    run = new_run(responses("a"), [Polite()], ScriptedJudge({}))
    log_event(run, NoticeGiven(about="store", message="The disk is full."))
    log_event(run, NoticeGiven(about="store", message=None))
    assert told(run, caplog) == ["WARNING run X: The disk is full.", "INFO run X is stored again"]


async def test_a_run_that_fails_does_not_tell_the_log_what_was_asked(caplog: pytest.LogCaptureFixture):
    error = JudgeRefused("'Thank you' is not for you", kind="authentication")
    run = new_run(responses("Thank you"), [Polite()], ScriptedJudge({"is_polite": error}))
    with pytest.raises(JudgeRefused):
        await run
    assert ["failed" in line for line in told(run, caplog)] == [False, True]
    assert "Thank you" not in caplog.text


async def test_what_listens_to_each_run_apart_knows_which_it_is():
    heard: list[tuple[str, Event]] = []

    class PerRun:
        def of_run(self, meta: RunMeta) -> Listener:
            return lambda event: heard.append((meta.run_id, event))

    run = new_run(responses("a"), [Polite()], ScriptedJudge({"is_polite": YES}))
    event = NoticeGiven(about="budget", message=None)
    listener_of(PerRun(), run.meta)(event)
    listener_of(lambda event: heard.append(("", event)), run.meta)(event)
    assert heard == [(run.run_id, event), ("", event)]
