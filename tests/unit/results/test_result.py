"""What a person reads after a run: scores, errors, cost, and why."""

from __future__ import annotations

import math

import pytest

from ragas_nb.engine.events import JobFailed
from ragas_nb.judges.base import JudgeRequest, Reply, Usage
from ragas_nb.metrics import Faithfulness
from ragas_nb.metrics.base import MetricResult
from ragas_nb.results.result import EvaluationResult, TokenUsage
from ragas_nb.schema import EvaluationDataset, SingleTurnSample, read_dataset
from ragas_nb.testing import ScriptedJudge
from tests.unit.doubles import YES, Computes, HeldJudge, Polite, new_run, responses


def marks(text: str) -> MetricResult:
    """The response read as a number; "?" is undefined, anything else fails."""
    return MetricResult(None, "nobody knows") if text == "?" else MetricResult(float(text))


async def marked(*texts: str) -> EvaluationResult:
    return await new_run(responses(*texts), [Computes(rule=marks)])


# ── scores ──


async def test_scores_are_read_by_metric_by_sample_and_one_by_one():
    result = await marked("1", "?", "x", "0.5")
    assert result["computes"] == [1.0, None, None, 0.5]
    assert result.scores == list(result) == [{"computes": score} for score in (1.0, None, None, 0.5)]
    assert (len(result), result[0], result[-1]) == (4, {"computes": 1.0}, {"computes": 0.5})


async def test_a_metric_that_is_not_there_is_named_with_those_that_are():
    result = await marked("1")
    with pytest.raises(KeyError, match=r"No metric 'faithfulness' in this result; it has computes\."):
        result["faithfulness"]


async def test_the_repr_tells_means_with_their_counts():
    result = await new_run(
        responses("1", "?", "x", "0.5"),
        [Computes(rule=marks), Computes(name="word", rule=lambda text: MetricResult("good"))],
    )
    assert repr(result) == (
        "{'computes': 0.7500 (2 of 4 scored, 1 failed, 1 undefined),\n 'word': – (4 of 4 scored)}"
    )


async def test_the_repr_of_a_cancelled_run_tells_what_was_not_run():
    judge = HeldJudge({"is_polite": YES})
    run = new_run(responses("a", "b"), [Polite()], judge).start()
    await judge.arrived.wait()
    run.cancel()
    assert repr(await run) == "{'polite': – (0 of 2 scored, 2 not run)}"


async def test_the_summary_covers_metrics_whose_scores_are_numbers():
    result = await new_run(
        responses("1"), [Computes(rule=marks), Computes(name="word", rule=lambda text: MetricResult("good"))]
    )
    assert {name: summary.mean for name, summary in result.summary().items()} == {"computes": 1.0}


# ── pandas ──


async def test_pandas_holds_the_samples_with_other_columns_and_scores_where_missing_is_nan():
    rows = [{"response": "1", "topic": "a"}, {"response": "?", "topic": "b"}, {"response": "x", "topic": "c"}]
    frame = (await new_run(read_dataset(rows), [Computes(rule=marks)])).to_pandas()
    assert list(frame["response"]) == ["1", "?", "x"]
    assert list(frame["topic"]) == ["a", "b", "c"]
    assert str(frame["computes"].dtype) == "float64"
    assert frame["computes"].isna().tolist() == [False, True, True]
    assert math.isnan(frame["computes"][1])


async def test_a_frame_that_was_evaluated_before_gets_the_new_scores():
    rows = [{"response": "1", "computes": "old"}]
    frame = (await new_run(read_dataset(rows), [Computes(rule=marks)])).to_pandas()
    assert list(frame["computes"]) == [1.0]


async def test_text_scores_stay_text_in_pandas():
    result = await new_run(responses("1"), [Computes(rule=lambda text: MetricResult("good"))])
    assert list(result.to_pandas()["computes"]) == ["good"]


async def test_errors_are_a_frame_with_kind_message_and_raw_reply():
    run = new_run(responses("a"), [Polite()], ScriptedJudge({"is_polite": "perhaps"}))
    errors = (await run).errors
    assert list(errors.columns) == ["sample_id", "metric", "kind", "message", "raw"]
    failure = run.state.outcomes[0, "polite"]
    assert isinstance(failure, JobFailed)
    assert errors.to_numpy().tolist() == [[0, "polite", "JudgeOutputInvalid", failure.message, "perhaps"]]


