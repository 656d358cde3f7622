from __future__ import annotations

import pytest

from ragas_nb.errors import DatasetError
from ragas_nb.schema.cells import _CLEANERS
from ragas_nb.schema.columns import FIELDS, KNOWN_NAMES, Match, match_columns, matches_for
from ragas_nb.schema.samples import MultiTurnSample, SingleTurnSample


def fields(found: list[str], column_map: dict[str, str] | None = None) -> dict[str, str]:
    return {match.field: match.column for match in match_columns(found, column_map)}


def test_every_field_has_a_cleaner() -> None:
    assert set(_CLEANERS) == set(FIELDS)


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
            "query_style, query_length, reference_tool_calls, reference_topics. Columns: 'a'.",
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


def test_the_fields_of_samples_come_in_the_order_of_their_class() -> None:
    found = match_columns(["reference_topics", "rubrics", "reference_tool_calls", "user_input"])
    fields = [match.field for match in matches_for(MultiTurnSample, found)]
    assert fields == ["user_input", "reference_tool_calls", "rubrics", "reference_topics"]


def test_fields_of_the_other_kind_are_extra_columns() -> None:
    found = match_columns(["question", "reference_topics"])
    assert matches_for(SingleTurnSample, found) == [Match("user_input", "question", "question")]


def test_a_map_cannot_name_a_field_of_the_other_kind() -> None:
    column_map = {"topics": "reference_topics"}
    found = match_columns(["question", "topics"], column_map)
    with pytest.raises(DatasetError) as refused:
        matches_for(SingleTurnSample, found, column_map)
    assert str(refused.value) == (
        "column_map says that 'topics' is 'reference_topics', which SingleTurnSample does not have. "
        "'user_input' decides the kind: text makes SingleTurnSample, lists of messages make MultiTurnSample."
    )


def test_conversations_need_their_messages() -> None:
    found = match_columns(["reference_topics"])
    with pytest.raises(DatasetError) as refused:
        matches_for(SingleTurnSample, found)
    assert str(refused.value) == (
        "The columns 'reference_topics' belong to conversations, but there is no column 'user_input' with "
        "their messages."
    )
