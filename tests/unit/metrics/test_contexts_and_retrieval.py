"""Retrieved contexts beside reference contexts: by their texts, by their ids, and as a ranking."""

from __future__ import annotations

from typing import Any

import ir_measures
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import Levenshtein

from ragas_nb.errors import DatasetError
from ragas_nb.metrics._id_based_context import IDBasedContextPrecision, IDBasedContextRecall
from ragas_nb.metrics._non_llm_context import NonLLMContextPrecisionWithReference, NonLLMContextRecall
from ragas_nb.metrics._retrieval import MRR, NDCG, HitRate, PrecisionAtK, RecallAtK
from ragas_nb.metrics._string_similarity import DistanceMeasure, NonLLMStringSimilarity
from ragas_nb.metrics.base import MetricResult
from ragas_nb.metrics.computing import ComputedMetric
from ragas_nb.metrics.scoring import average_precision
from ragas_nb.schema import SingleTurnSample

LIMA, QUITO, OSLO = "Lima is in Peru.", "Quito is in Ecuador.", "xyz"
TEXTS = st.lists(st.text("abc", max_size=5), max_size=4)
IDS = st.lists(st.integers(0, 9) | st.sampled_from(["1", "2", "x"]), max_size=8)


def by_text(metric: ComputedMetric, retrieved: list[str], reference: list[str]) -> MetricResult:
    return metric.compute(SingleTurnSample(retrieved_contexts=retrieved, reference_contexts=reference))


def by_id(metric: ComputedMetric, retrieved: list[str | int], reference: list[str | int]) -> MetricResult:
    return metric.compute(SingleTurnSample(retrieved_context_ids=retrieved, reference_context_ids=reference))


# ── by text ──


@pytest.mark.parametrize(
    ("retrieved", "reference", "precision", "recall"),
    [
        (
            [LIMA, OSLO, QUITO],
            [LIMA, QUITO],
            MetricResult(pytest.approx(5 / 6), "2 of 3 contexts useful"),
            MetricResult(1.0, "2 of 2 reference contexts found"),
        ),
        (
            [OSLO],
            [LIMA, QUITO],
            MetricResult(0.0, "0 of 1 contexts useful"),
            MetricResult(0.0, "0 of 2 reference contexts found"),
        ),
        (
            [],
            [LIMA],
            MetricResult(0.0, "0 of 0 contexts useful"),
            MetricResult(0.0, "0 of 1 reference contexts found"),
        ),
        (
            [LIMA, LIMA],
            [LIMA],
            MetricResult(1.0, "2 of 2 contexts useful"),
            MetricResult(1.0, "1 of 1 reference contexts found"),
        ),
    ],
)
def test_contexts_are_compared_by_text(
    retrieved: list[str], reference: list[str], precision: MetricResult, recall: MetricResult
) -> None:
    assert by_text(NonLLMContextPrecisionWithReference(), retrieved, reference) == precision
    assert by_text(NonLLMContextRecall(), retrieved, reference) == recall


@pytest.mark.parametrize("metric", [NonLLMContextPrecisionWithReference(), NonLLMContextRecall()])
@pytest.mark.parametrize("retrieved", [[], [LIMA]])
def test_without_reference_contexts_there_is_nothing_to_score(
    metric: ComputedMetric, retrieved: list[str]
) -> None:
    assert by_text(metric, retrieved, []) == MetricResult(None, "there are no reference contexts")


@pytest.mark.parametrize("metric", [NonLLMContextPrecisionWithReference, NonLLMContextRecall])
def test_a_similarity_equal_to_the_threshold_is_enough(metric: type[ComputedMetric]) -> None:
    made = metric.model_validate({"threshold": 0.5})
    assert by_text(made, ["ab"], ["ax"]).value == 1.0
    assert by_text(made, ["abc"], ["axy"]).value == 0.0


@given(TEXTS, TEXTS.filter(bool), st.sampled_from([0.0, 0.25, 0.5, 0.8, 1.0]))
def test_contexts_score_as_by_the_similarities_of_all_pairs(
    retrieved: list[str], reference: list[str], threshold: float
) -> None:
    def alike(one: str, other: str) -> float:
        return 1 - Levenshtein.normalized_distance(one, other)

    useful = [int(max(alike(text, other) for other in reference) >= threshold) for text in retrieved]
    found = [
        max((alike(text, other) for other in retrieved), default=-1.0) >= threshold for text in reference
    ]
    precision = NonLLMContextPrecisionWithReference(threshold=threshold)
    recall = NonLLMContextRecall(threshold=threshold)
    assert by_text(precision, retrieved, reference).value == average_precision(useful)
    assert by_text(recall, retrieved, reference).value == pytest.approx(sum(found) / len(found))


@pytest.mark.parametrize("metric", [NonLLMContextPrecisionWithReference, NonLLMContextRecall])
def test_the_measure_may_be_given_as_a_metric_the_way_ragas_does(metric: type[ComputedMetric]) -> None:
    measure = DistanceMeasure.JARO
    given_as_metric = metric.model_validate(
        {"distance_measure": NonLLMStringSimilarity(distance_measure=measure)}
    )
    assert given_as_metric == metric.model_validate({"distance_measure": measure})


