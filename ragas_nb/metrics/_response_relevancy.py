"""Response relevancy: does the response answer the question that was asked?"""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from ragas_nb.metrics.asking import AskingMetric, Prompts
from ragas_nb.metrics.base import Ask, MetricResult, Need
from ragas_nb.metrics.reading import given
from ragas_nb.metrics.scoring import cosine, mean
from ragas_nb.prompts import Prompt, Value, Verdict
from ragas_nb.schema import SingleTurnSample


class Response(Value):
    """A response alone, so that its question has to be guessed."""

    response: str


class GuessedQuestion(Value):
    """The question that a response seems to answer, and whether it evades one."""

    question: str
    noncommittal: Verdict


GUESS_QUESTION = Prompt(
    "guess_question",
    "Write the one question to which the text would be the direct answer, in the text's language. "
    "noncommittal: 1 if the text avoids an answer (vague, evasive, 'I don't know'), else 0.",
    Response,
    GuessedQuestion,
    examples=(
        (
            Response(response="Since the 2019 reform, only judges may appoint experts."),
            GuessedQuestion(question="Who may appoint experts since the 2019 reform?", noncommittal=0),
        ),
        (
            Response(response="I have no figures on the sales of 2020, sorry."),
            GuessedQuestion(question="What were the sales of 2020?", noncommittal=1),
        ),
    ),
    verdicts=("gives an answer", "evades an answer"),
)


class ResponseRelevancy(AskingMetric):
    """Tells whether the response speaks to the question, be it right or wrong.

    Questions are guessed from the response alone and compared with the one that was asked.

    Fields: `user_input`, `response`; needs an embedder. Range 0 to 1 (below 0 only for opposite meanings),
    higher is better. One request for `strictness` questions where the judge can give several answers at once,
    else `strictness` requests; one embedding request.

    Score: mean cosine of the question and the guessed ones; 0 when every guess calls the response evasive.
    None when no question could be guessed. Source: Es et al., RAGAS (2023), section 3.
    """

    name: str = "answer_relevancy"
    strictness: int = Field(default=3, ge=1)
    """How many questions are guessed."""
    requires: ClassVar[frozenset[str]] = frozenset({"user_input", "response"})
    asks: ClassVar[frozenset[Need]] = frozenset({"judge", "embedder"})
    steps: ClassVar[Prompts] = (GUESS_QUESTION,)

    async def measure(self, sample: SingleTurnSample, ask: Ask) -> MetricResult:
        """The mean likeness of the question asked to those guessed."""
        user_input = given(sample.user_input, "user_input")
        response = Response(response=given(sample.response, "response"))
        guesses = await ask.several(GUESS_QUESTION, response, self.strictness)
        questions = [guess.question for guess in guesses if guess.question.strip()]
        if not questions:
            return MetricResult(None, "the judge could guess no question from the response")
        # Embedded even for an evasive response: when a person flips that verdict, the score needs no request.
        asked, *guessed = await ask.embed([user_input, *questions])
        if all(guess.noncommittal for guess in guesses):
            return MetricResult(0.0, "the response evades an answer")
        likeness = mean([cosine(asked, question) for question in guessed])
        return MetricResult(
            likeness, f"questions guessed from the response: {' | '.join(dict.fromkeys(questions))}"
        )


AnswerRelevancy = ResponseRelevancy
