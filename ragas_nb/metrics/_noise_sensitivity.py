"""Noise sensitivity: which wrong statements did the contexts lead the response to?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

from ragas_nb.metrics.asking import AskingMetric, Prompts
from ragas_nb.metrics.base import Ask, MetricResult, all_of, together
from ragas_nb.metrics.reading import given
from ragas_nb.metrics.scoring import mean
from ragas_nb.metrics.statements import CHECK, SPLIT, statements_of, verdicts_on
from ragas_nb.schema import SingleTurnSample

Mode = Literal["relevant", "irrelevant"]
Verdicts = Sequence[int]
"""One 0 or 1 per statement."""


class NoiseSensitivity(AskingMetric):
    """Tells how often the response repeats from its contexts what is wrong by the reference.

    A context is relevant when it proves a statement of the reference. Mode `relevant` counts the wrong
    statements that relevant contexts bear out, `irrelevant` those that only other contexts do.

    Fields: `user_input`, `response`, `reference`, `retrieved_contexts`. Range 0 to 1, lower is better. Two
    requests per context and three more, in two rounds; both modes ask the same questions, so that the second
    one is free, and the splits are shared with faithfulness and answer correctness.

    Score: wrong statements taken from such contexts / all statements of the response; a statement is wrong
    when the reference does not prove it. None when the response states nothing. Source: Ru et al.,
    RAGChecker: A Fine-grained Framework for Diagnosing Retrieval-Augmented Generation (2024).

    Differs from Ragas: a reference that states nothing makes every context irrelevant and is no error, and
    independent requests go out together.

    >>> NoiseSensitivity(mode="irrelevant").column
    'noise_sensitivity(mode=irrelevant)'
    """

    name: str = "noise_sensitivity"
    mode: Mode = "relevant"
    requires: ClassVar[frozenset[str]] = frozenset(
        {"user_input", "response", "reference", "retrieved_contexts"}
    )
    higher_is_better: ClassVar[bool] = False
    steps: ClassVar[Prompts] = (SPLIT, CHECK)

    @property
    def column(self) -> str:
        """The name with the mode."""
        return f"{self.name}(mode={self.mode})"

    async def measure(self, sample: SingleTurnSample, ask: Ask) -> MetricResult:
        """The share of the response's statements that are wrong and from contexts of the mode's kind."""
        question = given(sample.user_input, "user_input")
        response, reference = given(sample.response, "response"), given(sample.reference, "reference")
        contexts = given(sample.retrieved_contexts, "retrieved_contexts")
        said, wanted = await together(
            statements_of(ask, question, response), statements_of(ask, question, reference)
        )
        if not said:
            return MetricResult(None, "the response makes no statement")
        right, *by_context = await all_of(
            [
                verdicts_on(ask, reference, said),
                *(verdicts_on(ask, context, said) for context in contexts),
                *(verdicts_on(ask, context, wanted) for context in contexts),
            ]
        )
        bearing_out, proving = by_context[: len(contexts)], by_context[len(contexts) :]
        misled = misled_by(self.mode, bearing_out, proving, right)
        return MetricResult(
            mean(misled), f"{sum(misled)} of {len(misled)} statements wrong and from {self.mode} contexts"
        )


def misled_by(
    mode: Mode, bearing_out: Sequence[Verdicts], proving: Sequence[Verdicts], right: Verdicts
) -> list[int]:
    """For each statement of a response 1 where it is wrong and contexts of the mode's kind bear it out.

    `bearing_out` has, per context, the verdicts on the statements of the response; `proving` those on the
    statements of the reference; `right` is the reference's verdict on the statements of the response.

    >>> misled_by("relevant", [[1, 0, 1], [0, 1, 1]], [[1, 0], [0, 0]], [0, 0, 1])
    [1, 0, 0]
    >>> misled_by("irrelevant", [[1, 0, 1], [0, 1, 1]], [[1, 0], [0, 0]], [0, 0, 1])
    [0, 1, 0]
    """
    kinds = [any(verdicts) for verdicts in proving]
    pairs = list(zip(kinds, bearing_out, strict=True))
    misled = []
    for place, true in enumerate(right):
        from_relevant = any(relevant and verdicts[place] for relevant, verdicts in pairs)
        from_others = any(verdicts[place] for _, verdicts in pairs) and not from_relevant
        taken = from_relevant if mode == "relevant" else from_others
        misled.append(int(taken and not true))
    return misled
