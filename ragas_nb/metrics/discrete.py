"""Metrics of one's own that find one of a few labels: of a prompt, or of a function."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, ClassVar, overload

from pydantic import BeforeValidator

from ragas_nb.metrics.allowed import Labels
from ragas_nb.metrics.functions import Decorator, Function, FunctionMetric, decorated
from ragas_nb.metrics.prompted import PromptMetric

PASS_OR_FAIL = ("pass", "fail")


class DiscreteMetric(PromptMetric):
    """Tells which of a few labels suits a sample, by a question of your own.

    Fields: those that the question names in `{…}`. Score: one of `allowed_values`, a text. One request per
    sample; an answer that is not allowed is asked again.

    >>> metric = DiscreteMetric(
    ...     name="tone",
    ...     prompt="What is the tone of {response}, as an answer to {user_input}?",
    ...     allowed_values=["kind", "curt", "rude"],
    ... )
    >>> sorted(metric.requires)
    ['response', 'user_input']
    """

    allowed_values: Annotated[tuple[str, ...], BeforeValidator(lambda given: Labels.of(given).texts)] = (
        PASS_OR_FAIL
    )
    """The labels, in the order in which the judge is told them."""
    step: ClassVar[str] = "judge_label"

    @property
    def allowed(self) -> Labels:
        """The values that there may be."""
        return Labels(self.allowed_values)


@overload
def discrete_metric(function: Function, /) -> FunctionMetric: ...
@overload
def discrete_metric(
    *, name: str | None = None, allowed_values: Sequence[str] = PASS_OR_FAIL
) -> Decorator: ...
def discrete_metric(
    function: Function | None = None,
    /,
    *,
    name: str | None = None,
    allowed_values: Sequence[str] = PASS_OR_FAIL,
) -> FunctionMetric | Decorator:
    """Make a metric of a function that returns one of a few labels.

    Its parameters are fields of the sample; see `FunctionMetric`. `name` is the function's name unless given.

    Raises:
        TypeError: the function takes what no sample has.
        ValueError: `allowed_values` are not at least two different texts.

    >>> @discrete_metric(allowed_values=["short", "long"])
    ... def length(response):
    ...     return ("short", "below 20 letters") if len(response) < 20 else "long"
    >>> length.score(response="In Peru.")
    MetricResult('short', reason='below 20 letters')
    """
    return decorated(function, name, Labels.of(allowed_values))
