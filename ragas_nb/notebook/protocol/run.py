"""A run as a whole: what stays the same, and what is true now."""

from __future__ import annotations

from typing import Literal

from ragas_nb.engine.events import FailureKind
from ragas_nb.notebook.protocol.base import RunState, Wire
from ragas_nb.recorded import Order


class RunInfo(Wire):
    """What stays the same during a run."""

    run_id: str
    name: str
    judge: str | None
    embedder: str | None
    started_at: str
    """ISO 8601, with time zone."""
    samples: int
    blocking: bool
    """A cell waits for the run: the host may hold back clicks until it has ended."""


class MetricColumn(Wire):
    """One metric: its column and how its scores are to be read."""

    name: str
    kind: Literal["continuous", "binary"]
    low: float
    high: float
    higher_is_better: bool
    labels: list[str] | None
    """What it has found so far, or may find, when its scores are texts or rankings; short, and bounded."""


class NewLabel(Wire):
    """A label that a metric has found for the first time."""

    metric: int
    number: int
    """Its place among the metric's labels."""
    label: str


class Notice(Wire):
    """Something a person should know of the run as a whole, which goes on all the same."""

    about: str
    """What it is about, such as `store`; there is one notice about each thing."""
    message: str


class Failures(Wire):
    """How many jobs failed in one way."""

    kind: FailureKind
    jobs: int


class Limits(Wire):
    """How fast requests to the judge go out, and what bounds that, now."""

    in_flight: int
    at_once: int
    """Requests that may be in flight now: found out while the run goes on, `max_workers` at most."""
    max_workers: int
    waiting_s: int
    """Seconds until the server is asked again, which wants to be left alone; 0: now."""
    requests_per_minute: float | None
    tokens_per_minute: float | None
    """Both as they were set; None where there is no such limit."""


class Budget(Wire):
    """What may be spent."""

    told: str
    """What was spent of what, in words."""
    unit: Literal["dollars", "tokens"]
    limit: float
    """In that unit."""


class Totals(Wire):
    """The run as a whole, now. A settled sample counts once: failed, else undefined, else scored."""

    state: RunState
    message: str | None
    """Why the run ended or what a person should know, in one sentence."""
    scored: int
    failed: int
    undefined: int
    elapsed_s: float
    rate: float | None
    """Settled samples per second."""
    left_s: float | None
    input_tokens: int
    output_tokens: int
    requests: int
    cost: float
    """Dollars, of the requests with a known price."""
    unpriced: int
    """Requests whose price is not known."""
    projected_cost: float | None
    projected_margin: float | None
    """How far off the projected cost may be: half of a 95 % interval; None while too little is known."""
    budget: Budget | None
    can: list[Order]
    """What the run may be told to do now."""
    notices: list[Notice]
    limits: Limits | None
    """None where no requests will go out."""
    failures: list[Failures]


class MetricSummary(Wire):
    """A metric's scores, summed up: what a card shows."""

    n: int
    failed: int
    undefined: int
    mean: float | None
    """None where scores have labels."""
    low: float | None
    high: float | None
    """`low` and `high`: the 95 % interval of the mean."""
    bins: list[int]
    """Counts in ten equal ranges of the metric's range, or of each of its labels."""
