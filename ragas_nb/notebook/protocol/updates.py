"""Kernel → view."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from ragas_nb.notebook.protocol.base import Wire
from ragas_nb.notebook.protocol.rows import Fact, Job, RowText
from ragas_nb.notebook.protocol.run import MetricColumn, NewLabel, RunInfo, Totals
from ragas_nb.notebook.protocol.viewing import Mark, Viewing


class Beside(Wire):
    """Another run of the same data, shown beside the run: what it was before."""

    run: RunInfo
    totals: Totals
    matched: int
    """Rows that have a counterpart."""
    only_here: int
    only_there: int
    same: list[str]
    """What both have in common, in words, such as `same judge`."""


class Snapshot(Wire):
    """Everything a view needs to start, without the texts: the answer to `hello`."""

    type: Literal["snapshot"] = "snapshot"
    seq: int
    hello: int | None
    """The `hello` that it answers; None when it comes unasked, because a cell blocks the kernel's ears."""
    run: RunInfo
    metrics: list[MetricColumn]
    totals: Totals
    fields: list[str]
    """The further fields of the samples that the grid can show as columns."""
    marks: list[Mark]
    viewing: Viewing
    """What a person chose last; a view that opens starts from it."""
    beside: Beside | None
    """Its scores come in further buffers."""


class Batch(Wire):
    """What changed since the last batch; `seq` counts up by one, a gap asks for a new `hello`."""

    type: Literal["batch"] = "batch"
    seq: int
    totals: Totals
    labels: list[NewLabel]
    """Those that the changes speak of and no earlier message has told."""
    spans: int
    """Stretches of rows of one metric whose scores are told anew."""
    cost_spans: int
    marks: list[Mark]
    """Those that are new or have changed."""


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
    beside: bool
    """Whether it is of the run beside."""
    sample_id: str
    facts: list[Fact]
    jobs: list[Job]


class CommandReply(Wire):
    """The end of a command; every command settles, also on error."""

    type: Literal["reply"] = "reply"
    id: int
    ok: bool
    error: str | None = None


class Found(Wire):
    """The rows that were looked for, in their order."""

    type: Literal["found"] = "found"
    id: int
    rows: int
    """How many; their numbers come in a buffer."""


class File(Wire):
    """A file for the person to keep; its content comes in a buffer."""

    type: Literal["file"] = "file"
    id: int
    name: str
    media_type: str
    size: int
    """Bytes."""


class Show(Wire):
    """The user's code asks the views to show this."""

    type: Literal["show"] = "show"
    viewing: Viewing


Update = Annotated[
    Snapshot | Batch | RowPage | RowDetail | Found | File | Show | CommandReply, Field(discriminator="type")
]
update_adapter: TypeAdapter[Update] = TypeAdapter(Update)
