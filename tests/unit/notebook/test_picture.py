"""A run as the wire's values."""

from __future__ import annotations

import json

import pytest

from ragas_nb.judges.base import JudgeRequest, Reply, Usage
from ragas_nb.metrics import discrete_metric, ranking_metric
from ragas_nb.metrics.base import Ask, Metric, MetricResult
from ragas_nb.notebook import picture
from ragas_nb.notebook import protocol as wire
from ragas_nb.notebook.tracking import failed_of
from ragas_nb.schema import (
    AIMessage,
    EvaluationDataset,
    HumanMessage,
    MultiTurnSample,
    SingleTurnSample,
    ToolCall,
    ToolMessage,
)
from ragas_nb.testing import ScriptedEmbedder, ScriptedJudge
from tests.unit.doubles import YES, Computes, Embeds, HeldJudge, Polite, new_run, responses, until


async def test_totals_count_samples_once_by_their_worst_outcome():
    def rule(text: str) -> MetricResult:
        return MetricResult(None if text == "?" else float(text))

    run = new_run(
        responses("1", "?", "x"),
        [Computes(rule=rule), Polite()],
        ScriptedJudge({"is_polite": YES}),
        budget=1.5,
    )
    await run
    totals = picture.totals(run, failed_of(run.state).counts)
    assert totals == wire.Totals(
        state="finished",
        message=None,
        scored=1,
        failed=1,
        undefined=1,
        elapsed_s=run.clock.elapsed(),
        rate=3 / run.clock.elapsed(),
        left_s=None,
        input_tokens=30,
        output_tokens=15,
        requests=3,
        cost=0.0,
        unpriced=0,
        projected_cost=None,
        projected_margin=None,
        budget=wire.Budget(told="$0.0000 of $1.5", unit="dollars", limit=1.5),
        can=["retry_failed", "add_budget"],
        notices=[],
        limits=None,
        failures=[wire.Failures(kind="metric_error", jobs=1)],
    )


async def test_before_anything_is_settled_nothing_is_projected():
    judge = HeldJudge({"is_polite": YES})
    run = new_run(responses("a"), [Polite()], judge).start()
    await judge.arrived.wait()
    totals = picture.totals(run, failed_of(run.state).counts)
    run.cancel()
    await run
    assert (totals.state, totals.rate, totals.left_s, totals.projected_cost) == ("running", None, None, None)


async def test_while_it_runs_time_and_cost_are_projected_from_what_is_settled():
    class Half(HeldJudge):
        """Holds back the answer to the second one."""

        async def reply(self, request: JudgeRequest) -> Reply:
            if request.input.text == "b":
                return await super().reply(request)
            return await ScriptedJudge.reply(self, request)

    judge = Half({"is_polite": YES}, price=0.5)
    run = new_run(responses("a", "b"), [Polite()], judge).start()
    await judge.arrived.wait()
    await until(run.state.settled_samples_in_all)
    totals = picture.totals(run, failed_of(run.state).counts)
    run.cancel()
    await run
    assert (totals.projected_cost, totals.left_s is not None and totals.left_s > 0) == (1.0, True)


async def test_the_run_is_described_without_secrets_or_parameters():
    run = new_run(responses("a"), [Polite()], ScriptedJudge({"is_polite": YES}))
    await run
    assert picture.run_info(run) == wire.RunInfo(
        run_id=run.run_id,
        name="test",
        judge="scripted",
        embedder=None,
        started_at=run.state.started_at.isoformat(),
        samples=1,
        blocking=False,
    )


async def test_texts_in_the_grid_are_cut():
    run = new_run(responses("x" * 1000), [Polite()], ScriptedJudge({"is_polite": YES}))
    assert picture.row_text(run, 0) == wire.RowText(
        row=0, sample_id="0", user_input="How?", response="x" * 299 + "…", more=[]
    )


async def test_a_row_in_full_has_its_fields_its_steps_and_its_attempts():
    judge = ScriptedJudge({"is_polite": ["{}", YES]}, usage=Usage(input_tokens=4, output_tokens=1), price=0.5)
    sample = SingleTurnSample(response="Hi!", retrieved_contexts=["one", "two"])
    run = new_run(EvaluationDataset([sample], ids=["s"]), [Polite()], judge)
    await run
    detail = picture.row_detail(run, 0, 7)
    (job,) = detail.jobs
    (step,) = job.steps
    assert (detail.id, detail.sample_id) == (7, "s")
    assert detail.facts == [
        wire.Fact(name="retrieved_contexts", text=None, texts=["one", "two"]),
        wire.Fact(name="response", text="Hi!", texts=None),
    ]
    assert (job.status, job.value, job.requests, job.cost) == ("scored", 1.0, 2, 1.0)
    assert (step.name, step.source) == ("is_polite", "asked")
    assert step.items == [wire.Item(text="Hi!", reason=None, verdict=1, word="yes")]
    assert step.prompt.startswith("[system]\nSay whether the text is polite.")
    assert step.prompt.endswith('[user]\n{"text":"Hi!"}')
    assert [(a.outcome, a.reply, a.problem, a.cost) for a in step.attempts] == [
        ("invalid", "{}", "verdict: Field required", 0.5),
        ("ok", '{"verdict": 1}', None, 0.5),
    ]


async def test_a_job_that_was_done_several_times_has_each_score_and_each_time_its_steps():
    judge = ScriptedJudge({"is_polite": [YES, {"verdict": 0}, YES]})
    run = new_run(responses("a"), [Polite()], judge, repeats=3)
    await run
    (job,) = picture.row_detail(run, 0, 1).jobs
    assert (job.value, job.repeats) == (pytest.approx(2 / 3), [1.0, 0.0, 1.0])
    assert [(step.name, step.turn) for step in job.steps] == [("is_polite", turn) for turn in range(3)]


