"""What is judged: one question with its answer, its contexts and its reference."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from pydantic import AliasChoices, BaseModel, ConfigDict, Field

SampleId: TypeAlias = str | int


class BaseSample(BaseModel):
    """What all kinds of samples have in common. Samples never change once made."""

    model_config = ConfigDict(frozen=True)

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

    def missing(self, required: Iterable[str]) -> tuple[str, ...]:
        """Return those of the required fields that have no value here, or that such a sample does not have.

        >>> SingleTurnSample(user_input="Where is Lima?").missing(["user_input", "response"])
        ('response',)
        """
        fields = type(self).model_fields
        return tuple(name for name in required if name not in fields or getattr(self, name) is None)


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
