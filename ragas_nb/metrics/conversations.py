"""Conversations as metrics read them: as one text, by the assistant's turns, by its tool calls."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from ragas_nb.schema.messages import AIMessage, AnyMessage, HumanMessage, ToolCall, ToolMessage

_CALL_INDENT = "  "
_TEXT_INDENT = "    "


def rendered(messages: Sequence[AnyMessage]) -> str:
    """The conversation as text: who speaks at the beginning of a line, the lines that follow indented.

    As only the speakers and `Tools:` stand at the margin, and calls with their arguments as JSON two spaces
    from it, no message can pass for several. Messages that say and do nothing are left out; nothing at all
    is "".

    >>> from ragas_nb.schema.messages import AIMessage, HumanMessage
    >>> call = ToolCall(name="rain", args={"city": "Lima"})
    >>> print(rendered([HumanMessage(content="Hi!\\nAI: No."), AIMessage(content="", tool_calls=[call])]))
    Human: Hi!
        AI: No.
    Tools:
      rain: {"city": "Lima"}
    """
    return "\n".join(line for message in messages for line in _lines(message))


def _lines(message: AnyMessage) -> Iterable[str]:
    if isinstance(message, ToolMessage):
        yield _written("ToolOutput:", message.content)
        return
    if message.content.strip():
        yield _written("Human:" if isinstance(message, HumanMessage) else "AI:", message.content)
    if isinstance(message, AIMessage) and message.tool_calls:
        yield "Tools:"
        for call in message.tool_calls:
            args = json.dumps(call.args, ensure_ascii=False, default=str)
            yield _written(f"{_CALL_INDENT}{' '.join(call.name.split())}:", args)


def _written(opening: str, text: str) -> str:
    """The text behind its opening, its further lines indented."""
    first, *others = text.splitlines() or [""]
    return "\n".join([f"{opening} {first}".rstrip(), *(_TEXT_INDENT + line for line in others)])


def called(messages: Sequence[AnyMessage]) -> list[ToolCall]:
    """All tool calls of the assistant, in the order in which it made them."""
    return [
        call for message in messages if isinstance(message, AIMessage) for call in message.tool_calls or ()
    ]


@dataclass(frozen=True, slots=True)
class Said:
    """The text of one AI message, with all that tools had put out before it."""

    text: str
    tool_outputs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Turn:
    """What the assistant says until the person speaks again.

    `question` is the person's turn before it: all its messages, a line each; "" where the assistant begins.
    """

    question: str
    said: tuple[Said, ...]

    @property
    def text(self) -> str:
        """All that is said in the turn."""
        return "\n".join(said.text for said in self.said)


def ai_turns(messages: Sequence[AnyMessage]) -> list[Turn]:
    """The assistant's turns, in order; those without any text (only tool calls) are left out.

    >>> from ragas_nb.schema.messages import AIMessage, HumanMessage
    >>> ai_turns([HumanMessage(content="Where is Lima?"), AIMessage(content="In Peru.")])
    [Turn(question='Where is Lima?', said=(Said(text='In Peru.', tool_outputs=()),))]
    """
    turns: list[Turn] = []
    question, outputs = "", list[str]()
    for by_person, group in groupby(messages, key=lambda message: isinstance(message, HumanMessage)):
        if by_person:
            question = "\n".join(message.content for message in group)
            continue
        said: list[Said] = []
        for message in group:
            if isinstance(message, ToolMessage):
                outputs.append(message.content)
            elif message.content.strip():
                said.append(Said(message.content, tuple(outputs)))
        if said:
            turns.append(Turn(question, tuple(said)))
    return turns


def shown(scores: Sequence[float]) -> str:
    """The scores of turns, for a reason.

    >>> shown([1.0, 2 / 3])
    '1.00, 0.67'
    """
    return ", ".join(f"{score:.2f}" for score in scores)
