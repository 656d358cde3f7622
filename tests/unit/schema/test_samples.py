from __future__ import annotations

import copy
import pickle

import pytest
from pydantic import ConfigDict, PrivateAttr, ValidationError

from ragas_nb.errors import DatasetError
from ragas_nb.schema import (
    AIMessage,
    HumanMessage,
    Message,
    MultiTurnSample,
    SingleTurnSample,
    ToolCall,
    ToolMessage,
)

CALL = ToolCall(name="rain", args={"city": "Lima", "unit": None})
HUMAN, PLAIN, TOOL = HumanMessage(content="h"), AIMessage(content="a"), ToolMessage(content="t")
CALLING = AIMessage(content="c", tool_calls=[CALL])
CONVERSATION = [HUMAN, CALLING, TOOL, PLAIN]
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


def test_a_sample_says_what_to_do_instead_of_setting_a_field() -> None:
    sample = SingleTurnSample(user_input="q")
    with pytest.raises(DatasetError) as refused:
        sample.response = "other"  # type: ignore[misc]
    assert str(refused.value) == (
        "A SingleTurnSample does not change: 'response' cannot be set. Make another one: "
        "sample.model_copy(update={'response': …}); or change the data and read it again."
    )
    assert sample.model_copy(update={"response": "other"}) == SingleTurnSample(
        user_input="q", response="other"
    )
    assert sample.response is None


def test_a_subclass_may_have_private_attributes_and_may_thaw() -> None:
    class Counted(SingleTurnSample):
        _seen: int = PrivateAttr(default=0)

    class Thawed(SingleTurnSample):
        model_config = ConfigDict(frozen=False)

    counted, thawed = Counted(user_input="q"), Thawed(user_input="q")
    counted._seen = 3
    thawed.user_input = "other"
    assert (counted._seen, thawed.user_input) == (3, "other")


def test_a_sample_survives_pickling_and_copying() -> None:
    sample = MultiTurnSample(user_input=CONVERSATION)
    assert pickle.loads(pickle.dumps(sample)) == copy.deepcopy(sample) == copy.copy(sample) == sample


def test_to_string_shows_each_field_under_its_name() -> None:
    sample = SingleTurnSample(user_input="q", retrieved_contexts=["a"])
    assert sample.to_string() == "\nuser_input:\n\tq\n\nretrieved_contexts:\n\t['a']\n"


def test_to_dict_keeps_a_tool_argument_that_is_none_on_purpose() -> None:
    sample = MultiTurnSample(user_input=[HUMAN, CALLING], reference_tool_calls=[CALL])
    call = {"name": "rain", "args": {"city": "Lima", "unit": None}}
    assert sample.to_dict() == {
        "user_input": [
            {"content": "h", "type": "human"},
            {"content": "c", "type": "ai", "tool_calls": [call]},
        ],
        "reference_tool_calls": [call],
    }


def test_to_messages_tells_all_fields() -> None:
    assert MultiTurnSample(user_input=[HUMAN, PLAIN]).to_messages() == [
        {"content": "h", "metadata": None, "type": "human"},
        {"content": "a", "metadata": None, "type": "ai", "tool_calls": None},
    ]


def test_a_conversation_reads_a_line_per_message() -> None:
    assert MultiTurnSample(user_input=CONVERSATION).pretty_repr() == (
        "Human: h\nAI: c\nTools:\n  rain: {'city': 'Lima', 'unit': None}\nToolOutput: t\nAI: a"
    )


def test_a_conversation_has_the_fields_of_ragas() -> None:
    assert list(MultiTurnSample.model_fields) == [
        "user_input",
        "reference",
        "reference_tool_calls",
        "rubrics",
        "reference_topics",
    ]
    assert MultiTurnSample.model_validate({"user_input": [], "rubric": {"a": "b"}}).rubrics == {"a": "b"}


@pytest.mark.parametrize(
    "messages",
    [
        [],
        [HUMAN],
        [PLAIN, HUMAN],
        [CALLING, TOOL],
        [HUMAN, CALLING, TOOL, TOOL, PLAIN],
        [CALLING, HUMAN],
        [{"type": "human", "content": "h"}, CALLING.model_dump(), {"type": "tool", "content": "t"}],
    ],
)
def test_conversations_in_order_are_taken(messages: list[Message]) -> None:
    assert len(MultiTurnSample(user_input=messages).user_input) == len(messages)


@pytest.mark.parametrize(
    ("messages", "problem"),
    [
        ([TOOL], "message 0 is a tool message and comes before any AI message"),
        ([HUMAN, TOOL], "message 1 is a tool message and comes before any AI message"),
        ([PLAIN, TOOL], "message 1 is a tool message and follows an AI message that called no tool"),
        (
            [AIMessage(content="a", tool_calls=[]), TOOL],
            "message 1 is a tool message and follows an AI message that called no tool",
        ),
        ([CALLING, TOOL, HUMAN, TOOL], "message 3 is a tool message and follows a human message"),
        ([Message(content="x")], "a Message is no message"),
        (["text"], "a str is no message"),
        ([SingleTurnSample()], "a SingleTurnSample is no message"),
    ],
)
def test_conversations_out_of_order_are_refused(messages: list[Message], problem: str) -> None:
    with pytest.raises(ValidationError, match=problem):
        MultiTurnSample(user_input=messages)


def test_an_empty_conversation_lacks_its_messages() -> None:
    assert MultiTurnSample(user_input=[]).missing(["user_input", "reference"]) == ("user_input", "reference")
