"""A run as a file that a person downloads.

People open the CSV file in spreadsheets, and its texts come from judges and from strangers: one that would be
taken for a formula gets an apostrophe before it. Nothing else is changed, and nothing at all in the other
formats, nor in `run.df`.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from ragas_nb.errors import ConfigurationError
from ragas_nb.notebook import protocol as wire
from ragas_nb.recorded import RecordedRun
from ragas_nb.results.annotations import MetricAnnotation
from ragas_nb.results.annotations.exchange import to_json
from ragas_nb.schema.assembly import ID_COLUMNS, told_ids
from ragas_nb.schema.exporting import labelled
from ragas_nb.schema.files import csv_cell
from ragas_nb.schema.parquet import parquet_bytes
from ragas_nb.schema.tables import Table, table_of_frame
from ragas_nb.schema.values import plain_column

_FORMULA: Final = re.compile(r"[=+\-@\t\r\n＝＋－＠]")
_NUMBER: Final = re.compile(r"[+-]?\d+(\.\d*)?(e[+-]?\d+)?%?", re.IGNORECASE | re.ASCII)
_LONGEST_NAME: Final = 80
MOST_BYTES = 200_000_000
"""Of a file that travels to the page and is held there."""
MOST_ANNOTATIONS = 100_000
"""In a file for a page: each has the sample and every answer, a kilobyte or more."""
_WRITE_IT: Final = "Write it from Python: "
_FROM_PYTHON: Final[Mapping[wire.ExportFormat, str]] = {
    "csv": "run.df.to_csv(path)",
    "parquet": "run.df.to_parquet(path)",
    "json": "rnb.MetricAnnotation.from_run(run).to_json(path)",
    "html": "run.to_html(path)",
}


class FileKind(NamedTuple):
    """What a file is called and what it is."""

    name: str
    media_type: str


def exported(run: RecordedRun, to: wire.ExportFormat) -> tuple[FileKind, bytes]:
    """A run as a file: its kind and its content. May take seconds, and may be called from any thread.

    Raises:
        ConfigurationError: a package is missing that Parquet needs, or the file is too large for a page.
    """
    jobs = len(run) * len(run.columns)
    if to == "json" and jobs > MOST_ANNOTATIONS:
        raise ConfigurationError(
            f"{jobs:,} annotations are too many for a page. {_WRITE_IT}{_FROM_PYTHON[to]}."
        )
    file, content = _written(run, to)
    if len(content) > MOST_BYTES:
        size = f"{len(content) / 1e6:,.0f} MB"
        raise ConfigurationError(f"The file has {size}, too much for a page. {_WRITE_IT}{_FROM_PYTHON[to]}.")
    return file, content


def _written(run: RecordedRun, to: wire.ExportFormat) -> tuple[FileKind, bytes]:
    stem = file_stem(run.name, run.run_id)
    match to:
        case "csv":
            return FileKind(f"{stem}.csv", "text/csv"), _csv(_columns(run))
        case "parquet":
            return FileKind(f"{stem}.parquet", "application/vnd.apache.parquet"), parquet_bytes(_columns(run))
        case "json":
            annotations = to_json(MetricAnnotation.from_run(run).root, indent=2) + b"\n"
            return FileKind(f"{stem}-annotations.json", "application/json"), annotations
        case "html":
            from ragas_nb.notebook.offline import to_html

            return FileKind(f"{stem}.html", "text/html"), to_html(run).encode("utf-8", "replace")


def file_stem(name: str, run_id: str) -> str:
    """What a run's files are called: letters, digits, `-`, `_` and `.` of its name, and its id.

    >>> file_stem("../Prompt v2: “refunds”", "1a2b"), file_stem("?", "1a2b")
    ('Prompt-v2-refunds-1a2b', 'run-1a2b')
    """
    safe = re.sub(r"[^\w.-]+|\.\.+", "-", name)[:_LONGEST_NAME].strip("-._")
    return f"{safe or 'run'}-{run_id}"


def _columns(run: RecordedRun) -> Mapping[str, Sequence[object]]:
    """What `run.df` has, as plain columns: every sample with its id, missing values None."""
    table = table_of_frame(run.df)
    columns = {name: plain_column(cells) for name, cells in table.columns.items()}
    if told_ids(run.dataset.extra) is not None:
        return columns
    with_ids = labelled(Table(columns, table.length, run.dataset.ids))
    first = next((name for name in ID_COLUMNS if name not in columns), None)
    return with_ids if first is None else {first: with_ids[first], **columns}


def _csv(columns: Mapping[str, Sequence[object]]) -> bytes:
    """UTF-8 with a header; lists and dicts as JSON, None as an empty cell."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([no_formula(name) for name in columns])
    for row in zip(*columns.values(), strict=True):
        writer.writerow([no_formula(csv_cell(cell)) for cell in row])
    return text.getvalue().encode("utf-8", "backslashreplace")


def no_formula(cell: object) -> object:
    """The cell, with an apostrophe before a text that a spreadsheet would execute.

    >>> no_formula("=1+1"), no_formula("- a point"), no_formula("-0.5"), no_formula(-0.5)
    ("'=1+1", "'- a point", '-0.5', -0.5)
    """
    if isinstance(cell, str) and _FORMULA.match(cell) and not _NUMBER.fullmatch(cell):
        return f"'{cell}"
    return cell
