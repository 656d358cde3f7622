from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ragas_nb.errors import DatasetError
from ragas_nb.schema import EvaluationDataset, SingleTurnSample, read_dataset
from ragas_nb.schema.columns import KNOWN_NAMES

SLOW_TO_MAKE = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])

texts = st.text(max_size=20)
any_names = st.one_of(
    st.sampled_from(sorted(KNOWN_NAMES)),
    st.sampled_from(["id", "sample_id", "topic", "Question", " answer", ""]),
    st.integers(0, 3),
    st.tuples(st.sampled_from("ab"), st.integers(0, 1)),
)
missing = st.sampled_from([None, float("nan"), pd.NA, pd.NaT])
any_scalars = st.one_of(
    texts,
    st.text(st.characters(), max_size=10),
    missing,
    st.booleans(),
    st.integers(),
    st.floats(),
    st.complex_numbers(),
    st.decimals(),
    st.binary(max_size=5),
    st.datetimes(),
    texts.map(np.str_),
    st.integers(-100, 100).map(np.int64),
    st.sampled_from(["['a', 'b']", '["a"]', "['a' 'b']", "[1, 2]", "[", "{'a': 'b'}", "[[]]", "['a', b]"]),
)
any_cells = st.recursive(
    any_scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.lists(inner, max_size=3).map(tuple),
        st.dictionaries(st.one_of(texts, st.integers()), inner, max_size=3),
        st.lists(texts, max_size=3).map(lambda items: np.array(items, dtype=object)),
        st.frozensets(texts, max_size=3),
    ),
    max_leaves=6,
)


@st.composite
def any_frames(draw: st.DrawFn) -> pd.DataFrame:
    """Frames of any names, cells and index, some of which no program could read."""
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


id_lists = st.lists(st.one_of(texts, st.integers()), max_size=3)
text_lists = st.lists(texts, max_size=3)
samples = st.builds(
    SingleTurnSample,
    **{
        field: st.one_of(st.none(), id_lists if field.endswith("_ids") else text_lists)
        for field in (
            "retrieved_contexts",
            "reference_contexts",
            "multi_responses",
            "retrieved_context_ids",
            "reference_context_ids",
        )
    },
    **{
        field: st.one_of(st.none(), texts)
        for field in ("user_input", "response", "reference", "persona_name", "query_style", "query_length")
    },
    rubrics=st.one_of(st.none(), st.dictionaries(texts, texts, max_size=2)),
)


@SLOW_TO_MAKE
@given(any_frames(), st.dictionaries(any_names.map(str), any_names.map(str), max_size=2))
def test_any_frame_is_a_dataset_or_a_dataset_error(frame: pd.DataFrame, column_map: dict[str, str]) -> None:
    try:
        dataset = read_dataset(frame, column_map)
    except DatasetError as refused:
        assert str(refused)  # noqa: PT017 - either outcome is right; this is the claim for the second
    else:
        assert len(dataset) == len(dataset.ids) == len(set(dataset.ids)) == len(frame)
        assert [SingleTurnSample.model_validate(sample.to_dict()) for sample in dataset] == dataset.samples


@SLOW_TO_MAKE
@given(st.lists(samples, max_size=4))
def test_list_to_frame_to_dataset_to_list_is_identity(made: list[SingleTurnSample]) -> None:
    rows = EvaluationDataset(made).to_list()
    frame = EvaluationDataset.from_list(rows).to_pandas()
    back = EvaluationDataset.from_pandas(frame)
    assert back == EvaluationDataset(made)
    assert back.to_list() == rows


@SLOW_TO_MAKE
@given(
    st.lists(samples, max_size=3),
    st.dictionaries(st.sampled_from("abcdef"), st.sampled_from(sorted(KNOWN_NAMES)), min_size=1),
)
def test_a_map_in_either_direction_is_the_same_as_renaming(
    made: list[SingleTurnSample], column_map: dict[str, str]
) -> None:
    frame = EvaluationDataset(made).to_pandas()
    for column in column_map:
        frame[column] = [f"text {column}"] * len(frame)
    renamed = outcome(lambda: read_dataset(frame.rename(columns=column_map)))
    assert outcome(lambda: read_dataset(frame, column_map)) == renamed
    inverse = {field: column for column, field in column_map.items()}
    if len(inverse) == len(column_map):
        assert outcome(lambda: read_dataset(frame, inverse)) == renamed


def outcome(read: Callable[[], EvaluationDataset]) -> EvaluationDataset | type[DatasetError]:
    """What comes out of reading: the dataset, or that there is none."""
    try:
        return read()
    except DatasetError:
        return DatasetError
