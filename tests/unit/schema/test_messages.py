from __future__ import annotations

import pickle

import numpy as np
import pytest
from pydantic import ValidationError

from ragas_nb.errors import DatasetError
from ragas_nb.schema import AIMessage, HumanMessage, Message, ToolCall, ToolMessage
from ragas_nb.schema.messages import read_message, read_tool_call

CALL = ToolCall(name="weather", args={"city": "Lima", "unit": None})
ASKING = AIMessage(content="Let me see.", tool_calls=[CALL])


@pytest.mark.parametrize(
    ("message", "kind"), [(HumanMessage, "human"), (AIMessage, "ai"), (ToolMessage, "tool")]
)
def test_messages_say_who_speaks(message: type[HumanMessage], kind: str) -> None:
    assert message(content="x").type == kind
    with pytest.raises(ValidationError):
        message.model_validate({"content": "x", "type": "other"})


@pytest.mark.parametrize(
    ("message", "text"),
    [
        (HumanMessage(content="Hello"), "Human: Hello"),
        (ToolMessage(content="11 °C"), "ToolOutput: 11 °C"),
        (AIMessage(content="Hello"), "AI: Hello"),
        (ASKING, "AI: Let me see.\nTools:\n  weather: {'city': 'Lima', 'unit': None}"),
        (AIMessage(content="", tool_calls=[CALL]), "Tools:\n  weather: {'city': 'Lima', 'unit': None}"),
        (Message(content="Hello"), "Hello"),
    ],
)
def test_a_message_reads_as_a_person_would_write_it(message: Message, text: str) -> None:
    assert message.pretty_repr() == text


@pytest.mark.parametrize(
    ("message", "data"),
    [
        (HumanMessage(content="Hello", metadata={"by": "me"}), {"content": "Hello", "type": "human"}),
        (AIMessage(content="Hello"), {"content": "Hello", "type": "ai"}),
        (
            ASKING,
            {
                "content": {
                    "text": "Let me see.",
                    "tool_calls": [{"name": "weather", "args": {"city": "Lima", "unit": None}}],
                },
                "type": "ai",
            },
        ),
        (Message(content="Hello"), {"content": "Hello", "type": None}),
    ],
)
def test_to_dict_tells_content_and_type(message: Message, data: dict[str, object]) -> None:
    assert message.to_dict() == data


def test_dict_tells_all_fields() -> None:
    assert HumanMessage(content="Hello").dict() == {"content": "Hello", "metadata": None, "type": "human"}
    assert ASKING.dict(exclude_none=True) == {
        "content": "Let me see.",
        "type": "ai",
        "tool_calls": [{"name": "weather", "args": {"city": "Lima", "unit": None}}],
    }


@pytest.mark.parametrize(
    "message", [HumanMessage(content="x", metadata={"n": 1}), ASKING, ToolMessage(content="x")]
)
def test_a_message_is_read_back_from_all_that_it_tells(
    message: HumanMessage | AIMessage | ToolMessage,
) -> None:
    assert read_message(message.dict()) == message
    assert read_message(message.model_dump(exclude_none=True)) == message
    assert read_message(message.to_dict()) == message.model_copy(update={"metadata": None})
    assert read_message(pickle.loads(pickle.dumps(message))) == message


@pytest.mark.parametrize(
    ("told", "message"),
    [
        ({"role": "user", "content": "Hello"}, HumanMessage(content="Hello")),
        ({"role": "assistant", "content": "Hello"}, AIMessage(content="Hello")),
        ({"role": "tool", "content": "11 °C", "tool_call_id": "x"}, ToolMessage(content="11 °C")),
        ({"type": "message", "role": "user", "content": "Hello"}, HumanMessage(content="Hello")),
        (
            {
                "role": "assistant",
                "content": None,
                "tool_calls": [
                    {
                        "id": "x",
                        "type": "function",
                        "function": {"name": "rain", "arguments": '{"city": "Lima"}'},
                    }
                ],
            },
            AIMessage(content="", tool_calls=[ToolCall(name="rain", args={"city": "Lima"})]),
        ),
        (
            {
                "type": "ai",
                "content": "x",
                "tool_calls": [{"name": "rain", "args": " "}],
                "metadata": '{"n": 1}',
            },
            AIMessage(content="x", tool_calls=[ToolCall(name="rain", args={})], metadata={"n": 1}),
        ),
        ({"type": "ai", "content": "x", "tool_calls": (CALL,)}, AIMessage(content="x", tool_calls=[CALL])),
        (
            {
                "type": np.str_("ai"),
                "content": np.str_("x"),
                "tool_calls": np.array([{"name": "n", "args": {}}]),
            },
            AIMessage(content="x", tool_calls=[ToolCall(name="n", args={})]),
        ),
        ({"type": "human", "content": "half \ud83d"}, HumanMessage(content="half \ufffd")),
    ],
)
def test_messages_are_read_in_every_spelling(told: dict[str, object], message: Message) -> None:
    assert read_message(told) == message


