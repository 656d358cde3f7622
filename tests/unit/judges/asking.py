"""A prompt to ask in tests of judges, requests with it, and what becomes of them."""

from __future__ import annotations

import asyncio
import json

import pytest

from ragas_nb.errors import JudgeError
from ragas_nb.judges.base import Invalid, JudgeRequest, Reply
from ragas_nb.judges.openai import OpenAIJudge
from ragas_nb.prompts import Prompt, Value, Verdict
from tests.loopback.fixtures import Loopback

KEY = "sk-very-secret-0123456789"


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
    return JudgeRequest(CHECK, CLAIMS, n=n, invalid=invalid, varied=n > 1)


def claims(number: int) -> JudgeRequest:
    """A request unlike the others."""
    return JudgeRequest(CHECK, CLAIMS.model_copy(update={"context": f"[{number}] {CLAIMS.context}"}))


def dumps(value: object) -> str:
    """Compact JSON."""
    return json.dumps(value, separators=(",", ":"))


def judge_at(server: Loopback, model: str = "judge", **settings: object) -> OpenAIJudge:
    """A judge at the loopback server."""
    return OpenAIJudge(model, base_url=server.base_url, api_key=KEY, **settings)  # type: ignore[arg-type]


async def failure(judge: OpenAIJudge, n: int = 1) -> JudgeError:
    """The error that a request ends with."""
    with pytest.raises(JudgeError) as caught:
        await judge.reply(request(n))
    await judge.aclose()
    return caught.value


async def answered(judge: OpenAIJudge, n: int = 1) -> Reply:
    """The reply to a request, the connections closed again."""
    reply = await judge.reply(request(n))
    await judge.aclose()
    return reply


async def arrived(server: Loopback) -> None:
    """Wait until a request is at the server."""
    while not server.requests():  # noqa: ASYNC110  the server is another process
        await asyncio.sleep(0.001)
