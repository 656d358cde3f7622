"""Tool call F1: how many of the expected tool calls were made, and how many others?"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import ClassVar

from ragas_nb.metrics.base import MetricResult
from ragas_nb.metrics.computing import ComputedMetric
from ragas_nb.metrics.conversations import called
from ragas_nb.metrics.reading import given
from ragas_nb.metrics.scoring import f_beta
from ragas_nb.schema import MultiTurnSample
from ragas_nb.schema.messages import ToolCall


class ToolCallF1(ComputedMetric):
    """Tells how many of the expected tool calls an assistant made, and how many it should not have made.

    Fields: conversations with `user_input` and `reference_tool_calls`. Range 0 to 1, higher is better. No
    request.

    Score: F1 of the set of calls made against the set of those expected, rounded to 4 decimals. Calls are
    equal when their names and all their arguments are; order and repetition do not count. 0.0 when there
    are no calls on either side. Source: van Rijsbergen, Information Retrieval (1979).
    """

    name: str = "tool_call_f1"
    conversation_requires: ClassVar[frozenset[str]] = frozenset({"user_input", "reference_tool_calls"})
    longest_at_once: ClassVar[int | None] = None

    def compute_conversation(self, sample: MultiTurnSample) -> MetricResult:
        """The F1 of the calls made against those expected."""
        expected = _distinct(given(sample.reference_tool_calls, "reference_tool_calls"))
        made = _distinct(called(sample.user_input))
        tp, fp, fn = len(made & expected), len(made - expected), len(expected - made)
        reason = f"{tp} of {tp + fn} expected calls made, {fp} others"
        return MetricResult(round(f_beta(tp, fp, fn), 4), reason)


def _distinct(calls: Iterable[ToolCall]) -> set[Hashable]:
    return {(call.name, frozen(call.args)) for call in calls}


def frozen(value: object) -> Hashable:
    """The value in a form that can be in a set: equal forms for equal values, in whatever order dicts are.

    >>> frozen({"a": [1, {"b": 2}], "c": None}) == frozen({"c": None, "a": [1, {"b": 2}]})
    True
    """
    if isinstance(value, dict):
        return "dict", frozenset((key, frozen(part)) for key, part in value.items())
    if isinstance(value, list | tuple):
        return "list", tuple(map(frozen, value))
    if isinstance(value, set | frozenset):
        return "set", frozenset(map(frozen, value))
    try:
        hash(value)
    except TypeError:
        return repr(value)
    return value