async def test_without_failures_errors_is_an_empty_frame_with_its_columns():
    errors = (await marked("1")).errors
    assert (len(errors), list(errors.columns)) == (0, ["sample_id", "metric", "kind", "message", "raw"])


# ── tokens and cost ──


async def test_tokens_and_cost_of_one_model_are_one_figure():
    judge = ScriptedJudge({"is_polite": YES}, usage=Usage(input_tokens=7, output_tokens=3), price=0.5)
    result = await new_run(responses("a", "b"), [Polite()], judge)
    assert result.total_tokens() == TokenUsage(14, 6, "scripted")
    assert (result.total_cost(), result.unpriced) == (1.0, 0)
    assert result.usage == Usage(input_tokens=14, output_tokens=6)


async def test_tokens_of_several_models_are_told_apart():
    class Routed(ScriptedJudge):
        async def reply(self, request: JudgeRequest) -> Reply:
            reply = await super().reply(request)
            return Reply(reply.choices, reply.usage, f"model {request.input.text}")

    result = await new_run(responses("a", "b"), [Polite()], Routed({"is_polite": YES}))
    assert result.total_tokens() == [TokenUsage(10, 5, "model a"), TokenUsage(10, 5, "model b")]


async def test_requests_without_a_known_price_are_counted_not_taken_as_free():
    result = await new_run(responses("a", "b"), [Polite()], ScriptedJudge({"is_polite": YES}, price=None))
    assert (result.total_cost(), result.unpriced) == (0.0, 2)


async def test_a_run_that_asked_nobody_used_nothing():
    result = await marked("1")
    assert (result.total_tokens(), result.total_cost(), result.usage) == (TokenUsage(0, 0), 0.0, Usage())


# ── why ──


async def test_explain_tells_the_steps_and_the_verdicts():
    sample = SingleTurnSample(
        user_input="Where is Lima?", response="In Peru, in Asia.", retrieved_contexts=["Lima is in Peru."]
    )
    judge = ScriptedJudge(
        {
            "split_into_statements": {"statements": ["Lima is in Peru.", "Lima is in Asia."]},
            "check_statements": {
                "statements": [
                    {"statement": "Lima is in Peru.", "reason": "It says so.", "verdict": 1},
                    {"statement": "Lima is in Asia.", "reason": "No word of it.", "verdict": 0},
                ]
            },
        }
    )
    result = await new_run(EvaluationDataset([sample], ids=["lima"]), [Faithfulness()], judge)
    assert repr(result.explain("lima", "faithfulness")) == (
        "faithfulness of sample 'lima': 0.5 (1 of 2 statements supported)\n"
        "  split_into_statements\n"
        "    · Lima is in Peru.\n"
        "    · Lima is in Asia.\n"
        "  check_statements\n"
        "    ✓ Lima is in Peru. [supported] (It says so.)\n"
        "    ✗ Lima is in Asia. [not supported] (No word of it.)"
    )


async def test_explain_tells_why_a_job_failed_with_the_raw_reply():
    run = new_run(responses("a"), [Polite()], ScriptedJudge({"is_polite": "perhaps"}))
    told = (await run).explain(0, "polite").text.splitlines()
    assert told[0] == "polite of sample 0: failed"
    assert told[1].startswith("  JudgeOutputInvalid: ")
    assert told[2] == "  raw reply: perhaps"


async def test_explain_tells_why_there_is_no_score():
    result = await marked("?")
    assert repr(result.explain(0, "computes")) == "computes of sample 0: undefined (nobody knows)"


async def test_explain_tells_that_a_job_was_not_run():
    judge = HeldJudge({"is_polite": YES})
    run = new_run(responses("a"), [Polite()], judge).start()
    await judge.arrived.wait()
    run.cancel()
    told = repr((await run).explain(0, "polite"))
    assert told == "polite of sample 0: not scored, the run ended before."


async def test_explain_names_the_samples_and_metrics_that_there_are():
    result = await marked("1", "2")
    with pytest.raises(KeyError, match=r"No sample 7 in this result; the first ids are 0, 1\."):
        result.explain(7, "computes")
    with pytest.raises(KeyError, match=r"No metric 'x' in this result; it has computes\."):
        result.explain(0, "x")
