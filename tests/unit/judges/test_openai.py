from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import sys
import traceback

import openai
import pytest

from ragas_nb.errors import ConfigurationError, JudgeError, JudgeRefused, JudgeUnavailable
from ragas_nb.judges.base import Choice, Invalid, Reply, Usage
from ragas_nb.judges.forms import Form, known_form
from ragas_nb.judges.openai import OpenAIEmbedder, OpenAIJudge
from ragas_nb.judges.reading import read_answer
from tests.loopback.fixtures import Loopback
from tests.unit.judges.asking import CHECK, CLAIMS, GOOD_JSON, claims, request

KEY = "sk-very-secret-0123456789"


def judge_at(server: Loopback, model: str = "judge", **settings: object) -> OpenAIJudge:
    return OpenAIJudge(model, base_url=server.base_url, api_key=KEY, **settings)  # type: ignore[arg-type]


async def failure(judge: OpenAIJudge, n: int = 1) -> JudgeError:
    with pytest.raises(JudgeError) as caught:
        await judge.reply(request(n))
    await judge.aclose()
    return caught.value


async def answered(judge: OpenAIJudge, n: int = 1) -> Reply:
    reply = await judge.reply(request(n))
    await judge.aclose()
    return reply


async def arrived(server: Loopback) -> None:
    """Wait until a request is at the server."""
    while not server.requests():  # noqa: ASYNC110  the server is another process
        await asyncio.sleep(0.001)


def formats(server: Loopback) -> list[object]:
    found = [body.get("response_format") for body in server.requests()]
    return [form["type"] if isinstance(form, dict) else None for form in found]


# What is sent and what comes back


async def test_reply_carries_text_usage_and_model(loopback: Loopback) -> None:
    usage = {"prompt_tokens": 9, "completion_tokens": 4, "prompt_tokens_details": {"cached_tokens": 6}}
    message = {"role": "assistant", "content": GOOD_JSON}
    loopback.script(
        {
            "body": {
                "choices": [{"message": message, "finish_reason": "stop"}],
                "usage": usage,
                "model": "judge-v2",
            }
        }
    )
    assert await answered(judge_at(loopback)) == Reply(
        (Choice(GOOD_JSON),), Usage(input_tokens=9, output_tokens=4, cached_tokens=6), "judge-v2"
    )


async def test_request_carries_prompt_schema_and_sampling(loopback: Loopback) -> None:
    judge = judge_at(loopback, temperature=0.7, seed=5, max_tokens=99, extra={"top_p": 0.5})
    await answered(judge)
    assert loopback.requests() == [
        {
            "model": "judge",
            "messages": CHECK.messages(CLAIMS),
            "temperature": 0.7,
            "seed": 5,
            "max_tokens": 99,
            "top_p": 0.5,
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "check_claims", "strict": True, "schema": CHECK.schema},
            },
        }
    ]


async def test_server_answers_every_statement_that_is_asked(loopback: Loopback) -> None:
    reply = await answered(judge_at(loopback))
    answer = read_answer(CHECK, CLAIMS, reply.choices[0])
    assert [item.statement for item in answer.statements] == CLAIMS.statements


async def test_several_answers_come_from_one_request(loopback: Loopback) -> None:
    judge = judge_at(loopback)
    reply = await answered(judge, n=3)
    assert (len(reply.choices), judge.supports_n) == (3, True)
    assert [(body["n"], body["temperature"]) for body in loopback.requests()] == [(3, 0.3)]


async def test_temperature_is_zero_unless_set(loopback: Loopback) -> None:
    await answered(judge_at(loopback))
    assert [body["temperature"] for body in loopback.requests()] == [0.0]


async def test_missing_usage_counts_nothing(loopback: Loopback) -> None:
    loopback.configure(count_usage=False)
    assert (await answered(judge_at(loopback))).usage == Usage()


async def test_content_in_parts_is_joined(loopback: Loopback) -> None:
    parts = [{"type": "text", "text": GOOD_JSON[:9]}, {"type": "text", "text": GOOD_JSON[9:]}]
    loopback.script({"content": parts})
    assert (await answered(judge_at(loopback))).choices == (Choice(GOOD_JSON),)


async def test_reply_at_the_token_limit_is_marked_cut_off(loopback: Loopback) -> None:
    loopback.script({"content": "{", "finish_reason": "length"})
    assert (await answered(judge_at(loopback))).choices == (Choice("{", cut_off=True),)


async def test_invalid_replies_are_shown_with_their_problem_and_the_schema(loopback: Loopback) -> None:
    judge = judge_at(loopback)
    await judge.reply(request(invalid=(Invalid("{}", "statements: Field required"),)))
    await judge.aclose()
    assert loopback.requests()[0]["messages"] == [
        *CHECK.messages(CLAIMS, with_schema=True),
        {"role": "assistant", "content": "{}"},
        {
            "role": "user",
            "content": "That reply cannot be used: statements: Field required. "
            "Reply with the corrected JSON only.",
        },
    ]


