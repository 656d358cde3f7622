"""Metrics of other packages, and plain functions, in a run of ours.

What is understood is known by its methods: metrics of Ragas and DeepEval, scorers of autoevals, evaluators of
Phoenix, functions whose parameters are named after fields. None of these packages is imported.
"""

from __future__ import annotations

from typing import Final

from ragas_nb.errors import PlanError
from ragas_nb.metrics.adapters import autoevals, deepeval, phoenix, ragas
from ragas_nb.metrics.adapters.foreign import AdaptedMetric
from ragas_nb.metrics.adapters.functions import function_metric
from ragas_nb.metrics.base import Metric
from ragas_nb.metrics.definition import checked_name

__all__ = ["UNDERSTOOD", "AdaptedMetric", "adapt", "adapted"]

_PACKAGES: Final = (ragas, deepeval, phoenix, autoevals)
UNDERSTOOD: Final = (
    "a function of fields (def brevity(response): …), a metric of Ragas or DeepEval, a scorer of autoevals, "
    "an evaluator of Phoenix"
)
"""What can be adapted, in words."""


def adapt(metric: object, *, name: str | None = None) -> Metric:
    """Make another package's metric, or a function, one of ours.

    `metrics=[…]` does so by itself; this is for the `name` of its column, as when Ragas' faithfulness runs
    beside ours.

    Raises:
        PlanError: it is nothing of what is understood, or reads what no sample has.

    >>> adapt(lambda response: len(response), name="letters").score(response="In Peru.").value
    8.0
    """
    found = adapted(metric, name)
    if found is None:
        raise PlanError(f"A {type(metric).__name__} cannot be adapted. Pass {UNDERSTOOD}.")
    return found


def adapted(value: object, name: str | None = None) -> Metric | None:
    """The metric that an object, or a class that needs no parameters, is here; None where it is none.

    Raises:
        PlanError: it reads what no sample has, or cannot be made without parameters.
    """
    for package in _PACKAGES:
        if package.fits(value):
            metric: Metric = package.adapt(_made(value) if isinstance(value, type) else value)
            return metric.model_copy(update={"name": checked_name(name)}) if name else metric
    if callable(value) and not isinstance(value, type):
        return function_metric(value, name)
    return None


def _made(kind: type) -> object:
    try:
        return kind()
    except TypeError as error:
        raise PlanError(
            f"{kind.__name__} cannot be used without parameters ({error}). Pass {kind.__name__}(…)."
        ) from None
