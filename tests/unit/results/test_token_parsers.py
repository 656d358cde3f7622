"""Token counts by the shape of a reply, as LangChain's packages and the providers' clients make them."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from openai.types.chat import ChatCompletion

from ragas_nb.results.spending.token_parsers import (
    get_token_usage_for_anthropic,
    get_token_usage_for_azure_ai,
    get_token_usage_for_bedrock,
    get_token_usage_for_openai,
)
from ragas_nb.results.spending.tokens import TokenUsage

Parser = Callable[[object], TokenUsage]
PARSERS = (
    get_token_usage_for_openai,
    get_token_usage_for_anthropic,
    get_token_usage_for_bedrock,
    get_token_usage_for_azure_ai,
)


def usage(read: int, written: int, model: str = "") -> TokenUsage:
    return TokenUsage(input_tokens=read, output_tokens=written, model=model)


def generation(metadata: dict[str, Any] | None = None, counted: dict[str, Any] | None = None) -> Any:
    """A LangChain chat generation, with what the provider said and what LangChain counted."""
    message = SimpleNamespace(content="Hi!", response_metadata=metadata or {}, usage_metadata=counted)
    return SimpleNamespace(text="Hi!", message=message)


def result(*prompts: list[Any], output: dict[str, Any] | None = None) -> Any:
    """LangChain's `LLMResult`: a list of generations per prompt."""
    return SimpleNamespace(generations=list(prompts), llm_output=output)


# ── LangChain's results ──

OPENAI = {
    "token_usage": {"completion_tokens": 4, "prompt_tokens": 11, "total_tokens": 15},
    "model_name": "gpt-4o",
    "system_fingerprint": "fp",
}
ANTHROPIC = {
    "id": "msg",
    "model": "claude-3-opus-20240229",
    "stop_reason": "end_turn",
    "usage": {"input_tokens": 9, "output_tokens": 12},
}
ANTHROPIC_CACHED = {
    "model": "claude-sonnet-4-5",
    "usage": {
        "input_tokens": 9,
        "cache_creation_input_tokens": None,
        "cache_read_input_tokens": 100,
        "output_tokens": 12,
    },
}
BEDROCK = {
    "usage": {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15},
    "stop_reason": "stop",
    "model_id": "us.meta.llama3-1-70b-instruct-v1:0",
}
BEDROCK_CACHED = {
    "usage": {
        "prompt_tokens": 10,
        "completion_tokens": 5,
        "cache_read_input_tokens": 100,
        "cache_write_input_tokens": 1000,
    },
    "model_id": "us.anthropic.claude-sonnet-4",
}
AZURE = {
    "token_usage": {"input_tokens": 10, "output_tokens": 5, "total_tokens": 15},
    "model": "mistral-small-2503",
}


@pytest.mark.parametrize(
    ("parser", "reply", "expected"),
    [
        (get_token_usage_for_openai, result([generation()], output=OPENAI), usage(11, 4, "gpt-4o")),
        (
            get_token_usage_for_anthropic,
            result([generation(ANTHROPIC)], output={}),
            usage(9, 12, "claude-3-opus-20240229"),
        ),
        (
            get_token_usage_for_anthropic,
            result([generation(ANTHROPIC_CACHED)], output=ANTHROPIC_CACHED),
            usage(109, 12, "claude-sonnet-4-5"),
        ),
        (
            get_token_usage_for_bedrock,
            result([generation(BEDROCK)], output={}),
            usage(10, 5, "us.meta.llama3-1-70b-instruct-v1:0"),
        ),
        (
            get_token_usage_for_bedrock,
            result([generation()], output=BEDROCK_CACHED),
            usage(1110, 5, "us.anthropic.claude-sonnet-4"),
        ),
        (
            get_token_usage_for_azure_ai,
            result([generation()], output=AZURE),
            usage(10, 5, "mistral-small-2503"),
        ),
        (
            get_token_usage_for_azure_ai,
            result([generation()], output={**AZURE, "model_name": "phi-4"}),
            usage(10, 5, "phi-4"),
        ),
    ],
)
def test_the_counts_of_a_provider_are_read(parser: Parser, reply: object, expected: TokenUsage) -> None:
    assert parser(reply) == expected


@pytest.mark.parametrize(
    ("parser", "said"),
    [(get_token_usage_for_anthropic, ANTHROPIC), (get_token_usage_for_bedrock, BEDROCK)],
)
def test_every_prompt_and_every_generation_counts(parser: Parser, said: dict[str, Any]) -> None:
    one = parser(result([generation(said)]))
    many = parser(result([generation(said), generation(said)], [generation(said)], output={}))
    assert many == one + one + one


