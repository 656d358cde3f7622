"""Context relevance: do the contexts hold what the question asks for?"""

from __future__ import annotations

from typing import ClassVar

from ragas_nb.metrics.asking import AskingMetric, Prompts
from ragas_nb.metrics.base import Ask, MetricResult
from ragas_nb.metrics.ratings import UpToTwo, mean_rating
from ragas_nb.metrics.reading import given, joined
from ragas_nb.prompts import Prompt, Value
from ragas_nb.schema import SingleTurnSample


class QuestionWithContext(Value):
    """A question, and what was retrieved for it."""

    question: str
    context: str


RATE_RELEVANCE = Prompt(
    "rate_relevance",
    "Rate how far the context holds what the question asks for. Use the context only, not what you know. "
    "2: it holds all that an answer needs. 1: a part of it. 0: nothing of it.",
    QuestionWithContext,
    UpToTwo,
)
TRY_TO_ANSWER = Prompt(
    "try_to_answer",
    "Imagine somebody who knows nothing but the context and has to answer the question. rating: 2 if they "
    "can answer it fully, 1 if only in part, 0 if not at all.",
    QuestionWithContext,
    UpToTwo,
)


class ContextRelevance(AskingMetric):
    """Tells on a coarse scale whether the retrieved contexts hold what the question asks for.

    Fields: `user_input`, `retrieved_contexts`. Range 0 to 1, higher is better. Two short requests per sample,
    at the same time.

    Score: mean of the ratings (0, 1 or 2) of two differently worded judges / 2; one judge's where the other
    gave none on the scale, None where both did. A blank question, blank contexts, or contexts that the
    question itself contains are 0, without a request. Source: the context relevance of NVIDIA in the Ragas
    documentation.

    Differs from Ragas: a rating off the scale is asked again, not searched for a digit.
    """

    name: str = "nv_context_relevance"
    requires: ClassVar[frozenset[str]] = frozenset({"user_input", "retrieved_contexts"})
    steps: ClassVar[Prompts] = (RATE_RELEVANCE, TRY_TO_ANSWER)

    async def measure(self, sample: SingleTurnSample, ask: Ask) -> MetricResult:
        """The mean of both ratings."""
        question = given(sample.user_input, "user_input").strip()
        context = joined(given(sample.retrieved_contexts, "retrieved_contexts")).strip()
        if not question or not context:
            return MetricResult(0.0, "the contexts are blank" if question else "the question is blank")
        if context in question:
            return MetricResult(0.0, "the contexts only repeat the question")
        asked = QuestionWithContext(question=question, context=context)
        return await mean_rating(ask(RATE_RELEVANCE, asked), ask(TRY_TO_ANSWER, asked), best=2)
