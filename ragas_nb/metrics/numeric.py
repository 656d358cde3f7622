"""Metrics of one's own that find a number: of a prompt, or of a function."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, TypeAlias, overload

from pydantic import PlainSerializer, PlainValidator

from ragas_nb.metrics.allowed import Bounds
from ragas_nb.metrics.functions import Decorator, Function, FunctionMetric, decorated
from ragas_nb.metrics.prompted import PromptMetric

Numbers: TypeAlias = tuple[float, float] | range
"""The lowest and the highest number, both allowed; or the whole numbers of a range."""
_RANGE = ("start", "stop", "step")


def _read(given: object) -> Numbers:
    """The numbers that somebody passed, or that a file holds."""
    if isinstance(given, Mapping) and set(given) == set(_RANGE):
        given = range(*(given[part] for part in _RANGE))
    return Bounds.of(given).given


def _written(numbers: Numbers) -> object:
    if isinstance(numbers, range):
        return {part: getattr(numbers, part) for part in _RANGE}
    return list(numbers)


class NumericMetric(PromptMetric):
    """Tells on a scale how a sample does, by a question of your own.

    Fields: those that the question names in `{…}`. Score: a number within `allowed_values`, both ends
    included; with a `range`, one of its whole numbers. Higher is better. One request per sample; an answer
    that is not allowed is asked again.

    >>> metric = NumericMetric(name="depth", prompt="How deep is {response}?", allowed_values=range(1, 6))
    >>> metric.score_range
    (1.0, 5.0)
    """

    allowed_values: Annotated[
        Numbers, PlainValidator(_read), PlainSerializer(_written, return_type=object)
    ] = (0.0, 1.0)
    """The lowest and the highest number, or a range of whole ones."""
    step: ClassVar[str] = "judge_number"

    @property
    def allowed(self) -> Bounds:
        """The values that there may be."""
        return Bounds(self.allowed_values)

    @property
    def score_range(self) -> tuple[float, float]:  # type: ignore[override]  # here a parameter says it
        """The lowest and the highest score."""
        return self.allowed.ends


@overload
def numeric_metric(function: Function, /) -> FunctionMetric: ...
@overload
def numeric_metric(*, name: str | None = None, allowed_values: Numbers = (0.0, 1.0)) -> Decorator: ...
def numeric_metric(
    function: Function | None = None,
    /,
    *,
    name: str | None = None,
    allowed_values: Numbers = (0.0, 1.0),
) -> FunctionMetric | Decorator:
    """Make a metric of a function that returns a number.

    Its parameters are fields of the sample; see `FunctionMetric`. `name` is the function's name unless given.

    Raises:
        TypeError: the function takes what no sample has.
        ValueError: `allowed_values` are no range.

    >>> @numeric_metric
    ... def brevity(response):
    ...     return 1 / len(response.split())
    >>> brevity.score(response="In Peru.") + 1
    1.5
    """
    return decorated(function, name, Bounds.of(allowed_values))
