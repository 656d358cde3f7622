"""SQL equivalence: does the query of the response mean the same as the reference query?"""

from __future__ import annotations

import asyncio
import re
from importlib import import_module
from typing import ClassVar, Literal

from ragas_nb.errors import ConfigurationError
from ragas_nb.metrics.asking import AskingMetric, Prompts
from ragas_nb.metrics.base import Ask, MetricResult
from ragas_nb.metrics.reading import given, joined
from ragas_nb.prompts import Prompt, Value
from ragas_nb.schema import SingleTurnSample


class TwoQueries(Value):
    """Two queries, and the tables they speak of."""

    reference: str
    response: str
    database_schema: str


class Equivalence(Value):
    """What both queries do, and whether it is the same."""

    response_explanation: str
    reference_explanation: str
    equivalent: bool


COMPARE_QUERIES = Prompt(
    "compare_queries",
    "Decide whether both SQL queries return the same rows whatever data the tables hold. Explain in one "
    "sentence each what response and reference do; mind NULLs, duplicates, joins and bounds. equivalent: "
    "true only if no data could tell them apart; names of output columns do not count, order only where "
    "reference sorts.",
    TwoQueries,
    Equivalence,
    examples=(
        (
            TwoQueries(
                reference="SELECT COUNT(*) FROM staff",
                response="SELECT COUNT(phone) FROM staff",
                database_schema="staff(id INT NOT NULL, phone TEXT)",
            ),
            Equivalence(
                response_explanation="Counts the staff whose phone is not NULL.",
                reference_explanation="Counts all staff.",
                equivalent=False,
            ),
        ),
    ),
)
_FENCED = re.compile(r"\s*```[^\S\n]*\w*\n(?P<query>.*?)\n?[^\S\n]*```\s*", re.DOTALL)


class LLMSQLEquivalence(AskingMetric):
    """Tells whether the response is an SQL query that returns the same as the reference query.

    Fields: `response`, `reference`; `reference_contexts` with the tables' schema where the sample has it.
    Score 0 or 1, higher is better. One request per sample, none where both queries are written alike. Needs
    the package `sqlglot`: pip install 'ragas_nb[text]'.

    Score: 1 when the queries are the same after `sqlglot` has written both anew (case of words and names,
    spacing, comments, optional words), else the judge's verdict. None with the parser's message when one of
    them is not SQL. A query in a Markdown fence is taken out of it. Source: the definition of SQL semantic
    equivalence in the Ragas documentation.

    Differs from Ragas: queries written alike are not asked about, and what is not SQL has no score.
    """

    name: str = "llm_sql_equivalence_with_reference"
    dialect: str = ""
    """The dialect as `sqlglot` names it (mysql, bigquery, …); by default what most databases understand."""
    requires: ClassVar[frozenset[str]] = frozenset({"response", "reference"})
    kind: ClassVar[Literal["continuous", "binary"]] = "binary"
    steps: ClassVar[Prompts] = (COMPARE_QUERIES,)

    def check_ready(self) -> None:
        """Make sure that sqlglot is there and knows the dialect.

        Raises:
            ConfigurationError: it is not there, or does not.
        """
        try:
            dialects = import_module("sqlglot.dialects")
        except ImportError:
            raise ConfigurationError(
                f"Metric {self.name!r} needs the package 'sqlglot'. Install it: pip install 'ragas_nb[text]'."
            ) from None
        try:
            dialects.Dialect.get_or_raise(self.dialect)
        except ValueError as error:
            raise ConfigurationError(
                f"Metric {self.name!r}: {error} Pass dialect= with one that sqlglot knows, or leave it out."
            ) from None

    async def measure(self, sample: SingleTurnSample, ask: Ask) -> MetricResult:
        """1.0 for queries that mean the same, else 0.0."""
        queries = {
            "reference": _unfenced(given(sample.reference, "reference")),
            "response": _unfenced(given(sample.response, "response")),
        }
        written = []
        for side, query in queries.items():
            try:
                written.append(await asyncio.to_thread(rewritten, query, self.dialect))
            except ValueError as error:
                return MetricResult(None, f"the {side} is not SQL: {error}")
        if written[0] == written[1]:
            return MetricResult(1.0, "both queries are written alike")
        schema = joined(sample.reference_contexts or [])
        found = await ask(COMPARE_QUERIES, TwoQueries(**queries, database_schema=schema))
        told = f"response: {found.response_explanation} reference: {found.reference_explanation}"
        return MetricResult(float(found.equivalent), told)


def rewritten(query: str, dialect: str = "") -> str:
    """A query as `sqlglot` writes it: equal for queries that differ only in how they are written.

    Raises:
        ValueError: it is not SQL; the message is the parser's.

    >>> rewritten("select ID from Users u where a != 1 -- all")
    'SELECT id FROM users AS u WHERE a <> 1'
    """
    from sqlglot import parse
    from sqlglot.errors import SqlglotError
    from sqlglot.optimizer.normalize_identifiers import normalize_identifiers

    try:
        parsed = [
            normalize_identifiers(tree, dialect=dialect).sql(dialect=dialect, comments=False)
            for tree in parse(query, dialect=dialect)
            if tree is not None
        ]
    except SqlglotError as error:
        raise ValueError(str(error).partition("\n")[0]) from None
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    if not any(parsed):
        raise ValueError("it is blank")
    return ";\n".join(parsed)


def _unfenced(text: str) -> str:
    """The query, out of the Markdown fence that models like to put around it."""
    found = _FENCED.fullmatch(text)
    return found["query"] if found else text
