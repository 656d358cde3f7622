"""How jobs end, as events: scored, undefined, failed; and several times done, as one."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from statistics import fmean
from types import NoneType
from typing import Literal

from pydantic import TypeAdapter

from ragas_nb.engine.events import FailureKind, JobFailed, JobScored
from ragas_nb.engine.plan import Job
from ragas_nb.engine.trace import Trace
from ragas_nb.errors import JudgeOutputInvalid, JudgeRefused, JudgeUnavailable
from ragas_nb.metrics.base import MetricResult, Score

_PLAIN = frozenset({float, int, str, NoneType})
_score: TypeAdapter[Score] = TypeAdapter(Score)
"""What reads scores of other kinds, such as NumPy's."""


def undefined(job: Job) -> JobScored:
    """The event of a job whose sample lacks a field."""
    fields = " and ".join(repr(name) for name in job.missing)
    reason = f"the sample has no {fields}"
    return JobScored(sample_id=job.sample_id, metric=job.metric.column, value=None, reason=reason)


def scored(job: Job, result: object, trace: Trace = ()) -> JobScored:
    """The event of a score; what is not finite is undefined.

    Raises:
        TypeError, ValidationError: the metric's value is not a score.
    """
    column = job.metric.column
    if not isinstance(result, MetricResult):
        raise TypeError(f"metric {column!r} returned {type(result).__name__}, not a MetricResult")
    value, reason = result.value, result.reason
    if type(value) not in _PLAIN:
        value = _score.validate_python(value)
    if isinstance(value, float) and not math.isfinite(value):
        value, reason = None, f"the metric's value is {value}"
    return JobScored(
        sample_id=job.sample_id,
        metric=column,
        value=value,
        reason=reason,
        confidence=result.confidence,
        trace=trace,
    )


def summed_up(found: Sequence[JobScored], kind: Literal["continuous", "binary"], trace: Trace) -> JobScored:
    """One event for a job that was done several times: the mean of numbers, else the most frequent score.

    Of equally frequent ones it is the lower number, or the one that came first; what was undefined does not
    count unless all was. The reason is that of a time that found the sum, or what is nearest to it.
    """
    values = [one.value for one in found]
    defined = [one for one in found if one.value is not None]
    numbers = [float(one.value) for one in defined if isinstance(one.value, int | float)]
    value: Score = None
    nearest = found[0]
    if defined and len(numbers) == len(defined) and kind == "continuous":
        value = mean = fmean(numbers)
        nearest = min(defined, key=lambda one: abs(float(one.value) - mean))  # type: ignore[arg-type]  # numbers
    elif defined:
        counts = Counter(map(_hashable, (one.value for one in defined)))
        most = max(counts.values())
        winners = [one for one in defined if counts[_hashable(one.value)] == most]
        nearest = min(winners, key=lambda one: one.value) if numbers else winners[0]  # type: ignore[arg-type, return-value]  # numbers
        value = nearest.value
    return JobScored(
        sample_id=nearest.sample_id,
        metric=nearest.metric,
        value=value,
        reason=nearest.reason,
        confidence=nearest.confidence,
        trace=trace,
        repeats=tuple(values),
    )


def _hashable(value: Score) -> object:
    return tuple(value) if isinstance(value, list) else value


def failure(job: Job, error: Exception, trace: Trace) -> JobFailed:
    """The event of a job that could not be scored."""
    return JobFailed(
        sample_id=job.sample_id,
        metric=job.metric.column,
        kind=kind_of(error),
        message=str(error) or type(error).__name__,
        error=type(error).__name__,
        step=getattr(error, "step", None),
        raw=error.raw if isinstance(error, JudgeOutputInvalid) else None,
        trace=trace,
    )


def kind_of(error: Exception) -> FailureKind:
    """What kind of failure an error is."""
    match error:
        case JudgeUnavailable():
            return error.kind
        case JudgeRefused():
            return "misconfigured" if error.stops_run else "refused"
        case JudgeOutputInvalid():
            return "invalid_output"
        case _:
            return "metric_error"
