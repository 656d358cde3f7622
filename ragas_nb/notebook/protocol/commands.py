"""View → kernel."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from ragas_nb.engine.events import FailureKind
from ragas_nb.notebook.protocol.base import Wire
from ragas_nb.notebook.protocol.viewing import Filter, Sort, Viewing

ROWS_PER_PAGE = 200
MOST_FIELDS = 20
"""Further columns of the grid."""
ROWS_IN_PAGE = 100_000
"""Up to so many rows the page sorts and filters by itself; beyond, it asks."""
ExportFormat = Literal["csv", "parquet", "json", "html"]


class Hello(Wire):
    """A view was opened, or missed a batch."""

    type: Literal["hello"] = "hello"
    id: int


class AskRows(Wire):
    """The texts of some rows; answered by `rows`."""

    type: Literal["rows"] = "rows"
    id: int
    rows: list[int] = Field(max_length=ROWS_PER_PAGE)
    fields: list[str] = Field(default=[], max_length=MOST_FIELDS)
    """The further fields to tell."""


class AskTrace(Wire):
    """A row in full; answered by `trace`."""

    type: Literal["trace"] = "trace"
    id: int
    row: int
    beside: bool = False
    """Of the run beside."""


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


class Find(Wire):
    """Which rows to show, and in which order; answered by `found`."""

    type: Literal["find"] = "find"
    id: int
    filter: Filter
    sort: Sort | None


class Viewed(Wire):
    """What a person chose in a view, so that the user's code can ask for it."""

    type: Literal["viewed"] = "viewed"
    id: int
    viewing: Viewing


class Export(Wire):
    """The run as a file; answered by `file`."""

    type: Literal["export"] = "export"
    id: int
    format: ExportFormat


Told = Look | Pause | Resume | Cancel | Retry | AddBudget | SetLimit
"""What a run is told; it is answered by `reply`."""
Command = Annotated[Hello | AskRows | AskTrace | Find | Viewed | Export | Told, Field(discriminator="type")]
command_adapter: TypeAdapter[Command] = TypeAdapter(Command)
