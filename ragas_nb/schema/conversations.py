"""What a cell with a conversation or with tool calls means, and whether the data holds conversations."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeVar

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
from ragas_nb.schema.samples import AnySample, MultiTurnSample, SingleTurnSample
from ragas_nb.schema.texts import ArrowTexts
from ragas_nb.schema.values import TEXT_OR_NONE, Misfit, plain

T = TypeVar("T")
_TEXTS: Final = TEXT_OR_NONE | {float}
_FIX: Final = "Write a list of messages: [{'type': 'human', 'content': '…'}, {'type': 'ai', 'content': '…'}]."


def kind_of(cells: Sequence[object]) -> type[AnySample]:
    """Return the kind of samples that a column `user_input` makes: lists make conversations, text does not.

    Where all of it is text, it makes conversations only if every cell spells the messages of one in JSON.
    """
    texts = (cell for cell in cells if isinstance(cell, str) and cell.strip())
    first = next(texts, None)
    if first is not None and _spells_messages(first) and all(map(_spells_messages, texts)):
        return MultiTurnSample
    if isinstance(cells, ArrowTexts) or set(map(type, cells)) <= _TEXTS:
        return SingleTurnSample
    lists = any(isinstance(plain(cell), (list, tuple)) for cell in cells)
    return MultiTurnSample if lists else SingleTurnSample


def to_conversation(cell: object) -> list[HumanMessage | AIMessage | ToolMessage]:
    """Return the messages of a cell, however they are written; none where there is nothing.

    Raises `Misfit` where a message cannot be read, or a tool answers that nobody called.
    """
    conversation = _each(cell, read_message, "message") or []
    try:
        check_order(conversation)
    except ValueError as problem:
        raise Misfit(_shown(conversation), "a conversation", f"Here {problem}.") from None
    return conversation


def to_tool_calls(cell: object) -> list[ToolCall] | None:
    """Return the tool calls of a cell, however they are written."""
    return _each(cell, read_tool_call, "tool call")


def as_data(messages: Sequence[Message | ToolCall]) -> list[dict[str, object]]:
    """Return messages or tool calls as dicts, without fields that have no value."""
    return [message.model_dump(exclude_none=True) for message in messages]


def as_arrow(messages: Sequence[Message | ToolCall]) -> list[dict[str, object]]:
    """Return messages or tool calls as dicts that are alike, with arguments and metadata as JSON text.

    Arrow gives every dict the keys of all: arguments would come back with those of other tools, as None.
    """
    return [_json_parts(message.model_dump()) for message in messages]


def without_padding(value: object) -> object:
    """Return the value without dict entries that are None, at any depth: what Arrow has filled up.

    >>> without_padding([{"city": "Lima", "street": None}])
    [{'city': 'Lima'}]
    """
    if isinstance(value, Mapping):
        return {name: without_padding(part) for name, part in value.items() if part is not None}
    return [without_padding(part) for part in value] if isinstance(value, (list, tuple)) else value


def _json_parts(data: dict[str, object]) -> dict[str, object]:
    for name in data.keys() & {"args", "metadata"}:
        data[name] = None if data[name] is None else json.dumps(data[name], ensure_ascii=False)
    calls = data.get("tool_calls")
    if isinstance(calls, list):
        data["tool_calls"] = [_json_parts(call) for call in calls]
    return data


def _each(cell: object, read: Callable[[object], T], noun: str) -> list[T] | None:
    """Return what `read` makes of every item of a cell that is a list, or spells one in JSON."""
    value = plain(cell)
    if isinstance(value, str):
        value = _json(value)
    if value is None:
        return None
    if not isinstance(value, (list, tuple)):
        raise Misfit(cell, f"a list with a {noun} per item", _FIX)
    if not isinstance(cell, (list, tuple, str)):  # numpy's or Arrow's
        value = without_padding(value)
    items: list[T] = []
    for position, item in enumerate(value if isinstance(value, (list, tuple)) else ()):
        try:
            items.append(read(plain(item)))
        except ValueError as problem:
            raise Misfit(item, f"a {noun} at position {position}", f"Here {problem}.") from None
    return items


def _json(text: str) -> object:
    """Return the value that a text spells in JSON; blank text is nothing, other text is itself."""
    try:
        return json.loads(text) if text.strip() else None
    except (ValueError, RecursionError):
        return text


def _spells_messages(text: str) -> bool:
    value = _json(text) if text.lstrip().startswith("[") else None
    return isinstance(value, list) and all(
        isinstance(item, dict) and "content" in item and ("type" in item or "role" in item) for item in value
    )


def _shown(conversation: Sequence[Message]) -> list[str]:
    return [type(message).__name__ for message in conversation]
