from __future__ import annotations

import sys

import pytest

from ragas_nb.errors import ConfigurationError, JudgeOutputInvalid
from ragas_nb.metrics import MetricResult
from ragas_nb.metrics._sql_equivalence import LLMSQLEquivalence, rewritten
from ragas_nb.schema import SingleTurnSample
from ragas_nb.testing import ScriptedJudge, measure

REFERENCE = "SELECT id, name FROM users WHERE active = 1"
SCHEMA = ["users(id INT, name TEXT, active BOOLEAN)", "visits(user_id INT)"]


def sample(response: str, **fields: object) -> SingleTurnSample:
    return SingleTurnSample.model_validate({"response": response, "reference": REFERENCE, **fields})


def says(equivalent: object) -> ScriptedJudge:
    return ScriptedJudge(
        {
            "compare_queries": {
                "response_explanation": "All.",
                "reference_explanation": "Some.",
                "equivalent": equivalent,
            }
        }
    )


@pytest.mark.parametrize(
    "response",
    [
        REFERENCE,
        "select ID, Name\n  from USERS -- all of them\n where active=1;",
        "```sql\nSELECT id, name FROM users WHERE active = 1;\n```",
        "```\nSELECT id, name FROM users WHERE active = 1\n```\n",
    ],
)
async def test_queries_written_alike_are_equal_without_a_request(response: str) -> None:
    result = await measure(LLMSQLEquivalence(), sample(response), judge=ScriptedJudge({}))
    assert result == MetricResult(1.0, "both queries are written alike")


@pytest.mark.parametrize(("equivalent", "value"), [(True, 1.0), (False, 0.0), ("yes", 1.0), (0, 0.0)])
@pytest.mark.parametrize(
    "response", ["SELECT id, name FROM users", 'SELECT id, name FROM "Users" WHERE active = 1']
)
async def test_the_judge_decides_on_all_others(response: str, equivalent: object, value: float) -> None:
    result = await measure(LLMSQLEquivalence(), sample(response), judge=says(equivalent))
    assert result == MetricResult(value, "response: All. reference: Some.")


@pytest.mark.parametrize(("contexts", "schema"), [(SCHEMA, "\n".join(SCHEMA)), (None, ""), ([], "")])
async def test_the_schema_goes_along_where_there_is_one(contexts: list[str] | None, schema: str) -> None:
    judge = says(True)
    await measure(
        LLMSQLEquivalence(), sample("```sql\nSELECT 1\n```", reference_contexts=contexts), judge=judge
    )
    assert [request.input.model_dump() for request in judge.requests] == [
        {"reference": REFERENCE, "response": "SELECT 1", "database_schema": schema}
    ]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"response": "SELECT * FROM ("}, "the response is not SQL: Expected table name"),
        ({"response": "SELECT 'it"}, "the response is not SQL: Error tokenizing"),
        ({"response": "I cannot write that: sorry!"}, "the response is not SQL: "),
        ({"response": " "}, "the response is not SQL: it is blank"),
        ({"response": "-- nothing"}, "the response is not SQL: it is blank"),
        ({"response": "SELECT " + "(" * 5000 + "1" + ")" * 5000}, "the response is not SQL: it is nested"),
        ({"reference": "SELEC a FRO b c"}, "the reference is not SQL: Invalid expression"),
    ],
)
async def test_what_is_not_sql_has_no_score_but_the_parsers_message(
    fields: dict[str, object], reason: str
) -> None:
    result = await measure(
        LLMSQLEquivalence(), sample("SELECT 1").model_copy(update=fields), judge=ScriptedJudge({})
    )
    assert result.value is None
    assert result.reason is not None
    assert result.reason.startswith(reason)
    assert "\x1b" not in result.reason


@pytest.mark.parametrize("equivalent", [2, "perhaps", None])
async def test_an_answer_that_is_neither_is_no_score(equivalent: object) -> None:
    with pytest.raises(JudgeOutputInvalid):
        await measure(LLMSQLEquivalence(), sample("SELECT 1"), judge=says(equivalent))


async def test_the_dialect_says_how_names_are_quoted() -> None:
    quoted = sample(
        "SELECT `id`, name FROM users WHERE active = 1",
        reference="SELECT `id`, name FROM `users` WHERE active = 1",
    )
    undefined = await measure(LLMSQLEquivalence(), quoted, judge=ScriptedJudge({}))
    assert undefined.value is None
    judge = says(True)
    assert (await measure(LLMSQLEquivalence(dialect="mysql"), quoted, judge=judge)).value == 1.0


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("SELECT a FROM t AS x", "select A from T x", True),
        ("SELECT a FROM t WHERE b <> 1", "SELECT a FROM t WHERE b != 1", True),
        ("SELECT 1; SELECT 2", "SELECT 1;\nSELECT 2;;", True),
        ("SELECT 'a'", "SELECT 'A'", False),
        ('SELECT "A"', "SELECT a", False),
        ("SELECT a FROM t WHERE a = 1", "SELECT a FROM t WHERE a = 2", False),
        ("SELECT a FROM t", "SELECT DISTINCT a FROM t", False),
        ("SELECT a, b FROM t", "SELECT b, a FROM t", False),
        ("SELECT a FROM t LEFT JOIN u ON t.i = u.i", "SELECT a FROM t JOIN u ON t.i = u.i", False),
    ],
)
def test_only_the_way_of_writing_is_evened_out(one: str, other: str, alike: bool) -> None:
    assert (rewritten(one) == rewritten(other)) is alike


def test_an_unknown_dialect_is_refused_before_the_run() -> None:
    LLMSQLEquivalence(dialect="postgres").check_ready()
    with pytest.raises(ConfigurationError, match=r"Unknown dialect 'klingon'.* Pass dialect="):
        LLMSQLEquivalence(dialect="klingon").check_ready()


def test_without_sqlglot_the_run_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "sqlglot"] + ["sqlglot"]:
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ConfigurationError, match=r"needs the package 'sqlglot'.*ragas_nb\[text\]"):
        LLMSQLEquivalence().check_ready()
