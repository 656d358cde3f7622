"""What happened within a job: its steps, and every attempt at each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from ragas_nb.judges.base import Usage
from ragas_nb.prompts import Prompt, Value

Source = Literal["asked", "shared", "remembered"]
"""Who paid for an answer: this job, another job that asked the same at the same time, or one before it."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request: what came of it, what it used and how long it took.

    `outcome` is `ok`, `invalid`, `cut off` or the kind of failure; `cost` is in dollars, None when the price
    is not known; `seconds` counts from sending to reply; `at` is when it was sent, in seconds since 1970.
    """

    outcome: str
    seconds: float
    reply: str | None = None
    problem: str | None = None
    model: str | None = None
    usage: Usage = field(default_factory=Usage)
    cost: float | None = 0.0
    at: float | None = None


@dataclass(frozen=True, slots=True)
class StepTrace:
    """One prompt answered (or not: `output` is None) within a job; `repeat` tells independent answers apart.

    The attempts of one request that answered several repeats stand at the first of them. `turn` counts how
    often the whole job was done before.
    """

    prompt: Prompt[Any, Any]
    input: Value
    output: Value | None
    source: Source
    attempts: tuple[Attempt, ...]
    repeat: int = 0
    turn: int = 0


@dataclass(frozen=True, slots=True)
class EmbedTrace:
    """Texts turned into vectors within a job."""

    texts: int
    attempts: tuple[Attempt, ...]
    turn: int = 0


Trace = tuple[StepTrace | EmbedTrace, ...]
"""The steps of one job, in the order in which they were answered."""
