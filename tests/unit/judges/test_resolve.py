from __future__ import annotations

from types import SimpleNamespace

import openai
import pytest

from ragas_nb.errors import ConfigurationError
from ragas_nb.judges.base import Embedder, Judge
from ragas_nb.judges.calls import FunctionEmbedder, FunctionJudge
from ragas_nb.judges.frameworks import ChatModelJudge, CompletionJudge, ModelEmbedder
from ragas_nb.judges.offline import OfflineEmbedder, OfflineJudge
from ragas_nb.judges.openai import OpenAIEmbedder, OpenAIJudge
from ragas_nb.judges.resolve import resolve_embedder, resolve_judge

KEY = "sk-test"
LOCAL = "http://127.0.0.1:9/v1"


def chosen(found: Judge | Embedder) -> tuple[type, str]:
    return type(found), found.label


async def answer(prompt: str) -> str:
    return "{}"


class ChatModel:
    model = "chat-1"

    async def ainvoke(self, messages: object) -> object:
        return messages


class Completer:
    model = "complete-1"

    async def acomplete(self, prompt: str) -> str:
        return prompt


class Vectors:
    model = "vectors-1"

    async def aembed_documents(self, texts: list[str]) -> list[list[float]]:
        return [[1.0] for _ in texts]


# llm=


def test_nothing_set_shows_the_three_ways() -> None:
    with pytest.raises(ConfigurationError) as caught:
        resolve_judge(None)
    message = str(caught.value)
    assert all(
        way in message for way in ("OPENAI_API_KEY", "OPENAI_BASE_URL", 'llm="offline"', "RAGAS_NB_LLM")
    )


