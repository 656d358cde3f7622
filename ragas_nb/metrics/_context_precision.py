"""Context precision: are the useful contexts ranked above the useless ones?"""

from __future__ import annotations

from typing import ClassVar

from ragas_nb.metrics.asking import AskingMetric, Prompts
from ragas_nb.metrics.base import Ask, MetricResult, all_of
from ragas_nb.metrics.reading import given
from ragas_nb.metrics.scoring import average_precision
from ragas_nb.prompts import Prompt, Value, Verdict
from ragas_nb.schema import SingleTurnSample


class ContextForAnswer(Value):
    """One context, and the answer it may have helped to find."""

    question: str
    context: str
    answer: str


class Usefulness(Value):
    """Whether the context helped."""

    reason: str
    verdict: Verdict


JUDGE_CONTEXT = Prompt(
    "judge_context",
    "Decide whether the context helps to arrive at this answer to the question. verdict: 1 if the answer "
    "draws on something in the context, even in part; 0 if not, even when the topic is the same. reason: "
    "one sentence.",
    ContextForAnswer,
    Usefulness,
    examples=(
        (
            ContextForAnswer(
                question="When did the Rhine flood Bonn?",
                context="Bonn lies on the Rhine, which is 1,233 km long.",
                answer="In 1993.",
            ),
            Usefulness(reason="Place and river match, but no flood or year is told.", verdict=0),
        ),
        (
            ContextForAnswer(
                question="Who leads Acme, and since when?",
                context="CEO of Acme: Li Na.",
                answer="Li Na, since 2021.",
            ),
            Usefulness(reason="It names the leader, though not the year.", verdict=1),
        ),
    ),
    verdicts=("not useful", "useful"),
)


async def _precision(ask: Ask, question: str, contexts: list[str], answer: str) -> MetricResult:
    if not contexts:
        return MetricResult(0.0, "no context was retrieved")
    judged = await all_of(
        ask(JUDGE_CONTEXT, ContextForAnswer(question=question, context=context, answer=answer))
        for context in contexts
    )
    verdicts = [usefulness.verdict for usefulness in judged]
    return MetricResult(average_precision(verdicts), f"{sum(verdicts)} of {len(verdicts)} contexts useful")


class LLMContextPrecisionWithReference(AskingMetric):
    """Tells whether the contexts that lead to the reference answer were retrieved first.

    Fields: `user_input`, `retrieved_contexts`, `reference`. Range 0 to 1, higher is better. One request per
    context, all at the same time.

    Score: average precision of the verdicts in the retrieved order; 0.0 without contexts.
    Source: Manning, Raghavan, Schütze, Introduction to Information Retrieval (2008), section 8.4.

    Differs from Ragas: all contexts useful is exactly 1.0, not 0.9999999999.
    """

    name: str = "llm_context_precision_with_reference"
    requires: ClassVar[frozenset[str]] = frozenset({"user_input", "retrieved_contexts", "reference"})
    steps: ClassVar[Prompts] = (JUDGE_CONTEXT,)

    async def measure(self, sample: SingleTurnSample, ask: Ask) -> MetricResult:
        """The average precision of the contexts, judged by the reference."""
        return await _precision(
            ask,
            given(sample.user_input, "user_input"),
            given(sample.retrieved_contexts, "retrieved_contexts"),
            given(sample.reference, "reference"),
        )


class ContextPrecision(LLMContextPrecisionWithReference):
    """`LLMContextPrecisionWithReference` under its short name."""

    name: str = "context_precision"


class LLMContextPrecisionWithoutReference(AskingMetric):
    """Tells whether the contexts that the response draws on were retrieved first; needs no reference.

    Fields: `user_input`, `retrieved_contexts`, `response`. Range 0 to 1, higher is better. One request per
    context, all at the same time. Score and deviation as `LLMContextPrecisionWithReference`.
    """

    name: str = "llm_context_precision_without_reference"
    requires: ClassVar[frozenset[str]] = frozenset({"user_input", "retrieved_contexts", "response"})
    steps: ClassVar[Prompts] = (JUDGE_CONTEXT,)

    async def measure(self, sample: SingleTurnSample, ask: Ask) -> MetricResult:
        """The average precision of the contexts, judged by the response."""
        return await _precision(
            ask,
            given(sample.user_input, "user_input"),
            given(sample.retrieved_contexts, "retrieved_contexts"),
            given(sample.response, "response"),
        )


class ContextUtilization(LLMContextPrecisionWithoutReference):
    """`LLMContextPrecisionWithoutReference` under its short name."""

    name: str = "context_utilization"