def test_a_count_of_the_whole_goes_before_those_of_its_generations() -> None:
    counted = {"input_tokens": 11, "output_tokens": 4, "total_tokens": 15}
    two_choices = [generation(counted=counted), generation(counted=counted)]
    assert get_token_usage_for_openai(result(two_choices, output=OPENAI)) == usage(11, 4, "gpt-4o")


@pytest.mark.parametrize("parser", PARSERS)
@pytest.mark.parametrize("output", [None, {}, {"token_usage": None}, {"token_usage": {}}])
def test_what_langchain_counted_serves_where_the_provider_said_nothing(
    parser: Parser, output: dict[str, Any] | None
) -> None:
    counted = {
        "input_tokens": 20,
        "output_tokens": 6,
        "total_tokens": 26,
        "input_token_details": {"cache_read": 15},
    }
    streamed = generation({"model_name": "m", "finish_reason": "stop"}, counted)
    assert parser(result([streamed], [streamed], output=output)) == usage(40, 12, "m")


def test_a_result_of_one_prompt_holds_its_generations_in_one_list() -> None:
    chat_result = SimpleNamespace(generations=[generation(ANTHROPIC), generation(ANTHROPIC)], llm_output=None)
    assert get_token_usage_for_anthropic(chat_result) == usage(18, 24, "claude-3-opus-20240229")


def test_a_message_by_itself_is_read() -> None:
    assert get_token_usage_for_bedrock(generation(BEDROCK).message) == usage(
        10, 5, "us.meta.llama3-1-70b-instruct-v1:0"
    )


def test_what_is_missing_counts_as_zero_and_the_model_is_kept() -> None:
    partial = result([generation()], output={"token_usage": {"input_tokens": 15}, "model_name": "m"})
    assert get_token_usage_for_azure_ai(partial) == usage(15, 0, "m")
    without = result([generation()], output={"model_name": "m"})
    assert get_token_usage_for_azure_ai(without) == usage(0, 0, "m")


@pytest.mark.parametrize("parser", PARSERS)
@pytest.mark.parametrize(
    "reply",
    [
        result(),
        result([]),
        result([generation()], output={}),
        result([SimpleNamespace(text="Hi!")]),
        {"usage": {"prompt_tokens": "many", "input_tokens": None}},
        SimpleNamespace(usage=None, model=None),
        None,
        "text",
    ],
)
def test_a_reply_without_counts_has_no_tokens(parser: Parser, reply: object) -> None:
    assert parser(reply) == usage(0, 0)


# ── replies of the providers' own clients ──

COMPLETION = ChatCompletion.model_validate(
    {
        "id": "c",
        "object": "chat.completion",
        "created": 1,
        "model": "gpt-4o-mini-2024-07-18",
        "choices": [],
        "usage": {
            "prompt_tokens": 11,
            "completion_tokens": 4,
            "total_tokens": 15,
            "prompt_tokens_details": {"cached_tokens": 5},
        },
    }
)


@pytest.mark.parametrize(
    ("parser", "reply", "expected"),
    [
        (get_token_usage_for_openai, COMPLETION, usage(11, 4, "gpt-4o-mini-2024-07-18")),
        (get_token_usage_for_openai, COMPLETION.model_dump(), usage(11, 4, "gpt-4o-mini-2024-07-18")),
        (
            get_token_usage_for_openai,
            {"model": "gpt-5", "usage": {"input_tokens": 11, "output_tokens": 4, "total_tokens": 15}},
            usage(11, 4, "gpt-5"),
        ),
        (
            get_token_usage_for_anthropic,
            SimpleNamespace(
                model="claude-sonnet-4-5",
                usage=SimpleNamespace(
                    input_tokens=9,
                    cache_creation_input_tokens=50,
                    cache_read_input_tokens=100,
                    output_tokens=12,
                ),
            ),
            usage(159, 12, "claude-sonnet-4-5"),
        ),
        (
            get_token_usage_for_bedrock,
            {
                "output": {"message": {"role": "assistant", "content": [{"text": "Hi!"}]}},
                "usage": {
                    "inputTokens": 20,
                    "outputTokens": 6,
                    "totalTokens": 126,
                    "cacheReadInputTokens": 100,
                },
            },
            usage(120, 6),
        ),
        (
            get_token_usage_for_azure_ai,
            {"model": "mistral-small-2503", "usage": {"prompt_tokens": 11, "completion_tokens": 4}},
            usage(11, 4, "mistral-small-2503"),
        ),
    ],
)
def test_the_replies_of_clients_are_read(parser: Parser, reply: object, expected: TokenUsage) -> None:
    assert parser(reply) == expected
