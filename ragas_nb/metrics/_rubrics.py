"""Rubrics: which level of a rubric fits the sample, one rubric for all samples or one for each?"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Any, ClassVar, Final, Self

from pydantic import Field, model_validator

from ragas_nb.errors import DatasetError
from ragas_nb.metrics.asking import AskingMetric, Prompts
from ragas_nb.metrics.base import Ask, MetricResult
from ragas_nb.metrics.parts import NOTHING_TO_JUDGE, WHAT_IS_JUDGED, SampleParts, parts_of
from ragas_nb.prompts import Prompt, Value
from ragas_nb.schema import AnySample, MultiTurnSample, SingleTurnSample

ANSWERED: Final = {
    "score1_description": "Wrong or beside the question in everything.",
    "score2_description": "Right in a few points; grave errors or gaps.",
    "score3_description": "Right for the most part; unclear, or points are missing that matter.",
    "score4_description": "Right and clear; small gaps or slips.",
    "score5_description": "Right, clear and complete.",
}
"""The rubric that is used when none is passed."""
LIKE_THE_REFERENCE: Final = {
    "score1_description": "Says something else than the reference, or contradicts it.",
    "score2_description": "Shares a few points with the reference; grave errors or gaps.",
    "score3_description": "Shares the main points of the reference; others are missing or inexact.",
    "score4_description": "Says what the reference says, with small gaps or slips.",
    "score5_description": "Says all that the reference says, without any error.",
}
"""The rubric that is used with `with_reference=True` when none is passed."""

_KEY = re.compile(r"score_?(-?\d+)(?:_description)?|(-?\d+)", re.IGNORECASE)


def levels_of(rubrics: Mapping[str, str]) -> dict[int, str]:
    """The levels of a rubric by their score, lowest first.

    Raises:
        ValueError: a key names no score, two name the same, or there are fewer than two.

    >>> levels_of({"score3_description": "Good.", "score1_description": "Bad."})
    {1: 'Bad.', 3: 'Good.'}
    """
    levels: dict[int, str] = {}
    for key, description in rubrics.items():
        found = _KEY.fullmatch(key.strip())
        if found is None:
            raise ValueError(
                f"{key!r} names no score. Name the levels 'score1_description', 'score2_description', …"
            )
        score = int(found[1] or found[2])
        if score in levels:
            raise ValueError(f"two levels have the score {score}. Give each level its own")
        levels[score] = description
    if len(levels) < 2:
        raise ValueError(f"a rubric of {len(levels)} levels leaves nothing to choose. Give at least two")
    return dict(sorted(levels.items()))


class Feedback(Value):
    """The level that fits, and why."""

    feedback: str
    score: int


class PartsWithRubric(SampleParts):
    """All of a sample that there is to judge, with its own rubric."""

    rubrics: dict[str, str]


def _one_of(score: int, scores: Collection[int]) -> None:
    if score not in scores:
        raise ValueError(f"score is {score}; the rubric has {', '.join(map(str, scores))}")


_TASK: Final = (
    "Choose the level that fits best. feedback: one or two sentences on what decided. score: the level's "
    "number"
)


@lru_cache(maxsize=256)
def _prompt(levels: tuple[tuple[int, str], ...]) -> Prompt[SampleParts, Feedback]:
    scores = [score for score, _ in levels]
    rubric = "\n".join(f"{score}: {description}" for score, description in levels)
    return Prompt(
        "grade_by_rubric",
        f"{WHAT_IS_JUDGED} by the rubric, with the other parts as background. {_TASK}.\nRubric:\n{rubric}",
        SampleParts,
        Feedback,
        check=lambda asked, answer: _one_of(answer.score, scores),
    )


class RubricsScore(AskingMetric):
    """Tells which level of your rubric fits the sample.

    Fields: those of `user_input` (one question or a whole conversation), `response`, `retrieved_contexts`,
    `reference_contexts`, `reference` that the sample has; `with_reference=True` insists on a `reference`.
    Range: from the lowest to the highest number of the rubric, higher is better; None when there is no text
    at all. One request per sample. `rubrics` maps `score1_description`, `score2_description` … to what earns
    that score; any two or more whole numbers will do. Without it, a general rubric of 1 to 5.

    Score: the number of the level chosen; the reason is the judge's feedback.

    Differs from Ragas: a score that is not in the rubric is asked again, and the judge sees the reference of
    a conversation.

    >>> RubricsScore(rubrics={"score0_description": "Rude.", "score1_description": "Polite."}).score_range
    (0, 1)
    """

    name: str = "domain_specific_rubrics"
    with_reference: bool = False
    """Whether every sample must have a reference to compare with."""
    rubrics: dict[str, str] = Field(
        default_factory=lambda given: dict(LIKE_THE_REFERENCE if given.get("with_reference") else ANSWERED)
    )
    """What earns which score, by `score1_description`, `score2_description` …"""

    @model_validator(mode="after")
    def _some_levels(self) -> Self:
        levels_of(self.rubrics)
        return self

    @property
    def score_range(self) -> tuple[float, float]:  # type: ignore[override]  # here a parameter says it
        """The lowest and the highest score of the rubric."""
        scores = list(levels_of(self.rubrics))
        return scores[0], scores[-1]

    @property
    def prompts(self) -> Prompts:
        """The one step, which carries the rubric."""
        return (self._step,)

    @property
    def _step(self) -> Prompt[SampleParts, Feedback]:
        return _prompt(tuple(levels_of(self.rubrics).items()))

    def required(self, kind: type[AnySample]) -> frozenset[str]:
        """The fields that it needs: of conversations the messages, and a reference where it is wanted."""
        return super().required(kind) | ({"reference"} if self.with_reference else set())

    async def measure(self, sample: SingleTurnSample, ask: Ask) -> MetricResult:
        """The level that fits one question."""
        return await self._grade(parts_of(sample), ask)

    async def measure_conversation(self, sample: MultiTurnSample, ask: Ask) -> MetricResult:
        """The level that fits a whole conversation."""
        return await self._grade(parts_of(sample), ask)

    async def _grade(self, parts: SampleParts, ask: Ask) -> MetricResult:
        if parts.blank:
            return MetricResult(None, NOTHING_TO_JUDGE)
        if self.with_reference and not (parts.reference or "").strip():
            return MetricResult(None, "the sample has no reference")
        found = await ask(self._step, parts)
        return MetricResult(found.score, found.feedback)


def _fit(asked: PartsWithRubric, answer: Feedback) -> None:
    _one_of(answer.score, levels_of(asked.rubrics))


GRADE_BY_OWN_RUBRIC = Prompt(
    "grade_by_own_rubric",
    f"{WHAT_IS_JUDGED} by the input's rubrics, with the other parts as background. {_TASK} (3 for "
    "score3_description).",
    PartsWithRubric,
    Feedback,
    examples=(
        (
            PartsWithRubric(
                user_input="Nenne zwei Nachbarn von Peru.",
                response="Chile und Spanien.",
                rubrics={
                    "score0_description": "No neighbour.",
                    "score1_description": "One neighbour.",
                    "score2_description": "Two neighbours.",
                },
            ),
            Feedback(feedback="Chile ist ein Nachbar, Spanien liegt in Europa.", score=1),
        ),
    ),
    check=_fit,
)


class InstanceRubrics(AskingMetric):
    """Tells which level of the sample's own rubric fits it: for exams, where each question has its own.

    Fields: `rubrics` (a dict from `score1_description`, `score2_description` … to what earns that score), and
    those of `user_input` (one question or a whole conversation), `response`, `retrieved_contexts`,
    `reference_contexts`, `reference` that the sample has. Range: from the lowest to the highest number of
    the sample's rubric, higher is better; None when the sample has no rubric or no text. One request per
    sample.

    Score: the number of the level chosen; the reason is the judge's feedback.

    Differs from Ragas: a score that is not in the rubric is asked again, a conversation needs no reference,
    and the judge sees the reference contexts, too.
    """

    name: str = "instance_rubrics"
    requires: ClassVar[frozenset[str]] = frozenset({"rubrics"})
    conversation_requires: ClassVar[frozenset[str]] = frozenset({"user_input", "rubrics"})
    steps: ClassVar[Prompts] = (GRADE_BY_OWN_RUBRIC,)
    score_range: ClassVar[tuple[float, float]] = (1.0, 5.0)

    async def measure(self, sample: SingleTurnSample, ask: Ask) -> MetricResult:
        """The level of its own rubric that fits one question."""
        return await self._grade(sample, ask)

    async def measure_conversation(self, sample: MultiTurnSample, ask: Ask) -> MetricResult:
        """The level of its own rubric that fits a whole conversation."""
        return await self._grade(sample, ask)

    async def _grade(self, sample: AnySample, ask: Ask) -> MetricResult:
        if not sample.rubrics:
            return MetricResult(None, "the sample has no rubrics")
        try:
            levels_of(sample.rubrics)
        except ValueError as error:
            raise DatasetError(f"the sample's rubrics cannot be used: {error}") from None
        parts = parts_of(sample)
        if parts.blank:
            return MetricResult(None, NOTHING_TO_JUDGE)
        whole: dict[str, Any] = dict(parts)
        found = await ask(GRADE_BY_OWN_RUBRIC, PartsWithRubric(**whole, rubrics=sample.rubrics))
        return MetricResult(found.score, found.feedback)
