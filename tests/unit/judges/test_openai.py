from __future__ import annotations

import asyncio
import json

import openai
import pytest

from ragas_nb.errors import ConfigurationError, JudgeRefused
from ragas_nb.judges.base import Choice, Invalid, Reply, Usage
from ragas_nb.judges.openai import OpenAIEmbedder, OpenAIJudge
from ragas_nb.judges.openai.forms import Form, known_form
from ragas_nb.judges.reading import read_answer
from tests.loopback.fixtures import Loopback
from tests.unit.judges.asking import (
    CHECK,
    CLAIMS,
    GOOD_JSON,
    KEY,
    answered,
    claims,
    failure,
    judge_at,
    request,
)


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
