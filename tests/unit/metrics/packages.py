"""Objects with the shapes of other packages' metrics, and packages of their own that they come from.

Checked against the sources of Ragas 0.2.15 and 0.4.3, DeepEval 4.3.1, autoevals 0.4.1 and Arize Phoenix evals
3.9.4; `tests/adapters` does the same with the packages themselves.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from enum import Enum
from types import ModuleType
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict, create_model

RAGAS, DEEPEVAL = "their_ragas", "their_deepeval"


def provide(patch: pytest.MonkeyPatch, module: str, **contents: object) -> None:
    """Make a module that can be imported until the test is over."""
    made = ModuleType(module)
    vars(made).update(contents)
    patch.setitem(sys.modules, module, made)


def comes_from(module: str) -> Callable[[type], type]:
    """Say that a class is defined in a module."""

    def moved(kind: type) -> type:
        kind.__module__ = module
        return kind

    return moved


class Their(BaseModel):
    """A value of a class of theirs, which keeps all that it is made of."""

    model_config = ConfigDict(extra="allow")


class SingleTurnSample(Their):
    pass


class MultiTurnSample(Their):
    pass


class RunConfig(Their):
    pass


class TheirResult:
    """As Ragas' MetricResult."""

    def __init__(self, value: object, reason: str | None = None) -> None:
        self.value, self.reason = value, reason


# ── Ragas ──


def provide_ragas(patch: pytest.MonkeyPatch) -> None:
    provide(
        patch,
        f"{RAGAS}.dataset_schema",
        SingleTurnSample=SingleTurnSample,
        MultiTurnSample=MultiTurnSample,
    )
    provide(patch, f"{RAGAS}.run_config", RunConfig=RunConfig)


@comes_from(f"{RAGAS}.metrics.base")
class RagasMetric:
    """Scores by `scored`, a function of the sample; `inits` has what each copy was set up with."""

    def __init__(self, scored: Any = lambda sample: 1.0, **attributes: Any) -> None:
        self.name = "theirs"
        self.columns: dict[str, set[str]] = {"SINGLE_TURN": {"response"}}
        self.scored = scored
        self.inits: list[tuple[object, object]] = []
        vars(self).update(attributes)

    @property
    def required_columns(self) -> dict[str, set[str]]:
        return self.columns

    def init(self, run_config: object) -> None:
        self.inits.append((self, run_config))


class RagasSingle(RagasMetric):
    async def single_turn_ascore(self, sample: Any, callbacks: object = None) -> Any:
        await asyncio.sleep(0)
        return self.scored(sample)


class RagasMulti(RagasMetric):
    async def multi_turn_ascore(self, sample: Any, callbacks: object = None) -> Any:
        return self.scored(sample)


@comes_from(f"{RAGAS}.metrics.base")
class RagasSimple:
    """As SimpleBaseMetric: scores by fields."""

    name = "theirs"

    def __init__(self, **attributes: Any) -> None:
        vars(self).update(attributes)

    async def abatch_score(self, inputs: object) -> object:
        raise NotImplementedError


class RagasPrompted(RagasSimple):
    """As DiscreteMetric: a prompt whose placeholders are `names`."""

    names = ("response",)
    allowed_values = ["good", "bad"]  # noqa: RUF012  as theirs

    def get_variables(self) -> list[str]:
        return list(self.names)

    async def ascore(self, **kwargs: Any) -> TheirResult:
        return TheirResult(await kwargs.pop("llm").agenerate(kwargs), "by the async judge")

    def score(self, **kwargs: Any) -> TheirResult:
        return TheirResult(kwargs.pop("llm").generate(kwargs), "by the sync judge")


# ── DeepEval ──


class LLMTestCase(Their):
    pass


class ConversationalTestCase(Their):
    pass


class Turn(Their):
    pass


class ToolCall(Their):
    pass


def provide_deepeval(patch: pytest.MonkeyPatch) -> None:
    provide(
        patch,
        f"{DEEPEVAL}.test_case",
        LLMTestCase=LLMTestCase,
        ConversationalTestCase=ConversationalTestCase,
        Turn=Turn,
        ToolCall=ToolCall,
    )
    provide(patch, f"{DEEPEVAL}.metrics.dag.utils", copy_graph=lambda graph: [*graph, "copied"])


@comes_from(f"{DEEPEVAL}.metrics.base_metric")
class BaseMetric:
    threshold = 0.5
    score: float | None = None
    reason: str | None = None
    async_mode = True

    def __init__(self, **attributes: Any) -> None:
        vars(self).update(attributes)

    def is_successful(self) -> bool:
        return True

    def measure(self, test_case: Any, _show_indicator: bool = True) -> float | None:
        raise NotImplementedError

    async def a_measure(self, test_case: Any, _show_indicator: bool = True) -> float | None:
        raise NotImplementedError

    @property
    def __name__(self) -> str:
        return "Their Metric"


class BaseConversationalMetric(BaseMetric):
    pass


def parameters(*names: str) -> list[Enum]:
    """As DeepEval lists what a metric reads of a test case."""
    kind = Enum("Params", {name.upper(): name for name in names})  # type: ignore[misc]
    return [kind(name) for name in names]


# ── autoevals ──


class AutoScore:
    def __init__(
        self, score: float | None, metadata: dict[str, Any] | None = None, error: Exception | None = None
    ) -> None:
        self.name, self.score, self.metadata, self.error = "s", score, metadata or {}, error


class Scorer:
    """As autoevals' Scorer; what is written asynchronously overrides `_run_eval_async`."""

    async def eval_async(self, output: Any, expected: Any = None, **kwargs: Any) -> AutoScore:
        return await self._run_eval_async(output, expected, **kwargs)

    def eval(self, output: Any, expected: Any = None, **kwargs: Any) -> AutoScore:
        return self._run_eval_sync(output, expected, **kwargs)

    async def _run_eval_async(self, output: Any, expected: Any = None, **kwargs: Any) -> AutoScore:
        return self._run_eval_sync(output, expected, **kwargs)

    def _run_eval_sync(self, output: Any, expected: Any = None, **kwargs: Any) -> AutoScore:
        raise NotImplementedError

    def _name(self) -> str:
        return type(self).__name__


# ── Phoenix ──


class PhoenixScore:
    def __init__(
        self,
        score: float | None = None,
        label: str | None = None,
        explanation: str | None = None,
        name: str = "theirs",
    ) -> None:
        self.name, self.score, self.label, self.explanation = name, score, label, explanation


class Evaluator:
    """As Phoenix's Evaluator; `needs` are the fields of its input schema."""

    def __init__(
        self, *scores: PhoenixScore, needs: tuple[str, ...] = (), direction: str = "maximize"
    ) -> None:
        self.name, self.direction = "theirs", direction
        self.input_schema: type[BaseModel] | None = None
        if needs:
            self.input_schema = create_model("Input", **dict.fromkeys(needs, (object, ...)))  # type: ignore[call-overload]
        self._input_mapping: dict[str, object] | None = None
        self.scores = list(scores)
        self.given: dict[str, object] = {}

    def bind(self, mapping: dict[str, object]) -> None:
        self._input_mapping = mapping

    def evaluate(self, eval_input: dict[str, object]) -> list[PhoenixScore]:
        raise NotImplementedError

    async def async_evaluate(self, eval_input: dict[str, object]) -> list[PhoenixScore]:
        self.given = eval_input
        return self.scores
