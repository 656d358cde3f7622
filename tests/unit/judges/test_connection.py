from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import traceback

import openai
import pytest

from ragas_nb.errors import JudgeRefused, JudgeUnavailable
from ragas_nb.judges.openai import OpenAIJudge, direct
from tests.loopback.fixtures import Loopback
from tests.unit.judges.asking import (
    KEY,
    answered,
    arrived,
    claims,
    failure,
    judge_at,
    request,
)

# Failures


@pytest.fixture(params=["short way", "openai client"])
def each_way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sends by the short way, then by the openai client, as where a proxy stands between."""
    if request.param == "openai client":
        monkeypatch.setattr(direct, "is_open", lambda url: False)


@pytest.mark.usefixtures("each_way")
async def test_wrong_key_is_refused_and_appears_nowhere(loopback: Loopback) -> None:
    loopback.configure(api_key="sk-right-0123456789")
    error = await failure(judge_at(loopback))
    assert isinstance(error, JudgeRefused)
    assert (error.kind, "OPENAI_API_KEY" in str(error)) == ("authentication", True)
    assert (error.__cause__, error.__context__) == (None, None)
    assert KEY not in "".join(traceback.format_exception(error)) + repr(vars(error))


@pytest.mark.usefixtures("each_way")
async def test_missing_model_names_model_and_server(loopback: Loopback) -> None:
    loopback.configure(models="judge,other")
    error = await failure(judge_at(loopback, "jugde"))
    assert isinstance(error, JudgeRefused)
    assert (error.kind, "'jugde'" in str(error), loopback.base_url in str(error)) == ("model", True, True)


async def test_page_of_another_server_is_not_taken_for_a_reply(loopback: Loopback) -> None:
    loopback.script({"body": {"hello": "world"}})
    error = await failure(judge_at(loopback))
    assert isinstance(error, JudgeRefused)
    assert (error.kind, 'starts with: {"hello":"world"}' in str(error)) == ("model", True)


@pytest.mark.usefixtures("each_way")
async def test_error_in_a_200_is_an_error(loopback: Loopback) -> None:
    loopback.script({"body": {"error": {"message": "upstream busy", "code": 429}}})
    error = await failure(judge_at(loopback))
    assert isinstance(error, JudgeUnavailable)
    assert (error.kind, "upstream busy" in str(error)) == ("rate_limited", True)


@pytest.mark.parametrize(
    "reply", [{"refusal": "I will not judge this."}, {"content": "", "finish_reason": "content_filter"}]
)
async def test_refusal_of_the_model_is_a_content_filter(loopback: Loopback, reply: dict[str, object]) -> None:
    loopback.script(reply)
    error = await failure(judge_at(loopback))
    assert isinstance(error, JudgeRefused)
    assert (error.kind, str(reply.get("refusal", "filtered")) in str(error)) == ("content_filter", True)


@pytest.mark.usefixtures("each_way")
async def test_rate_limit_says_how_long_to_wait(loopback: Loopback) -> None:
    loopback.configure(p_429=1.0, retry_after_s=3.0)
    error = await failure(judge_at(loopback))
    assert isinstance(error, JudgeUnavailable)
    assert (error.kind, error.retry_after) == ("rate_limited", 3.0)
    assert loopback.stats()["requests"] == 1


@pytest.mark.usefixtures("each_way")
@pytest.mark.parametrize(("fault", "kind"), [("p_500", "server_error"), ("p_reset", "connection")])
async def test_transient_fault_is_unavailable_after_one_request(
    loopback: Loopback, fault: str, kind: str
) -> None:
    loopback.configure(**{fault: 1.0})
    error = await failure(judge_at(loopback))
    assert isinstance(error, JudgeUnavailable)
    assert (error.kind, loopback.stats()["requests"]) == (kind, 1)


@pytest.mark.usefixtures("each_way")
async def test_silence_is_a_timeout(loopback: Loopback) -> None:
    loopback.configure(p_timeout=1.0)
    error = await failure(judge_at(loopback, timeout=0.2))
    assert isinstance(error, JudgeUnavailable)
    assert (error.kind, "timeout=0.2 s" in str(error)) == ("timeout", True)


@pytest.mark.usefixtures("each_way")
async def test_server_that_is_down_is_named() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/v1"
    error = await failure(OpenAIJudge("judge", base_url=url))
    assert isinstance(error, JudgeUnavailable)
    assert (error.kind, url in str(error), "Is the server running?" in str(error)) == (
        "connection",
        True,
        True,
    )
    assert (error.__cause__, error.__context__) == (None, None)


# Clients and loops


@pytest.mark.usefixtures("each_way")
def test_one_judge_serves_several_event_loops(loopback: Loopback) -> None:
    judge = judge_at(loopback)
    replies = [asyncio.run(answered(judge)) for _ in range(3)]
    assert replies == [replies[0]] * 3


def test_users_client_serves_several_event_loops_and_stays_open(loopback: Loopback) -> None:
    nothing_left_open = {"Connection": "close"}  # the client outlives the loops of its connections
    client = openai.AsyncOpenAI(base_url=loopback.base_url, api_key=KEY, default_headers=nothing_left_open)

    async def once() -> tuple[int, int]:
        judge = OpenAIJudge("judge", client=client)  # as each call of evaluate() makes one
        embedder = judge.embedder("embed")
        reply, vectors = await judge.reply(request()), await embedder.embed(["a"])
        await judge.aclose()
        await embedder.aclose()
        return len(reply.choices), len(vectors.vectors)

    assert [asyncio.run(once()) for _ in range(3)] == [(1, 1)] * 3
    assert not client.is_closed()


async def test_users_client_is_used_with_its_headers_and_without_its_retries(loopback: Loopback) -> None:
    loopback.configure(p_500=1.0)
    async with openai.AsyncOpenAI(base_url=loopback.base_url, api_key=KEY, max_retries=5) as client:
        error = await failure(OpenAIJudge("judge", client=client))
    assert isinstance(error, JudgeUnavailable)
    assert loopback.stats()["requests"] == 1


async def test_blocking_client_is_called_in_threads_side_by_side(loopback: Loopback) -> None:
    loopback.configure(latency_ms=100)
    with openai.OpenAI(base_url=loopback.base_url, api_key=KEY) as client:
        judge = OpenAIJudge("judge", client=client)
        replies = await asyncio.gather(*(judge.reply(claims(i)) for i in range(8)))
        await judge.aclose()
    assert [len(reply.choices) for reply in replies] == [1] * 8
    assert loopback.stats()["max_in_flight"] == 8


@pytest.mark.usefixtures("each_way")
async def test_closing_lets_requests_under_way_finish(loopback: Loopback) -> None:
    loopback.configure(latency_ms=200)
    judge = judge_at(loopback)
    under_way = asyncio.ensure_future(judge.reply(request()))
    await arrived(loopback)
    await judge.aclose()
    assert len((await under_way).choices) == 1
    assert len((await answered(judge)).choices) == 1


@pytest.mark.usefixtures("each_way")
async def test_cancelled_request_leaves_the_judge_usable(loopback: Loopback) -> None:
    loopback.configure(p_timeout=1.0)
    judge = judge_at(loopback)
    task = asyncio.ensure_future(judge.reply(request()))
    await arrived(loopback)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    loopback.configure(p_timeout=0.0)
    assert len((await answered(judge)).choices) == 1


def test_importing_the_judges_does_not_import_openai_or_prices() -> None:
    program = (
        "import sys, ragas_nb.judges, ragas_nb.judges.resolve, ragas_nb.judges.reading\n"
        "heavy = {'openai', 'httpx', 'aiohttp', 'genai_prices', 'json_repair'} & sys.modules.keys()\n"
        "raise SystemExit(' '.join(sorted(heavy)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stderr.strip() == ""
