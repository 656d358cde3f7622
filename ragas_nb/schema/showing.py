"""A dataset as HTML: its size, its columns, and the first rows; text is only ever text."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from html import escape
from itertools import islice
from typing import Final

from ragas_nb.schema.messages import Message, ToolCall

_ROWS: Final = 5
_COLUMNS: Final = 10
_LONGEST: Final = 160
"""Characters of a cell that are shown; a name or an id has room for fewer."""
_LONGEST_NAME: Final = 32
_LINE: Final = "1px solid rgba(128,128,128,.3)"
_TABLE: Final = f"border-collapse:collapse;font-size:12px;line-height:1.4;margin:0;border-top:{_LINE}"
_CELL: Final = (
    "text-align:left;vertical-align:top;padding:5px 14px 5px 0;white-space:normal;background:none;"
    f"border-bottom:{_LINE}"
)
_TEXT: Final = (
    "min-width:3em;max-width:22em;overflow:hidden;overflow-wrap:break-word;text-align:start;"
    "display:-webkit-box;-webkit-box-orient:vertical;-webkit-line-clamp:3"
)
_FAINT: Final = "opacity:.65;font-weight:normal"


def dataset_html(
    title: str, ids: Sequence[object], columns: Mapping[str, Sequence[object]], extra: Collection[str]
) -> str:
    """Return the title, and a table of the first rows; the names of extra columns are in italics."""
    if not ids:
        return f"<div><b>{escape(title)}</b></div>"
    shown = dict(islice(columns.items(), _COLUMNS))
    heads = "".join(_head(name, name in extra) for name in shown)
    rows = "".join(
        f"<tr>{_head_of_row(ids[row])}{''.join(_cell(cells[row]) for cells in shown.values())}</tr>"
        for row in range(min(_ROWS, len(ids)))
    )
    return (
        f'<div style="overflow-x:auto"><div style="padding-bottom:4px"><b>{escape(title)}</b></div>'
        f'<table style="{_TABLE}"><thead><tr><th style="{_CELL}"></th>{heads}</tr></thead>'
        f"<tbody>{rows}</tbody></table>{_left_out(len(ids) - _ROWS, len(columns) - _COLUMNS)}</div>"
    )


def _left_out(rows: int, columns: int) -> str:
    """Return how much more there is, if there is more."""
    told = [_count(rows, "more row")] if rows > 0 else []
    told += [_count(columns, "more column")] if columns > 0 else []
    return (
        f'<div style="{_FAINT};font-size:12px;padding-top:4px">and {" and ".join(told)}</div>' if told else ""
    )


def _head(name: str, is_extra: bool) -> str:
    shown = escape(_cut(name, _LONGEST_NAME))
    return f'<th style="{_CELL}">{f"<i>{shown}</i>" if is_extra else shown}</th>'


def _head_of_row(label: object) -> str:
    return f'<th style="{_CELL};{_FAINT}">{escape(_cut(str(label), _LONGEST_NAME))}</th>'


def _cell(cell: object) -> str:
    """Return a cell: its text, or the number of its items and the first of them."""
    if cell is None:
        return f'<td style="{_CELL}"><span style="{_FAINT}">–</span></td>'
    count, text = _told(cell)
    before = f'<span style="{_FAINT};white-space:nowrap">{count}</span> ' if count else ""
    shown = f"{before}{escape(_cut(text, _LONGEST))}"
    return f'<td style="{_CELL}"><div dir="auto" style="{_TEXT}">{shown}</div></td>'


def _told(cell: object) -> tuple[str, str]:
    """Return how many items there are in a cell, and the text of the first; or only its text."""
    if isinstance(cell, dict):
        first = next((f"{name}: {part}" for name, part in cell.items()), "")
        return _count(len(cell), "entry", "entries"), first
    if not isinstance(cell, list):
        return "", str(cell)
    first_item = cell[0] if cell else ""
    if isinstance(first_item, Message):
        return _count(len(cell), "message"), first_item.pretty_repr()
    if isinstance(first_item, ToolCall):
        return _count(len(cell), "call"), f"{first_item.name}: {first_item.args}"
    return _count(len(cell), "item"), str(first_item)


def _count(number: int, noun: str, nouns: str | None = None) -> str:
    return f"{number:,} {noun if number == 1 else nouns or f'{noun}s'}"


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
