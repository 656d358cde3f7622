"""All of a sample that there is to judge, as one input for a judge: what criteria and rubrics are about."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import SerializerFunctionWrapHandler, model_serializer

from ragas_nb.metrics.conversations import rendered
from ragas_nb.prompts import Value
from ragas_nb.schema import AnySample, MultiTurnSample

NOTHING_TO_JUDGE = "the sample has no text to judge"
WHAT_IS_JUDGED = (
    "The input is parts of an exchange with an assistant, or in user_input a whole conversation. Judge the "
    "response (of a conversation, what the AI says and does; without either, what there is)"
)
"""How instructions about `SampleParts` begin."""


class SampleParts(Value):
    """All of a sample that there is to judge; what is missing is left out."""

    user_input: str | None = None
    response: str | None = None
    retrieved_contexts: list[str] | None = None
    reference_contexts: list[str] | None = None
    reference: str | None = None

    @model_serializer(mode="wrap")
    def _only_what_exists(self, serialise: SerializerFunctionWrapHandler) -> Mapping[str, object]:
        return {field: value for field, value in serialise(self).items() if value is not None}

    @property
    def blank(self) -> bool:
        """Whether there is no text in any part."""
        return not any((text if isinstance(text, str) else "".join(text)).strip() for _, text in self if text)


def parts_of(sample: AnySample) -> SampleParts:
    """The parts of a sample; a conversation, as text, is its `user_input`."""
    if isinstance(sample, MultiTurnSample):
        return SampleParts(user_input=rendered(sample.user_input), reference=sample.reference)
    return SampleParts(
        user_input=sample.user_input,
        response=sample.response,
        retrieved_contexts=sample.retrieved_contexts,
        reference_contexts=sample.reference_contexts,
        reference=sample.reference,
    )
