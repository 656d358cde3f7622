"""Simple criteria: how far does the sample meet a criterion of one's own, on a scale of whole numbers?"""

from __future__ import annotations

from functools import lru_cache
from statistics import median
from typing import Self

from pydantic import Field, model_validator

from ragas_nb.metrics.asking import AskingMetric, Prompts
from ragas_nb.metrics.base import Ask, MetricResult
from ragas_nb.metrics.parts import NOTHING_TO_JUDGE, WHAT_IS_JUDGED, SampleParts, parts_of
from ragas_nb.prompts import Prompt, Value
from ragas_nb.schema import MultiTurnSample, SingleTurnSample


class Grade(Value):
    """How far the criterion is met."""

    reason: str
    score: int


@lru_cache(maxsize=256)
def _prompt(definition: str, lowest: int, highest: int) -> Prompt[SampleParts, Grade]:
    def fit(asked: SampleParts, answer: Grade) -> None:
        if not lowest <= answer.score <= highest:
            raise ValueError(f"score is {answer.score}; give a whole number from {lowest} to {highest}")

    return Prompt(
        "grade_by_criterion",
        f"{WHAT_IS_JUDGED} by the criterion, with the other parts as background. score: a whole number from "
        f"{lowest} (not met at all) to {highest} (fully met), unless the criterion says what the numbers "
        f"mean. reason: one sentence.\nCriterion: {definition}",
        SampleParts,
        Grade,
        check=fit,
    )


class SimpleCriteriaScore(AskingMetric):
    """Tells, on a scale of whole numbers, how far a sample meets a criterion that you word yourself.

    Fields: those of `user_input` (one question or a whole conversation), `response`, `retrieved_contexts`,
    `reference_contexts`, `reference` that the sample has. Range `score_range`, higher is better unless the
    criterion says otherwise; None when there is no text at all. `strictness` independent votes, made odd:
    one request for all of them where the judge can give several answers at once, else one each.

    Score: the median of the votes; `confidence` is the share that agrees with it.

    Differs from Ragas: it asks once, whatever `strictness` says, takes any number for a score, and leaves
    the reference contexts out.

    >>> SimpleCriteriaScore(name="depth", definition="How deep does it go?", score_range=(1, 3)).score_range
    (1, 3)
    """

    definition: str = Field(min_length=1)
    """The criterion, best as a question that begins with "how"."""
    strictness: int = Field(default=1, ge=1)
    bounds: tuple[int, int] = Field(default=(0, 5), alias="score_range")
    """The lowest and the highest score; passed as `score_range=`."""

    @model_validator(mode="after")
    def _some_range(self) -> Self:
        lowest, highest = self.bounds
        if lowest >= highest:
            raise ValueError(f"score_range={self.bounds} leaves nothing to choose; pass (lowest, highest)")
        return self

    @property
    def score_range(self) -> tuple[float, float]:  # type: ignore[override]  # here a parameter says it
        """The lowest and the highest score."""
        return self.bounds

    @property
    def votes(self) -> int:
        """How many independent answers are taken: `strictness`, made odd so that one is the median."""
        return self.strictness | 1

    @property
    def prompts(self) -> Prompts:
        """The one step, which carries the criterion and the range."""
        return (_prompt(self.definition, *self.bounds),)

    async def measure(self, sample: SingleTurnSample, ask: Ask) -> MetricResult:
        """The median of the grades of one question."""
        return await self._grade(parts_of(sample), ask)

    async def measure_conversation(self, sample: MultiTurnSample, ask: Ask) -> MetricResult:
        """The median of the grades of a whole conversation."""
        return await self._grade(parts_of(sample), ask)

    async def _grade(self, parts: SampleParts, ask: Ask) -> MetricResult:
        if parts.blank:
            return MetricResult(None, NOTHING_TO_JUDGE)
        votes = await ask.several(_prompt(self.definition, *self.bounds), parts, self.votes)
        score = median(vote.score for vote in votes)
        agreeing = [vote.reason for vote in votes if vote.score == score]
        return MetricResult(score, agreeing[0], confidence=len(agreeing) / len(votes))
