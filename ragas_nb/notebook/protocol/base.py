"""What every message is made from, and the fixed words."""

from __future__ import annotations

from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict

from ragas_nb.store.state import Status

RunState = Literal[
    "starting", "running", "paused", "finished", "cancelled", "failed", "budget_reached", "interrupted"
]
"""How a run is; `interrupted` is one that has not ended, and does not go on here."""
JobStatus = Status
ABSENT = len(get_args(JobStatus))
"""In the statuses of the run beside: it has no such sample, or no such metric."""


class Wire(BaseModel):
    """The base of all that travels."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="null")
