"""A dataset as HTML: its size, its fields, and the first rows. Text is only ever text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Final

_ROWS: Final = 5
_WIDTH: Final = 120
"""Characters of a cell that are shown."""
_TABLE: Final = (
    "border-collapse:collapse;width:100%;font-size:12px;text-align:left;"
    "border-top:1px solid rgba(128,128,128,.4)"
)
_CELL: Final = (
    "text-align:left;vertical-align:top;padding:4px 10px 4px 0;max-width:28em;"
    "border-bottom:1px solid rgba(128,128,128,.25)"
)


def dataset_html(
    title: str, ids: Sequence[object], columns: Mapping[str, Sequence[object]], extra: Mapping[str, object]
) -> str:
    """Return the title, and a table of the first rows; extra columns are in italics."""
    if not ids:
        return f"<div><b>{escape(title)}</b></div>"
    heads = "".join(
        f'<th style="{_CELL}">{_emphasised(name) if name in extra else escape(name)}</th>' for name in columns
    )
    rows = "".join(
        f'<tr><th style="{_CELL};font-weight:normal;opacity:.7">{escape(str(ids[row]))}</th>'
        + "".join(f'<td style="{_CELL}">{_shown(cells[row])}</td>' for cells in columns.values())
        + "</tr>"
        for row in range(min(_ROWS, len(ids)))
    )
    left = len(ids) - _ROWS
    more = (
        f'<div style="opacity:.7;font-size:12px;padding-top:4px">and {left:,} more</div>' if left > 0 else ""
    )
    return (
        f'<div style="overflow-x:auto"><div style="padding-bottom:4px"><b>{escape(title)}</b></div>'
        f'<table style="{_TABLE}"><thead><tr><th style="{_CELL}"></th>{heads}</tr></thead>'
        f"<tbody>{rows}</tbody></table>{more}</div>"
    )


def _emphasised(name: str) -> str:
    return f"<i>{escape(name)}</i>"


def _shown(cell: object) -> str:
    """Return a cell as HTML: its text, or the number of its items and the first of them."""
    if cell is None:
        return '<span style="opacity:.5">–</span>'
    if isinstance(cell, list):
        first = f": {_cut(_text(cell[0]))}" if cell else ""
        return f'<span style="opacity:.7">{len(cell)}</span>{first}'
    return _cut(_text(cell))


def _text(value: object) -> str:
    told = getattr(value, "pretty_repr", None)
    return told() if callable(told) else str(value)


def _cut(text: str) -> str:
    return escape(text if len(text) <= _WIDTH else text[: _WIDTH - 1] + "…")
