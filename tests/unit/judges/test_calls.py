from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from ragas_nb.errors import ConfigurationError, JudgeRefused, JudgeUnavailable
from ragas_nb.judges.base import Choice, Embeddings, Reply, Usage
from ragas_nb.judges.calls import FunctionEmbedder, FunctionJudge
from ragas_nb.judges.frameworks import ChatModelJudge, CompletionJudge, ModelEmbedder
from ragas_nb.prompts import Message
from tests.unit.judges.asking import CHECK, CLAIMS, GOOD, GOOD_JSON, request


def text_of(prompt: str) -> str:
    return GOOD_JSON


async def awaited_text_of(prompt: str) -> str:
    return GOOD_JSON


class Caller:
    async def __call__(self, prompt: str) -> str:
        return GOOD_JSON


# Functions


@pytest.mark.parametrize(
    "fn",
    [
        text_of,
        awaited_text_of,
        Caller(),
        lambda prompt: awaited_text_of(prompt + "!"),
        lambda prompt: GOOD.model_dump(),
        lambda prompt: GOOD,
    ],
)
async def test_function_answers_with_text_dict_or_model(fn: Callable[[str], object]) -> None:
    reply = await FunctionJudge(fn, name="mine").reply(request())
    assert CHECK.parse(reply.choices[0].text, CLAIMS) == GOOD
    assert (reply.usage, reply.model) == (Usage(), "mine")


async def test_function_gets_the_whole_prompt_with_its_schema() -> None:
    seen: list[str] = []
    await FunctionJudge(lambda prompt: seen.append(prompt) or GOOD_JSON).reply(request())
    messages = CHECK.messages(CLAIMS, with_schema=True)
    assert seen == [f"{messages[0]['content']}\n\n{messages[1]['content']}"]


async def test_function_of_messages_gets_messages() -> None:
    seen: list[list[Message]] = []

    async def answer(messages: list[Message]) -> str:
        seen.append(messages)
        return GOOD_JSON

    await FunctionJudge(answer).reply(request())
    assert seen == [CHECK.messages(CLAIMS, with_schema=True)]


async def test_blocking_functions_run_side_by_side_off_the_loop() -> None:
    together = threading.Barrier(4, timeout=20)

    def wait_for_the_others(prompt: str) -> str:
        together.wait()
        return GOOD_JSON

    judge = FunctionJudge(wait_for_the_others)
    replies = await asyncio.gather(*(judge.reply(request()) for _ in range(4)))
    assert replies == [Reply((Choice(GOOD_JSON),), Usage(), judge.label)] * 4


async def test_wrong_return_type_is_named() -> None:
    with pytest.raises(JudgeRefused, match=r"'mine' returned NoneType; it must return JSON text") as caught:
        await FunctionJudge(lambda prompt: None, name="mine").reply(request())
    assert caught.value.kind == "bad_request"


async def test_functions_own_error_passes_unchanged() -> None:
    def fail(prompt: str) -> str:
        raise ZeroDivisionError("mine")

    with pytest.raises(ZeroDivisionError, match=r"^mine$"):
        await FunctionJudge(fail).reply(request())


async def test_exhausted_script_is_an_error_and_not_a_hang() -> None:
    script = iter(())
    with pytest.raises(RuntimeError, match="StopIteration"):
        await FunctionJudge(lambda prompt: next(script)).reply(request())


class StatusError(Exception):
    def __init__(self, status_code: int, message: str) -> None:
        super().__init__(message)
        self.status_code = status_code


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (StatusError(429, "slow down"), "rate_limited"),
        (StatusError(401, "who are you"), "authentication"),
        (ConnectionResetError("gone"), "connection"),
        (TimeoutError("too late"), "timeout"),
    ],
)
async def test_errors_of_client_libraries_are_told_apart(error: Exception, kind: str) -> None:
    def fail(prompt: str) -> str:
        raise error

    with pytest.raises((JudgeUnavailable, JudgeRefused)) as caught:
        await FunctionJudge(fail).reply(request())
    assert (caught.value.kind, str(error) in str(caught.value)) == (kind, True)
    assert caught.value.__context__ is None


@pytest.mark.parametrize("fn", [lambda: "", lambda a, b: "", lambda *, prompt: ""])
def test_function_of_other_arguments_is_refused(fn: Callable[..., object]) -> None:
    with pytest.raises(ConfigurationError, match="takes one argument, the prompt's text"):
        FunctionJudge(fn)


def test_function_with_further_defaults_is_taken() -> None:
    assert FunctionJudge(lambda prompt, model="a", **rest: "").label.endswith("<lambda>")


def test_answers_are_remembered_under_the_functions_code() -> None:
    def yes() -> Callable[[str], str]:
        return lambda prompt: "yes"

    def no() -> Callable[[str], str]:
        return lambda prompt: "no"

    same, again, other = (FunctionJudge(make()).identity for make in (yes, yes, no))
    assert (same == again, same == other) == (True, False)


