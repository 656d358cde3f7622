"""What every message is made from, and the fixed words."""

from __future__ import annotations

from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict, model_validator

from ragas_nb.schema.values import whole_characters
from ragas_nb.store.state import Status

RunState = Literal[
    "starting", "running", "paused", "finished", "cancelled", "failed", "budget_reached", "interrupted"
]
"""How a run is; `interrupted` is one that has not ended, and does not go on here."""
JobStatus = Status
ABSENT = len(get_args(JobStatus))
"""In the statuses of the run beside: it has no such sample, or no such metric."""


class Wire(BaseModel):
    """The base of all that travels, in whole characters: no connection and no file takes half an emoji."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="null")

    @model_validator(mode="before")
    @classmethod
    def _in_whole_characters(cls, told: object) -> object:
        return {name: _whole(value) for name, value in told.items()} if isinstance(told, dict) else told


def _whole(value: object) -> object:
    if isinstance(value, list):
        return [whole_characters(item) if isinstance(item, str) else item for item in value]
    return whole_characters(value) if isinstance(value, str) else value
