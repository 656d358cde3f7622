"""A run as one file that needs no kernel: the whole grid with its texts, its rows in full, and its script."""

from __future__ import annotations

import base64
import gzip
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final
from warnings import warn

from ragas_nb.errors import ConfigurationError
from ragas_nb.notebook import protocol as wire
from ragas_nb.notebook.fields import further_fields
from ragas_nb.notebook.offline_page import page
from ragas_nb.notebook.picture import (
    facts_of,
    metric_columns,
    row_detail,
    row_text,
    run_info,
    saved_state,
    totals,
)
from ragas_nb.notebook.saved_html import to_html as picture_of
from ragas_nb.notebook.saved_words import moment
from ragas_nb.notebook.tracking import Tracked
from ragas_nb.notebook.worst import worst_rows
from ragas_nb.recorded import RecordedRun
from ragas_nb.run import Run
from ragas_nb.store.state import PENDING, RUNNING

MOST_MB: Final = 50
"""Megabytes of a file, unless told otherwise."""
_MB: Final = 1_000_000
_GOES_ON: Final = "The run was still going on when this file was saved."
_THEN: Final = "Open this file in a browser that runs scripts to search and to open rows."


def save(run: RecordedRun, path: Path, most_mb: float = MOST_MB) -> Path:
    """Write a run into a file and return the file's path.

    Warns when traces or texts had to be left out, and says so in the file.

    Raises:
        ConfigurationError: the file cannot be written.
    """
    html, left_out = _made(run, most_mb)
    try:
        path.write_bytes(html.encode("utf-8", "replace"))
    except OSError as error:
        raise ConfigurationError(
            f"{path} cannot be written: {error.strerror}. Pass the path of a file in a folder that is there."
        ) from None
    for said in left_out:
        warn(f"{path}: {said}", stacklevel=4)
    return path


def to_html(run: RecordedRun, most_mb: float = MOST_MB) -> str:
    """A run as the text of a page; what had to be left out is told in the page."""
    return _made(run, most_mb)[0]


def _made(run: RecordedRun, most_mb: float) -> tuple[str, list[str]]:
    if not most_mb > 0:
        raise ConfigurationError(f"most_mb is how large the file may be, in megabytes; found {most_mb!r}.")
    saved = saved_state(run)
    picture = picture_of(saved, then=_THEN)
    shell = page(saved.run.name, picture, "", {})
    snapshot, buffers = _snapshot(run)
    room = _Room(most_mb, int(most_mb * _MB) - len(shell) - sum(map(len, buffers)))
    texts = list(_texts(run, room))
    traced = worst_rows(run, len(run))
    jobs = list(_jobs(run, traced, room))
    del traced[len(jobs) * wire.ROWS_PER_PAGE :]
    left_out = room.told(len(run), len(traced))
    told = [wire.Notice(about="file", message=f"Saved {moment(datetime.now().astimezone().isoformat())}.")]
    told += [wire.Notice(about="left out", message=said) for said in left_out]
    all_told = snapshot.totals.model_copy(update={"notices": [*told, *snapshot.totals.notices]})
    data = wire.Offline(
        snapshot=snapshot.model_copy(update={"totals": all_told}),
        buffers=buffers,
        traced=_base64(array("I", traced).tobytes()),
    )
    pages = {"texts": texts, "jobs": jobs}
    return page(saved.run.name, picture, data.model_dump_json(), pages), left_out


@dataclass
class _Room:
    """How much more the file may hold."""

    most_mb: float
    left: int
    whole_texts: int = field(default=0)
    """Rows whose texts are in the file in full."""

    def takes(self, packed: str) -> bool:
        """Whether that fits; then it is in."""
        if len(packed) > self.left:
            return False
        self.left -= len(packed)
        return True

    def told(self, rows: int, traced: int) -> list[str]:
        """What was left out, in words."""
        why = f"A file of at most {self.most_mb:g} MB has no room for the others; most_mb allows more."
        found = []
        if self.whole_texts < rows:
            found.append(f"The texts of {self.whole_texts:,} of {rows:,} rows are here in full. {why}")
        if traced < rows:
            rest = f"those of the {traced:,} worst of {rows:,} rows" if traced else "none"
            found.append(f"Of reasons, steps and errors {rest} are here. {why}")
        return found


def _snapshot(run: RecordedRun) -> tuple[wire.Snapshot, list[str]]:
    """The run as a view starts from it, and the buffers: nothing goes on any more, nothing can be told."""
    tracked = Tracked(run)
    values = tracked.values()  # also gives new labels their numbers
    now = totals(run, tracked.failed.counts)
    goes_on = isinstance(run, Run) and not run.ended
    still = {"state": "interrupted", "message": _GOES_ON} if goes_on else {}
    snapshot = wire.Snapshot(
        seq=0,
        hello=0,
        run=run_info(run).model_copy(update={"blocking": False}),
        metrics=metric_columns(run, [known.texts if known else None for known in tracked.labels]),
        totals=now.model_copy(update={"can": [], "limits": None, "left_s": None, **still}),
        fields=further_fields(run.dataset),
        marks=[
            wire.Mark(row=row, tags=list(mark.tags), note=mark.note)
            for row, mark in sorted(run.state.marks.items())
        ],
        viewing=wire.Viewing(),
        beside=None,
    )
    statuses = tracked.statuses().replace(bytes([RUNNING]), bytes([PENDING]))
    costs = array("f", run.state.costs).tobytes()
    return snapshot, [_base64(part) for part in (values.tobytes(), statuses, costs)]


def _texts(run: RecordedRun, room: _Room) -> Iterator[str]:
    """The texts of all rows, packed; in full as long as there is room."""
    fields = further_fields(run.dataset)
    full = True
    for rows in _pages(range(len(run))):
        short = [wire.OfflineText(text=row_text(run, row, fields), facts=[]) for row in rows]
        if full:
            whole = (
                text.model_copy(update={"facts": facts_of(run.dataset.samples[text.text.row])})
                for text in short
            )
            packed = _pack(_list(whole))
            full = room.takes(packed)
        if full:
            room.whole_texts += len(rows)
        else:
            packed = _pack(_list(short))
            room.left -= len(packed)
        yield packed


def _jobs(run: RecordedRun, rows: Sequence[int], room: _Room) -> Iterator[str]:
    """The jobs of these rows, packed, as long as there is room."""
    for page_rows in _pages(rows):
        packed = _pack(f"[{','.join(_list(row_detail(run, row, 0).jobs) for row in page_rows)}]")
        if not room.takes(packed):
            return
        yield packed


def _pages(rows: Sequence[int]) -> Iterator[Sequence[int]]:
    for first in range(0, len(rows), wire.ROWS_PER_PAGE):
        yield rows[first : first + wire.ROWS_PER_PAGE]


def _list(messages: Iterable[wire.Wire]) -> str:
    return f"[{','.join(message.model_dump_json() for message in messages)}]"


def _pack(told: str) -> str:
    """JSON, compressed, as text."""
    return _base64(gzip.compress(told.encode("utf-8"), mtime=0))


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
