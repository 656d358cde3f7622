from __future__ import annotations

import json
from typing import Any

import pytest
from langchain_core.outputs import Generation, LLMResult
from ragas import metrics as legacy
from ragas.llms import BaseRagasLLM
from ragas.metrics import collections as new
from ragas.metrics import discrete_metric, numeric_metric
from ragas.metrics.base import SimpleBaseMetric
from ragas.metrics.result import MetricResult

import ragas_nb as rnb
from ragas_nb.errors import ConfigurationError, PlanError
from ragas_nb.metrics import resolve
from ragas_nb.metrics.adapters import adapt
from ragas_nb.schema import MultiTurnSample, SingleTurnSample
from tests.adapters.data import QUESTIONS, TALKS, failures, scores

pytestmark = pytest.mark.adapters

STATEMENTS = ["Lima is in Peru.", "Lima is large."]
SPLIT = {"statements": STATEMENTS}
CHECKED = {
    "statements": [
        {"statement": statement, "reason": "r", "verdict": verdict}
        for statement, verdict in zip(STATEMENTS, (1, 0), strict=True)
    ]
}


class Scripted(BaseRagasLLM):
    """A judge of Ragas that gives its answers in turn."""

    def __init__(self, *answers: Any) -> None:
        super().__init__()
        self.answers = list(answers)

    def generate_text(self, prompt: Any, *args: Any, **kwargs: Any) -> LLMResult:
        return LLMResult(generations=[[Generation(text=json.dumps(self.answers.pop(0)))]])

    async def agenerate_text(self, prompt: Any, *args: Any, **kwargs: Any) -> LLMResult:
        return self.generate_text(prompt)

    def is_finished(self, response: LLMResult) -> bool:
        return True


class Structured:
    """A judge as prompted metrics ask it."""

    def __init__(self, is_async: bool, value: object) -> None:
        self.is_async, self.value = is_async, value

    def generate(self, prompt: str, response_model: Any) -> Any:
        return response_model(value=self.value, reason=prompt)

    async def agenerate(self, prompt: str, response_model: Any) -> Any:
        if not self.is_async:
            raise TypeError("a synchronous client")
        return self.generate(prompt, response_model)


@pytest.mark.parametrize("name", ["exact_match", "non_llm_string_similarity", "non_llm_context_recall"])
def test_its_metrics_without_a_judge_score_as_ours_of_the_same_name(name: str) -> None:
    kinds = {
        "exact_match": legacy.ExactMatch,
        "non_llm_string_similarity": legacy.NonLLMStringSimilarity,
        "non_llm_context_recall": legacy.NonLLMContextRecall,
    }
    assert scores(QUESTIONS, kinds[name]()) == scores(QUESTIONS, name)


@pytest.mark.parametrize(
    ("old", "collected"),
    [
        (legacy.ExactMatch(), new.ExactMatch()),
        (legacy.NonLLMStringSimilarity(), new.NonLLMStringSimilarity()),
        (legacy.StringPresence(), new.StringPresence),
    ],
)
def test_a_collected_metric_scores_as_the_older_one(old: object, collected: object) -> None:
    assert scores(QUESTIONS, collected) == scores(QUESTIONS, old)


@pytest.mark.parametrize("metric", [legacy.ToolCallF1(), new.ToolCallF1(), legacy.ToolCallF1])
def test_conversations_reach_it_with_their_tool_calls(metric: object) -> None:
    assert scores(TALKS, metric) == [0.6667, 0.0]


def test_it_is_told_apart_which_metrics_score_conversations() -> None:
    kinds = (SingleTurnSample, MultiTurnSample)
    found = {
        type(metric).__name__: [resolve(metric).scores(kind) for kind in kinds]
        for metric in (
            legacy.Faithfulness(),
            legacy.ToolCallAccuracy(),
            new.ToolCallAccuracy(),
            new.ExactMatch(),
            legacy.AspectCritic(name="rude", definition="Is it rude?"),
        )
    }
    assert found == {
        "Faithfulness": [True, False],
        "ToolCallAccuracy": [False, True],
        "ExactMatch": [True, False],
        "AspectCritic": [True, True],
    }


def test_a_metric_asks_its_own_judge() -> None:
    assert scores(QUESTIONS[:1], legacy.Faithfulness(llm=Scripted(SPLIT, CHECKED))) == [0.5]


