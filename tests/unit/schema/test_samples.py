from __future__ import annotations

import pytest
from pydantic import ValidationError

from ragas_nb.schema import SingleTurnSample

FULL = {
    "user_input": "q",
    "retrieved_contexts": ["c"],
    "reference_contexts": ["rc"],
    "retrieved_context_ids": ["a", 1],
    "reference_context_ids": [2],
    "response": "r",
    "multi_responses": ["r1", "r2"],
    "reference": "ref",
    "rubrics": {"score1_description": "bad"},
    "persona_name": "p",
    "query_style": "s",
    "query_length": "l",
}


def test_a_sample_has_the_fields_of_ragas() -> None:
    assert SingleTurnSample.model_validate(FULL).to_dict() == FULL


def test_to_dict_leaves_out_what_is_missing() -> None:
    assert SingleTurnSample(response="r", retrieved_contexts=[]).to_dict() == {
        "response": "r",
        "retrieved_contexts": [],
    }


def test_features_come_in_the_order_of_the_class() -> None:
    assert SingleTurnSample(reference="x", user_input="y").get_features() == ["user_input", "reference"]


def test_rubrics_also_go_by_rubric() -> None:
    assert SingleTurnSample.model_validate({"rubric": {"a": "b"}}) == SingleTurnSample(rubrics={"a": "b"})


def test_missing_names_empty_and_unknown_fields_but_not_empty_lists() -> None:
    sample = SingleTurnSample(user_input="q", retrieved_contexts=[])
    required = ["user_input", "retrieved_contexts", "response", "reference_topics"]
    assert sample.missing(required) == ("response", "reference_topics")


def test_a_sample_does_not_change() -> None:
    sample = SingleTurnSample(user_input="q")
    with pytest.raises(ValidationError, match="frozen"):
        sample.user_input = "other"  # type: ignore[misc]
