"""What a person chose in a view: which rows, in which order, with which of them picked out."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from ragas_nb.notebook.protocol.base import Wire

Comparison = Literal["<", "<=", ">", ">=", "==", "!="]
Change = Literal["better", "worse", "equal"]


class Sort(Wire):
    """The column that the rows are sorted by."""

    by: str
    """`id`, `cost`, or a metric's name."""
    down: bool
    change: bool = False
    """Of two runs side by side: by how much the metric changed."""


class Bins(Wire):
    """The score ranges, or the labels, of one metric that were chosen on its card."""

    metric: str
    bins: list[int]


class Condition(Wire):
    """What a score, a label or the cost must be."""

    column: str
    """A metric's name, or `cost`."""
    op: Comparison
    value: float | str
    """A text for metrics whose scores have labels."""


class ChangeOf(Wire):
    """How a metric's score must have changed, of two runs side by side."""

    metric: str
    change: Change


class Filter(Wire):
    """Which rows to show: all that is said must hold; bins of one metric are alternatives, as are failed and
    undefined."""

    text: str = ""
    """What one of the sample's texts must contain, in small or capital letters."""
    failed: bool = False
    undefined: bool = False
    bins: list[Bins] = Field(default=[])
    conditions: list[Condition] = Field(default=[])
    tags: list[str] = Field(default=[])
    """One of them is enough."""
    changes: list[ChangeOf] = Field(default=[])


class Viewing(Wire):
    """What one view shows; a page that is loaded anew starts from it."""

    sort: Sort | None = None
    filter: Filter = Filter()
    selected: list[int] = Field(default=[])
    """Rows."""
    open: int | None = None
    """The row in the panel."""


class Mark(Wire):
    """What a person left on a sample."""

    row: int
    tags: list[str]
    note: str | None
