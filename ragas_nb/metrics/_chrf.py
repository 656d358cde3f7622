"""chrF: how many runs of letters does the response share with the reference?"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from pydantic import Field

from ragas_nb.metrics.base import MetricResult
from ragas_nb.metrics.overlap import OverlapMetric
from ragas_nb.metrics.reading import given
from ragas_nb.schema import SingleTurnSample


@cache
def _scorer(
    char_order: int, word_order: int, beta: int, whitespace: bool, eps_smoothing: bool
) -> Callable[[str, str], float]:
    """What scores a response against a reference, in percent; made once for all samples."""
    from sacrebleu.metrics.chrf import CHRF

    chrf = CHRF(char_order, word_order, beta, whitespace=whitespace, eps_smoothing=eps_smoothing)
    return lambda response, reference: float(chrf.corpus_score([response], [[reference]]).score)


class ChrfScore(OverlapMetric):
    """Tells how many runs of up to six letters the response shares with the reference: fair to languages
    with many word forms, or without spaces.

    Fields: `response`, `reference`. Range 0 to 1, higher is better; 0.0 when either is blank. No request.

    Score: chrF / 100, as `sacrebleu.corpus_chrf` computes it; the parameters are those of that function, and
    `word_order=2` makes it chrF++. Source: Popović, chrF: character n-gram F-score for automatic MT
    evaluation (2015).
    """

    name: str = "chrf_score"
    char_order: int = Field(6, ge=1)
    word_order: int = Field(0, ge=0)
    beta: int = Field(2, ge=1)
    remove_whitespace: bool = True
    eps_smoothing: bool = False

    def percent(self, response: str, reference: str) -> float:
        """The score, 0 to 100."""
        whitespace = not self.remove_whitespace
        return _scorer(self.char_order, self.word_order, self.beta, whitespace, self.eps_smoothing)(
            response, reference
        )

    def compute(self, sample: SingleTurnSample) -> MetricResult:
        """The chrF of the response."""
        response, reference = given(sample.response, "response"), given(sample.reference, "reference")
        if not response.strip() or not reference.strip():
            return MetricResult(0.0, "the response or the reference is blank")
        return MetricResult(self.percent(response, reference) / 100)
