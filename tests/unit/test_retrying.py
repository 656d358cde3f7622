"""Doing failed jobs again, during a run and after it, and allowing more to be spent."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import ragas_nb as rnb
from ragas_nb.engine.events import JobFailed, JobReset
from ragas_nb.engine.settings import RunConfig
from ragas_nb.errors import ConfigurationError, JudgeRefused, JudgeUnavailable
from ragas_nb.run import Run
from ragas_nb.testing import Output, ScriptedJudge
from tests.unit.doubles import (
    YES,
    Polite,
    SteppedJudge,
    Text,
    new_run,
    record,
    responses,
    until,
)

AT_ONCE = RunConfig(max_wait=0.0, max_retries=0, max_invalid=0)
FAILURES: dict[str, Output] = {
    "busy": JudgeUnavailable("overloaded", kind="server_error"),
    "filtered": JudgeRefused("not for me", kind="content_filter"),
    "vague": "perhaps",
}
KINDS = {"busy": "server_error", "filtered": "refused", "vague": "invalid_output"}


class Moody(ScriptedJudge):
    """Fails on each text of `FAILURES` until it is `well`."""

    def __init__(self, **options: Any) -> None:
        super().__init__({"is_polite": self._answer}, **options)
        self.is_well = False

    def _answer(self, text: Text) -> Output:
        return YES if self.is_well else FAILURES.get(text.text, YES)


def failing(judge: ScriptedJudge, **settings: Any) -> Run:
    return new_run(responses("fine", *FAILURES), [Polite()], judge, **{"config": AT_ONCE, **settings})


def kinds(run: Run) -> dict[str, str]:
    """The kind of each failure by the text that failed."""
    texts = run.dataset.column("response")
    return {texts[failure.sample_id]: failure.kind for failure in run.state.failures()}


# ── failed jobs, after the run ──


async def test_all_failed_jobs_are_done_again_and_nothing_else():
    judge = Moody()
    run = failing(judge)
    assert (await run)["polite"] == [1.0, None, None, None]
    assert kinds(run) == KINDS
    judge.is_well = True
    result = await run.retry_failed()
    assert (result["polite"], len(result.errors), run.status) == ([1.0] * 4, 0, "finished")
    assert Counter(request.input.text for request in judge.requests) == Counter(
        {"fine": 1, "busy": 2, "filtered": 2, "vague": 2}
    )


@pytest.mark.parametrize(
    ("kind", "left"),
    [
        ("server_error", {"filtered", "vague"}),
        (["refused", "invalid_output"], {"busy"}),
        ("timeout", {"busy", "filtered", "vague"}),
        ((), {"busy", "filtered", "vague"}),
    ],
)
async def test_only_failures_of_the_kinds_that_were_named_are_done_again(kind: Any, left: set[str]):
    judge = Moody()
    run = failing(judge)
    await run
    judge.is_well = True
    await run.retry_failed(kind)
    assert kinds(run) == {text: KINDS[text] for text in left}
    assert len(judge.requests) == 4 + 3 - len(left)


async def test_only_the_jobs_that_were_named_are_done_again_where_they_failed():
    judge = Moody()
    run = failing(judge)
    await run
    judge.is_well = True
    await run.retry_failed(jobs=[(1, "polite"), (0, "polite"), (3, "other")])
    assert kinds(run) == {"filtered": "refused", "vague": "invalid_output"}
    assert len(judge.requests) == 5


async def test_a_kind_that_does_not_exist_is_refused_with_those_that_do():
    run = failing(Moody())
    with pytest.raises(
        ValueError, match=r"no failure of kind 'JudgeRefused'\. Kinds: rate_limited, .*metric_error\."
    ):
        run.retry_failed("JudgeRefused")  # type: ignore[arg-type]
    assert run.status == "starting"


async def test_a_job_that_fails_again_has_the_new_reason():
    answers: list[Output] = [FAILURES["filtered"], "perhaps"]
    run = new_run(responses("a"), [Polite()], ScriptedJudge({"is_polite": answers}), config=AT_ONCE)
    await run
    await run.retry_failed()
    assert list(run.errors["kind"]) == ["invalid_output"]


async def test_what_a_failed_job_used_stays_counted_when_it_is_done_again():
    judge = Moody(price=0.25)
    run = failing(judge)
    spent = (await run).total_cost()
    judge.is_well = True
    result = await run.retry_failed()
    assert (spent, result.total_cost(), run.state.total.requests) == (0.5, 1.25, 5)


async def test_listeners_hear_that_a_job_is_forgotten_before_it_is_done_again():
    judge = Moody()
    run = failing(judge)
    await run
    events = record(run)
    judge.is_well = True
    await run.retry_failed("refused")
    assert [event.type for event in events] == [
        "run_resumed",
        "job_reset",
        "job_started",
        "usage_added",
        "job_scored",
        "run_ended",
    ]
    assert events[1] == JobReset(sample_id=2, metric="polite")


async def test_two_kinds_that_are_told_one_after_the_other_are_both_done_again():
    judge = Moody()
    run = failing(judge)
    await run
    judge.is_well = True
    run.retry_failed("server_error")
    run.retry_failed("refused")
    await run
    assert kinds(run) == {"vague": "invalid_output"}


# ── failed jobs, during the run ──


async def test_a_failed_job_is_done_again_while_the_others_go_on():
    answers = {"a": [FAILURES["filtered"], YES], "b": [YES]}
    judge = SteppedJudge({"is_polite": lambda text: answers[text.text].pop(0)})
    run = new_run(responses("a", "b"), [Polite()], judge, config=AT_ONCE).start()
    judge.let(1)
    await until(run.state.has_failures)
    run.retry_failed()
    judge.let(1)
    await until(lambda: run.result["polite"][1])
    assert (run.status, run.result["polite"], judge.waiting) == ("running", [None, 1.0], 1)
    judge.let(1)
    assert (await run)["polite"] == [1.0, 1.0]


async def test_the_last_job_is_done_again_when_that_is_told_as_it_fails():
    answers: list[Output] = [FAILURES["filtered"], YES]
    run = new_run(responses("a"), [Polite()], ScriptedJudge({"is_polite": answers}), config=AT_ONCE)
    run.listen(lambda event: run.retry_failed() if isinstance(event, JobFailed) else None)
    assert (await asyncio.wait_for(run.finish(), 10))["polite"] == [1.0]


# ── from a result ──


def test_a_result_in_a_script_does_the_failed_jobs_again():
    judge = Moody()
    result = rnb.evaluate(responses("a", "filtered"), [Polite()], judge, run_config=AT_ONCE)
    judge.is_well = True
    again = result.retry_failed("refused")
    assert (again["polite"], len(again.errors), len(judge.requests)) == ([1.0, 1.0], 0, 3)


async def test_a_result_within_a_loop_does_the_failed_jobs_again(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(
        "ragas_nb.engine.loop.choose_strategy", lambda: "thread"
    )  # nesting would patch asyncio
    judge = Moody()
    result = await rnb.aevaluate(responses("a", "filtered"), [Polite()], judge, run_config=AT_ONCE)
    judge.is_well = True
    assert result.retry_failed()["polite"] == [1.0, 1.0]
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_a_result_from_a_file_cannot_ask_again_and_says_what_can(tmp_path: Path):
    result = await failing(Moody())
    result.save(tmp_path / "r.json")
    loaded = rnb.EvaluationResult.load(tmp_path / "r.json")
    with pytest.raises(ConfigurationError, match=rf"rnb\.resume\('{result.run_id}'\)"):
        loaded.retry_failed()
