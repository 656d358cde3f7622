"""Answer correctness: does the response say what the reference says?"""

from __future__ import annotations

from collections.abc import Coroutine
from typing import ClassVar

from pydantic import Field, field_validator

from ragas_nb.metrics.asking import AskingMetric, Prompts
from ragas_nb.metrics.base import Ask, MetricResult, Need, all_of, together
from ragas_nb.metrics.likeness import likeness
from ragas_nb.metrics.reading import given
from ragas_nb.metrics.scoring import f_beta, weighted_mean
from ragas_nb.metrics.statements import SPLIT, statements_of
from ragas_nb.prompts import Prompt, Value
from ragas_nb.schema import SingleTurnSample


class StatementsOfBoth(Value):
    """What the answer states, and what it should state."""

    question: str
    answer: list[str]
    ground_truth: list[str]


class Compared(Value):
    """One statement with why it was sorted so."""

    statement: str
    reason: str


class Comparison(Value):
    """The statements in three piles: rightly said, wrongly said, not said."""

    TP: list[Compared]
    FP: list[Compared]
    FN: list[Compared]


def _sort_all(asked: StatementsOfBoth, answer: Comparison) -> None:
    sorted_ones, given = len(answer.TP) + len(answer.FP), len(asked.answer)
    if sorted_ones != given:
        raise ValueError(f"TP and FP hold {sorted_ones} statements, answer has {given}; sort each once")
    missing, wanted = len(answer.FN), len(asked.ground_truth)
    if missing > wanted:
        raise ValueError(f"FN holds {missing} statements, ground_truth has {wanted}; name each once")


COMPARE = Prompt(
    "compare_statements",
    "Sort statements by the facts, not the wording. TP: statements of answer that ground_truth bears out. "
    "FP: the other statements of answer. FN: statements of ground_truth that answer lacks. Put every "
    "statement of answer into TP or FP, once. reason: one sentence.",
    StatementsOfBoth,
    Comparison,
    examples=(
        (
            StatementsOfBoth(
                question="What is a comet made of?",
                answer=["A comet consists of frozen water and dust.", "A comet glows by itself."],
                ground_truth=["A comet is made of ice and dust.", "A comet contains frozen gases."],
            ),
            Comparison(
                TP=[
                    Compared(
                        statement="A comet consists of frozen water and dust.", reason="Frozen water is ice."
                    )
                ],
                FP=[
                    Compared(
                        statement="A comet glows by itself.", reason="The ground truth tells of no light."
                    )
                ],
                FN=[Compared(statement="A comet contains frozen gases.", reason="The answer names no gas.")],
            ),
        ),
    ),
    check=_sort_all,
)


class AnswerCorrectness(AskingMetric):
    """Tells whether the response states the facts of the reference, no more and no less, and sounds alike.

    Fields: `user_input`, `response`, `reference`. Range 0 to 1, higher is better. Up to three requests and
    one embedding request per sample; the split of the response is shared with faithfulness.

    Score: weighted mean of two parts. Facts: F-beta over statements of the response that the reference bears
    out (TP) or not (FP) and statements of the reference that are missing (FN); 1.0 when neither states
    anything, 0.0 when only one does. Likeness: cosine of the two texts. A part of weight 0 is not asked for.
    Source: van Rijsbergen (1979) for F-beta; the definition of answer correctness in the Ragas documentation.

    Differs from Ragas: a reply that leaves a statement of the response unsorted, or sorts more than there
    are, is asked again.

    >>> AnswerCorrectness(weights=(1, 0)).needs
    frozenset({'judge'})
    """

    name: str = "answer_correctness"
    weights: tuple[float, float] = (0.75, 0.25)
    """How much facts and likeness count."""
    beta: float = Field(default=1.0, gt=0)
    """Above 1 missing facts weigh more than wrong ones, below 1 less."""
    requires: ClassVar[frozenset[str]] = frozenset({"user_input", "response", "reference"})
    steps: ClassVar[Prompts] = (SPLIT, COMPARE)

    @field_validator("weights")
    @classmethod
    def _weigh_something(cls, weights: tuple[float, float]) -> tuple[float, float]:
        if min(weights) < 0 or not 0 < sum(weights) < float("inf"):
            raise ValueError("two weights, none of them negative and not both 0, are needed")
        return weights

    @property
    def needs(self) -> frozenset[Need]:
        """A judge for the facts, an embedder for the likeness: each only when its part has a weight."""
        facts, alike = self.weights
        asked: dict[Need, float] = {"judge": facts, "embedder": alike}
        return frozenset(need for need, weight in asked.items() if weight)

    async def measure(self, sample: SingleTurnSample, ask: Ask) -> MetricResult:
        """The weighted mean of both parts."""
        question = given(sample.user_input, "user_input")
        response, reference = given(sample.response, "response"), given(sample.reference, "reference")
        facts, alike = self.weights
        parts: list[Coroutine[object, object, tuple[float, str]]] = []
        if facts:
            parts.append(self._facts(ask, question, response, reference))
        if alike:
            parts.append(_likeness(ask, response, reference))
        found = await all_of(parts)
        score = weighted_mean([value for value, _ in found], [weight for weight in self.weights if weight])
        return MetricResult(score, "; ".join(reason for _, reason in found))

    async def _facts(self, ask: Ask, question: str, response: str, reference: str) -> tuple[float, str]:
        said, wanted = await together(
            statements_of(ask, question, response), statements_of(ask, question, reference)
        )
        if not said and not wanted:
            return 1.0, "neither response nor reference makes a statement"
        if not said or not wanted:
            return 0.0, f"the {'reference' if said else 'response'} makes no statement"
        found = await ask(COMPARE, StatementsOfBoth(question=question, answer=said, ground_truth=wanted))
        tp, fp, fn = len(found.TP), len(found.FP), len(found.FN)
        return f_beta(tp, fp, fn, beta=self.beta), f"facts: {tp} right, {fp} wrong, {fn} missing"


async def _likeness(ask: Ask, response: str, reference: str) -> tuple[float, str]:
    value = await likeness(ask, reference, response)
    return value, f"likeness {value:.2f}"
