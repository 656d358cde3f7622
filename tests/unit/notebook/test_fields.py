"""The further columns of the grid: which there are, and their texts."""

from __future__ import annotations

import pytest

from ragas_nb.errors import ProtocolError
from ragas_nb.notebook.fields import field_texts, further_fields
from ragas_nb.notebook.picture import row_text
from ragas_nb.notebook.protocol import MOST_FIELDS
from ragas_nb.schema import (
    AIMessage,
    EvaluationDataset,
    HumanMessage,
    MultiTurnSample,
    SingleTurnSample,
    ToolCall,
)
from ragas_nb.store.meta import ScoreColumn
from tests.unit.notebook.choosing import run_of

DATA = EvaluationDataset(
    [
        SingleTurnSample(
            user_input="a",
            response="b",
            reference="c",
            retrieved_contexts=["one", "two", "data:image/png;base64,iVBORw0KGgo="],
            rubrics={"score1": "bad", "score2": "good"},
        ),
        SingleTurnSample(user_input="x", retrieved_contexts=["y" * 200, "z" * 200]),
    ],
    extra={"topic": ["sums", None], "size": [3, 4]},
)


def test_fields_with_values_come_first_then_what_travels_along():
    assert further_fields(DATA) == ["retrieved_contexts", "reference", "rubrics", "topic", "size"]


def test_there_are_only_so_many():
    data = EvaluationDataset.from_list([{"question": "?", **{f"c{n}": n for n in range(40)}}])
    assert further_fields(data) == [f"c{n}" for n in range(MOST_FIELDS)]


def test_each_field_is_one_short_text():
    assert field_texts(DATA, 0, ["retrieved_contexts", "rubrics", "topic", "size", "reference"], 300) == [
        "one · two · [image, 8 B, image/png]",
        "score1: bad · score2: good",
        "sums",
        "3",
        "c",
    ]
    assert field_texts(DATA, 1, ["retrieved_contexts", "rubrics", "topic"], 300) == [
        f"{'y' * 200} · {'z' * 96}…",
        "",
        "",
    ]


def test_tool_calls_and_topics_of_conversations_are_texts():
    talk = [HumanMessage(content="Rain?"), AIMessage(content="No.")]
    call = ToolCall(name="weather", args={"city": "Lima"})
    data = EvaluationDataset(
        [MultiTurnSample(user_input=talk, reference_tool_calls=[call], reference_topics=["a", "b"])]
    )
    assert further_fields(data) == ["reference_tool_calls", "reference_topics"]
    assert field_texts(data, 0, further_fields(data), 300) == ["weather: {'city': 'Lima'}", "a · b"]


def test_a_field_that_is_not_there_is_refused():
    with pytest.raises(ProtocolError, match="The samples have no field 'x'"):
        field_texts(DATA, 0, ["x"], 300)


def test_a_row_brings_the_fields_that_were_asked_for_in_that_order():
    run = run_of([ScoreColumn("number")], {"number": [1, 1]}, data=DATA)
    assert row_text(run, 0, ["size", "reference"]).more == ["3", "c"]
    assert row_text(run, 0).more == []
