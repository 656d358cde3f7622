"""Which samples of two runs are the same, and how their scores changed."""

from __future__ import annotations

import math
from array import array

import pandas as pd
import pytest

from ragas_nb.errors import DatasetError
from ragas_nb.results.compare import NOWHERE, Change, change_frame, change_of, match
from ragas_nb.schema import AIMessage, EvaluationDataset, HumanMessage, MultiTurnSample, SingleTurnSample
from ragas_nb.store.state import PENDING, SCORED, Column, Findings


def asking(*questions: str | None, ids: list[str] | None = None) -> EvaluationDataset:
    return EvaluationDataset(
        [SingleTurnSample(user_input=question, response="r", reference="same") for question in questions],
        ids=ids,
    )


def pairs(a: EvaluationDataset, b: EvaluationDataset) -> list[tuple[int, int]]:
    return match(a, b).pairs


# ── matching ──


def test_ids_that_were_given_match_whatever_was_asked():
    a, b = asking("old", "x", ids=["q1", "q2"]), asking("y", "new", ids=["q3", "q1"])
    found = match(a, b)
    assert (found.pairs, found.only_a, found.only_b) == ([(0, 1)], (1,), (0,))


def test_ids_that_count_the_samples_match_only_where_the_same_was_asked():
    assert pairs(asking("one", "two", "three"), asking("one", "other", "three")) == [(0, 0), (2, 2)]


def test_ids_that_count_the_samples_of_one_run_do_not_match_those_that_were_given_in_the_other():
    a = asking("one", "two")
    b = EvaluationDataset([SingleTurnSample(user_input="other"), a[1]], ids=[0, 7])
    assert pairs(a, b) == [(1, 1)]


def test_what_no_id_matches_is_matched_by_what_was_asked():
    assert pairs(asking("one", "two", "three"), asking("zero", "three", "one")) == [(2, 1), (0, 2)]


def test_a_question_that_was_asked_twice_matches_by_its_id_only():
    a, b = asking("again", "again", "once"), asking("other", "again", "again", "once")
    assert pairs(a, b) == [(1, 1), (2, 3)]


def test_no_sample_is_matched_twice():
    a = asking("one", "two", ids=["p", "q"])
    b = asking("two", "one", ids=["p", "r"])
    found = match(a, b)
    assert found.pairs == [(0, 0)]
    assert list(found.row_in_a) == [0, NOWHERE]


def test_samples_without_a_question_are_matched_by_their_reference():
    a = EvaluationDataset([SingleTurnSample(response="x", reference=text) for text in ("one", "two")])
    b = EvaluationDataset([SingleTurnSample(response="y", reference=text) for text in ("two", "one")])
    assert pairs(a, b) == [(1, 0), (0, 1)]


def test_conversations_are_matched_by_what_the_person_said():
    def talk(said: str, answer: str) -> MultiTurnSample:
        return MultiTurnSample(user_input=[HumanMessage(content=said), AIMessage(content=answer)])

    a = EvaluationDataset([talk("hello", "hi"), talk("bye", "ciao")])
    b = EvaluationDataset([talk("bye", "so long"), talk("thanks", "sure")])
    assert pairs(a, b) == [(1, 0)]


def test_runs_without_a_sample_in_common_are_refused_with_their_ids_and_the_way_out():
    a, b = asking("one", ids=["q1"]), asking("a", "b", "c", "d", ids=["r1", "r2", "r3", "r4"])
    with pytest.raises(DatasetError) as refused:
        match(a, b)
    assert str(refused.value) == (
        "The runs have no sample in common: neither an id nor an input. A has the ids 'q1'; "
        "B has 'r1', 'r2', 'r3', …. Give the same sample the same id in both, in a column `id`."
    )


# ── changes ──


def column(*scores: float | str | None) -> Column:
    """Scores; None is one that is still to come."""
    statuses = bytearray(PENDING if score is None else SCORED for score in scores)
    labels = {row: score for row, score in enumerate(scores) if isinstance(score, str)}
    return Column(array("d", [s if isinstance(s, float) else 0.0 for s in scores]), statuses, dict(labels))


SAME = match(asking("a", "b", "c", "d"), asking("a", "b", "c", "d"))


def test_a_change_counts_the_samples_that_both_have_a_score_for():
    found = change_of(column(0.5, 0.5, 0.5, None), column(0.75, 0.25, 0.5, 1.0), SAME)
    assert found == Change(n=3, mean_a=0.5, mean_b=0.5, better=1, worse=1)
    assert (found.mean, found.equal) == (0.0, 1)


def test_more_is_worse_where_less_is_better():
    found = change_of(column(0.0, 0.0, 0.0, 1.0), column(1.0, 0.5, 0.0, 0.5), SAME, higher_is_better=False)
    assert (found.better, found.worse, found.mean) == (1, 2, 0.25)


def test_scores_that_hardly_differ_are_equal():
    found = change_of(column(0.3, 0.3, 0.3, 0.3), column(0.1 + 0.2, 0.3 + 9e-7, 0.3 - 9e-7, 0.3), SAME)
    assert (found.better, found.worse, found.equal) == (0, 0, 4)


def test_texts_have_no_change():
    found = change_of(column("good", "bad", 0.5, None), column("bad", "bad", "good", None), SAME)
    assert found == Change(n=0, mean_a=None, mean_b=None, better=0, worse=0)
    assert found.mean is None


def findings(ids: list[str], **columns: Column) -> Findings:
    made = Findings(ids, list(columns))
    made.columns = columns
    return made


def test_the_frame_has_both_scores_and_the_change_of_each_metric_that_both_have():
    matching = match(asking("one", "two", "three"), asking("three", "other", "one"))
    a = findings(["a1", "a2", "a3"], left=column(1.0, 1.0, 1.0), score=column(0.5, 0.0, None))
    b = findings(["b1", "b2", "b3"], score=column(0.75, 0.5, 0.25), new=column(1.0, 1.0, 1.0))
    expected = pd.DataFrame(
        {
            "id": ["b1", "b3"],
            "score_a": [math.nan, 0.5],
            "score_b": [0.75, 0.25],
            "score_change": [math.nan, -0.25],
        }
    )
    pd.testing.assert_frame_equal(change_frame(a, b, matching), expected)


def test_the_frame_has_texts_without_a_change():
    a = findings(["a", "b", "c", "d"], tone=column("mild", None, "rude", "mild"))
    b = findings(["a", "b", "c", "d"], tone=column("rude", "mild", None, "mild"))
    frame = change_frame(a, b, SAME)
    assert list(frame) == ["id", "tone_a", "tone_b"]
    assert frame.where(frame.notna(), None).to_numpy().tolist() == [
        ["a", "mild", "rude"],
        ["b", None, "mild"],
        ["c", "rude", None],
        ["d", "mild", "mild"],
    ]
