"""What is said in a conversation: by a person, by the assistant, by a tool."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict

JsonDict: TypeAlias = dict[str, Any]
"""A dict that JSON can hold; by a name of its own, because messages have a method `dict`."""


class ToolCall(BaseModel):
    """A tool that the assistant called, with its arguments by name.

    >>> ToolCall(name="weather", args={"city": "Lima"})
    ToolCall(name='weather', args={'city': 'Lima'})
    """

    model_config = ConfigDict(frozen=True)

    name: str
    args: JsonDict


class Message(BaseModel):
    """What all messages have in common: their text, and whatever else is known of them."""

    model_config = ConfigDict(frozen=True)

    content: str
    metadata: JsonDict | None = None

    def to_dict(self, **kwargs: object) -> JsonDict:
        """Return the message's content and type.

        >>> HumanMessage(content="Is it raining?").to_dict()
        {'content': 'Is it raining?', 'type': 'human'}
        """
        return {"content": self.content, "type": getattr(self, "type", None)}

    def dict(self, **kwargs: Any) -> JsonDict:
        """Return all fields; the arguments are those of pydantic's `model_dump`. (Its own `dict` warns.)

        >>> ToolMessage(content="11 °C").dict(exclude_none=True)
        {'content': '11 °C', 'type': 'tool'}
        """
        return self.model_dump(**kwargs)

    def pretty_repr(self) -> str:
        """Return the message as a person reads it."""
        return self.content


class HumanMessage(Message):
    """What a person said.

    >>> HumanMessage(content="Is it raining?").pretty_repr()
    'Human: Is it raining?'
    """

    type: Literal["human"] = "human"

    def pretty_repr(self) -> str:
        """Return `Human: …`."""
        return f"Human: {self.content}"


class ToolMessage(Message):
    """What a tool answered.

    >>> ToolMessage(content="11 °C").pretty_repr()
    'ToolOutput: 11 °C'
    """

    type: Literal["tool"] = "tool"

    def pretty_repr(self) -> str:
        """Return `ToolOutput: …`."""
        return f"ToolOutput: {self.content}"


class AIMessage(Message):
    """What the assistant said, and the tools it called.

    >>> print(AIMessage(content="Let me see.", tool_calls=[ToolCall(name="rain", args={})]).pretty_repr())
    AI: Let me see.
    Tools:
      rain: {}
    """

    type: Literal["ai"] = "ai"
    tool_calls: list[ToolCall] | None = None

    def to_dict(self, **kwargs: object) -> JsonDict:
        """Return content and type; with tool calls, the content is a dict of `text` and `tool_calls`."""
        if self.tool_calls is None:
            return super().to_dict()
        calls = [call.model_dump() for call in self.tool_calls]
        return {"content": {"text": self.content, "tool_calls": calls}, "type": self.type}

    def pretty_repr(self) -> str:
        """Return `AI: …`, then `Tools:` and a line per call; a message of calls alone has no first line."""
        lines = [f"AI: {self.content}"] if self.content else []
        if self.tool_calls is not None:
            lines += ["Tools:", *(f"  {call.name}: {call.args}" for call in self.tool_calls)]
        return "\n".join(lines)


_KINDS: Final[dict[str, type[HumanMessage | AIMessage | ToolMessage]]] = {
    "human": HumanMessage,
    "ai": AIMessage,
    "tool": ToolMessage,
}
_ROLES: Final = {"user": "human", "assistant": "ai", "tool": "tool"}
"""Who speaks in a chat log of an OpenAI-compatible server → the type of message."""


def read_message(value: object) -> HumanMessage | AIMessage | ToolMessage:
    """Return the message that a value spells: one already, a dict with `type`, or a chat log's with `role`.

    Raises `ValueError` that says what is missing; never a `ValidationError`.

    >>> read_message({"role": "user", "content": "Is it raining?"})
    HumanMessage(content='Is it raining?', metadata=None, type='human')
    """
    if isinstance(value, (HumanMessage, AIMessage, ToolMessage)):
        return value
    if not isinstance(value, Mapping):
        raise ValueError(
            f"a {type(value).__name__} is no message. Use HumanMessage, AIMessage or ToolMessage, or dicts "
            "like {'type': 'human', 'content': '…'}"
        )
    kind = value.get("type") or _ROLES.get(str(value.get("role")))
    if kind not in _KINDS:
        told = value.get("type") or value.get("role")
        problem = "does not say who speaks" if told is None else f"is of the type {told!r}"
        raise ValueError(f"the message {problem}. Its 'type' must be 'human', 'ai' or 'tool'")
    content, calls = value.get("content"), value.get("tool_calls")
    if isinstance(content, Mapping) and "text" in content:  # what `to_dict` makes of tool calls
        content, calls = content["text"], content.get("tool_calls")
    if content is None and calls:
        content = ""  # as chat logs have it
    if not isinstance(content, str):
        raise ValueError(f"the content of the message is a {type(content).__name__}. It must be text")
    told = _metadata(value.get("metadata"))
    if kind != "ai":
        return _KINDS[kind](content=content, metadata=told)
    return AIMessage(content=content, metadata=told, tool_calls=_calls(calls))


def read_tool_call(value: object) -> ToolCall:
    """Return the call that a value spells: one already, `{name, args}`, or a chat log's `{function: …}`.

    Raises `ValueError` that says what is missing; never a `ValidationError`.

    >>> read_tool_call({"function": {"name": "rain", "arguments": '{"city": "Lima"}'}})
    ToolCall(name='rain', args={'city': 'Lima'})
    """
    if isinstance(value, ToolCall):
        return value
    told = value.get("function", value) if isinstance(value, Mapping) else None
    if not isinstance(told, Mapping) or not isinstance(told.get("name"), str):
        raise ValueError(f"{value!r} is no tool call. Write it as {{'name': '…', 'args': {{…}}}}")
    args = told.get("args", told.get("arguments"))
    if isinstance(args, str):
        args = _json_object(args, told["name"])
    if not isinstance(args, Mapping):
        raise ValueError(f"the tool call {told['name']!r} has no 'args'. Give them as a dict; {{}} for none")
    return ToolCall(name=told["name"], args={str(name): arg for name, arg in args.items()})


def _calls(value: object) -> list[ToolCall] | None:
    if value is None:
        return None
    if not isinstance(value, (list, tuple)):
        raise ValueError(f"tool_calls is a {type(value).__name__}. It must be a list")
    return [read_tool_call(call) for call in value]


def _metadata(value: object) -> JsonDict | None:
    if isinstance(value, str):
        value = _json_object(value, "metadata")
    if value is None or isinstance(value, Mapping):
        return None if value is None else {str(name): told for name, told in value.items()}
    raise ValueError(f"the metadata of the message is a {type(value).__name__}. It must be a dict")


def _json_object(text: str, name: str) -> Mapping[str, Any]:
    try:
        value = json.loads(text or "{}")
    except ValueError:
        value = None
    if isinstance(value, Mapping):
        return value
    raise ValueError(f"{name!r} holds {text[:60]!r}, which is no JSON object. Give a dict")


def check_order(messages: list[HumanMessage | AIMessage | ToolMessage]) -> None:
    """Raise `ValueError` where a tool answers that nobody called."""
    called = False
    for position, message in enumerate(messages):
        before = messages[position - 1] if position else None
        called = called or isinstance(message, AIMessage)
        if not isinstance(message, ToolMessage):
            continue
        if not called:
            problem = "comes before any AI message. A tool can only answer an AI message that called it"
        elif isinstance(before, HumanMessage):
            problem = "follows a human message. It must follow an AI message or another tool message"
        elif isinstance(before, AIMessage) and not before.tool_calls:
            problem = "follows an AI message that called no tool. Give that message its tool_calls"
        else:
            continue
        raise ValueError(f"message {position} is a tool message and {problem}")


AnyMessage: TypeAlias = Annotated[HumanMessage | AIMessage | ToolMessage, BeforeValidator(read_message)]
"""One message of a conversation, in any spelling that `read_message` takes."""
AnyToolCall: TypeAlias = Annotated[ToolCall, BeforeValidator(read_tool_call)]
"""One tool call, in any spelling that `read_tool_call` takes."""