@pytest.mark.parametrize("wrong", [{"threshold": 1.5}, {"threshold": -0.1}, {"distance_measure": "cosine"}])
def test_wrong_parameters_are_refused_when_the_metric_is_made(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="1 validation error"):
        NonLLMContextRecall.model_validate(wrong)


# ── by id ──


@pytest.mark.parametrize(
    ("retrieved", "reference", "precision", "recall"),
    [
        ([1, 2, 3], ["2", "3", "4", "5"], 2 / 3, 0.5),
        (["a", "a", "b"], ["a"], 0.5, 1.0),
        ([1], [2], 0.0, 0.0),
        ([], [1], None, 0.0),
        ([1], [], 0.0, None),
        ([], [], None, None),
    ],
)
def test_ids_are_compared_as_sets_of_texts(
    retrieved: list[str | int], reference: list[str | int], precision: float | None, recall: float | None
) -> None:
    assert by_id(IDBasedContextPrecision(), retrieved, reference).value == precision
    assert by_id(IDBasedContextRecall(), retrieved, reference).value == recall


def test_what_is_undefined_says_why_and_what_is_not_how_many() -> None:
    assert by_id(IDBasedContextPrecision(), [], [1]) == MetricResult(None, "no context was retrieved")
    assert by_id(IDBasedContextRecall(), [1], []) == MetricResult(None, "there are no reference ids")
    assert by_id(IDBasedContextPrecision(), [1, 2], [1]) == MetricResult(0.5, "1 of 2 contexts relevant")
    assert by_id(IDBasedContextRecall(), [1], [1, 2]) == MetricResult(0.5, "1 of 2 reference contexts found")


# ── as a ranking ──


def reference_values(retrieved: list[str | int], relevant: list[str | int], k: int) -> dict[str, float]:
    """What trec_eval makes of a ranking, by our column names."""
    ranking = list(dict.fromkeys(map(str, retrieved)))
    judged = [ir_measures.Qrel("q", str(relevant_id), 1) for relevant_id in relevant]
    run = [ir_measures.ScoredDoc("q", found, float(-place)) for place, found in enumerate(ranking)]
    run = run or [ir_measures.ScoredDoc("q", "nothing was retrieved", 0.0)]
    measures = {
        f"hit_rate@{k}": ir_measures.Success @ k,
        "mrr": ir_measures.RR,
        f"ndcg@{k}": ir_measures.nDCG @ k,
        f"precision@{k}": ir_measures.P @ k,
        f"recall@{k}": ir_measures.R @ k,
    }
    values = ir_measures.calc_aggregate(measures.values(), judged, run)
    return {column: values[measure] for column, measure in measures.items()}


def our_values(retrieved: list[str | int], relevant: list[str | int], k: int) -> dict[str, Any]:
    metrics = (HitRate(k=k), MRR(), NDCG(k=k), PrecisionAtK(k=k), RecallAtK(k=k))
    return {metric.column: by_id(metric, retrieved, relevant).value for metric in metrics}


def test_rankings_score_by_the_places_of_the_relevant_contexts() -> None:
    assert our_values(["a", "b", "c", "d"], ["b", "d", "e"], 3) == {
        "hit_rate@3": 1.0,
        "mrr": 0.5,
        "ndcg@3": pytest.approx(0.6309 / 2.1309, abs=1e-4),
        "precision@3": 1 / 3,
        "recall@3": 1 / 3,
    }


@given(IDS, IDS.filter(bool), st.integers(1, 10))
def test_rankings_score_as_trec_eval_does(
    retrieved: list[str | int], relevant: list[str | int], k: int
) -> None:
    assert our_values(retrieved, relevant, k) == pytest.approx(reference_values(retrieved, relevant, k))


@pytest.mark.parametrize("metric", [HitRate(), MRR(), NDCG(), PrecisionAtK(), RecallAtK()])
def test_a_ranking_without_reference_ids_is_undefined(metric: ComputedMetric) -> None:
    assert by_id(metric, ["a"], []) == MetricResult(None, "there are no reference ids")


def test_a_ranking_says_where_the_first_relevant_context_stands() -> None:
    assert by_id(MRR(), ["a", "b"], ["b"]) == MetricResult(0.5, "1 relevant, the first at place 2")
    assert by_id(MRR(), ["a"], ["b"]) == MetricResult(0.0, "0 relevant, none")


def test_a_cut_off_below_one_is_refused() -> None:
    with pytest.raises(ValueError, match="greater than or equal to 1"):
        NDCG(k=0)


@pytest.mark.parametrize(
    ("metric", "field"),
    [
        (NonLLMContextPrecisionWithReference(), "retrieved_contexts"),
        (IDBasedContextRecall(), "retrieved_context_ids"),
        (MRR(), "reference_context_ids"),
    ],
)
def test_a_missing_field_is_named(metric: ComputedMetric, field: str) -> None:
    with pytest.raises(DatasetError, match=f"the sample has no '{field}'"):
        metric.compute(SingleTurnSample(reference_contexts=["a"]))
