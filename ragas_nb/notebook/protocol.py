"""The wire between kernel and view: the only definition of every message.

Kernel → view messages are *updates*, view → kernel messages are *commands*; `js/src/protocol.ts` is generated
from here. All of them travel as custom messages, never as traits. NaN never travels in JSON; in a score
buffer the status beside it says whether there is a value.

Buffers, little-endian, in this order:

| message | buffers |
|---|---|
| `snapshot` | values `f32[metrics × rows]`, statuses `u8[metrics × rows]`, costs `f32[rows]` |
| `batch` | of `changes` jobs: rows `u32[]`, metrics `u16[]`, values `f32[]`, statuses `u8[]`; |
| | of `cost_changes` rows: rows `u32[]`, costs `f32[]` |

A snapshot is metric-major: the score of a row stands at `metric * rows + row`. Statuses are indexes into
`JobStatus`. Of a metric that finds texts or rankings, the values are indexes into its labels; of a job that
failed, the value is the index of its kind in `FailureKind`.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from ragas_nb.engine.events import FailureKind
from ragas_nb.recorded import Order
from ragas_nb.store.state import Status

RunState = Literal[
    "starting", "running", "paused", "finished", "cancelled", "failed", "budget_reached", "interrupted"
]
"""How a run is; `interrupted` is one that has not ended, and does not go on here."""
JobStatus = Status


class Wire(BaseModel):
    """The base of all that travels."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="null")


# ── what messages are made of ──────────────────────────────────────────────────────────────────────────────


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
    budget: Budget | None
    can: list[Order]
    """What the run may be told to do now."""
    notices: list[Notice]
    limits: Limits | None
    """None where no requests will go out."""
    failures: list[Failures]


class RowText(Wire):
    """A sample as the grid shows it; long texts are cut."""

    row: int
    sample_id: str
    user_input: str
    response: str


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


class SavedCell(Wire):
    """A score in the saved state."""

    status: JobStatus
    value: float | None
    """The score, or the place of its label among the metric's."""
    kind: FailureKind | None
    """Why it failed."""


class SavedRow(Wire):
    """A row in the saved state."""

    text: RowText
    cells: list[SavedCell]
    cost: float


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


class Saved(Wire):
    """What survives without a kernel: bounded, whatever the run's size. The value of the `saved` trait.

    Of a metric's labels it has the most frequent ones and those of the saved rows.
    """

    run: RunInfo
    metrics: list[MetricColumn]
    totals: Totals
    summaries: list[MetricSummary]
    rows: list[SavedRow]


# ── kernel → view ──────────────────────────────────────────────────────────────────────────────────────────


class Snapshot(Wire):
    """Everything a view needs to start, without the texts: the answer to `hello`."""

    type: Literal["snapshot"] = "snapshot"
    seq: int
    hello: int | None
    """The `hello` that it answers; None when it comes unasked, because a cell blocks the kernel's ears."""
    run: RunInfo
    metrics: list[MetricColumn]
    totals: Totals


class Batch(Wire):
    """What changed since the last batch; `seq` counts up by one, a gap asks for a new `hello`."""

    type: Literal["batch"] = "batch"
    seq: int
    totals: Totals
    labels: list[NewLabel]
    """Those that the changes speak of and no earlier message has told."""
    changes: int
    cost_changes: int


class RowPage(Wire):
    """The texts of the rows that were asked for."""

    type: Literal["rows"] = "rows"
    id: int
    rows: list[RowText]


class RowDetail(Wire):
    """One sample in full with its jobs, for the row panel."""

    type: Literal["trace"] = "trace"
    id: int
    row: int
    sample_id: str
    facts: list[Fact]
    jobs: list[Job]


class CommandReply(Wire):
    """The end of a command; every command settles, also on error."""

    type: Literal["reply"] = "reply"
    id: int
    ok: bool
    error: str | None = None


Update = Annotated[Snapshot | Batch | RowPage | RowDetail | CommandReply, Field(discriminator="type")]

# ── view → kernel ───────────────────────────────────────────────────────────────────────────────────────────

ROWS_PER_PAGE = 200


class Hello(Wire):
    """A view was opened, or missed a batch."""

    type: Literal["hello"] = "hello"
    id: int


class AskRows(Wire):
    """The texts of some rows; answered by `rows`."""

    type: Literal["rows"] = "rows"
    id: int
    rows: list[int] = Field(max_length=ROWS_PER_PAGE)


class AskTrace(Wire):
    """A row in full; answered by `trace`."""

    type: Literal["trace"] = "trace"
    id: int
    row: int


class Look(Wire):
    """Somebody looks at these rows: they are judged before the others."""

    type: Literal["look"] = "look"
    id: int
    rows: list[int] = Field(max_length=ROWS_PER_PAGE)


class Pause(Wire):
    """Send no further request for now."""

    type: Literal["pause"] = "pause"
    id: int


class Resume(Wire):
    """Go on after a pause, or with what was left when the run ended."""

    type: Literal["resume"] = "resume"
    id: int


class Cancel(Wire):
    """End the run; finished scores stay."""

    type: Literal["cancel"] = "cancel"
    id: int


class Retry(Wire):
    """Do failed jobs again: all of them, those of a kind, or the one of `row` and `metric`."""

    type: Literal["retry"] = "retry"
    id: int
    kind: FailureKind | None
    row: int | None
    metric: str | None


class AddBudget(Wire):
    """Allow so much more to be spent, in the unit of the run's budget."""

    type: Literal["add_budget"] = "add_budget"
    id: int
    amount: float = Field(gt=0, allow_inf_nan=False)


class SetLimit(Wire):
    """Change how fast requests go out; what is left out stays as it is, null is no limit."""

    type: Literal["set_limit"] = "set_limit"
    id: int
    max_workers: int | None = None
    requests_per_minute: float | None = None
    tokens_per_minute: float | None = None


Told = Look | Pause | Resume | Cancel | Retry | AddBudget | SetLimit
"""What a run is told; it is answered by `reply`."""
Command = Annotated[Hello | AskRows | AskTrace | Told, Field(discriminator="type")]

update_adapter: TypeAdapter[Update] = TypeAdapter(Update)
command_adapter: TypeAdapter[Command] = TypeAdapter(Command)
