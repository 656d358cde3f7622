"""Tool call accuracy: were the expected tools called, in the expected order, with the expected arguments?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import fsum
from typing import ClassVar

from pydantic import SerializeAsAny, field_validator

from ragas_nb.metrics.base import MetricResult
from ragas_nb.metrics.computing import ComputedMetric
from ragas_nb.metrics.conversations import called
from ragas_nb.metrics.reading import given
from ragas_nb.metrics.scoring import mean
from ragas_nb.schema import MultiTurnSample, SingleTurnSample
from ragas_nb.schema.messages import ToolCall


class ToolCallAccuracy(ComputedMetric):
    """Tells whether an assistant called the expected tools in the expected order, with the same arguments.

    Fields: conversations with `user_input` and `reference_tool_calls`. Range 0 to 1, higher is better. No
    request.

    Score: 0.0 unless the tools called are those expected, in that order (`strict_order=False`: in any order;
    both sides are sorted by name and arguments). Then the mean over the calls of the share of expected
    arguments that were given with an equal value, compared as strings, or scored by `arg_comparison_metric`
    as response against reference. A call that expects no arguments scores 1 without any, else 0; 1.0 when
    no calls are expected and none made. Source: tool call accuracy in the documentation of Ragas.

    Differs from Ragas: the order of keys within an argument does not count.
    """

    name: str = "tool_call_accuracy"
    strict_order: bool = True
    """Whether the order of the calls counts."""
    arg_comparison_metric: SerializeAsAny[ComputedMetric] | None = None
    """What scores one argument: a metric of `response` and `reference` that asks nobody. None: 1 if the
    strings are equal, else 0."""
    conversation_requires: ClassVar[frozenset[str]] = frozenset({"user_input", "reference_tool_calls"})
    longest_at_once: ClassVar[int | None] = None

    @field_validator("arg_comparison_metric")
    @classmethod
    def _of_two_texts(cls, metric: ComputedMetric | None) -> ComputedMetric | None:
        if metric is None:
            return None
        if metric.scores(SingleTurnSample) and metric.requires <= {"response", "reference"}:
            return metric
        raise ValueError(
            f"{metric.column!r} cannot compare arguments. Pass a metric that scores the response against the "
            "reference, such as NonLLMStringSimilarity()"
        )

    def check_ready(self) -> None:
        """Make sure that what compares the arguments is there."""
        if self.arg_comparison_metric is not None:
            self.arg_comparison_metric.check_ready()

    def compute_conversation(self, sample: MultiTurnSample) -> MetricResult:
        """The mean share of right arguments over the calls, if the calls are those expected."""
        expected, made = given(sample.reference_tool_calls, "reference_tool_calls"), called(sample.user_input)
        if not self.strict_order:
            expected, made = sorted(expected, key=_order), sorted(made, key=_order)
        if _names(made) != _names(expected):
            return MetricResult(0.0, f"called {_listed(made)}; expected {_listed(expected)}")
        if not expected:
            return MetricResult(1.0, "no calls expected, none made")
        pairs = zip(made, expected, strict=True)
        scores = [self._arguments(call.args, wanted.args) for call, wanted in pairs]
        right = sum(score == 1 for score in scores)
        return MetricResult(mean(scores), f"{right} of {len(scores)} calls with all arguments right")

    def _arguments(self, made: Mapping[str, object], wanted: Mapping[str, object]) -> float:
        """The share of the arguments wanted that were given so."""
        if not wanted:
            return float(not made)
        found = [self._alike(_text(made[name]), _text(wanted[name])) for name in wanted if name in made]
        return fsum(found) / len(wanted)

    def _alike(self, made: str, wanted: str) -> float:
        if self.arg_comparison_metric is None:
            return float(made == wanted)
        value = self.arg_comparison_metric.compute(SingleTurnSample(response=made, reference=wanted)).value
        return float(value) if isinstance(value, int | float) else 0.0


def _names(calls: Sequence[ToolCall]) -> list[str]:
    return [call.name for call in calls]


def _listed(calls: Sequence[ToolCall]) -> str:
    return ", ".join(_names(calls)) or "nothing"


def _order(call: ToolCall) -> tuple[str, list[tuple[str, str]]]:
    """What calls are sorted by: name, then arguments."""
    return call.name, [(name, _text(call.args[name])) for name in sorted(call.args)]


def _text(value: object) -> str:
    """An argument as a string, the keys of dicts in alphabetical order."""
    return str(_sorted(value) if isinstance(value, dict | list | tuple) else value)


def _sorted(value: object) -> object:
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value, key=str)}
    return [_sorted(part) for part in value] if isinstance(value, list | tuple) else value
