"""Semantic similarity: does the response mean about the same as the reference?"""

from __future__ import annotations

from typing import ClassVar

from ragas_nb.metrics.asking import AskingMetric
from ragas_nb.metrics.base import Ask, MetricResult, Need
from ragas_nb.metrics.likeness import likeness
from ragas_nb.metrics.reading import given
from ragas_nb.schema import SingleTurnSample


class SemanticSimilarity(AskingMetric):
    """Tells how close in meaning the response is to the reference, without asking a judge.

    Fields: `response`, `reference`; needs an embedder. Range 0 to 1 (below 0 only for opposite meanings),
    higher is better. One embedding request per sample.

    Score: cosine of the embeddings; with `threshold`, 1.0 for a cosine of at least that and 0.0 below.
    A blank text is like another blank one only, without a request.
    Source: Risch et al., Semantic Answer Similarity for Evaluating Question Answering Models (2021), with one
    embedding per text instead of a cross-encoder.
    """

    name: str = "semantic_similarity"
    threshold: float | None = None
    requires: ClassVar[frozenset[str]] = frozenset({"response", "reference"})
    asks: ClassVar[frozenset[Need]] = frozenset({"embedder"})

    async def measure(self, sample: SingleTurnSample, ask: Ask) -> MetricResult:
        """The cosine of response and reference."""
        response, reference = given(sample.response, "response"), given(sample.reference, "reference")
        found = await likeness(ask, reference, response)
        if self.threshold is None:
            return MetricResult(found)
        return MetricResult(float(found >= self.threshold), f"cosine {found:.4f}, threshold {self.threshold}")


class AnswerSimilarity(SemanticSimilarity):
    """`SemanticSimilarity` under its older name."""

    name: str = "answer_similarity"