def test_answers_of_objects_and_closures_are_not_shared() -> None:
    def closure(word: str) -> Callable[[str], str]:
        return lambda prompt: word

    assert FunctionJudge(Caller()).identity != FunctionJudge(Caller()).identity
    assert FunctionJudge(closure("a")).identity != FunctionJudge(closure("b")).identity


def test_named_function_keeps_its_answers() -> None:
    assert FunctionJudge(Caller(), name="x").identity == FunctionJudge(text_of, name="x").identity


async def test_function_embeds_with_lists_or_arrays() -> None:
    expected = Embeddings(([1.0, 2.0], [3.0, 4.0]), Usage(), "mine")
    for vectors in ([[1.0, 2.0], [3.0, 4.0]], np.array([[1.0, 2.0], [3.0, 4.0]])):
        assert await FunctionEmbedder(lambda texts, v=vectors: v, name="mine").embed(["a", "b"]) == expected


@pytest.mark.parametrize(
    ("answer", "found"), [([[1.0]], "1 items"), (None, "NoneType"), ([1.0, 2.0], "2 items")]
)
async def test_wrong_vectors_are_named(answer: object, found: str) -> None:
    with pytest.raises(
        JudgeRefused, match=f"'mine' returned {found}; it must return one list of numbers per text"
    ):
        await FunctionEmbedder(lambda texts: answer, name="mine").embed(["a", "b"])


# Frameworks, by their methods


class ChatModel:
    """What LangChain's chat models look like from outside."""

    model_name = "gpt-4o-mini"
    temperature = 0.1
    openai_api_key = SimpleNamespace(get_secret_value=lambda: "sk-very-secret-0123456789")

    def __init__(self) -> None:
        self.asked: list[list[tuple[str, str]]] = []

    async def ainvoke(self, messages: list[tuple[str, str]]) -> object:
        self.asked.append(messages)
        return SimpleNamespace(
            content=[{"type": "text", "text": GOOD_JSON}],
            usage_metadata={"input_tokens": 8, "output_tokens": 3, "input_token_details": {"cache_read": 2}},
            response_metadata={"model_name": "gpt-4o-mini-2024-07-18", "finish_reason": "length"},
        )


async def test_langchain_model_judges() -> None:
    model = ChatModel()
    judge = ChatModelJudge(model)
    reply = await judge.reply(request())
    assert reply == Reply(
        (Choice(GOOD_JSON, cut_off=True),),
        Usage(input_tokens=8, output_tokens=3, cached_tokens=2),
        "gpt-4o-mini-2024-07-18",
    )
    system, user = CHECK.messages(CLAIMS, with_schema=True)
    assert model.asked == [[("system", system["content"]), ("user", user["content"])]]
    assert judge.cost(Usage(input_tokens=1_000), reply.model) == pytest.approx(0.00015)
    assert "secret" not in judge.identity + repr(judge)


async def test_langchain_model_fails_without_its_key_in_the_message() -> None:
    class Failing(ChatModel):
        async def ainvoke(self, messages: list[tuple[str, str]]) -> object:
            raise StatusError(401, "bad key sk-very-secret-0123456789")

    with pytest.raises(JudgeRefused) as caught:
        await ChatModelJudge(Failing()).reply(request())
    assert (caught.value.kind, "secret" in str(caught.value)) == ("authentication", False)


class Completer:
    """What LlamaIndex' LLMs look like from outside."""

    metadata = SimpleNamespace(model_name="gpt-4o-mini")

    async def acomplete(self, prompt: str) -> object:
        usage = SimpleNamespace(model_dump=lambda: {"prompt_tokens": 8, "completion_tokens": 3})
        return SimpleNamespace(text=GOOD_JSON, raw=SimpleNamespace(usage=usage))


async def test_llama_index_model_judges() -> None:
    reply = await CompletionJudge(Completer()).reply(request())
    assert reply == Reply((Choice(GOOD_JSON),), Usage(input_tokens=8, output_tokens=3), "gpt-4o-mini")


async def test_model_that_does_not_count_has_no_price() -> None:
    assert CompletionJudge(Completer()).cost(Usage(), "gpt-4o-mini") is None


def two_vectors(texts: list[str]) -> Any:
    return np.array([[1.0, 2.0]] * len(texts))


async def two_vectors_later(texts: list[str]) -> Any:
    return two_vectors(texts)


@pytest.mark.parametrize(
    "model",
    [
        SimpleNamespace(aembed_documents=two_vectors_later, model="e"),
        SimpleNamespace(embed_documents=two_vectors, model="e"),
        SimpleNamespace(aget_text_embedding_batch=two_vectors_later, model_name="e"),
        SimpleNamespace(encode=two_vectors, model="e"),
    ],
)
async def test_embedding_models_of_frameworks_embed(model: object) -> None:
    assert await ModelEmbedder(model).embed(["a", "b"]) == Embeddings(([1.0, 2.0], [1.0, 2.0]), Usage(), "e")
