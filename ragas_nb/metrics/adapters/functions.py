"""A plain function as a metric: its name is the column, its parameters are the fields that it reads."""

from __future__ import annotations

from ragas_nb.errors import PlanError
from ragas_nb.metrics.adapters.foreign import result_of
from ragas_nb.metrics.allowed import Allowed, Judgement
from ragas_nb.metrics.functions import Function, FunctionMetric
from ragas_nb.metrics.result import Score


class _Anything(Allowed):
    """Any score: a function without a decorator does not say which values it may return."""

    @property
    def told(self) -> str:
        return "a number, a text or a list of them"

    @property
    def answer(self) -> type[Judgement]:
        return Judgement

    def read(self, value: object) -> Score:
        try:
            return result_of(value).value
        except TypeError:
            raise self._refusal(value) from None


ANYTHING = _Anything()


def function_metric(
    function: Function, name: str | None = None, allowed: Allowed = ANYTHING
) -> FunctionMetric:
    """The metric that a function is.

    Raises:
        PlanError: it has no name, or a parameter that no sample has.

    >>> def brevity(response):
    ...     return 1 / len(response.split())
    >>> function_metric(brevity).score(response="In Peru.").value
    0.5
    """
    shown = name or str(getattr(function, "__name__", ""))
    if not name and not shown.isidentifier():
        raise PlanError(
            f"{function!r} has no name for its column. Write `def name(response): …`, or pass "
            "ragas_nb.metrics.adapt(function, name='…')."
        )
    try:
        return FunctionMetric.of(function, name, allowed)
    except (TypeError, ValueError) as error:
        raise PlanError(f"The function {shown!r} is no metric: {error}") from None