@pytest.mark.parametrize(
    ("told", "problem"),
    [
        (
            3,
            "a int is no message. Use HumanMessage, AIMessage or ToolMessage, or dicts like {'type': ",
        ),
        (Message(content="x"), "a Message is no message. Use HumanMessage"),
        (
            {"content": "x"},
            r"the message does not say who speaks\. Its 'type' must be 'human', 'ai' or 'tool'",
        ),
        ({"role": "system", "content": "x"}, "the message is of the type 'system'"),
        ({"type": ["human"], "content": "x"}, r"the message is of the type \['human'\]"),
        ({"type": "human"}, r"the content of the message is NoneType None\. It must be text"),
        ({"type": "human", "content": 42}, r"the content of the message is int 42\. It must be text"),
        (
            {"type": "ai", "content": "x", "tool_calls": "rain"},
            r"tool_calls is str 'rain'\. It must be a list",
        ),
        (
            {"type": "ai", "content": "x", "tool_calls": [1]},
            r"int 1 is no tool call\. Write it as {'name': '…',",
        ),
        (
            {"type": "ai", "content": "x", "metadata": 1},
            r"the metadata of the message is int 1\. It must be a dict",
        ),
        (
            {"type": "ai", "content": "x", "metadata": "["},
            r"'metadata' holds str '\[', which is no JSON object",
        ),
    ],
)
def test_what_is_no_message_says_why(told: object, problem: str) -> None:
    with pytest.raises(ValueError, match=f"^{problem}") as refused:
        read_message(told)
    assert not isinstance(refused.value, ValidationError)


@pytest.mark.parametrize(
    ("told", "problem"),
    [
        ({"name": "rain"}, "the tool call 'rain' has no 'args'"),
        ({"name": "rain", "args": [1]}, "the tool call 'rain' has no 'args'"),
        ({"args": {}}, r"dict {'args': {}} is no tool call"),
        ({"function": "rain"}, "is no tool call"),
        ({"name": "rain", "args": "[" * 100_000}, "'rain' holds str .* which is no JSON object"),
    ],
)
def test_what_is_no_tool_call_says_why(told: object, problem: str) -> None:
    with pytest.raises(ValueError, match=problem) as refused:
        read_tool_call(told)
    assert len(str(refused.value)) < 300


def test_arguments_are_plain_data_whoever_gives_them() -> None:
    given = {
        "n": np.int64(3),
        "where": np.array(["a"]),
        "gone": float("nan"),
        "cut": ["\ud83d"],
        "two": (1, 2),
    }
    call = ToolCall(name="rain", args=given)
    assert call.args == {"n": 3, "where": ["a"], "gone": None, "cut": ["\ufffd"], "two": [1, 2]}
    assert type(call.args["n"]) is int


def test_arguments_are_not_shared_with_who_gives_them() -> None:
    given = {"cities": ["Lima"]}
    call = ToolCall(name="rain", args=given)
    given["cities"].append("Oslo")
    assert call.args == {"cities": ["Lima"]}


@pytest.mark.parametrize(
    ("made", "field", "message"),
    [
        (
            HumanMessage(content="x"),
            "content",
            "A HumanMessage does not change: 'content' cannot be set. Make another one: "
            "message.model_copy(update={'content': …}).",
        ),
        (
            CALL,
            "args",
            "A ToolCall does not change: 'args' cannot be set. Make another one: "
            "call.model_copy(update={'args': …}).",
        ),
    ],
)
def test_what_cannot_be_set_says_what_to_do_instead(
    made: Message | ToolCall, field: str, message: str
) -> None:
    before = made.model_dump()
    with pytest.raises(DatasetError) as refused:
        setattr(made, field, "other")
    assert (str(refused.value), made.model_dump()) == (message, before)
