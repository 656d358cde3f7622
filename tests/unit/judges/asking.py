"""A prompt to ask in tests of judges, and requests with it."""

from __future__ import annotations

import json

from ragas_nb.judges.base import Invalid, JudgeRequest
from ragas_nb.prompts import Prompt, Value, Verdict


class Claims(Value):
    """Statements to check against a context."""

    context: str
    statements: list[str]


class Checked(Value):
    """One checked statement."""

    statement: str
    reason: str
    verdict: Verdict


class Findings(Value):
    """All checked statements."""

    statements: list[Checked]


def _same_statements(asked: Claims, found: Findings) -> None:
    if [item.statement for item in found.statements] != asked.statements:
        raise ValueError("the statements are not those that were asked")


CHECK = Prompt("check claims", "Say which statements follow.", Claims, Findings, check=_same_statements)
CLAIMS = Claims(context="The bridge opened in 1901.", statements=["It opened in 1901.", "It is red."])
GOOD = Findings(
    statements=[
        Checked(statement="It opened in 1901.", reason="said", verdict=1),
        Checked(statement="It is red.", reason="not said", verdict=0),
    ]
)
GOOD_JSON = GOOD.model_dump_json()


def request(n: int = 1, *, invalid: tuple[Invalid, ...] = ()) -> JudgeRequest:
    """A request to check `CLAIMS`."""
    return JudgeRequest(CHECK, CLAIMS, n=n, invalid=invalid)


def claims(number: int) -> JudgeRequest:
    """A request unlike the others."""
    return JudgeRequest(CHECK, CLAIMS.model_copy(update={"context": f"[{number}] {CLAIMS.context}"}))


def dumps(value: object) -> str:
    """Compact JSON."""
    return json.dumps(value, separators=(",", ":"))
