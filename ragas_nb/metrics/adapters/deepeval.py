"""Metrics of DeepEval, known by their methods; DeepEval is never imported here.

A metric of DeepEval keeps what it found of its last test case, so every sample is measured by a copy.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from copy import copy
from functools import partial
from typing import Any, Final

from ragas_nb.judges.threads import in_thread
from ragas_nb.metrics.adapters.foreign import (
    AdaptedMetric,
    Foreign,
    our_fields,
    part_of_package,
    result_of,
)
from ragas_nb.metrics.base import Metric, MetricResult
from ragas_nb.schema import AIMessage, AnySample, HumanMessage, MultiTurnSample

_METHODS: Final = ("a_measure", "measure", "is_successful", "threshold", "score")
_PARAMETERS: Final = ("_required_params", "_required_test_case_params", "evaluation_params")
_QUESTION: Final = {
    "input": "user_input",
    "actual_output": "response",
    "expected_output": "reference",
    "context": "reference_contexts",
    "retrieval_context": "retrieved_contexts",
}
_CONVERSATION: Final = {
    "role": "user_input",
    "content": "user_input",
    "tools_called": "user_input",
    "retrieval_context": "user_input",
    "expected_outcome": "reference",
}


def fits(value: object) -> bool:
    """Whether it has what every metric of DeepEval for one test case has."""
    return all(hasattr(value, name) for name in _METHODS)


def adapt(metric: Any) -> Metric:
    """DeepEval's metric as one of ours.

    Its `expected_output` is the reference, its `context` the reference contexts; what tools said in a
    conversation is the retrieval context of the turn that follows.

    Raises:
        PlanError: it reads what no sample has.
    """
    talks = any(kind.__name__ == "BaseConversationalMetric" for kind in type(metric).__mro__)
    name = metric.__name__
    fields = our_fields(_read(metric), _CONVERSATION if talks else _QUESTION, f"DeepEval's metric {name!r}")
    foreign = Foreign(
        package="DeepEval",
        measure=partial(_measure, metric),
        requires=None if talks else fields,
        conversation_requires=fields | {"user_input"} if talks else None,
    )
    return AdaptedMetric(name=name, foreign=foreign)


def _read(metric: Any) -> list[str]:
    """What it reads of a test case."""
    listed = [getattr(metric, name, None) for name in _PARAMETERS]
    return [
        parameter.value for parameters in listed if isinstance(parameters, list) for parameter in parameters
    ]


async def _measure(metric: Any, sample: AnySample) -> MetricResult:
    own = _copy(metric)
    blocks = not getattr(own, "async_mode", True)
    method = own.measure if blocks else own.a_measure
    call = partial(method, _test_case(metric, sample), **_without_indicator(method))
    returned = await (in_thread(call) if blocks else call())
    return result_of(returned if own.score is None else own.score, own.reason)


def _without_indicator(method: Callable[..., object]) -> dict[str, bool]:
    """What keeps it from drawing a progress bar per test case."""
    name = "_show_indicator"
    return {name: False} if name in inspect.signature(method).parameters else {}


def _copy(metric: Any) -> Any:
    """One metric for one test case; the nodes of a graph keep verdicts too."""
    own = copy(metric)
    if getattr(metric, "dag", None) is not None:
        own.dag = _part(metric, "metrics.dag.utils", "copy_graph")(metric.dag)
    return own


def _part(metric: Any, module: str, name: str) -> Any:
    return part_of_package(metric, "a_measure", module, name)


def _test_case(metric: Any, sample: AnySample) -> Any:
    if isinstance(sample, MultiTurnSample):
        make = _part(metric, "test_case", "ConversationalTestCase")
        return make(turns=list(_turns(metric, sample)), expected_outcome=sample.reference)
    given = {name: getattr(sample, field) for name, field in _QUESTION.items()}
    make = _part(metric, "test_case", "LLMTestCase")
    return make(**{**given, "input": sample.user_input or ""})


def _turns(metric: Any, sample: MultiTurnSample) -> Iterator[Any]:
    """The conversation as DeepEval has it: turns of two sides, tools being with the assistant's."""
    turn, call = _part(metric, "test_case", "Turn"), _part(metric, "test_case", "ToolCall")
    heard: list[str] = []
    for message in sample.user_input:
        if isinstance(message, HumanMessage):
            yield turn(role="user", content=message.content)
        elif isinstance(message, AIMessage):
            calls = [call(name=one.name, input_parameters=one.args) for one in message.tool_calls or ()]
            yield turn(
                role="assistant",
                content=message.content,
                tools_called=calls or None,
                retrieval_context=heard or None,
            )
            heard = []
        else:
            heard.append(message.content)
