"""Faithfulness: is what the response says to be found in the contexts?"""

from __future__ import annotations

from typing import ClassVar

from ragas_nb.metrics.asking import AskingMetric, Prompts
from ragas_nb.metrics.base import Ask, MetricResult
from ragas_nb.metrics.reading import given, joined
from ragas_nb.metrics.scoring import mean
from ragas_nb.metrics.statements import CHECK, SPLIT, statements_of, verdicts_on
from ragas_nb.schema import SingleTurnSample


class Faithfulness(AskingMetric):
    """Tells how much of the response is proven by the retrieved contexts, and how much was made up.

    Fields: `user_input`, `response`, `retrieved_contexts`. Range 0 to 1, higher is better. Two requests per
    sample, one where the contexts are blank.

    Score: supported statements / all statements of the response. None when the response states nothing.
    Source: Es et al., RAGAS: Automated Evaluation of Retrieval Augmented Generation (2023), section 3.

    Differs from Ragas: a reply with a verdict too few, too many or out of order is asked again, not averaged.
    """

    name: str = "faithfulness"
    requires: ClassVar[frozenset[str]] = frozenset({"user_input", "response", "retrieved_contexts"})
    steps: ClassVar[Prompts] = (SPLIT, CHECK)

    async def measure(self, sample: SingleTurnSample, ask: Ask) -> MetricResult:
        """The share of the response's statements that the contexts prove."""
        contexts = given(sample.retrieved_contexts, "retrieved_contexts")
        statements = await statements_of(
            ask, given(sample.user_input, "user_input"), given(sample.response, "response")
        )
        if not statements:
            return MetricResult(None, "the response makes no statement")
        verdicts = await verdicts_on(ask, joined(contexts), statements)
        return MetricResult(mean(verdicts), f"{sum(verdicts)} of {len(verdicts)} statements supported")
