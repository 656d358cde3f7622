"""BLEU: how many runs of words does the response share with the reference?"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Literal

from ragas_nb.metrics.base import MetricResult
from ragas_nb.metrics.overlap import OverlapMetric
from ragas_nb.metrics.reading import given
from ragas_nb.schema import SingleTurnSample

Smoothing = Literal["exp", "floor", "add-k", "none"]
Tokenizer = Literal["13a", "intl", "zh", "char", "none"]


@cache
def _scorer(
    smooth_method: Smoothing,
    smooth_value: float | None,
    force: bool,
    lowercase: bool,
    tokenize: Tokenizer,
    use_effective_order: bool,
) -> Callable[[str, str], float]:
    """What scores a response against a reference, in percent; made once for all samples."""
    from sacrebleu.metrics.bleu import BLEU

    bleu = BLEU(
        lowercase=lowercase,
        force=force,
        tokenize=tokenize,
        smooth_method=smooth_method,
        smooth_value=smooth_value,
        effective_order=use_effective_order,
    )
    return lambda response, reference: float(bleu.corpus_score([response], [[reference]]).score)


class BleuScore(OverlapMetric):
    """Tells how many words and runs of up to four words the response shares with the reference.

    Fields: `response`, `reference`. Range 0 to 1, higher is better; a response of fewer than four words
    scores 0.0 unless `use_effective_order=True`. No request.

    Score: BLEU of the whole response / 100, as `sacrebleu.corpus_bleu` computes it; the parameters are those
    of that function. `tokenize` says what a word is: `zh` for Chinese, `char` for other languages that
    put no space between words. Source: Papineni et al., BLEU: a Method for Automatic Evaluation of Machine
    Translation (2002); Post, A Call for Clarity in Reporting BLEU Scores (2018).

    Differs from Ragas: the whole response is scored, not its first sentence only; never above 1.0.
    """

    name: str = "bleu_score"
    smooth_method: Smoothing = "exp"
    smooth_value: float | None = None
    force: bool = False
    lowercase: bool = False
    tokenize: Tokenizer = "13a"
    use_effective_order: bool = False

    def percent(self, response: str, reference: str) -> float:
        """The score, 0 to 100."""
        return _scorer(
            self.smooth_method,
            self.smooth_value,
            self.force,
            self.lowercase,
            self.tokenize,
            self.use_effective_order,
        )(response, reference)

    def compute(self, sample: SingleTurnSample) -> MetricResult:
        """BLEU of the response, at most 1.0."""
        response, reference = given(sample.response, "response"), given(sample.reference, "reference")
        return MetricResult(min(1.0, self.percent(response, reference) / 100))
