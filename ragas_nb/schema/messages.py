"""What is said in a conversation: by a person, by the assistant, by a tool."""

from __future__ import annotations

import json
import reprlib
from typing import Annotated, Any, ClassVar, Final, Literal, TypeAlias

from pydantic import AfterValidator, BeforeValidator

from ragas_nb.schema.frozen import Frozen
from ragas_nb.schema.values import plain_data, whole_characters

JsonDict: TypeAlias = dict[str, Any]
"""A dict that JSON can hold; by a name of its own, because messages have a method `dict`."""
_Text: TypeAlias = Annotated[str, AfterValidator(whole_characters)]
_Data: TypeAlias = Annotated[JsonDict, AfterValidator(plain_data)]


class ToolCall(Frozen):
    """A tool that the assistant called, with its arguments by name.

    >>> ToolCall(name="weather", args={"city": "Lima"})
    ToolCall(name='weather', args={'city': 'Lima'})
    """

    way_out: ClassVar[str] = "Make another one: call.model_copy(update={{{name!r}: …}})."

    name: _Text
    args: _Data


class Message(Frozen):
    """What all messages have in common: their text, and whatever else is known of them."""

    way_out: ClassVar[str] = "Make another one: message.model_copy(update={{{name!r}: …}})."

    content: _Text
    metadata: _Data | None = None

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
    told = plain_data(value)
    if not isinstance(told, dict):
        raise ValueError(
            f"a {type(value).__name__} is no message. Use HumanMessage, AIMessage or ToolMessage, or dicts "
            "like {'type': 'human', 'content': '…'}"
        )
    kind = _kind(told)
    content, calls = told.get("content"), told.get("tool_calls")
    if isinstance(content, dict) and "text" in content:  # what `to_dict` makes of tool calls
        content, calls = content["text"], content.get("tool_calls")
    if content is None and calls:
        content = ""  # as chat logs have it
    if not isinstance(content, str):
        raise ValueError(f"the content of the message is {_shown(content)}. It must be text")
    metadata = _metadata(told.get("metadata"))
    if kind is not AIMessage:
        return kind(content=content, metadata=metadata)
    return AIMessage(content=content, metadata=metadata, tool_calls=_calls(calls))


def read_tool_call(value: object) -> ToolCall:
    """Return the call that a value spells: one already, `{name, args}`, or a chat log's `{function: …}`.

    Raises `ValueError` that says what is missing; never a `ValidationError`.

    >>> read_tool_call({"function": {"name": "rain", "arguments": '{"city": "Lima"}'}})
    ToolCall(name='rain', args={'city': 'Lima'})
    """
    if isinstance(value, ToolCall):
        return value
    told = plain_data(value)
    if isinstance(told, dict):
        told = told.get("function", told)
    if not isinstance(told, dict) or not isinstance(told.get("name"), str):
        raise ValueError(f"{_shown(value)} is no tool call. Write it as {{'name': '…', 'args': {{…}}}}")
    args = told.get("args", told.get("arguments"))
    if isinstance(args, str):
        args = _json_object(args, told["name"])
    if not isinstance(args, dict):
        raise ValueError(f"the tool call {told['name']!r} has no 'args'. Give them as a dict; {{}} for none")
    return ToolCall(name=told["name"], args={str(name): arg for name, arg in args.items()})


def _kind(told: JsonDict) -> type[HumanMessage | AIMessage | ToolMessage]:
    """Return the kind of the message: its `type`, or else its `role`, says who speaks."""
    names = (told.get("type"), _ROLES.get(str(told.get("role"))))
    kind = next((_KINDS[name] for name in names if isinstance(name, str) and name in _KINDS), None)
    if kind is not None:
        return kind
    name = told.get("type") or told.get("role")
    problem = "does not say who speaks" if name is None else f"is of the type {name!r}"
    raise ValueError(f"the message {problem}. Its 'type' must be 'human', 'ai' or 'tool'")


def _calls(value: object) -> list[ToolCall] | None:
    if value is None:
        return None
    if not isinstance(value, list):
        raise ValueError(f"tool_calls is {_shown(value)}. It must be a list")
    return [read_tool_call(call) for call in value]


def _metadata(value: object) -> JsonDict | None:
    if isinstance(value, str):
        value = _json_object(value, "metadata")
    if value is None or isinstance(value, dict):
        return None if value is None else {str(name): told for name, told in value.items()}
    raise ValueError(f"the metadata of the message is {_shown(value)}. It must be a dict")


def _json_object(text: str, name: str) -> object:
    """Return the data that the text spells in JSON; blank text is an empty dict."""
    try:
        value = plain_data(json.loads(text if text.strip() else "{}"))
    except (ValueError, RecursionError):
        value = None
    if isinstance(value, dict):
        return value
    raise ValueError(f"{name!r} holds {_shown(text)}, which is no JSON object. Give a dict")


def _shown(value: object) -> str:
    return f"{type(value).__name__} {reprlib.repr(value)}"


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