def test_a_metric_that_ragas_sets_up_before_a_run_is_set_up() -> None:
    embedded = {"Lima is in Peru.": [1.0, 0.0], "In Peru.": [0.0, 1.0]}

    class Embeddings:
        async def embed_text(self, text: str) -> list[float]:
            return embedded[text]

    classified = {"TP": [{"statement": "s", "reason": "r"}], "FP": [], "FN": []}
    judge = Scripted(SPLIT, SPLIT, classified)
    metric = legacy.AnswerCorrectness(llm=judge, embeddings=Embeddings(), weights=[0.5, 0.5])
    assert scores(QUESTIONS[:1], metric) == [0.5]
    assert metric.answer_similarity is None


def test_the_timeouts_of_its_judge_stay() -> None:
    judge = Scripted(SPLIT, CHECKED)
    config = judge.run_config
    scores(QUESTIONS[:1], legacy.Faithfulness(llm=judge))
    assert judge.run_config is config


def test_an_undefined_score_of_ragas_is_undefined_here() -> None:
    metric = legacy.Faithfulness(llm=Scripted({"statements": []}))
    result = rnb.evaluate(QUESTIONS[:1], [metric], show_progress=False)  # type: ignore[list-item]
    assert (result["faithfulness"], len(result.errors)) == ([None], 0)


@pytest.mark.parametrize(
    ("metric", "message"),
    [
        (legacy.Faithfulness(), r"'faithfulness' .* no llm.*metrics=\['faithfulness'\]"),
        (legacy.Faithfulness, r"'faithfulness' .* no llm"),
        (legacy.ResponseRelevancy(), "no llm and no embeddings"),
        (legacy.AspectCritic(name="rude", definition="Rude?"), r"ragas_nb\.metrics\.AspectCritic"),
        (legacy.DiscreteMetric(name="tone", prompt="{response}?"), r"'tone' .* no llm"),
    ],
)
def test_a_metric_without_a_judge_is_refused_before_the_run(metric: object, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        scores(QUESTIONS, metric)


@pytest.mark.parametrize("is_async", [True, False])
@pytest.mark.parametrize(
    ("kind", "allowed", "value"),
    [
        (legacy.DiscreteMetric, ["good", "bad"], "good"),
        (legacy.NumericMetric, (0, 10), 7.0),
        (legacy.RankingMetric, 2, ["a", "b"]),
    ],
)
def test_a_prompted_metric_asks_the_judge_set_on_it(
    kind: Any, allowed: object, value: object, is_async: bool
) -> None:
    metric = kind(name="tone", prompt="Rate {response}.", allowed_values=allowed)
    metric.llm = Structured(is_async, value)
    assert scores(QUESTIONS[:1], metric) == [value]


def test_decorated_functions_are_metrics_and_fail_with_their_own_error() -> None:
    @discrete_metric(name="length", allowed_values=["short", "long"])
    def length(response: str) -> str:
        return "short" if len(response) < 10 else "long"

    @numeric_metric(name="share", allowed_values=(0, 1))
    async def share(response: str) -> float:
        raise ZeroDivisionError(f"nothing in {response}")

    assert scores(QUESTIONS, length) == ["long", "short"]
    assert failures(QUESTIONS[1:], share) == [["ZeroDivisionError", "nothing in Am Rhein."]]


def test_a_class_derived_from_theirs_scores() -> None:
    class Letters(SimpleBaseMetric):
        async def ascore(self, response: str) -> MetricResult:
            return MetricResult(value=len(response), reason="counted")

        def score(self, **kwargs: Any) -> MetricResult:
            raise NotImplementedError

    assert scores(QUESTIONS, Letters(name="letters")) == [16.0, 9.0]


def test_a_collected_metric_without_its_judge_is_refused() -> None:
    with pytest.raises(PlanError, match=r"Faithfulness cannot be used without parameters .*'llm'"):
        scores(QUESTIONS, new.Faithfulness)


def test_theirs_runs_beside_ours_under_a_name_of_its_own() -> None:
    metrics = ["exact_match", adapt(legacy.ExactMatch(), name="theirs")]
    result = rnb.evaluate(QUESTIONS, metrics, show_progress=False)  # type: ignore[arg-type]
    assert result.to_pandas()[["exact_match", "theirs"]].to_numpy().tolist() == [[0.0, 0.0], [1.0, 1.0]]
