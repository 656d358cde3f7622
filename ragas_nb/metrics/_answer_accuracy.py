"""Answer accuracy: does the response agree with the reference, and the reference with the response?"""

from __future__ import annotations

from typing import ClassVar

from ragas_nb.metrics.asking import AskingMetric, Prompts
from ragas_nb.metrics.base import Ask, MetricResult
from ragas_nb.metrics.ratings import UpToFour, mean_rating
from ragas_nb.metrics.reading import given
from ragas_nb.prompts import Prompt, Value
from ragas_nb.schema import SingleTurnSample


class TwoAnswers(Value):
    """An answer, and one to compare it with."""

    question: str
    answer: str
    reference: str


RATE_ACCURACY = Prompt(
    "rate_accuracy",
    "The reference answers the question fully. Rate how well the answer agrees with it in facts, names, "
    "numbers, dates and units. 4: it says all that the reference says, and nothing contradicts. 2: it says a "
    "part, or nearly the same. 0: it contradicts, or does not answer the question.",
    TwoAnswers,
    UpToFour,
)
COMPARE_ANSWERS = Prompt(
    "compare_answers",
    "Two people were asked the question. How much of what the second one (reference) says does the first one "
    "(answer) say too? Wording does not count; facts, names, numbers, dates and units do. rating: 4 for "
    "everything, 2 for most of it or with small differences, 0 for little, for the opposite, or for another "
    "subject.",
    TwoAnswers,
    UpToFour,
)


class AnswerAccuracy(AskingMetric):
    """Tells on a coarse scale whether the response gives the answer of the reference.

    Two judges with different questions: the first rates the response by the reference, the second the
    reference by the response.

    Fields: `user_input`, `response`, `reference`. Range 0 to 1, higher is better. Two short requests per
    sample, at the same time.

    Score: mean of the ratings (0, 2 or 4) / 4; one judge's where the other gave none on the scale, None where
    both did. A blank response is 0, a blank reference None, both without a request. Source: the answer
    accuracy of NVIDIA in the Ragas documentation.

    Differs from Ragas: a rating off the scale is asked again, not searched for a digit.
    """

    name: str = "nv_accuracy"
    requires: ClassVar[frozenset[str]] = frozenset({"user_input", "response", "reference"})
    steps: ClassVar[Prompts] = (RATE_ACCURACY, COMPARE_ANSWERS)

    async def measure(self, sample: SingleTurnSample, ask: Ask) -> MetricResult:
        """The mean of both ratings."""
        question = given(sample.user_input, "user_input")
        response, reference = given(sample.response, "response"), given(sample.reference, "reference")
        if not reference.strip():
            return MetricResult(None, "the reference is blank")
        if not response.strip():
            return MetricResult(0.0, "the response is blank")
        return await mean_rating(
            ask(RATE_ACCURACY, TwoAnswers(question=question, answer=response, reference=reference)),
            ask(COMPARE_ANSWERS, TwoAnswers(question=question, answer=reference, reference=response)),
            best=4,
        )
