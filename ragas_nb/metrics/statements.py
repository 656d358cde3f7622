"""Steps that several metrics share: splitting a text into statements, checking them against a context.

Equal questions are asked once per run, so all metrics must ask these very prompts with these very inputs.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from ragas_nb.metrics.base import Ask
from ragas_nb.prompts import Prompt, Value, Verdict


class Answer(Value):
    """An answer with the question that it answers."""

    question: str
    answer: str


class Statements(Value):
    """What an answer says, one fact each."""

    statements: list[str]


class StatementsInContext(Value):
    """Statements to be checked against one text."""

    context: str
    statements: list[str]


class CheckedStatement(Value):
    """One statement with the judge's verdict on it."""

    statement: str
    reason: str
    verdict: Verdict


class CheckedStatements(Value):
    """One verdict per statement asked, in the order asked."""

    statements: list[CheckedStatement]


SPLIT = Prompt(
    "split_into_statements",
    "List what the answer states, as short statements of one fact each. Each must be clear without the "
    "question: names instead of pronouns, a fragment completed with the question's words. Add and omit "
    "nothing. Keep the answer's language. If it states nothing (a greeting, 'I don't know'), the list is "
    "empty.",
    Answer,
    Statements,
    examples=(
        (
            Answer(question="Wo steht der Dom?", answer="In Köln. Er wurde 1880 fertig."),
            Statements(statements=["Der Dom steht in Köln.", "Der Dom wurde 1880 fertig."]),
        ),
        (
            Answer(question="Who won?", answer="Sorry, that I can't say."),
            Statements(statements=[]),
        ),
    ),
)


def _fit(asked: StatementsInContext, answer: CheckedStatements) -> None:
    in_order(asked.statements, [checked.statement for checked in answer.statements])


CHECK = Prompt(
    "check_statements",
    "Decide for each statement whether the context alone proves it. verdict: 1 if it does; 0 if the context "
    "contradicts it or does not say, even when the statement is true. reason: one sentence. "
    "Return every statement, word for word, in the given order.",
    StatementsInContext,
    CheckedStatements,
    examples=(
        (
            StatementsInContext(
                context="Mia studies law in Lund. Her sister Eva teaches there.",
                statements=["Mia is a student.", "Mia teaches in Lund."],
            ),
            CheckedStatements(
                statements=[
                    CheckedStatement(statement="Mia is a student.", reason="She studies law.", verdict=1),
                    CheckedStatement(
                        statement="Mia teaches in Lund.", reason="It is Eva who teaches there.", verdict=0
                    ),
                ]
            ),
        ),
    ),
    verdicts=("not supported", "supported"),
    check=_fit,
)


async def statements_of(ask: Ask, question: str, answer: str) -> list[str]:
    """The statements that an answer makes; a blank answer makes none, and nobody is asked."""
    if not answer.strip():
        return []
    said = await ask(SPLIT, Answer(question=question, answer=answer))
    return [statement for statement in said.statements if statement.strip()]


async def verdicts_on(ask: Ask, context: str, statements: list[str]) -> list[int]:
    """For each statement 1 where the context proves it; a blank one proves none, and nobody is asked."""
    if not statements or not context.strip():
        return [0] * len(statements)
    checked = await ask(CHECK, StatementsInContext(context=context, statements=statements))
    return [statement.verdict for statement in checked.statements]


def in_order(asked: Sequence[str], returned: Sequence[str]) -> None:
    """Make sure that a judge spoke of all statements, in the order in which it was asked about them.

    A statement may come back in other words, but not in the place of another one.

    Raises:
        ValueError: the count differs, or a statement stands where another was asked.
    """
    if len(returned) != len(asked):
        raise ValueError(f"{len(returned)} verdicts for {len(asked)} statements; give one for each, in order")
    if list(returned) == list(asked):
        return
    expected = [_bare(statement) for statement in asked]
    for place, found in enumerate(map(_bare, returned)):
        if found != expected[place] and found in expected:
            raise ValueError(
                f"verdict {place + 1} speaks of statement {expected.index(found) + 1}; keep the order given"
            )


class _Letters(dict[int, str | None]):
    """What stays of each character: letters, digits and symbols, not punctuation, space and controls."""

    def __missing__(self, code: int) -> str | None:
        letter = chr(code)
        kept = self[code] = None if unicodedata.category(letter)[0] in "PZC" else letter
        return kept


_LETTERS = _Letters()


def _bare(text: str) -> str:
    """The text without case, punctuation and spacing."""
    return text.casefold().translate(_LETTERS)
