"""Samples and their jobs, as the grid and the row panel show them."""

from __future__ import annotations

from typing import Literal

from ragas_nb.engine.events import FailureKind
from ragas_nb.notebook.protocol.base import JobStatus, Wire


class RowText(Wire):
    """A sample as the grid shows it; long texts are cut."""

    row: int
    sample_id: str
    user_input: str
    response: str
    more: list[str]
    """The further fields that were asked for, in that order."""


class Fact(Wire):
    """A named field of a sample: one text or a list of texts."""

    name: str
    text: str | None
    texts: list[str] | None


class Item(Wire):
    """One thing a step speaks of: a statement, a context; with the verdict on it, where there is one."""

    text: str
    reason: str | None
    verdict: Literal[0, 1] | None
    word: str | None
    """The verdict in words, such as `not supported`."""


class Attempt(Wire):
    """One request for a step."""

    outcome: str
    """`ok`, `invalid`, `cut off`, or the kind of failure."""
    reply: str | None
    problem: str | None
    model: str | None
    input_tokens: int
    output_tokens: int
    cost: float | None
    """Dollars; None when the price is not known."""
    seconds: float


class Step(Wire):
    """One prompt answered within a job."""

    name: str
    turn: int
    """How often the job was done before, where it is done several times."""
    source: Literal["asked", "shared", "remembered"]
    """`shared`: another job of the run asked the same and paid for it."""
    items: list[Item]
    prompt: str
    """The messages as sent, as text."""
    attempts: list[Attempt]


class JobError(Wire):
    """Why a job failed."""

    kind: FailureKind
    error: str
    """The error's class, such as `JudgeOutputInvalid`."""
    message: str
    step: str | None
    raw: str | None


class Job(Wire):
    """One metric on one sample, in full."""

    metric: str
    status: JobStatus
    value: float | str | None
    """A ranking is a text here, such as `b > a`."""
    repeats: list[float | str | None] | None
    """The score of each time that the job was done, where that was several times."""
    reason: str | None
    error: JobError | None
    steps: list[Step]
    requests: int
    cost: float | None
    """Dollars; None when a price is not known."""
    seconds: float
