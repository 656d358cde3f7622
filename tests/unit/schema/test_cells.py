from __future__ import annotations

from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from ragas_nb.errors import DatasetError
from ragas_nb.schema.cells import clean_column
from ragas_nb.schema.columns import KNOWN_NAMES, Match
from ragas_nb.schema.samples import SingleTurnSample

MISSING = [None, float("nan"), np.float32("nan"), pd.NA, pd.NaT, Decimal("NaN"), np.datetime64("NaT")]


def clean(name: str, cell: object) -> object:
    return clean_column(Match(KNOWN_NAMES[name], name, name), [cell], SingleTurnSample)[0]


@pytest.mark.parametrize("missing", MISSING, ids=repr)
@pytest.mark.parametrize("name", sorted(KNOWN_NAMES))
def test_every_spelling_of_nothing_is_missing_in_every_field(name: str, missing: object) -> None:
    assert clean(name, missing) is None


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("plain", "plain"),
        ("", ""),
        ("['not', 'a list here']", "['not', 'a list here']"),
        (np.str_("numpy"), "numpy"),
        (pa.scalar("arrow"), "arrow"),
        (42, "42"),
        (np.int64(42), "42"),
        (1967.0, "1967"),
        (0.5, "0.5"),
        (np.float64(2.5), "2.5"),
        (Decimal("1.10"), "1.10"),
        (True, "True"),
        ("half an emoji \ud83d", "half an emoji \ufffd"),
        ("two halves \ud83d\ude00", "two halves \U0001f600"),
        ("数字", "数字"),
    ],
)
def test_a_text_field_takes_text_and_numbers(cell: object, text: str) -> None:
    cleaned = clean("user_input", cell)
    assert (type(cleaned), cleaned) == (str, text)


@pytest.mark.parametrize(
    ("cell", "texts"),
    [
        (["a", "b"], ["a", "b"]),
        (("a", "b"), ["a", "b"]),
        (np.array(["a", "b"], dtype=object), ["a", "b"]),
        (pd.Series(["a", "b"]), ["a", "b"]),
        (pa.array(["a", "b"]), ["a", "b"]),
        (pa.scalar(["a", "b"]), ["a", "b"]),
        ([], []),
        (["a", None, float("nan"), pd.NA], ["a"]),
        (["\ud83d", np.str_("b")], ["\ufffd", "b"]),
        ("['a', 'b']", ["a", "b"]),
        ('["a", "b"]', ["a", "b"]),
        ("['a'\n 'b']", ["a", "b"]),
        ("""["it's", 'say "hi"']""", ["it's", 'say "hi"']),
        (r"['line\nbreak', 'tab\t']", ["line\nbreak", "tab\t"]),
        (r'["\u00e9 \/"]', ["é /"]),
        ("['a', None]", ["a"]),
        ("[]", []),
        (" ['a'] ", ["a"]),
        ("one plain context", ["one plain context"]),
        ("[1] a footnote [2]", ["[1] a footnote [2]"]),
        ("[" * 10_000 + "]", ["[" * 10_000 + "]"]),
        (r"['\d', 1 + 1]", [r"['\d', 1 + 1]"]),
        ("  ", None),
    ],
)
def test_a_list_field_takes_every_spelling_of_a_list(cell: object, texts: list[str] | None) -> None:
    assert clean("retrieved_contexts", cell) == texts


def test_text_that_nearly_is_a_list_is_given_up_quickly() -> None:
    almost = "[" + "'a'  \n  " * 20_000 + "x]"
    assert clean("contexts", almost) == [almost]


def test_a_cleaned_list_is_not_the_cell_itself() -> None:
    cell = ["a"]
    assert clean("contexts", cell) is not cell


@pytest.mark.parametrize(
    ("cell", "ids"),
    [
        (["a", 1], ["a", 1]),
        (np.array([1, 2]), [1, 2]),
        ([1.0, float("nan")], [1]),
        ("[1, 2]", [1, 2]),
        ("doc-1", ["doc-1"]),
        (7, [7]),
    ],
)
def test_an_id_list_takes_texts_and_whole_numbers(cell: object, ids: list[str | int]) -> None:
    cleaned = clean("retrieved_context_ids", cell)
    assert isinstance(cleaned, list)
    assert [(type(i), i) for i in cleaned] == [(type(i), i) for i in ids]


@pytest.mark.parametrize(
    ("cell", "rubrics"),
    [
        ({"a": "x", 2: "y"}, {"a": "x", "2": "y"}),
        ({"a": "x", "b": None}, {"a": "x"}),
        ({"a": None}, None),
        ({}, {}),
        ('{"a": "x"}', {"a": "x"}),
        ("{'a': 'x'}", {"a": "x"}),
        (" ", None),
    ],
)
def test_rubrics_are_names_and_texts(cell: object, rubrics: dict[str, str] | None) -> None:
    assert clean("rubrics", cell) == rubrics