async def test_a_failure_has_its_kind_and_its_class():
    run = new_run(responses("x"), [Computes(rule=lambda text: MetricResult(float(text)))])
    await run
    (job,) = picture.row_detail(run, 0, 1).jobs
    assert job.error == wire.JobError(
        kind="metric_error",
        error="ValueError",
        message="could not convert string to float: 'x'",
        step=None,
        raw=None,
    )
    assert picture.saved_state(run).rows[0].cells == [
        wire.SavedCell(status="failed", value=None, kind="metric_error")
    ]


async def test_a_job_that_others_paid_for_made_no_request():
    run = new_run(
        responses("a"), [Polite(), Polite(name="again")], ScriptedJudge({"is_polite": YES}, price=0.5)
    )
    await run
    jobs = {job.metric: (job.requests, job.cost) for job in picture.row_detail(run, 0, 1).jobs}
    assert jobs == {"polite": (1, 0.5), "again": (0, 0.0)}


async def test_the_cost_of_embeddings_stands_with_the_job_that_asked_first():
    dataset = EvaluationDataset([SingleTurnSample(response="a", reference="b")])
    embedder = ScriptedEmbedder(lambda text: [1.0])
    run = new_run(dataset, [Embeds(), Embeds(name="again")], embedder=embedder)
    await run
    assert {job.metric: job.requests for job in picture.row_detail(run, 0, 1).jobs} == {
        "embeds": 1,
        "again": 0,
    }


async def test_a_job_with_an_unknown_price_has_no_cost_rather_than_a_low_one():
    run = new_run(responses("a"), [Polite()], ScriptedJudge({"is_polite": YES}, price=None))
    await run
    assert picture.row_detail(run, 0, 1).jobs[0].cost is None


async def test_what_is_saved_is_bounded_and_is_json_without_nan():
    run = new_run(responses(*["0.5"] * 300), [Computes(rule=lambda text: MetricResult(float("nan")))])
    await run
    saved = picture.saved_state(run)
    assert (len(saved.rows), saved.run.samples) == (picture.SAVED_ROWS, 300)
    assert saved.rows[0].cells == [wire.SavedCell(status="undefined", value=None, kind=None)]
    json.dumps(saved.model_dump(mode="json"), allow_nan=False)


@discrete_metric(allowed_values=["good", "bad", "ugly"])
def tone(response: str) -> str:
    return "bad" if response == "b" else "good"


@ranking_metric(allowed_values=2)
def order(response: str) -> list[str]:
    return [response, "x" * 80]


async def test_a_row_in_full_tells_a_text_or_a_ranking_whole():
    run = new_run(responses("a"), [tone, order])
    await run
    assert [job.value for job in picture.row_detail(run, 0, 1).jobs] == ["good", "a > " + "x" * 80]


async def test_what_is_saved_counts_labels_and_keeps_them_in_the_cells():
    run = new_run(responses("a", "b", "a"), [tone])
    await run
    saved = picture.saved_state(run)
    assert saved.metrics[0].labels == ["good", "bad", "ugly"]
    assert saved.summaries == [
        wire.MetricSummary(n=3, failed=0, undefined=0, mean=None, low=None, high=None, bins=[2, 1, 0])
    ]
    assert [row.cells[0].value for row in saved.rows] == [0, 1, 0]


async def test_of_many_labels_those_of_the_saved_rows_and_the_most_frequent_are_saved():
    texts = [*map(str, range(150)), *["last"] * 50]
    run = new_run(responses(*texts), [Computes(rule=MetricResult)])
    await run
    saved = picture.saved_state(run)
    labels, bins = saved.metrics[0].labels, saved.summaries[0].bins
    kept = picture.SAVED_ROWS
    assert labels == [*map(str, range(kept)), "last"]
    assert bins == [1] * kept + [50]
    assert saved.summaries[0].n == 200
    assert [labels[int(row.cells[0].value)] for row in saved.rows] == texts[:kept]


class Turns(Metric):
    """How many messages a conversation has."""

    name: str = "turns"

    async def measure_conversation(self, sample: MultiTurnSample, ask: Ask) -> MetricResult:
        return MetricResult(len(sample.user_input))


async def test_a_conversation_shows_how_it_began_and_the_last_words_and_in_full_every_message():
    talk = MultiTurnSample(
        user_input=[
            HumanMessage(content="Is it raining in Lima?"),
            AIMessage(content="Let me see.", tool_calls=[ToolCall(name="weather", args={"city": "Lima"})]),
            ToolMessage(content="dry"),
            AIMessage(content="No."),
            AIMessage(content=""),
        ],
        reference_tool_calls=[ToolCall(name="weather", args={"city": "Lima"})],
    )
    run = new_run(EvaluationDataset([talk]), [Turns()])
    await run
    text = picture.row_text(run, 0)
    assert (text.user_input, text.response) == ("Is it raining in Lima?", "No.")
    facts = {fact.name: fact.texts for fact in picture.row_detail(run, 0, 1).facts}
    assert facts == {
        "user_input": [
            "Human: Is it raining in Lima?",
            "AI: Let me see.\nTools:\n  weather: {'city': 'Lima'}",
            "ToolOutput: dry",
            "AI: No.",
            "",
        ],
        "reference_tool_calls": ["weather: {'city': 'Lima'}"],
    }
