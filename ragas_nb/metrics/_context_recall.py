"""Context recall: was everything retrieved that the reference answer needs?"""

from __future__ import annotations

from typing import ClassVar

from ragas_nb.metrics.asking import AskingMetric, Prompts
from ragas_nb.metrics.base import Ask, MetricResult
from ragas_nb.metrics.reading import given, joined
from ragas_nb.metrics.scoring import mean
from ragas_nb.prompts import Prompt, Value, Verdict
from ragas_nb.schema import SingleTurnSample


class AnswerWithContext(Value):
    """An answer to be traced back to a context."""

    question: str
    context: str
    answer: str


class Attribution(Value):
    """One statement of the answer, and whether the context holds it."""

    statement: str
    reason: str
    attributed: Verdict


class Attributions(Value):
    """All statements of the answer in order."""

    classifications: list[Attribution]


ATTRIBUTE = Prompt(
    "attribute_statements",
    "Go through the answer sentence by sentence and decide whether the context holds what it says. "
    "attributed: 1 if it does; 0 if not, even when it is true. statement: the sentence as the answer words "
    "it. reason: one sentence. Leave no sentence out.",
    AnswerWithContext,
    Attributions,
    examples=(
        (
            AnswerWithContext(
                question="What is known of Lake Ohrid?",
                context="Ohrid: 358 km², up to 288 m deep.",
                answer="It is 288 m deep. It is a World Heritage site.",
            ),
            Attributions(
                classifications=[
                    Attribution(statement="It is 288 m deep.", reason="The depth is given.", attributed=1),
                    Attribution(
                        statement="It is a World Heritage site.",
                        reason="Only its size is told.",
                        attributed=0,
                    ),
                ]
            ),
        ),
    ),
    verdicts=("not in the contexts", "in the contexts"),
)


class LLMContextRecall(AskingMetric):
    """Tells how much of the reference answer the retrieved contexts hold, that is, what retrieval missed.

    Fields: `user_input`, `retrieved_contexts`, `reference`. Range 0 to 1, higher is better. One request per
    sample.

    Score: attributed statements / all statements of the reference. None when the reference states nothing.
    Source: the definition of context recall in the Ragas documentation.
    """

    name: str = "context_recall"
    requires: ClassVar[frozenset[str]] = frozenset({"user_input", "retrieved_contexts", "reference"})
    steps: ClassVar[Prompts] = (ATTRIBUTE,)

    async def measure(self, sample: SingleTurnSample, ask: Ask) -> MetricResult:
        """The share of the reference's statements that the contexts hold."""
        question = given(sample.user_input, "user_input")
        contexts = given(sample.retrieved_contexts, "retrieved_contexts")
        reference = given(sample.reference, "reference")
        if not reference.strip():
            return MetricResult(None, "the reference is blank")
        found = await ask(
            ATTRIBUTE, AnswerWithContext(question=question, context=joined(contexts), answer=reference)
        )
        verdicts = [attribution.attributed for attribution in found.classifications]
        if not verdicts:
            return MetricResult(None, "the reference makes no statement")
        return MetricResult(
            mean(verdicts), f"{sum(verdicts)} of {len(verdicts)} reference statements in the contexts"
        )


ContextRecall = LLMContextRecall