# Forms that servers refuse


@pytest.mark.parametrize("status", [400, 422])
async def test_structured_output_steps_down_without_losing_the_attempt(
    loopback: Loopback, status: int
) -> None:
    loopback.configure(refuse="json_schema,json_object", refuse_status=status)
    judge = judge_at(loopback)
    reply = await judge.reply(request())
    assert formats(loopback) == ["json_schema", "json_object", None]
    assert [m["messages"] == CHECK.messages(CLAIMS, with_schema=True) for m in loopback.requests()] == [
        False,
        True,
        True,
    ]
    read_answer(CHECK, CLAIMS, reply.choices[0])
    await judge.reply(request())
    await judge.aclose()
    assert formats(loopback)[3:] == [None]


async def test_what_a_server_takes_is_remembered_per_model(loopback: Loopback) -> None:
    loopback.configure(refuse="json_schema")
    await answered(judge_at(loopback))
    await answered(judge_at(loopback))
    await answered(judge_at(loopback, "other"))
    assert formats(loopback) == ["json_schema", "json_object", "json_object", "json_schema", "json_object"]


async def test_requests_that_start_together_all_step_down_and_succeed(loopback: Loopback) -> None:
    loopback.configure(refuse="json_schema,json_object", latency_ms=5)
    judge = judge_at(loopback)
    replies = await asyncio.gather(*(judge.reply(claims(i)) for i in range(64)))
    await judge.aclose()
    assert [len(reply.choices) for reply in replies] == [1] * 64
    assert known_form(loopback.base_url, "judge") == Form(mode="text")


async def test_n_is_left_out_where_it_is_refused(loopback: Loopback) -> None:
    loopback.configure(refuse="n")
    judge = judge_at(loopback)
    reply = await answered(judge, n=3)
    assert (len(reply.choices), judge.supports_n) == (1, False)
    assert ["n" in body for body in loopback.requests()] == [True, False]


async def test_n_is_left_out_where_it_is_ignored(loopback: Loopback) -> None:
    loopback.script({"content": GOOD_JSON})
    judge = judge_at(loopback)
    assert len((await answered(judge, n=3)).choices) == 1
    assert (judge.supports_n, judge_at(loopback).supports_n) == (False, False)


async def test_parameters_of_reasoning_models_are_dropped_or_renamed(loopback: Loopback) -> None:
    loopback.configure(refuse="temperature,seed,max_tokens")
    await answered(judge_at(loopback, seed=1, max_tokens=50))
    last = loopback.requests()[-1]
    assert last.keys() == {"model", "messages", "response_format", "max_completion_tokens"}
    assert last["max_completion_tokens"] == 50


async def test_value_out_of_range_is_reported_and_not_dropped(loopback: Loopback) -> None:
    message = "Invalid value for 'temperature': must be between 0 and 2"
    loopback.script({"status": 400, "body": {"error": {"message": message, "param": "temperature"}}})
    error = await failure(judge_at(loopback, temperature=3.0))
    assert isinstance(error, JudgeRefused)
    assert (error.kind, message in str(error)) == ("bad_request", True)


# Failures


async def test_wrong_key_is_refused_and_appears_nowhere(loopback: Loopback) -> None:
    loopback.configure(api_key="sk-right-0123456789")
    error = await failure(judge_at(loopback))
    assert isinstance(error, JudgeRefused)
    assert (error.kind, "OPENAI_API_KEY" in str(error)) == ("authentication", True)
    assert (error.__cause__, error.__context__) == (None, None)
    assert KEY not in "".join(traceback.format_exception(error)) + repr(vars(error))


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


async def test_rate_limit_says_how_long_to_wait(loopback: Loopback) -> None:
    loopback.configure(p_429=1.0, retry_after_s=3.0)
    error = await failure(judge_at(loopback))
    assert isinstance(error, JudgeUnavailable)
    assert (error.kind, error.retry_after) == ("rate_limited", 3.0)
    assert loopback.stats()["requests"] == 1


@pytest.mark.parametrize(("fault", "kind"), [("p_500", "server_error"), ("p_reset", "connection")])
async def test_transient_fault_is_unavailable_after_one_request(
    loopback: Loopback, fault: str, kind: str
) -> None:
    loopback.configure(**{fault: 1.0})
    error = await failure(judge_at(loopback))
    assert isinstance(error, JudgeUnavailable)
    assert (error.kind, loopback.stats()["requests"]) == (kind, 1)


async def test_silence_is_a_timeout(loopback: Loopback) -> None:
    loopback.configure(p_timeout=1.0)
    error = await failure(judge_at(loopback, timeout=0.2))
    assert isinstance(error, JudgeUnavailable)
    assert (error.kind, "timeout=0.2 s" in str(error)) == ("timeout", True)


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


