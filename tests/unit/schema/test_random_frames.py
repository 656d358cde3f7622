"""Whatever frame comes: a dataset or a `DatasetError`; by a fast generator, and by hypothesis in depth."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random

import numpy as np
import pandas as pd
import pyarrow as pa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ragas_nb.errors import DatasetError
from ragas_nb.schema import AIMessage, EvaluationDataset, HumanMessage, read_dataset
from ragas_nb.schema.columns import KNOWN_NAMES
from ragas_nb.schema.samples import SingleTurnSample
from tests.unit.schema.strategies import ODD_TEXTS, single_turn_samples, texts

FRAMES = 10_000
NAMES: list[object] = [
    *KNOWN_NAMES,
    "id",
    "sample_id",
    "topic",
    "Question",
    " answer",
    "",
    0,
    1,
    ("a", 0),
    None,
]
MESSAGES: list[object] = [
    {"type": "human", "content": "Hello"},
    {"role": "assistant", "content": None, "tool_calls": [{"function": {"name": "f", "arguments": "{}"}}]},
    {"type": "ai", "content": "x", "tool_calls": [{"name": "f", "args": {"a": None}}], "metadata": {}},
    {"type": "tool", "content": "x"},
    {"type": ["human"], "content": 3},
    {"content": "x"},
    HumanMessage(content="Hello"),
    AIMessage(content="Hello"),
]
GOOD_MESSAGES = [message for message in MESSAGES if message not in MESSAGES[3:6]]
SCALARS: list[object] = [
    *ODD_TEXTS,
    *[None, float("nan"), pd.NA, pd.NaT, np.datetime64("NaT"), Decimal("NaN"), np.float32("nan")],
    *[True, 0, -1, 2**70, 1.5, 7.0, float("inf"), 1j, Decimal("1.1"), b"bytes", np.int8(3), np.str_("np")],
    *[np.longdouble(1.5), np.datetime64("2024-01-01", "ns"), pd.Timestamp("2024-01-01", tz="UTC")],
    *[
        datetime(2024, 1, 1, tzinfo=UTC),
        date(2024, 1, 1),
        timedelta(1),
        pd.Period("2024-01"),
        pd.Interval(0, 1),
        object(),
    ],
    *["plain", "half \ud83d", "['a', 'b']", '["a"]', "['a' 'b']", "[1, 2]", "{'a': 'b'}", "[[]]", "['a', b]"],
    *['[{"type": "human", "content": "Hello"}]', "[{'content': 'x', 'type': 'ai'}]", "[{'type': 'human'"],
    *[pa.scalar("arrow"), pa.scalar(["a"]), pa.scalar({"a": 1})],
]
TEXT_TYPES = ["object", "string", "string[pyarrow]", "category", pd.ArrowDtype(pa.string())]


def cell(random: Random, depth: int = 0) -> object:
    """Any value, lists and dicts of others among them."""
    kind = random.randrange(12) if depth < 3 else 0
    if kind < 7:
        return random.choice(SCALARS)
    parts = [cell(random, depth + 1) for _ in range(random.randrange(3))]
    if kind == 7:
        return {random.choice(["a", "b", 1, "name", "args"]): part for part in parts}
    if kind == 8:
        return np.array([random.choice(ODD_TEXTS) for _ in parts], dtype=object)
    if kind == 9:
        return random.choice([tuple, list, pd.Series, frozenset])(random.choices(ODD_TEXTS, k=2))
    if kind == 10:
        return random.choices(MESSAGES, k=random.randrange(4))
    return parts


def cells(random: Random, length: int) -> list[object]:
    """A column of anything, or one of texts, of lists or of conversations, as most are."""
    kind = random.randrange(8)
    if kind < 3:
        return random.choices([*ODD_TEXTS[:8], None], k=length)
    if kind == 3:
        return [random.choices(ODD_TEXTS, k=2) for _ in range(length)]
    if kind == 4:
        return [random.choices(MESSAGES, k=random.randrange(4)) for _ in range(length)]
    if kind == 5:
        return [random.choices(GOOD_MESSAGES, k=random.randrange(3)) for _ in range(length)]
    return [cell(random) for _ in range(length)]


def random_frame(random: Random) -> pd.DataFrame:
    """A frame of any names, cells and index, some of which no program could read."""
    length = random.randrange(5)
    names = (
        random.sample(NAMES, random.randrange(1, 4)) if random.random() < 0.9 else random.choices(NAMES, k=3)
    )
    if random.random() < 0.5 and "user_input" not in names:
        names[0] = "user_input"
    values = np.empty((length, len(names)), dtype=object)
    for place in range(len(names)):
        for row, value in enumerate(cells(random, length)):
            values[row, place] = value
    labels: list[object] = list(range(length))
    if random.random() < 0.3:
        labels = random.choices(["x", "y", 3, 0.5, None, ("a", "b")], k=length)
    index = pd.Index(labels, tupleize_cols=False, dtype=object)
    frame = pd.DataFrame(values, index, pd.Index(names, tupleize_cols=False, dtype=object), dtype=object)
    if random.random() < 0.3:
        words = random.choices([*ODD_TEXTS[:8], None], k=length)
        frame.isetitem(random.randrange(len(names)), pd.array(words, dtype=random.choice(TEXT_TYPES)))
    return frame


def check(frame: pd.DataFrame, column_map: dict[str, str] | None = None) -> str:
    """Read the frame, and say what came of it; what is read is whole, and can be written and read again."""
    try:
        dataset = read_dataset(frame, column_map)
    except DatasetError as refused:
        assert str(refused)  # noqa: PT017 - either outcome is right; this is the claim for the second
        return "refused"
    assert len(dataset) == len(dataset.ids) == len(set(dataset.ids)) == len(frame)
    kind = dataset.get_sample_type()
    assert [kind.model_validate(sample.to_dict()) for sample in dataset] == dataset.samples
    assert EvaluationDataset.from_list(dataset.to_list()).samples == dataset.samples
    return kind.__name__


def test_ten_thousand_random_frames_are_datasets_or_dataset_errors() -> None:
    random = Random(20_240_101)
    outcomes = Counter(check(random_frame(random)) for _ in range(FRAMES))
    assert outcomes.total() == FRAMES
    assert min(outcomes[kind] for kind in ("refused", "SingleTurnSample", "MultiTurnSample")) > FRAMES / 50


any_names = st.one_of(
    st.sampled_from(sorted(KNOWN_NAMES)),
    st.sampled_from(["id", "sample_id", "topic", "Question", " answer", ""]),
    st.integers(0, 3),
    st.tuples(st.sampled_from("ab"), st.integers(0, 1)),
)
any_scalars = st.one_of(
    texts,
    st.text(st.characters(), max_size=10),
    st.sampled_from(SCALARS),
    st.integers(),
    st.floats(),
    st.complex_numbers(),
    st.decimals(),
    st.binary(max_size=5),
    st.datetimes(),
    texts.map(np.str_),
    st.integers(-100, 100).map(np.int64),
)
any_cells = st.recursive(
    any_scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.lists(inner, max_size=3).map(tuple),
        st.lists(st.sampled_from(MESSAGES), max_size=3),
        st.dictionaries(st.one_of(texts, st.integers()), inner, max_size=3),
        st.lists(texts, max_size=3).map(lambda items: np.array(items, dtype=object)),
        st.frozensets(texts, max_size=3),
    ),
    max_leaves=6,
)
SLOW_TO_MAKE = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def any_frames(draw: st.DrawFn) -> pd.DataFrame:
    """Frames of any names, cells and index."""
    length = draw(st.integers(0, 4))
    names = draw(st.lists(any_names, max_size=5))
    columns = {
        position: pd.Series(draw(st.lists(any_cells, min_size=length, max_size=length)), dtype=object)
        for position in range(len(names))
    }
    frame = pd.DataFrame(columns, index=range(length))
    frame.columns = pd.Index(names, tupleize_cols=False, dtype=object)
    labels = st.one_of(texts, st.integers(), st.floats(), st.tuples(texts, texts))
    frame.index = pd.Index(
        draw(st.lists(labels, min_size=length, max_size=length)), tupleize_cols=False, dtype=object
    )
    return draw(st.sampled_from([frame, frame.infer_objects()]))


@SLOW_TO_MAKE
@given(any_frames(), st.dictionaries(any_names.map(str), any_names.map(str), max_size=2))
def test_any_frame_is_a_dataset_or_a_dataset_error(frame: pd.DataFrame, column_map: dict[str, str]) -> None:
    assert check(frame, column_map) in ("refused", "SingleTurnSample", "MultiTurnSample")


SINGLE_TURN_NAMES = sorted(
    name for name, field in KNOWN_NAMES.items() if field in SingleTurnSample.model_fields
)


@SLOW_TO_MAKE
@given(
    st.lists(single_turn_samples, max_size=3),
    st.dictionaries(st.sampled_from("abcdef"), st.sampled_from(SINGLE_TURN_NAMES), min_size=1),
)
def test_a_map_in_either_direction_is_the_same_as_renaming(
    made: list[SingleTurnSample], column_map: dict[str, str]
) -> None:
    frame = EvaluationDataset(made).to_pandas()
    for name in column_map:
        frame[name] = [f"text {name}"] * len(frame)
    renamed = outcome(lambda: read_dataset(frame.rename(columns=column_map)))
    assert outcome(lambda: read_dataset(frame, column_map)) == renamed
    inverse = {field: name for name, field in column_map.items()}
    if len(inverse) == len(column_map):
        assert outcome(lambda: read_dataset(frame, inverse)) == renamed


def outcome(read: Callable[[], EvaluationDataset]) -> EvaluationDataset | type[DatasetError]:
    """What comes out of reading: the dataset, or that there is none."""
    try:
        return read()
    except DatasetError:
        return DatasetError
