"""What happens in a run, as values: all that store, state, widget and user callbacks listen to.

Events are keyed by sample and metric, never by position. They are made out of values that are checked, a
hundred thousand in a run: plain dataclasses take a third of the time of pydantic's models.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import datetime
from typing import ClassVar, Literal, get_args

from ragas_nb.engine.trace import Trace
from ragas_nb.judges.base import Usage
from ragas_nb.metrics.result import Score
from ragas_nb.schema import SampleId

EndState = Literal["finished", "cancelled", "failed", "budget_reached"]
FailureKind = Literal[
    "rate_limited",
    "server_error",
    "connection",
    "timeout",
    "refused",
    "invalid_output",
    "misconfigured",
    "metric_error",
]
"""Why a job failed. The judge was too busy, broke down, could not be reached or did not answer in time, after
retries; it declined this request (a content filter), it never answered in the right form, or it would decline
every request (key, model, quota); or the metric's own code raised an error."""

MarkKind = Literal["tag", "untag", "note"]
"""What a person does to a sample."""

FAILURE_KINDS: tuple[FailureKind, ...] = get_args(FailureKind)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStarted:
    """The plan is made and the first job is about to start."""

    type: ClassVar[Literal["run_started"]] = "run_started"
    run_id: str
    name: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class JobStarted:
    """One metric on one sample is being judged now."""

    type: ClassVar[Literal["job_started"]] = "job_started"
    sample_id: SampleId
    metric: str


@dataclass(frozen=True, slots=True, kw_only=True, init=False)
class JobScored:
    """A job ended; `value` is None where there was nothing to score, and `reason` says why.

    `repeats` are the scores of each time that the job was done, where it was done several times; `value` sums
    them up.
    """

    type: ClassVar[Literal["job_scored"]] = "job_scored"
    sample_id: SampleId
    metric: str
    value: Score
    reason: str | None = None
    confidence: float | None = None
    trace: Trace = ()
    repeats: tuple[Score, ...] = ()

    def __init__(
        self,
        *,
        sample_id: SampleId,
        metric: str,
        value: Score,
        reason: str | None = None,
        confidence: float | None = None,
        trace: Trace = (),
        repeats: tuple[Score, ...] = (),
    ) -> None:
        _set_sample_id(self, sample_id)  # half the time of what a frozen dataclass does by itself
        _set_metric(self, metric)
        _set_value(self, value)
        _set_reason(self, reason)
        _set_confidence(self, confidence)
        _set_trace(self, trace)
        _set_repeats(self, repeats)


_set_sample_id, _set_metric, _set_value, _set_reason, _set_confidence, _set_trace, _set_repeats = (
    vars(JobScored)[field.name].__set__ for field in fields(JobScored)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class JobFailed:
    """A job could not be scored: `error` is the error's class, `raw` the reply that could not be used."""

    type: ClassVar[Literal["job_failed"]] = "job_failed"
    sample_id: SampleId
    metric: str
    kind: FailureKind
    message: str
    error: str = ""
    step: str | None = None
    raw: str | None = None
    trace: Trace = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageAdded:
    """One request was answered: its tokens and its cost in dollars (None: the price is not known)."""

    type: ClassVar[Literal["usage_added"]] = "usage_added"
    sample_id: SampleId
    metric: str
    step: str
    model: str
    usage: Usage
    cost: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class JobReset:
    """A job that had ended will be done again; what it found is forgotten, what it used is not."""

    type: ClassVar[Literal["job_reset"]] = "job_reset"
    sample_id: SampleId
    metric: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleMarked:
    """A person put a tag on a sample, took one off, or wrote a note; a note without a text takes it away."""

    type: ClassVar[Literal["sample_marked"]] = "sample_marked"
    sample_id: SampleId
    kind: MarkKind
    text: str | None
    author: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPaused:
    """No further request goes out for now; those that are out come back."""

    type: ClassVar[Literal["run_paused"]] = "run_paused"
    message: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunResumed:
    """The run goes on: after a pause, or after it had ended."""

    type: ClassVar[Literal["run_resumed"]] = "run_resumed"
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeGiven:
    """Something a person should know of the run as a whole, which goes on all the same.

    `about` tells notices apart: a new one takes the place of the last about the same thing, and one without a
    message takes it away.
    """

    type: ClassVar[Literal["notice_given"]] = "notice_given"
    about: Literal["store", "resumed", "budget", "marks"]
    message: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEnded:
    """Nothing of the run goes on any more."""

    type: ClassVar[Literal["run_ended"]] = "run_ended"
    state: EndState
    message: str | None = None


Event = (
    RunStarted
    | JobStarted
    | JobScored
    | JobFailed
    | JobReset
    | UsageAdded
    | SampleMarked
    | NoticeGiven
    | RunPaused
    | RunResumed
    | RunEnded
)
Listener = Callable[[Event], None]
