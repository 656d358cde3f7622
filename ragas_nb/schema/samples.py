"""What is judged: one question with its answer, or a whole conversation."""

from __future__ import annotations

from collections.abc import Collection
from typing import ClassVar, TypeAlias

from pydantic import AliasChoices, Field, field_validator

from ragas_nb.schema.frozen import Frozen
from ragas_nb.schema.messages import AnyMessage, AnyToolCall, check_order

SampleId: TypeAlias = str | int


class BaseSample(Frozen):
    """What all kinds of samples have in common. Samples never change once made.

    >>> sample = SingleTurnSample(user_input="Where is Lima?")
    >>> sample.model_copy(update={"response": "In Peru."}).response
    'In Peru.'
    """

    way_out: ClassVar[str] = (
        "Make another one: sample.model_copy(update={{{name!r}: …}}); or change the data and read it again."
    )

    def to_dict(self) -> dict[str, object]:
        """Return the fields that have a value.

        >>> SingleTurnSample(user_input="Where is Lima?", response="In Peru.").to_dict()
        {'user_input': 'Where is Lima?', 'response': 'In Peru.'}
        """
        return self.model_dump(exclude_none=True)

    def get_features(self) -> list[str]:
        """Return the names of the fields that have a value, in the order of the class.

        >>> SingleTurnSample(response="In Peru.", user_input="Where is Lima?").get_features()
        ['user_input', 'response']
        """
        return [name for name in type(self).model_fields if getattr(self, name) is not None]

    def to_string(self) -> str:
        """Return the fields that have a value as text, each under its name.

        >>> print(SingleTurnSample(response="In Peru.").to_string())
        <BLANKLINE>
        response:
            In Peru.
        <BLANKLINE>
        """
        return "".join(f"\n{name}:\n\t{value}\n" for name, value in self.to_dict().items())

    def missing(self, required: Collection[str]) -> tuple[str, ...]:
        """Return those of the required fields that have no value here, or that such a sample does not have.

        A conversation of no messages is none.

        >>> SingleTurnSample(user_input="Where is Lima?").missing(["user_input", "response"])
        ('response',)
        """
        values = vars(self)
        if all(map(values.get, required)):  # as nearly always, and found in a third of the time
            return ()
        return tuple(
            name
            for name in required
            if values.get(name) is None or (name == "user_input" and values[name] == [])
        )


class SingleTurnSample(BaseSample):
    """One question and what is known about its answer; every field may be missing.

    >>> sample = SingleTurnSample(
    ...     user_input="Where is Lima?",
    ...     retrieved_contexts=["Lima is the capital of Peru."],
    ...     response="In Peru.",
    ... )
    >>> sample.reference is None
    True
    """

    user_input: str | None = None
    retrieved_contexts: list[str] | None = None
    reference_contexts: list[str] | None = None
    retrieved_context_ids: list[str | int] | None = None
    reference_context_ids: list[str | int] | None = None
    response: str | None = None
    multi_responses: list[str] | None = None
    reference: str | None = None
    rubrics: dict[str, str] | None = Field(default=None, validation_alias=AliasChoices("rubrics", "rubric"))
    persona_name: str | None = None
    query_style: str | None = None
    query_length: str | None = None


class MultiTurnSample(BaseSample):
    """One conversation and what is known about how it should go.

    >>> from ragas_nb.schema.messages import AIMessage, HumanMessage, ToolCall, ToolMessage
    >>> sample = MultiTurnSample(
    ...     user_input=[
    ...         HumanMessage(content="Is it raining in Lima?"),
    ...         AIMessage(content="", tool_calls=[ToolCall(name="weather", args={"city": "Lima"})]),
    ...         ToolMessage(content="dry"),
    ...         AIMessage(content="No."),
    ...     ],
    ...     reference_topics=["weather"],
    ... )
    >>> print(sample.pretty_repr())
    Human: Is it raining in Lima?
    Tools:
      weather: {'city': 'Lima'}
    ToolOutput: dry
    AI: No.
    """

    user_input: list[AnyMessage]
    reference: str | None = None
    reference_tool_calls: list[AnyToolCall] | None = None
    rubrics: dict[str, str] | None = Field(default=None, validation_alias=AliasChoices("rubrics", "rubric"))
    reference_topics: list[str] | None = None

    @field_validator("user_input")
    @classmethod
    def validate_user_input(cls, messages: list[AnyMessage]) -> list[AnyMessage]:
        """Return the messages; raise where a tool answers that nobody called."""
        check_order(messages)
        return messages

    def to_messages(self) -> list[dict[str, object]]:
        """Return every message as a dict of all its fields."""
        return [message.model_dump() for message in self.user_input]

    def pretty_repr(self) -> str:
        """Return the conversation as a person reads it, a line per message."""
        return "\n".join(message.pretty_repr() for message in self.user_input)


AnySample: TypeAlias = SingleTurnSample | MultiTurnSample
"""A sample of either kind."""
