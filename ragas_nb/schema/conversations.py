"""What a cell with a conversation or with tool calls means, and how it is written."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Final, TypeVar, cast

from ragas_nb.schema.messages import (
    AIMessage,
    HumanMessage,
    Message,
    ToolCall,
    ToolMessage,
    check_order,
    read_message,
    read_tool_call,
)
from ragas_nb.schema.spellings import literal
from ragas_nb.schema.values import Misfit, as_text, plain, plain_data

T = TypeVar("T")
_FIX: Final = "Write a list of messages: [{'type': 'human', 'content': '…'}, {'type': 'ai', 'content': '…'}]."
_FIX_CALLS: Final = "Write a list of tool calls: [{'name': '…', 'args': {…}}]."


def spells_messages(text: str) -> bool:
    """Whether a text is a list of messages in JSON, in Python, or as numpy prints it; an empty list is none.

    >>> spells_messages('[{"type": "human", "content": "Hello"}]'), spells_messages("['Hello']")
    (True, False)
    """
    value = _spelled(text)
    return (
        isinstance(value, list)
        and bool(value)
        and all(
            isinstance(item, dict) and "content" in item and ("type" in item or "role" in item)
            for item in value
        )
    )


def to_conversation(cell: object) -> list[HumanMessage | AIMessage | ToolMessage]:
    """Return the messages of a cell, however they are written; none where there is nothing.

    Raises `Misfit` where a message cannot be read, or a tool answers that nobody called.
    """
    conversation = _each(cell, read_message, "message", _FIX) or []
    try:
        check_order(conversation)
    except ValueError as problem:
        raise Misfit(_shown(conversation), "a conversation", f"Here {problem}.") from None
    return conversation


def to_tool_calls(cell: object) -> list[ToolCall] | None:
    """Return the tool calls of a cell, however they are written."""
    return _each(cell, read_tool_call, "tool call", _FIX_CALLS)


def as_data(messages: Sequence[Message | ToolCall]) -> list[dict[str, object]]:
    """Return messages or tool calls as dicts, without fields that have no value."""
    return [message.model_dump(exclude_none=True) for message in messages]


def as_arrow(messages: Sequence[Message | ToolCall]) -> list[dict[str, object]]:
    """Return messages or tool calls as dicts that are alike, with arguments and metadata as JSON text.

    Arrow gives every dict the keys of all: arguments would come back with those of other tools, as None.
    """
    return [_json_parts(message.model_dump()) for message in messages]


def without_padding(cell: object) -> object:
    """Return a cell without dict entries that are None, at any depth: what Arrow has filled up.

    >>> without_padding([{"city": "Lima", "street": None}])
    [{'city': 'Lima'}]
    """
    return _without_none(plain_data(cell))


def _without_none(value: object) -> object:
    if isinstance(value, dict):
        return {name: _without_none(part) for name, part in value.items() if part is not None}
    return [_without_none(part) for part in value] if isinstance(value, list) else value


def _json_parts(data: dict[str, object]) -> dict[str, object]:
    for name in data.keys() & {"args", "metadata"}:
        data[name] = (
            None if data[name] is None else json.dumps(data[name], ensure_ascii=False, default=as_text)
        )
    calls = data.get("tool_calls")
    if isinstance(calls, list):
        data["tool_calls"] = [_json_parts(call) for call in calls]
    return data


def _each(cell: object, read: Callable[[object], T], noun: str, fix: str) -> list[T] | None:
    """Return what `read` makes of every item of a cell that is a list, or spells one."""
    value = plain(cell)
    if isinstance(value, str):
        value = _spelled(value)
    if value is None:
        return None
    if not isinstance(value, (list, tuple)):
        raise Misfit(value, f"a list with a {noun} per item", fix)
    told = value if isinstance(cell, (list, tuple, str)) else without_padding(value)  # numpy's or Arrow's
    items: list[T] = []
    for position, item in enumerate(cast("Sequence[object]", told)):
        try:
            items.append(read(item))
        except Misfit:
            raise
        except ValueError as problem:
            raise Misfit(item, f"a {noun} at position {position}", f"Here {problem}.") from None
    return items


def _spelled(text: str) -> object:
    """Return the list or dict that a text spells; blank text is nothing, other text is itself."""
    stripped = text.strip()
    if not stripped:
        return None
    value = literal(stripped) if stripped[0] in "[{" else None
    return value if isinstance(value, (list, dict)) else text


def _shown(conversation: Sequence[Message]) -> list[str]:
    return [type(message).__name__ for message in conversation]
