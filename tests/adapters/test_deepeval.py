from __future__ import annotations

import asyncio
from typing import Any

import pytest
from deepeval.metrics import (
    AnswerRelevancyMetric,
    BaseConversationalMetric,
    BaseMetric,
    ExactMatchMetric,
    PatternMatchMetric,
    ToolCorrectnessMetric,
)
from deepeval.models import DeepEvalBaseLLM

from ragas_nb.errors import PlanError
from ragas_nb.metrics import resolve
from tests.adapters.data import QUESTIONS, TALKS, failures, scores

pytestmark = pytest.mark.adapters


class Judge(DeepEvalBaseLLM):
    """Splits every answer into two statements, and finds the first of them relevant."""

    def load_model(self, *args: Any, **kwargs: Any) -> Any:
        return self

    def generate(self, prompt: str, schema: Any = None, **kwargs: Any) -> Any:
        fields = set(schema.model_fields)
        if fields == {"statements"}:
            return schema(statements=["a", "b"])
        if fields == {"verdicts"}:
            return schema(verdicts=[{"verdict": "yes"}, {"verdict": "no", "reason": "beside the point"}])
        return schema(reason="one of two")

    async def a_generate(self, prompt: str, schema: Any = None, **kwargs: Any) -> Any:
        await asyncio.sleep(0)
        return self.generate(prompt, schema)

    def get_model_name(self, *args: Any, **kwargs: Any) -> str:
        return "scripted"


class Length(BaseMetric):
    """The length of the answer, told after other samples had their turn."""

    async def a_measure(self, test_case: Any, *args: Any, **kwargs: Any) -> float:
        self.score = float(len(test_case.actual_output))
        await asyncio.sleep(0)
        return self.score

    def measure(self, test_case: Any, *args: Any, **kwargs: Any) -> float:
        raise NotImplementedError

    def is_successful(self) -> bool:
        return True

    @property
    def __name__(self) -> str:
        return "Length"


class Tools(BaseConversationalMetric):
    """How many tools were called and how many told something."""

    async def a_measure(self, test_case: Any, *args: Any, **kwargs: Any) -> float:
        called = sum(len(turn.tools_called or ()) for turn in test_case.turns)
        told = sum(len(turn.retrieval_context or ()) for turn in test_case.turns)
        self.score = float(10 * called + told)
        return self.score

    def measure(self, test_case: Any, *args: Any, **kwargs: Any) -> float:
        raise NotImplementedError

    @property
    def __name__(self) -> str:
        return "Tools"


def test_its_metrics_without_a_judge_score() -> None:
    assert scores(QUESTIONS, ExactMatchMetric()) == [0.0, 1.0]
    assert scores(QUESTIONS, PatternMatchMetric(pattern=".*Peru.*")) == [1.0, 0.0]


@pytest.mark.parametrize("async_mode", [True, False])
def test_a_metric_asks_its_own_judge_and_the_users_object_stays_as_it_was(async_mode: bool) -> None:
    metric = AnswerRelevancyMetric(model=Judge(), async_mode=async_mode)
    assert (resolve(metric).column, resolve(metric).requires) == (
        "Answer Relevancy",
        {"user_input", "response"},
    )
    assert scores(QUESTIONS, metric) == [0.5, 0.5]
    assert metric.score is None


def test_samples_measured_at_once_keep_their_own_scores() -> None:
    rows = [{"response": "x" * length} for length in range(20)]
    assert scores(rows, Length()) == [float(length) for length in range(20)]


def test_a_conversation_keeps_its_tools() -> None:
    assert scores(TALKS, Tools()) == [11.0, 0.0]


def test_a_metric_of_what_no_sample_has_is_refused() -> None:
    with pytest.raises(PlanError, match="DeepEval's metric 'Tool Correctness' reads 'tools_called'"):
        resolve(ToolCorrectnessMetric(model=Judge()))


def test_a_metric_that_has_no_asynchronous_form_fails_with_the_way_out() -> None:
    class Blocks(Length):
        a_measure = BaseMetric.a_measure

    [[kind, message]] = failures(QUESTIONS[:1], Blocks())
    assert (kind, "set 'async_mode' to 'False'" in message) == ("NotImplementedError", True)
