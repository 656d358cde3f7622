"""Values of all kinds in JSON and back."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragas_nb.store.plain_json import from_json, to_json

LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text()
    | st.binary()
    | st.dates()
    | st.datetimes().map(lambda moment: moment.replace(fold=0))
    | st.times().map(lambda moment: moment.replace(fold=0))
    | st.timedeltas()
    | st.decimals(allow_nan=False)
    | st.uuids()
)
KEYS = st.text() | st.integers() | st.sampled_from(["$date", "$", "$dict"])
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner) | st.dictionaries(KEYS, inner) | st.tuples(inner, inner)
)


@given(VALUES)
def test_every_value_comes_back_as_it_was(value: object):
    lost: set[str] = set()
    text = json.dumps(to_json(value, lost), allow_nan=False)
    back = from_json(json.loads(text))
    assert (back, lost) == (value, set())
    assert repr(back) == repr(value)


@pytest.mark.parametrize(
    ("value", "back"),
    [
        (np.float64(0.5), 0.5),
        (np.int64(5), 5),
        (np.str_("a"), "a"),
        (np.array([[1, 2], [3, 4]]), [[1, 2], [3, 4]]),
        (pd.NA, None),
        (pd.NaT, None),
        (pd.Timestamp("2030-01-02 03:04:05", tz="UTC"), datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)),
        (Decimal("NaN"), None),
    ],
)
def test_values_of_numpy_and_pandas_come_back_as_those_of_python(value: object, back: object):
    found = from_json(to_json(value, set()))
    assert (found, type(found)) == (back, type(back))


def test_a_number_that_is_none_stays_one():
    assert repr(from_json(to_json(float("nan"), set()))) == "nan"


def test_what_json_cannot_say_becomes_text_and_is_told():
    lost: set[str] = set()
    assert (to_json([{1}, range(3)], lost), lost) == (["{1}", "range(0, 3)"], {"set", "range"})


@pytest.mark.parametrize(
    "forged",
    [
        {"$import": "os"},
        {"$date": "2030-01-02", "more": 1},
        {"$date": "never"},
        {"$number": "many"},
        {"$timedelta": [1, 2, 3, 4, 5, 6, 7, 8]},
        {"$dict": [[["a", "list"], 1]]},
        {"$dict": 3},
        {"$tuple": None},
        {"$bytes": 3},
        {"$uuid": ["x"]},
        {"$decimal": {"a": 1}},
    ],
)
def test_what_stands_for_nothing_is_refused(forged: object):
    with pytest.raises((ValueError, TypeError, LookupError, ArithmeticError)):
        from_json(forged)


def test_the_words_stay_readable():
    value = {"when": date(2030, 1, 2), "at": time(3, 4), "for": timedelta(1), "id": UUID(int=1)}
    assert to_json(value, set()) == {
        "when": {"$date": "2030-01-02"},
        "at": {"$time": "03:04:00"},
        "for": {"$timedelta": [1, 0, 0]},
        "id": {"$uuid": "00000000-0000-0000-0000-000000000001"},
    }
