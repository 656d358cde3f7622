"""The loopback server's rate limit, and what the real judge and the real pacing make of it."""

from __future__ import annotations

import asyncio
import json
import urllib.error
import urllib.request
from collections.abc import Mapping

from ragas_nb.engine.pacing import Pacing
from ragas_nb.engine.settings import RunConfig
from ragas_nb.judges.base import JudgeRequest, Reply
from ragas_nb.judges.openai import OpenAIJudge
from tests.loopback.fixtures import Loopback, loopback, loopback_process
from tests.unit.doubles import POLITE, Text

__all__ = ["loopback", "loopback_process"]


def ask(loopback: Loopback) -> tuple[int, Mapping[str, str]]:
    """The status and the headers of a request's reply."""
    body = json.dumps({"model": "judge", "messages": [{"role": "user", "content": "Hello"}]}).encode()
    try:
        with urllib.request.urlopen(f"{loopback.base_url}/chat/completions", body, timeout=10) as reply:
            return reply.status, reply.headers
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers


def test_what_is_more_than_the_rate_is_refused_and_every_reply_says_what_is_left(loopback: Loopback):
    loopback.configure(requests_per_second=0.01, burst=2)
    replies = [ask(loopback) for _ in range(3)]
    assert [status for status, _ in replies] == [200, 200, 429]
    assert [headers["x-ratelimit-remaining-requests"] for _, headers in replies] == ["1", "0", "0"]
    assert [headers["x-ratelimit-limit-requests"] for _, headers in replies] == ["2"] * 3
    resets = [round(float(headers["x-ratelimit-reset-requests"].rstrip("s"))) for _, headers in replies]
    assert resets == [100, 200, 200]
    assert 95 < float(replies[2][1]["retry-after"]) <= 100


async def test_all_requests_are_answered_within_a_rate_and_hardly_any_is_refused(loopback: Loopback):
    loopback.configure(requests_per_second=40, latency_ms=20)
    judge = OpenAIJudge("judge", base_url=loopback.base_url, api_key="none")
    pacing, refused = Pacing(RunConfig(max_workers=16)), list[str]()

    async def one(number: int) -> Reply:
        request = JudgeRequest(POLITE, Text(text=str(number)))
        return await pacing.send(
            lambda: judge.reply(request), lambda error, seconds: refused.append(error.kind), step="is_polite"
        )

    replies = await asyncio.gather(*[one(number) for number in range(150)])
    await judge.aclose()
    assert [len(reply.choices) for reply in replies] == [1] * 150
    assert set(refused) <= {"rate_limited"}
    assert len(refused) <= 15
