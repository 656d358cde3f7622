"""What happens in a run, as values: all that store, state, widget and user callbacks listen to.

Events are keyed by sample and metric, never by position.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from ragas_nb.engine.trace import Trace
from ragas_nb.judges.base import Usage
from ragas_nb.schema import SampleId

EndState = Literal["finished", "cancelled", "failed", "budget_reached"]


class _Event(BaseModel):
    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True)


class RunStarted(_Event):
    """The plan is made and the first job is about to start."""

    type: Literal["run_started"] = "run_started"
    run_id: str
    name: str
    at: datetime


class JobStarted(_Event):
    """One metric on one sample is being judged now."""

    type: Literal["job_started"] = "job_started"
    sample_id: SampleId
    metric: str


class JobScored(_Event):
    """A job ended; `value` is None where there was nothing to score, and `reason` says why."""

    type: Literal["job_scored"] = "job_scored"
    sample_id: SampleId
    metric: str
    value: float | int | str | None
    reason: str | None = None
    confidence: float | None = None
    trace: Trace = ()


class JobFailed(_Event):
    """A job could not be scored: `kind` is the error's class, `raw` the reply that could not be used."""

    type: Literal["job_failed"] = "job_failed"
    sample_id: SampleId
    metric: str
    kind: str
    message: str
    step: str | None = None
    raw: str | None = None
    trace: Trace = ()


class UsageAdded(_Event):
    """One request was answered: its tokens and its cost in dollars (None: the price is not known)."""

    type: Literal["usage_added"] = "usage_added"
    sample_id: SampleId
    metric: str
    step: str
    model: str
    usage: Usage
    cost: float | None


class RunEnded(_Event):
    """Nothing of the run goes on any more."""

    type: Literal["run_ended"] = "run_ended"
    state: EndState
    message: str | None = None


Event = RunStarted | JobStarted | JobScored | JobFailed | UsageAdded | RunEnded
Listener = Callable[[Event], None]