def test_one_judge_serves_several_event_loops(loopback: Loopback) -> None:
    judge = judge_at(loopback)
    replies = [asyncio.run(answered(judge)) for _ in range(3)]
    assert replies == [replies[0]] * 3


def test_users_client_serves_several_event_loops_and_stays_open(loopback: Loopback) -> None:
    no_idle_connections = {"Connection": "close"}  # the test's own client is never closed
    client = openai.AsyncOpenAI(base_url=loopback.base_url, api_key=KEY, default_headers=no_idle_connections)
    judge = OpenAIJudge("judge", client=client)
    embedder = judge.embedder("embed")

    async def once() -> tuple[int, int]:
        reply, vectors = await judge.reply(request()), await embedder.embed(["a"])
        await judge.aclose()
        await embedder.aclose()
        return len(reply.choices), len(vectors.vectors)

    assert [asyncio.run(once()), asyncio.run(once())] == [(1, 1), (1, 1)]
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


async def test_closing_lets_requests_under_way_finish(loopback: Loopback) -> None:
    loopback.configure(latency_ms=200)
    judge = judge_at(loopback)
    under_way = asyncio.ensure_future(judge.reply(request()))
    await arrived(loopback)
    await judge.aclose()
    assert len((await under_way).choices) == 1
    assert len((await answered(judge)).choices) == 1


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
        "heavy = {'openai', 'httpx', 'aiohttp', 'genai_prices', 'json_repair', 'pandas'} & sys.modules.keys()\n"
        "raise SystemExit(' '.join(sorted(heavy)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stderr.strip() == ""


# What a judge is called


def test_identity_names_what_shapes_answers_and_no_secret() -> None:
    judge = OpenAIJudge(
        "judge",
        base_url="https://me:pass@host.example/v1/?api-key=abc",
        api_key=KEY,
        temperature=0.2,
        extra={"top_p": 0.5, "user_token": "hidden"},
    )
    assert json.loads(judge.identity) == {
        "kind": "openai",
        "model": "judge",
        "base_url": "https://host.example/v1",
        "temperature": 0.2,
        "top_p": 0.5,
    }
    assert (judge.label, repr(judge)) == ("judge at host.example", "OpenAIJudge('judge at host.example')")


def test_models_of_openai_are_called_by_their_name() -> None:
    assert OpenAIJudge("gpt-4o-mini", api_key=KEY).label == "gpt-4o-mini"


def test_cost_is_the_models_price() -> None:
    judge = OpenAIJudge("gpt-4o-mini", api_key=KEY)
    assert judge.cost(Usage(input_tokens=1_000_000), "gpt-4o-mini-2024-07-18") == pytest.approx(0.15)


def test_openai_without_a_key_is_a_configuration_error() -> None:
    with pytest.raises(ConfigurationError, match="OPENAI_API_KEY"):
        OpenAIJudge("gpt-4o-mini")


def test_base_url_without_a_scheme_is_a_configuration_error() -> None:
    with pytest.raises(ConfigurationError, match=r"http://.*got 'localhost:8000/v1'"):
        OpenAIJudge("judge", base_url="localhost:8000/v1")


def test_client_and_key_together_are_a_configuration_error() -> None:
    with pytest.raises(ConfigurationError, match="not both"):
        OpenAIJudge("judge", client=openai.AsyncOpenAI(api_key=KEY), api_key=KEY)


# Embeddings


async def test_vectors_come_in_the_order_of_the_texts(loopback: Loopback) -> None:
    loopback.configure(embed_dim=64)
    embedder = OpenAIEmbedder("embed", base_url=loopback.base_url)
    together = await embedder.embed(["red bridge", "old town hall", "red"])
    alone = [(await embedder.embed([text])).vectors[0] for text in ("red bridge", "old town hall", "red")]
    await embedder.aclose()
    assert [list(v) for v in together.vectors] == [list(v) for v in alone]
    assert (together.usage, together.model) == (Usage(input_tokens=6), "embed")


async def test_embeddings_fall_back_to_plain_numbers(loopback: Loopback) -> None:
    loopback.configure(embed_dim=8)
    embedder = OpenAIEmbedder("embed", base_url=loopback.base_url)
    coded = await embedder.embed(["red bridge"])
    loopback.configure(refuse="encoding_format")
    plain = await embedder.embed(["red bridge"])
    await embedder.aclose()
    assert list(plain.vectors[0]) == pytest.approx(list(coded.vectors[0]))
    assert ["encoding_format" in body for body in loopback.requests()] == [True, True, False]


async def test_embedder_fails_like_a_judge(loopback: Loopback) -> None:
    loopback.configure(models="judge")
    embedder = OpenAIEmbedder("embed", base_url=loopback.base_url)
    with pytest.raises(JudgeRefused) as caught:
        await embedder.embed(["a"])
    await embedder.aclose()
    assert caught.value.kind == "model"