@pytest.mark.parametrize(
    ("cell", "reference"),
    [(["Paris"], "Paris"), ("['Paris']", "Paris"), ("Paris", "Paris"), ([], None), ([None], None)],
)
def test_the_only_ground_truth_is_the_reference(cell: object, reference: str | None) -> None:
    assert clean("ground_truths", cell) == reference


@pytest.mark.parametrize(
    ("name", "cell", "message"),
    [
        (
            "question",
            b"bytes",
            "Row 0, column 'question' (user_input): found bytes b'bytes' where text is needed. "
            "Decode it first: value.decode('utf-8').",
        ),
        (
            "response",
            ["a", "b"],
            "Row 0, column 'response': found list ['a', 'b'] where text is needed. "
            "Join the parts, or keep the one that counts.",
        ),
        (
            "response",
            {"a": 1},
            "Row 0, column 'response': found dict {'a': 1} where text is needed. "
            "Turn the column into text first.",
        ),
        (
            "contexts",
            b"bytes",
            "Row 0, column 'contexts' (retrieved_contexts): found bytes b'bytes' where a list of texts is "
            "needed. Decode it first: value.decode('utf-8').",
        ),
        (
            "contexts",
            {"a"},
            "Row 0, column 'contexts' (retrieved_contexts): found set {'a'} where a list of texts is needed. "
            "A set has no order: make it a list.",
        ),
        (
            "contexts",
            42,
            "Row 0, column 'contexts' (retrieved_contexts): found int 42 where a list of texts is needed. "
            "Put the values into a list.",
        ),
        (
            "contexts",
            ["a", 42],
            "Row 0, column 'contexts' (retrieved_contexts): found int 42 where the text of item 1 is needed. "
            "Every item of the list must be text.",
        ),
        (
            "retrieved_context_ids",
            ["a", 1.5],
            "Row 0, column 'retrieved_context_ids': found float 1.5 where the id of item 1 is needed. "
            "Every id must be text or a whole number.",
        ),
        (
            "rubrics",
            "good or bad",
            "Row 0, column 'rubrics': found str 'good or bad' where a dict of texts is needed. "
            "Write rubrics as {'score1_description': 'text', …}.",
        ),
        (
            "rubrics",
            {"a": 1},
            "Row 0, column 'rubrics': found int 1 where the text of rubric 'a' is needed. "
            "Every rubric must be a name and a text.",
        ),
        (
            "ground_truths",
            ["a", "b"],
            "Row 0, column 'ground_truths' (reference): found list ['a', 'b'] where a list of one "
            "reference is needed. Keep one, or join them into one text.",
        ),
    ],
)
def test_a_cell_that_does_not_fit_is_named_with_its_fix(name: str, cell: object, message: str) -> None:
    with pytest.raises(DatasetError) as refused:
        clean(name, cell)
    assert str(refused.value) == message


def test_the_row_that_does_not_fit_is_counted_from_zero() -> None:
    match = Match("response", "answer", "said")
    with pytest.raises(DatasetError, match=r"^Row 2, column 'said' \(response\): found dict"):
        clean_column(match, ["a", None, {}, "b"], SingleTurnSample)


def test_a_huge_value_is_shown_in_short() -> None:
    with pytest.raises(DatasetError) as refused:
        clean("response", ["x" * 1_000_000])
    assert len(str(refused.value)) < 300


@pytest.mark.parametrize("clean_fields", [["question", "response"], ["contexts", "multi_responses"]])
def test_whole_columns_are_cleaned_like_cells(clean_fields: list[str]) -> None:
    nothing = float("nan")
    columns: list[list[object]] = [
        ["a", "b", None],
        ["Größe", "数", nothing],
        ["half \ud83d", pd.NA],
        [["a"], ["数", "b"], None, []],
        [np.array(["a", None], dtype=object), nothing],
        ["['a', 'b']", '["a"]', "['a' 'b']", "[]"],
    ]
    for name in clean_fields:
        match = Match(KNOWN_NAMES[name], name, name)
        for cells in columns:
            one_by_one = [outcome(match, [cell]) for cell in cells]
            together = outcome(match, cells)
            refused = [told for told in one_by_one if isinstance(told, str)]
            assert together == (refused[0] if refused else [told[0] for told in one_by_one])


def outcome(match: Match, cells: list[object]) -> list[object] | str:
    """What becomes of the cells, or why they are refused, whatever the row."""
    try:
        return list(clean_column(match, cells, SingleTurnSample))
    except DatasetError as refused:
        return str(refused).partition(":")[2]
