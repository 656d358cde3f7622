"""Two tables in CSV beside each other: how many rows or columns does the response get right?"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from decimal import Decimal
from io import StringIO
from typing import ClassVar, Literal

from ragas_nb.metrics.base import MetricResult
from ragas_nb.metrics.computing import ComputedMetric
from ragas_nb.metrics.reading import given
from ragas_nb.metrics.scoring import f_beta
from ragas_nb.schema import SingleTurnSample

_number = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,4})?", re.ASCII).fullmatch
_LONGEST_NUMBER = 40
_NOTHING = frozenset({"", "na", "n/a", "nan", "null", "none", "<na>"})

Cell = str | Decimal | None
"""What a cell holds: text, a number, or nothing."""


@dataclass(frozen=True, slots=True)
class CsvTable:
    """The cells of a table, column by column; names are in lower case."""

    columns: dict[str, list[Cell]]
    rows: int


def read_csv(text: str) -> CsvTable:
    """The table in a CSV text, whose first line names the columns; rows that are too short are filled up.

    Raises:
        ValueError: it holds no table; the message says where it goes wrong.

    >>> read_csv("City,Rain\\nLima,1.0\\nQuito,NA").columns
    {'city': ['Lima', 'Quito'], 'rain': [Decimal('1.0'), None]}
    """
    try:
        lines = [line for line in csv.reader(StringIO(text, newline=""), strict=True) if line]
    except csv.Error as error:
        raise ValueError(str(error)) from None
    if not lines:
        raise ValueError("it is empty")
    names = [name.strip().lower() for name in lines[0]]
    twice = next((name for place, name in enumerate(names) if name in names[:place]), None)
    if twice is not None:
        raise ValueError(f"two columns are called {twice!r}")
    columns: dict[str, list[Cell]] = {name: [] for name in names}
    for number, line in enumerate(lines[1:], start=1):
        if len(line) > len(names):
            raise ValueError(f"row {number} has {len(line)} cells, and there are {len(names)} columns")
        cells = line + [""] * (len(names) - len(line))
        for column, cell in zip(columns.values(), cells, strict=True):
            column.append(_cell(cell))
    return CsvTable(columns, len(lines) - 1)


def _cell(text: str) -> Cell:
    bare = text.strip()
    if len(bare) <= _LONGEST_NUMBER:
        if _number(bare):
            return Decimal(bare)
        if bare.lower() in _NOTHING:
            return None
    return text


def matches(reference: CsvTable, response: CsvTable, mode: Literal["rows", "columns"]) -> int:
    """How many rows, or columns, are the same in both tables: compared by position, on common columns.

    Columns are compared on the rows that both tables have.
    """
    pairs = [
        [mine == theirs for mine, theirs in zip(cells, response.columns[name], strict=False)]
        for name, cells in reference.columns.items()
        if name in response.columns
    ]
    return sum(map(all, pairs if mode == "columns" else zip(*pairs, strict=True)))


class DataCompyScore(ComputedMetric):
    """Tells how many rows or columns of a reference table the response gets right; both are CSV texts.

    Fields: `response`, `reference`. Range 0 to 1, higher is better. No request.

    Score: rows (`mode="rows"`) or columns (`mode="columns"`) that are the same in both, by those of the
    reference (`metric="recall"`), of the response (`"precision"`), or the harmonic mean of both (`"f1"`).
    Rows are compared by position and on the columns that both tables have; columns on the rows that both
    have. The case of column names does not count, 1 is 1.0, and an empty cell is the same as NA, NaN, null or
    None. None when a text is no table. Source: the comparison by position of the `datacompy` package.
    """

    name: str = "data_compare_score"
    mode: Literal["rows", "columns"] = "rows"
    metric: Literal["f1", "precision", "recall"] = "f1"
    requires: ClassVar[frozenset[str]] = frozenset({"response", "reference"})

    @property
    def column(self) -> str:
        """The name with the mode."""
        return f"{self.name}(mode={self.mode})"

    def compute(self, sample: SingleTurnSample) -> MetricResult:
        """The share of rows or columns that are the same."""
        tables: list[CsvTable] = []
        for field in ("reference", "response"):
            try:
                tables.append(read_csv(given(getattr(sample, field), field)))
            except ValueError as error:
                return MetricResult(None, f"the {field} is no CSV table: {error}")
        reference, response = tables
        same = matches(reference, response, self.mode)
        expected, found = _size(reference, self.mode), _size(response, self.mode)
        return MetricResult(
            _share(same, found, expected, self.metric),
            f"{same} {self.mode} are the same, of {expected} in the reference and {found} in the response",
        )


def _size(table: CsvTable, mode: Literal["rows", "columns"]) -> int:
    return table.rows if mode == "rows" else len(table.columns)


def _share(same: int, found: int, expected: int, metric: Literal["f1", "precision", "recall"]) -> float:
    if metric == "f1":
        return f_beta(same, found - same, expected - same)
    of = found if metric == "precision" else expected
    return same / of if of else 0.0
