from __future__ import annotations

import importlib
from types import ModuleType

import pytest

from ragas_nb import metrics
from ragas_nb.errors import PlanError
from ragas_nb.metrics import DEFAULTS, AspectCritic, ExactMatch, Faithfulness, Metric, names, resolve

WITH_MODE = {
    "data_compare_score": "data_compare_score(mode=rows)",
    "factual_correctness": "factual_correctness(mode=f1)",
    "hit_rate": "hit_rate@5",
    "ndcg": "ndcg@5",
    "noise_sensitivity": "noise_sensitivity(mode=relevant)",
    "precision_at_k": "precision@5",
    "recall_at_k": "recall@5",
    "rouge_score": "rouge_score(mode=fmeasure)",
    "topic_adherence": "topic_adherence(mode=f1)",
}
OTHER_NAMES = {
    "agent_goal_accuracy_with_reference": "agent_goal_accuracy",
    "agent_goal_accuracy_without_reference": "agent_goal_accuracy",
    "answer_accuracy": "nv_accuracy",
    "context_relevance": "nv_context_relevance",
    "llm_context_recall": "context_recall",
    "response_groundedness": "nv_response_groundedness",
    "response_relevancy": "answer_relevancy",
    "summarization_score": "summary_score",
}
INSTANCES = [
    "answer_correctness",
    "answer_relevancy",
    "answer_similarity",
    "coherence",
    "conciseness",
    "context_precision",
    "context_recall",
    "context_utilization",
    "correctness",
    "faithfulness",
    "harmfulness",
    "maliciousness",
]


def test_a_name_is_the_column_but_for_modes_and_other_names() -> None:
    columns = {name: resolve(name).column for name in names()}
    assert {name: column for name, column in columns.items() if name != column} == WITH_MODE | OTHER_NAMES


def test_every_exported_name_exists() -> None:
    assert [name for name in metrics.__all__ if not hasattr(metrics, name)] == []


@pytest.mark.parametrize("name", INSTANCES)
def test_a_ready_made_metric_is_what_its_name_resolves_to(name: str) -> None:
    assert getattr(metrics, name) == resolve(name)


def test_no_import_puts_a_module_in_the_place_of_an_instance() -> None:
    package = importlib.import_module("ragas_nb.metrics")
    for module in ("_faithfulness", "_context_recall", "_answer_correctness", "registry", "statements"):
        importlib.import_module(f"ragas_nb.metrics.{module}")
    shadowed = [name for name in metrics.__all__ if isinstance(getattr(package, name), ModuleType)]
    assert shadowed == []


def test_the_defaults_are_known() -> None:
    assert [resolve(name).column for name in DEFAULTS] == list(DEFAULTS)


def test_a_metric_resolves_to_itself_and_a_class_to_its_default_form() -> None:
    strict = Faithfulness(name="strict")
    assert resolve(strict) is strict
    assert resolve(Faithfulness) == Faithfulness()
    assert resolve(" exact_match ") == ExactMatch()


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("faithfullness", r"no metric 'faithfullness'\. Did you mean 'faithfulness'"),
        ("Answer-Relevancy", "Did you mean 'answer_relevancy'"),
        ("zzz", r"no metric 'zzz'\. There are: agent_goal_accuracy, .*topic_adherence\."),
        (AspectCritic, r"AspectCritic\(name=…, definition=…\)"),
        (Metric, "Metric cannot be used"),
        (0.5, "0.5 is not a metric"),
    ],
)
def test_what_is_no_metric_is_refused_with_the_way_out(spec: object, message: str) -> None:
    with pytest.raises(PlanError, match=message):
        resolve(spec)


@pytest.mark.parametrize("word", ["llm", "embeddings"])
@pytest.mark.parametrize("name", [name for name in names() if resolve(name).needs])
def test_a_judge_belongs_to_the_run_not_to_the_metric(name: str, word: str) -> None:
    metric = resolve(name)
    with pytest.raises(TypeError, match=rf"takes no '{word}': .* Pass {word}=… to start\(\) or evaluate\(\)"):
        type(metric).model_validate({**dict(metric), word: "gpt-4o-mini"})


def test_a_metric_does_not_change_after_it_was_made() -> None:
    with pytest.raises(ValueError, match="frozen"):
        metrics.faithfulness.name = "other"


def test_a_misspelt_parameter_is_refused() -> None:
    with pytest.raises(ValueError, match="strictnes"):
        metrics.ResponseRelevancy.model_validate({"strictnes": 2})


def test_steps_and_needs_go_together() -> None:
    asking = {name for name in names() if "judge" in resolve(name).needs}
    assert asking == {name for name in names() if getattr(resolve(name), "prompts", ())}
