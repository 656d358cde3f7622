"""Asking: once for equal questions, again for invalid answers, and everything in the trace."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

import pytest

from ragas_nb.engine.ask import answer_key
from ragas_nb.engine.events import Event, JobFailed, JobStarted, UsageAdded
from ragas_nb.engine.settings import RunConfig
from ragas_nb.engine.trace import Attempt, EmbedTrace, StepTrace
from ragas_nb.errors import JudgeRefused
from ragas_nb.judges.base import Choice, Embeddings, Invalid, JudgeRequest, Reply, Usage
from ragas_nb.metrics.base import Ask, MetricResult, all_of
from ragas_nb.schema import EvaluationDataset, SingleTurnSample
from ragas_nb.testing import ScriptedEmbedder, ScriptedJudge
from tests.unit.doubles import (
    NO,
    POLITE,
    SHORT,
    YES,
    AsksJudge,
    Embeds,
    HeldJudge,
    Polite,
    PoliteAndShort,
    Text,
    Votes,
    new_run,
    record,
    responses,
    traces,
    until,
)


def steps_asked(judge: ScriptedJudge) -> list[str]:
    return [request.prompt.name for request in judge.requests]


def outcomes(events: list[Event]) -> list[tuple[str, str | None]]:
    """What came of each attempt of all jobs."""
    return [
        (attempt.outcome, attempt.problem)
        for trace in traces(events).values()
        for step in trace
        for attempt in step.attempts
    ]


# ── asked once ──


async def test_two_metrics_that_ask_the_same_pay_once():
    judge = ScriptedJudge({"is_polite": YES, "is_short": NO})
    result = await new_run(responses("Hi!"), [Polite(), PoliteAndShort()], judge)
    assert steps_asked(judge) == ["is_polite", "is_short"]
    assert result.scores == [{"polite": 1.0, "polite_and_short": 0.0}]


async def test_equal_questions_in_flight_share_one_request():
    judge = HeldJudge({"is_polite": YES, "is_short": YES})
    run = new_run(responses("Hi!"), [Polite(), PoliteAndShort()], judge).start()
    events = record(run)
    await judge.arrived.wait()
    for _ in range(20):  # both jobs have asked by then
        await asyncio.sleep(0)
    assert (judge.waiting, sum(isinstance(event, JobStarted) for event in events)) == (1, 2)
    judge.release.set()
    await run
    assert steps_asked(judge) == ["is_polite", "is_short"]
    sources = {metric: [step.source for step in trace] for (_, metric), trace in traces(events).items()}
    assert sources == {"polite": ["asked"], "polite_and_short": ["shared", "asked"]}


async def test_a_question_answered_before_is_remembered():
    judge = ScriptedJudge({"is_polite": YES})
    run = new_run(responses("Hi!", "Hi!"), [Polite()], judge, config=RunConfig(max_workers=1))
    events = record(run)
    await run
    assert len(judge.requests) == 1
    assert [trace[0].source for trace in traces(events).values()] == ["asked", "remembered"]


async def test_the_usage_of_a_shared_answer_is_counted_once_and_for_the_job_that_asked_first():
    judge = ScriptedJudge({"is_polite": YES}, usage=Usage(input_tokens=7), price=0.5)
    run = new_run(responses("Hi!", "Hi!"), [Polite()], judge)
    events = record(run)
    result = await run
    assert [event for event in events if isinstance(event, UsageAdded)] == [
        UsageAdded(
            sample_id=0,
            metric="polite",
            step="is_polite",
            model="scripted",
            usage=Usage(input_tokens=7),
            cost=0.5,
        )
    ]
    assert (result.total_cost(), list(run.state.costs)) == (0.5, [0.5, 0.0])


def test_the_key_tells_judge_prompt_input_and_repeat_apart():
    keys = {
        answer_key("judge", POLITE, "{}", 0),
        answer_key("other", POLITE, "{}", 0),
        answer_key("judge", SHORT, "{}", 0),
        answer_key("judge", POLITE, "[]", 0),
        answer_key("judge", POLITE, "{}", 1),
    }
    assert len(keys) == 5
    assert answer_key("judge", POLITE, "{}", 0) in keys


class Impatient(AsksJudge):
    """Asks two things at once and fails by itself as soon as both are asked."""

    name: str = "impatient"

    async def measure(self, sample: SingleTurnSample, ask: Ask) -> MetricResult:
        async def give_up() -> MetricResult:
            await asyncio.sleep(0)
            raise ValueError("no patience")

        async def wait() -> MetricResult:
            return MetricResult((await ask(POLITE, Text(text=sample.response or ""))).verdict)

        return (await all_of([wait(), give_up()]))[0]


async def test_a_cancelled_asker_does_not_lose_the_answer_for_the_other():
    judge = HeldJudge({"is_polite": YES})
    run = new_run(responses("Hi!"), [Impatient(), Polite()], judge)
    events = record(run)
    run.start()
    await judge.arrived.wait()
    await until(lambda: any(isinstance(event, JobFailed) for event in events))
    judge.release.set()
    result = await run
    assert result.scores == [{"impatient": None, "polite": 1.0}]
    assert len(judge.requests) == 1


# ── invalid answers ──


async def test_an_invalid_answer_is_asked_again_with_the_problem_shown():
    judge = ScriptedJudge({"is_polite": ["{}", YES]})
    run = new_run(responses("Hi!"), [Polite()], judge)
    events = record(run)
    result = await run
    assert result["polite"] == [1.0]
    assert [request.invalid for request in judge.requests] == [
        (),
        (Invalid("{}", "verdict: Field required"),),
    ]
    assert outcomes(events) == [("invalid", "verdict: Field required"), ("ok", None)]


async def test_answers_that_stay_invalid_fail_with_the_raw_reply():
    judge = ScriptedJudge({"is_polite": "perhaps"})
    run = new_run(responses("Hi!"), [Polite()], judge)
    events = record(run)
    await run
    assert len(judge.requests) == 3
    (failure,) = [event for event in events if isinstance(event, JobFailed)]
    assert (failure.kind, failure.error, failure.step, failure.raw) == (
        "invalid_output",
        "JudgeOutputInvalid",
        "is_polite",
        "perhaps",
    )
    assert failure.message.endswith("Asked 3 times. Use a judge that follows the format, or evaluate again.")
    assert [outcome for outcome, _ in outcomes(events)] == ["invalid"] * 3


async def test_invalid_answers_are_paid_for_and_counted():
    judge = ScriptedJudge(
        {"is_polite": ["{}", YES]}, usage=Usage(input_tokens=5, output_tokens=1), price=0.25
    )
    run = new_run(responses("Hi!"), [Polite()], judge)
    result = await run
    assert run.state.total.usage == Usage(input_tokens=10, output_tokens=2)
    assert (result.total_cost(), run.state.total.requests) == (0.5, 2)


async def test_a_cut_off_answer_is_told_from_an_invalid_one():
    class Cut(ScriptedJudge):
        async def reply(self, request: JudgeRequest) -> Reply:
            await super().reply(request)
            return Reply((Choice('{"verd', cut_off=True),), Usage(), "cut")

    run = new_run(responses("Hi!"), [Polite()], Cut({"is_polite": YES}))
    events = record(run)
    await run
    assert [outcome for outcome, _ in outcomes(events)] == ["cut off"] * 3


async def test_a_reply_without_choices_is_an_invalid_answer():
    class Silent(ScriptedJudge):
        async def reply(self, request: JudgeRequest) -> Reply:
            await super().reply(request)
            return Reply((), Usage(), "silent")

    run = new_run(responses("Hi!"), [Polite()], Silent({"is_polite": YES}))
    result = await run
    assert list(result.errors["kind"]) == ["invalid_output"]


# ── several answers ──


async def test_several_answers_come_in_one_request_where_the_judge_can():
    judge = ScriptedJudge({"is_polite": [YES, NO, YES]}, supports_n=True)
    result = await new_run(responses("Hi!"), [Votes()], judge)
    assert result["votes"] == [2.0]
    assert [(request.n, request.varied) for request in judge.requests] == [(3, True)]


async def test_several_answers_are_asked_one_by_one_where_it_cannot():
    judge = ScriptedJudge({"is_polite": [YES, NO, YES]}, supports_n=False)
    result = await new_run(responses("Hi!"), [Votes()], judge)
    assert result["votes"] == [2.0]
    assert [(request.n, request.varied) for request in judge.requests] == [(1, True)] * 3


async def test_choices_that_are_missing_are_asked_for_again():
    class Stingy(ScriptedJudge):
        """Gives one answer, whatever was asked for."""

        async def reply(self, request: JudgeRequest) -> Reply:
            reply = await super().reply(request)
            return Reply(reply.choices[:1], reply.usage, reply.model)

    judge = Stingy({"is_polite": lambda _: YES})
    run = new_run(responses("Hi!"), [Votes()], judge)
    events = record(run)
    result = await run
    assert result["votes"] == [3.0]
    assert [(request.n, request.varied) for request in judge.requests] == [(3, True), (2, True), (1, True)]
    attempts = [[a.outcome for a in step.attempts] for step in traces(events)[0, "votes"]]
    assert attempts == [["ok"], ["ok"], ["ok"]]


async def test_only_the_invalid_ones_of_several_answers_are_asked_again():
    judge = ScriptedJudge({"is_polite": [YES, "{}", YES, NO]})
    run = new_run(responses("Hi!"), [Votes()], judge)
    events = record(run)
    result = await run
    assert result["votes"] == [2.0]
    assert [(request.n, len(request.invalid)) for request in judge.requests] == [(3, 0), (1, 1)]
    assert [outcome for outcome, _ in outcomes(events)] == ["invalid", "ok"]


async def test_several_invalid_answers_in_one_reply_are_one_reply_to_ask_again():
    judge = ScriptedJudge({"is_polite": ["{}", "{}", "{}", YES, YES, YES]})
    result = await new_run(responses("Hi!"), [Votes()], judge)
    assert result["votes"] == [3.0]
    assert [(request.n, len(request.invalid)) for request in judge.requests] == [(3, 0), (3, 1)]


# ── failures in the trace ──


async def test_every_attempt_at_several_answers_is_in_the_trace_when_one_fails():
    judge = ScriptedJudge(
        {"is_polite": [JudgeRefused("no", kind="content_filter"), YES, YES]}, supports_n=False
    )
    run = new_run(responses("Hi!"), [Votes()], judge)
    events = record(run)
    await run
    assert outcomes(events) == [("content filter", "no"), ("ok", None), ("ok", None)]


async def test_a_judge_error_carries_its_step_and_its_attempts():
    judge = ScriptedJudge({"is_polite": ["{}", JudgeRefused("blocked", kind="content_filter")]})
    run = new_run(responses("Hi!"), [Polite()], judge, raise_exceptions=True)
    with pytest.raises(JudgeRefused) as caught:
        await run
    assert caught.value.step == "is_polite"
    assert [attempt.outcome for attempt in caught.value.attempts] == ["invalid", "content filter"]


async def test_a_question_that_failed_is_asked_anew_by_who_asks_later():
    judge = ScriptedJudge({"is_polite": [JudgeRefused("no", kind="content_filter"), YES], "is_short": YES})

    class After(Polite):
        """Asks only when the first one has failed."""

        name: str = "after"

        async def measure(self, sample: SingleTurnSample, ask: Ask) -> MetricResult:
            await failed.wait()
            return await super().measure(sample, ask)

    failed = asyncio.Event()
    run = new_run(responses("Hi!"), [Polite(), After()], judge)
    run.listen(lambda event: failed.set() if isinstance(event, JobFailed) else None)
    result = await run
    assert result.scores == [{"polite": None, "after": 1.0}]


# ── embeddings ──


def pairs(*texts: tuple[str, str]) -> EvaluationDataset:
    return EvaluationDataset([SingleTurnSample(response=one, reference=other) for one, other in texts])


async def test_texts_that_are_known_are_not_embedded_again():
    embedder = ScriptedEmbedder(lambda text: [float(len(text))])
    run = new_run(pairs(("a", "bb"), ("a", "ccc")), [Embeds()], embedder=embedder)
    result = await run
    assert result["embeds"] == [2.0, 3.0]
    assert embedder.requests == [("a", "bb"), ("ccc",)]


async def test_an_embedding_is_paid_for_by_the_job_that_asked_first_only():
    embedder = ScriptedEmbedder(lambda text: [float(len(text))])
    run = new_run(pairs(("a", "bb")), [Embeds(), Embeds(name="again")], embedder=embedder)
    events = record(run)
    await run
    found = {
        metric: [(step.texts, len(step.attempts)) for step in trace if isinstance(step, EmbedTrace)]
        for (_, metric), trace in traces(events).items()
    }
    assert found == {"embeds": [(2, 1)], "again": [(2, 0)]}


async def test_a_text_that_comes_twice_in_one_question_is_paid_for_once():
    embedder = ScriptedEmbedder(lambda text: [3.0])
    run = new_run(pairs(("same", "same")), [Embeds()], embedder=embedder)
    events = record(run)
    result = await run
    assert (result["embeds"], embedder.requests) == ([9.0], [("same",)])
    assert len(traces(events)[0, "embeds"][0].attempts) == 1


async def test_an_embedder_that_gives_too_few_vectors_fails_the_job_with_its_reason():
    class Short(ScriptedEmbedder):
        async def embed(self, texts: Sequence[str]) -> Embeddings:
            reply = await super().embed(texts)
            return Embeddings(reply.vectors[:1], reply.usage, reply.model)

    result = await new_run(pairs(("a", "bb")), [Embeds()], embedder=Short(lambda text: [1.0]))
    assert list(result.errors["message"]) == [
        "The embedder gave 1 vectors for 2 texts; it has to give one for each, in order."
    ]


async def test_a_step_in_the_trace_holds_its_answer_and_its_attempt():
    judge = ScriptedJudge({"is_polite": YES}, usage=Usage(input_tokens=3, output_tokens=2), price=0.125)
    run = new_run(responses("Hi!"), [Polite()], judge)
    events = record(run)
    await run
    (step,) = traces(events)[0, "polite"]
    assert isinstance(step, StepTrace)
    (attempt,) = step.attempts
    assert (step.prompt, step.input, step.output, step.source) == (
        POLITE,
        Text(text="Hi!"),
        POLITE.output(verdict=1),
        "asked",
    )
    assert attempt == Attempt(
        "ok",
        attempt.seconds,
        reply='{"verdict": 1}',
        model="scripted",
        usage=Usage(input_tokens=3, output_tokens=2),
        cost=0.125,
        at=attempt.at,
    )
    assert attempt.at == pytest.approx(time.time(), abs=60)
