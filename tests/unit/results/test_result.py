"""What a person reads after a run: scores, errors, cost, and why."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from ragas_nb.engine.events import JobFailed
from ragas_nb.metrics import Faithfulness
from ragas_nb.metrics.base import MetricResult
from ragas_nb.results.result import EvaluationResult
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
        "{'computes': 0.7500 (2 of 4 scored, 1 failed, 1 undefined),\n 'word': good 4 (4 of 4 scored)}"
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
    assert errors.to_numpy().tolist() == [[0, "polite", "invalid_output", failure.message, "perhaps"]]


async def test_without_failures_errors_is_an_empty_frame_with_its_columns():
    errors = (await marked("1")).errors
    assert (len(errors), list(errors.columns)) == (0, ["sample_id", "metric", "kind", "message", "raw"])


async def test_errors_stand_in_the_order_of_the_samples_not_in_that_of_failing():
    run = new_run(responses("a", "b"), [Polite(), Computes(rule=marks)], ScriptedJudge({"is_polite": "no"}))
    errors = (await run).errors
    assert [tuple(row) for row in errors[["sample_id", "metric"]].to_numpy()] == [
        (0, "polite"),
        (0, "computes"),
        (1, "polite"),
        (1, "computes"),
    ]


# ── frames in batches ──


@pytest.mark.parametrize("ids", [None, ["q1", "q2", "q3", "q4", "q5"], [7, 8, 0, 1, 2]])
@pytest.mark.parametrize("told", [False, True], ids=["labels", "column"])
async def test_batches_are_the_frame_cut_in_pieces(ids: list[str | int] | None, told: bool):
    samples = [SingleTurnSample(response=text) for text in ("1", "?", "x", "0.5", "0")]
    dataset = EvaluationDataset(samples, ids=ids, extra={"id": ids} if told and ids else None)
    result = await new_run(dataset, [Computes(rule=marks)])
    batches = list(result.to_pandas(batch_size=2, batched=True))
    assert [len(batch) for batch in batches] == [2, 2, 1]
    pd.testing.assert_frame_equal(pd.concat(batches), result.to_pandas(), check_dtype=False)


async def test_a_batch_in_which_nobody_has_a_value_still_has_the_column():
    rows = [{"response": "1", "reference": "yes"}, {"response": "1"}]
    result = await new_run(read_dataset(rows), [Computes(rule=marks)])
    assert [list(batch) for batch in result.to_pandas(1, batched=True)] == [list(result.to_pandas())] * 2


async def test_batches_are_of_a_thousand_rows_unless_told():
    result = EvaluationResult([{"m": 1.0}] * 1001, responses(*["a"] * 1001))
    assert [len(batch) for batch in result.to_pandas(batched=True)] == [1000, 1]


async def test_a_batch_size_without_batches_says_nothing():
    result = await marked("1", "0.5")
    pd.testing.assert_frame_equal(result.to_pandas(1), result.to_pandas())


@pytest.mark.parametrize("batched", [False, True])
async def test_a_batch_has_at_least_one_row(batched: bool):
    with pytest.raises(ValueError, match=r"batch_size=0 makes no frames\. Pass at least 1\."):
        (await marked("1")).to_pandas(0, batched=batched)


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
    assert told[1].startswith("  invalid output: ")
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
