from __future__ import annotations

from collections import OrderedDict
from datetime import datetime, timedelta
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from ragas_nb.schema.values import Misfit, are_whole, as_ids, plain, plain_column, plain_data


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        (np.int64(3), 3),
        (np.array([[1], [2]]), [[1], [2]]),
        (np.bool_(True), True),
        (pa.scalar(3), 3),
        (float("inf"), float("inf")),
        (pd.Timestamp("2024-01-01"), pd.Timestamp("2024-01-01")),
        (np.datetime64("2024-01-01", "ns"), datetime(2024, 1, 1)),  # noqa: DTZ001 - numpy knows no zones
        (np.timedelta64(3, "s"), timedelta(seconds=3)),
        (np.array(["2024-01-01"], "M8[ns]"), [datetime(2024, 1, 1)]),  # noqa: DTZ001
        (np.longdouble(1.5), np.longdouble(1.5)),
        (np.array(3), 3),
        (pd.array([1, 2]), [1, 2]),
    ],
)
def test_plain_values_are_pythons_own(cell: object, value: object) -> None:
    found = plain(cell)
    assert (type(found), found) == (type(value), value)


@pytest.mark.parametrize(
    ("cells", "ids"),
    [
        (["a", "b"], ["a", "b"]),
        ([np.int64(1), 2], [1, 2]),
        (["a", 1], ["a", 1]),
        ([], []),
        (["a", "a"], None),
        (["1", 1], None),
        ([True, False], None),
        ([1.0, 2.0], None),
        (["a", None], None),
        ([("a", 1), ("b", 2)], None),
    ],
)
def test_ids_are_unique_texts_or_whole_numbers(cells: list[object], ids: list[str | int] | None) -> None:
    assert as_ids(cells) == ids


@pytest.mark.parametrize(
    ("value", "data"),
    [
        ({"a": (1, np.int8(2)), "b": {"c": float("nan")}}, {"a": [1, 2], "b": {"c": None}}),
        (np.array([{"a": np.array([1, np.nan])}]), [{"a": [1.0, None]}]),
        ({"\ud83d": ["\ud83d"]}, {"\ufffd": ["\ufffd"]}),
        ({1: "a", 1.5: "b", None: "c", ("x", 2): "d"}, {1: "a", 1.5: "b", "None": "c", "('x', 2)": "d"}),
        ({"set": {1}}, {"set": {1}}),
    ],
)
def test_plain_data_is_plain_at_any_depth(value: object, data: object) -> None:
    assert plain_data(value) == data


def test_a_hundred_levels_are_plain_data_and_more_are_not() -> None:
    def nested(depth: int) -> list[object]:
        return [nested(depth - 1)] if depth else []

    assert plain_data(nested(99)) == nested(99)
    with pytest.raises(
        Misfit, match=r"^found list .* where data that is nested at most 100 deep is needed\."
    ):
        plain_data(nested(100))


@pytest.mark.parametrize(
    ("cells", "plain_cells"),
    [
        ([1.5, float("nan"), None], [1.5, None, None]),
        (["a", pd.NA, pd.NaT, np.float32("nan")], ["a", None, None, None]),
        (["a", "\ud83d", 3], ["a", "\ufffd", 3]),
        ([np.array([1.0, np.nan]), None, np.array(2)], [[1.0, None], None, 2]),
        ([["a"], ["\ud83d"], None], [["a"], ["\ufffd"], None]),
        ([("a",), {"b": ("c",)}], [["a"], {"b": ["c"]}]),
        ([OrderedDict(a=1)], [{"a": 1}]),
        ([Decimal("NaN"), Decimal(1)], [None, Decimal(1)]),
    ],
)
def test_columns_are_as_plain_as_their_cells(cells: list[object], plain_cells: list[object]) -> None:
    assert plain_column(cells) == plain_cells == [plain_data(cell) for cell in cells]


def test_columns_are_not_shared() -> None:
    cells: list[object] = [["a"], [], [{"b": ["c"]}]]
    assert all(mine is not theirs for mine, theirs in zip(plain_column(cells), cells, strict=True))


def test_half_a_character_is_found_among_many_whole_ones() -> None:
    texts = ["whole"] * 10_000
    assert are_whole([*texts, None, "Größe 数 🙂"])
    assert not are_whole([*texts, "\ud83d"])
    assert not are_whole(["\ud83d", "\ude00"])