def test_nothing_set_with_a_key_means_openai(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    assert chosen(resolve_judge(None)) == (OpenAIJudge, "gpt-4o-mini")


@pytest.mark.parametrize(("name", "kind"), [("offline", OfflineJudge), ("gpt-4.1", OpenAIJudge)])
def test_environment_names_the_judge(monkeypatch: pytest.MonkeyPatch, name: str, kind: type) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("RAGAS_NB_LLM", name)
    assert chosen(resolve_judge(None)) == (kind, name)


def test_offline_is_had_only_by_its_name() -> None:
    assert chosen(resolve_judge("offline")) == (OfflineJudge, "offline")


@pytest.mark.parametrize("name", ["gpt-4o-mini", "openai/gpt-4o-mini"])
def test_model_name_means_openai(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    assert chosen(resolve_judge(name)) == (OpenAIJudge, "gpt-4o-mini")


@pytest.mark.parametrize("name", ["llama3.1", "openai/gpt-4o-mini"])
def test_model_name_is_asked_of_the_server_that_is_set(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", LOCAL)
    assert chosen(resolve_judge(name)) == (OpenAIJudge, f"{name} at 127.0.0.1:9")


def test_model_name_without_a_key_names_the_variable() -> None:
    with pytest.raises(ConfigurationError, match=r"'gpt-4o-mini'.*OPENAI_API_KEY"):
        resolve_judge("gpt-4o-mini")


@pytest.mark.parametrize("kind", [openai.AsyncOpenAI, openai.OpenAI])
def test_client_is_asked_for_the_model(kind: type[openai.OpenAI]) -> None:
    client = kind(api_key=KEY, base_url=LOCAL)
    assert chosen(resolve_judge(client, model="judge")) == (OpenAIJudge, "judge at 127.0.0.1:9")


def test_client_without_a_model_says_what_to_pass() -> None:
    with pytest.raises(ConfigurationError, match="pass model= too"):
        resolve_judge(openai.AsyncOpenAI(api_key=KEY))


def test_model_without_a_client_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="goes with an OpenAI client as llm=; got 'offline'"):
        resolve_judge("offline", model="gpt-4o-mini")


def test_judge_is_itself() -> None:
    judge = OfflineJudge()
    assert resolve_judge(judge) is judge


@pytest.mark.parametrize(
    ("llm", "kind"),
    [
        (answer, FunctionJudge),
        (ChatModel(), ChatModelJudge),
        (Completer(), CompletionJudge),
        (SimpleNamespace(langchain_llm=ChatModel()), ChatModelJudge),
        (SimpleNamespace(llm=Completer()), CompletionJudge),
        (SimpleNamespace(llm=OfflineJudge()), OfflineJudge),
        (SimpleNamespace(model="m", client=openai.AsyncOpenAI(api_key=KEY)), OpenAIJudge),
        (
            SimpleNamespace(model="m", client=SimpleNamespace(client=openai.OpenAI(api_key=KEY))),
            OpenAIJudge,
        ),
    ],
)
def test_functions_models_and_wrapped_ones_judge(llm: object, kind: type) -> None:
    assert type(resolve_judge(llm)) is kind


def test_callable_object_is_called_whatever_it_holds() -> None:
    class Mine:
        model = "m"
        client = openai.AsyncOpenAI(api_key=KEY)

        async def __call__(self, prompt: str) -> str:
            return prompt

    assert type(resolve_judge(Mine())) is FunctionJudge


@pytest.mark.parametrize(
    ("llm", "shown"), [(3, "3"), ("", "''"), (object(), "of type object"), (OfflineJudge, "of type ABCMeta")]
)
def test_anything_else_is_refused_with_what_is_accepted(llm: object, shown: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        resolve_judge(llm)
    message = str(caught.value)
    assert message.startswith(
        "llm= must be a model name, an OpenAI or AsyncOpenAI client (with model=), a Judge"
    )
    assert message.endswith(f"{shown}.")


# embeddings=


def test_embedder_of_an_openai_judge_is_at_the_same_server() -> None:
    judge = OpenAIJudge("judge", base_url=LOCAL, api_key=KEY)
    found = resolve_embedder(None, judge=judge)
    assert chosen(found) == (OpenAIEmbedder, "text-embedding-3-small at 127.0.0.1:9")


def test_embedder_of_a_client_judge_uses_the_client() -> None:
    judge = OpenAIJudge("judge", client=openai.AsyncOpenAI(base_url=LOCAL, api_key=KEY))
    found = resolve_embedder("nomic", judge=judge)
    assert chosen(found) == (OpenAIEmbedder, "nomic at 127.0.0.1:9")


def test_embedder_of_the_offline_judge_is_offline() -> None:
    assert type(resolve_embedder(None, judge=OfflineJudge())) is OfflineEmbedder


def test_environment_names_the_embedder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAGAS_NB_EMBEDDINGS", "offline")
    judge = OpenAIJudge("judge", base_url=LOCAL)
    assert type(resolve_embedder(None, judge=judge)) is OfflineEmbedder


def test_no_embedder_goes_with_a_function() -> None:
    with pytest.raises(ConfigurationError, match=r"judge 'mine'\. Pass embeddings="):
        resolve_embedder(None, judge=FunctionJudge(answer, name="mine"))


@pytest.mark.parametrize(
    ("embeddings", "kind"),
    [
        ("offline", OfflineEmbedder),
        (OfflineEmbedder(), OfflineEmbedder),
        (openai.OpenAI(api_key=KEY), OpenAIEmbedder),
        (lambda texts: [[1.0] for _ in texts], FunctionEmbedder),
        (Vectors(), ModelEmbedder),
        (SimpleNamespace(embeddings=Vectors()), ModelEmbedder),
    ],
)
def test_functions_clients_and_models_embed(embeddings: object, kind: type) -> None:
    assert type(resolve_embedder(embeddings, judge=OfflineJudge())) is kind


def test_anything_else_cannot_embed() -> None:
    with pytest.raises(ConfigurationError, match=r"^embeddings= must be a model name.*got 3\.$"):
        resolve_embedder(3, judge=OfflineJudge())
