"""Metrics of one's own that put things in order: of a prompt, or of a function."""

from __future__ import annotations

from typing import Annotated, ClassVar, overload

from pydantic import BeforeValidator

from ragas_nb.metrics.allowed import Places
from ragas_nb.metrics.functions import Decorator, Function, FunctionMetric, decorated
from ragas_nb.metrics.prompted import PromptMetric

TWO = 2
"""How many things are ranked unless told."""


class RankingMetric(PromptMetric):
    """Tells in which order a sample's things come, by a question of your own.

    Fields: those that the question names in `{…}`. Score: a list of `allowed_values` different texts, in
    order. One request per sample; an answer of another length, or with a text twice, is asked again.

    >>> metric = RankingMetric(
    ...     name="use", prompt="Rank {retrieved_contexts} by use for {user_input}.", allowed_values=3
    ... )
    >>> sorted(metric.requires)
    ['retrieved_contexts', 'user_input']
    """

    allowed_values: Annotated[int, BeforeValidator(lambda given: Places.of(given).count)] = TWO
    """How many items a ranking has."""
    step: ClassVar[str] = "judge_order"

    @property
    def allowed(self) -> Places:
        """The values that there may be."""
        return Places(self.allowed_values)


@overload
def ranking_metric(function: Function, /) -> FunctionMetric: ...
@overload
def ranking_metric(*, name: str | None = None, allowed_values: int = TWO) -> Decorator: ...
def ranking_metric(
    function: Function | None = None, /, *, name: str | None = None, allowed_values: int = TWO
) -> FunctionMetric | Decorator:
    """Make a metric of a function that returns a list in order, of texts or numbers.

    Its parameters are fields of the sample; see `FunctionMetric`. `name` is the function's name unless given.

    Raises:
        TypeError: the function takes what no sample has.
        ValueError: `allowed_values` is no whole number above 0.

    >>> @ranking_metric(allowed_values=2)
    ... def by_length(retrieved_contexts):
    ...     return sorted(retrieved_contexts, key=len)
    >>> by_length.score(retrieved_contexts=["Lima is in Peru.", "Peru."])
    MetricResult(['Peru.', 'Lima is in Peru.'])
    """
    return decorated(function, name, Places.of(allowed_values))
