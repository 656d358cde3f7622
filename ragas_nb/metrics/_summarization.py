"""Summarization score: does a summary keep what matters, in fewer words?"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator, Field

from ragas_nb.metrics.asking import AskingMetric, Prompts
from ragas_nb.metrics.base import Ask, MetricResult
from ragas_nb.metrics.reading import given, joined
from ragas_nb.prompts import Prompt, Value
from ragas_nb.schema import SingleTurnSample

_WORDS = {"1": "1", "true": "1", "yes": "1", "0": "0", "false": "0", "no": "0"}


def _one_or_zero(value: object) -> object:
    """Read `true`, `"yes"`, 1 and the like as "1", their opposites as "0"; leave the rest to be refused."""
    return _WORDS.get(str(value).strip().lower(), value)


OneOrZero = Annotated[Literal["0", "1"], BeforeValidator(_one_or_zero)]


class SourceText(Value):
    """The text that was summarised."""

    text: str


class Keyphrases(Value):
    """What a summary of the text should speak of."""

    keyphrases: list[str]


class TextWithKeyphrases(Value):
    """A text and what matters in it."""

    text: str
    keyphrases: list[str]


class Questions(Value):
    """Questions that the text answers with yes."""

    questions: list[str]


class SummaryWithQuestions(Value):
    """A summary, and what it should answer."""

    summary: str
    questions: list[str]


class Answers(Value):
    """For each question "1" where the summary says yes to it, in the order asked."""

    answers: list[OneOrZero]


def _answer_all(asked: SummaryWithQuestions, answer: Answers) -> None:
    if len(answer.answers) != len(asked.questions):
        raise ValueError(
            f"{len(answer.answers)} answers for {len(asked.questions)} questions; give one for each, in order"
        )


_TEXT = "Nokia, founded in 1865 in Tampere, made paper. In 2013 it sold its phones for €5.4 billion."
_PHRASES = ["Nokia", "1865", "Tampere", "2013", "€5.4 billion"]

EXTRACT_KEYPHRASES = Prompt(
    "extract_keyphrases",
    "List the phrases of the text that a good summary keeps: people, organisations, places, dates, amounts "
    "and percentages. Spell them as in the text, each once.",
    SourceText,
    Keyphrases,
    examples=((SourceText(text=_TEXT), Keyphrases(keyphrases=_PHRASES)),),
)
WRITE_QUESTIONS = Prompt(
    "write_questions",
    "Write closed questions about the keyphrases, in the text's language, to each of which the text clearly "
    "answers yes. One fact per question; each must be clear without the text.",
    TextWithKeyphrases,
    Questions,
    examples=(
        (
            TextWithKeyphrases(text=_TEXT, keyphrases=_PHRASES),
            Questions(
                questions=[
                    "Was Nokia founded in 1865?",
                    "Was Nokia founded in Tampere?",
                    "Did Nokia sell its phones in 2013?",
                    "Did Nokia sell its phones for €5.4 billion?",
                ]
            ),
        ),
    ),
)
ANSWER_QUESTIONS = Prompt(
    "answer_questions",
    'Answer each question from the summary alone: "1" if the summary says yes to it, "0" if it says no or '
    "does not tell. One answer per question, in the given order.",
    SummaryWithQuestions,
    Answers,
    examples=(
        (
            SummaryWithQuestions(
                summary="Nokia, founded in 1865, once made paper.",
                questions=["Was Nokia founded in 1865?", "Was Nokia founded in Tampere?"],
            ),
            Answers(answers=["1", "0"]),
        ),
    ),
    check=_answer_all,
)


class SummarizationScore(AskingMetric):
    """Tells whether a summary keeps the facts that matter, and how much shorter it is than its source.

    Fields: `response` (the summary), `reference_contexts` (what was summarised). Range 0 to 1, higher is
    better. Three requests per sample, one after the other.

    Score: qa·(1−coeff) + conciseness·coeff. qa is the share of questions about the source that the summary
    answers with yes; conciseness is 1 − min(length of summary, length of source) / length of source, in
    characters. Without `length_penalty` it is qa. None when no question can be asked; 0 for a blank summary.
    Source: the definition of the summarization score in the Ragas documentation.

    Differs from Ragas: without `length_penalty` the score is qa, not qa·(1−coeff), so that 1 can be reached.
    A blank summary is not praised for being short.
    """

    name: str = "summary_score"
    length_penalty: bool = True
    """Whether being short counts."""
    coeff: float = Field(default=0.5, ge=0, le=1)
    """How much of the score being short makes."""
    requires: ClassVar[frozenset[str]] = frozenset({"reference_contexts", "response"})
    steps: ClassVar[Prompts] = (EXTRACT_KEYPHRASES, WRITE_QUESTIONS, ANSWER_QUESTIONS)

    async def measure(self, sample: SingleTurnSample, ask: Ask) -> MetricResult:
        """How much the summary keeps, and how short it is."""
        text = joined(given(sample.reference_contexts, "reference_contexts"))
        summary = given(sample.response, "response")
        if not text.strip():
            return MetricResult(None, "the reference contexts are blank")
        if not summary.strip():
            return MetricResult(0.0, "the summary is blank")
        questions = await _questions(ask, text)
        if not questions:
            return MetricResult(None, "the judge found no question to ask about the text")
        found = await ask(ANSWER_QUESTIONS, SummaryWithQuestions(summary=summary, questions=questions))
        kept = found.answers.count("1")
        told = f"{kept} of {len(questions)} questions answered by the summary"
        if not self.length_penalty:
            return MetricResult(kept / len(questions), told)
        conciseness = 1 - min(len(summary), len(text)) / len(text)
        score = kept / len(questions) * (1 - self.coeff) + conciseness * self.coeff
        return MetricResult(score, f"{told}; {conciseness:.0%} shorter than its source")


async def _questions(ask: Ask, text: str) -> list[str]:
    """Questions about what matters in a text."""
    found = await ask(EXTRACT_KEYPHRASES, SourceText(text=text))
    phrases = [phrase for phrase in found.keyphrases if phrase.strip()]
    written = await ask(WRITE_QUESTIONS, TextWithKeyphrases(text=text, keyphrases=phrases))
    return [question for question in written.questions if question.strip()]
