from __future__ import annotations

import pytest

from ragas_nb.errors import DatasetError
from ragas_nb.schema.cells import _CLEANERS
from ragas_nb.schema.columns import KNOWN_NAMES, Match, match_columns
from ragas_nb.schema.samples import SingleTurnSample


def fields(found: list[str], column_map: dict[str, str] | None = None) -> dict[str, str]:
    return {match.field: match.column for match in match_columns(found, column_map)}


def test_every_field_has_a_cleaner() -> None:
    assert list(_CLEANERS) == list(SingleTurnSample.model_fields)


def test_ragas_v1_names_are_understood() -> None:
    assert fields(["question", "answer", "contexts", "ground_truth"]) == {
        "user_input": "question",
        "retrieved_contexts": "contexts",
        "response": "answer",
        "reference": "ground_truth",
    }


def test_a_match_keeps_the_name_that_the_column_goes_by() -> None:
    assert match_columns(["gts"], {"gts": "ground_truths"}) == [Match("reference", "ground_truths", "gts")]


@pytest.mark.parametrize("column_map", [{"q": "user_input"}, {"user_input": "q"}, {"q": "question"}])
def test_a_map_is_understood_in_both_directions(column_map: dict[str, str]) -> None:
    assert fields(["q", "other"], column_map) == {"user_input": "q"}


def test_a_map_may_swap_two_columns() -> None:
    swap = {"user_input": "response", "response": "user_input"}
    assert fields(["user_input", "response"], swap) == {"user_input": "response", "response": "user_input"}


def test_a_map_may_take_a_known_name_away_from_its_column() -> None:
    assert fields(["answer", "response"], {"answer": "reference"}) == {
        "response": "response",
        "reference": "answer",
    }


def test_one_column_may_hold_two_fields() -> None:
    assert fields(["gold"], {"response": "gold", "reference": "gold"}) == {
        "response": "gold",
        "reference": "gold",
    }


@pytest.mark.parametrize("known", sorted(KNOWN_NAMES))
def test_every_known_name_maps_to_itself(known: str) -> None:
    assert fields([known], {known: known}) == {KNOWN_NAMES[known]: known}


@pytest.mark.parametrize(
    ("found", "column_map", "message"),
    [
        (
            ["question", "user_input"],
            None,
            "Two columns stand for 'user_input': 'question' and 'user_input'. Drop one of them, or rename "
            "the one that means something else.",
        ),
        (
            ["prompt", "question"],
            {"prompt": "user_input"},
            "Two columns stand for 'user_input': 'prompt' and 'question'. Drop one of them, or rename the "
            "one that means something else.",
        ),
        (
            ["a"],
            {"a": "nothing"},
            "column_map={'a': 'nothing'} names no field. Understood: user_input (question), "
            "retrieved_contexts (contexts), reference_contexts, retrieved_context_ids, "
            "reference_context_ids, response (answer), multi_responses, reference (ground_truth, "
            "ground_truths), rubrics (rubric), persona_name, "
            "query_style, query_length. Columns: 'a'.",
        ),
        (
            ["a", "b"],
            {"c": "user_input"},
            "column_map={'c': 'user_input'} names a column that is not there: 'c'. Columns: 'a', 'b'.",
        ),
        (
            ["a", "b"],
            {"a": "user_input", "response": "b"},
            "column_map={'a': 'user_input', 'response': 'b'} mixes both directions. Write every entry as "
            "{column: field}.",
        ),
        (
            ["response", "reference"],
            {"response": "reference"},
            "column_map={'response': 'reference'} can be read in both directions, because both sides are "
            "columns and fields. Rename the columns yourself before you pass the data.",
        ),
    ],
)
def test_a_refusal_says_what_was_found_and_what_to_do(
    found: list[str], column_map: dict[str, str] | None, message: str
) -> None:
    with pytest.raises(DatasetError) as refused:
        match_columns(found, column_map)
    assert str(refused.value) == message


def test_a_map_that_is_no_dict_is_refused() -> None:
    with pytest.raises(DatasetError, match="column_map is a list; it must be a dict"):
        match_columns(["a"], ["a"])  # type: ignore[arg-type]


def test_columns_that_mean_nothing_are_listed_with_an_example() -> None:
    with pytest.raises(DatasetError) as refused:
        match_columns(["q", "docs"])
    assert str(refused.value).startswith(
        "No column fits. Found: 'q', 'docs'. Understood: user_input (question), "
    )
    assert str(refused.value).endswith("for example column_map={'q': 'user_input'}.")


def test_a_thousand_columns_are_not_all_listed() -> None:
    with pytest.raises(DatasetError, match="'c29' and 970 more"):
        match_columns([f"c{number}" for number in range(1000)])


def test_no_columns_at_all_match_nothing() -> None:
    assert match_columns([]) == []
