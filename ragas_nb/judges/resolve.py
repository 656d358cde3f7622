"""Which judge and which embedder `llm=` and `embeddings=` mean. Never silently the offline ones."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any

from ragas_nb.errors import ConfigurationError
from ragas_nb.judges.base import Embedder, Judge
from ragas_nb.judges.calls import FunctionEmbedder, FunctionJudge
from ragas_nb.judges.frameworks import embedder_of, judge_of, unwrapped
from ragas_nb.judges.openai import OpenAIEmbedder, OpenAIJudge
from ragas_nb.judges.openai.connection import is_openai_client
from ragas_nb.judges.openai.target import OPENAI_URL, without_credentials

DEFAULT_MODEL = "gpt-4o-mini"
DEFAULT_EMBEDDING_MODEL = "text-embedding-3-small"
_JUDGE_WRAPPERS = ("langchain_llm", "llm", "client")
_EMBEDDER_WRAPPERS = ("langchain_embeddings", "embeddings", "embedding_model")

_NO_JUDGE = """No judge is set. Choose one of these:
  1. OpenAI: set OPENAI_API_KEY (the model is gpt-4o-mini unless llm= names another).
  2. Your own server: llm="model name" with OPENAI_BASE_URL set, or llm=AsyncOpenAI(base_url=…) with model=….
  3. No network: llm="offline", a judge that only compares words, for demos.
RAGAS_NB_LLM sets it for good."""
_JUDGES = (
    "a model name, an OpenAI or AsyncOpenAI client (with model=), a Judge, a function of the prompt's text, "
    'a LangChain or LlamaIndex chat model, or "offline"'
)
_EMBEDDERS = (
    "a model name, an OpenAI or AsyncOpenAI client, an Embedder, a function of a list of texts, "
    'a LangChain or LlamaIndex embedding model, or "offline"'
)


def resolve_judge(llm: object, *, model: str | None = None) -> Judge:
    """The judge that `llm=` means; `model` goes with an OpenAI client.

    Raises:
        ConfigurationError: nothing is set, a key is missing, or `llm` is nothing that can judge.
    """
    if llm is None:
        named = (
            model or os.environ.get("RAGAS_NB_LLM") or (os.environ.get("OPENAI_API_KEY") and DEFAULT_MODEL)
        )
        if not named:
            raise ConfigurationError(_NO_JUDGE)
        return _named_judge(named)
    if is_openai_client(llm):
        return _client_judge(llm, model)
    if model is not None:
        raise ConfigurationError(f"model= goes with an OpenAI client as llm=; got {_shown(llm)} as llm=.")
    if isinstance(llm, str) and llm:
        return _named_judge(llm)
    return _wrapped_judge(llm)


def _named_judge(name: str) -> Judge:
    if name == "offline":
        from ragas_nb.judges.offline import OfflineJudge

        return OfflineJudge()
    return OpenAIJudge(_without_provider(name))


def _client_judge(client: Any, model: str | None) -> Judge:
    if not model:
        raise ConfigurationError(
            f"A client does not say which model to ask: pass model= too, as in model='{DEFAULT_MODEL}'."
        )
    return OpenAIJudge(model, client=client)


def _wrapped_judge(llm: object) -> Judge:
    """The judge for an object: itself, or what it wraps."""
    for value in unwrapped(llm, _JUDGE_WRAPPERS):
        if isinstance(value, Judge):
            return value
        if is_openai_client(value) and isinstance(model := getattr(llm, "model", None), str):
            return _client_judge(value, model)
        if isinstance(value, type):
            break
        if judge := judge_of(value):
            return judge
        if callable(value):
            return FunctionJudge(value)
    raise ConfigurationError(f"llm= must be {_JUDGES}; got {_shown(llm)}.")


def resolve_embedder(embeddings: object, *, judge: Judge | None) -> Embedder:
    """The embedder that `embeddings=` means; None means one that goes with the judge.

    Raises:
        ConfigurationError: nothing goes with the judge, a key is missing, or `embeddings` cannot embed.
    """
    if embeddings is None:
        return _default_embedder(judge)
    if is_openai_client(embeddings):
        return OpenAIEmbedder(DEFAULT_EMBEDDING_MODEL, client=embeddings)  # type: ignore[arg-type]
    if isinstance(embeddings, str) and embeddings:
        return _named_embedder(embeddings, judge)
    for value in unwrapped(embeddings, _EMBEDDER_WRAPPERS):
        if isinstance(value, Embedder):
            return value
        if isinstance(value, type):
            break
        if embedder := embedder_of(value):
            return embedder
        if callable(value):
            return FunctionEmbedder(value)
    raise ConfigurationError(f"embeddings= must be {_EMBEDDERS}; got {_shown(embeddings)}.")


def _default_embedder(judge: Judge | None) -> Embedder:
    from ragas_nb.judges.offline import OfflineEmbedder, OfflineJudge

    if named := os.environ.get("RAGAS_NB_EMBEDDINGS"):
        return _named_embedder(named, judge)
    if isinstance(judge, OpenAIJudge):
        return judge.embedder(DEFAULT_EMBEDDING_MODEL)
    if isinstance(judge, OfflineJudge):
        return OfflineEmbedder()
    which = f"the judge '{judge.label}'" if judge else "no judge"
    raise ConfigurationError(
        f"No embedder goes with {which}. Pass embeddings=: {_EMBEDDERS}. "
        "RAGAS_NB_EMBEDDINGS sets it for good."
    )


def _named_embedder(name: str, judge: Judge | None) -> Embedder:
    if name == "offline":
        from ragas_nb.judges.offline import OfflineEmbedder

        return OfflineEmbedder()
    return judge.embedder(name) if isinstance(judge, OpenAIJudge) else OpenAIEmbedder(_without_provider(name))


def _without_provider(name: str) -> str:
    """`gpt-4o-mini` for `openai/gpt-4o-mini`, but where another server's models may be called so."""
    url = os.environ.get("OPENAI_BASE_URL") or OPENAI_URL
    return name.removeprefix("openai/") if without_credentials(url) == OPENAI_URL else name


def _shown(value: object) -> str:
    return (
        repr(value)
        if isinstance(value, (str, int, float, bool))
        else f"an object of type {type(value).__name__}"
    )


def told_as_data(who: Judge | Embedder | None) -> dict[str, object] | None:
    """What `described_judge` and `described_embedder` make the same judge or embedder of; never a key."""
    from ragas_nb.judges.offline import OfflineEmbedder, OfflineJudge

    if isinstance(who, OpenAIJudge | OpenAIEmbedder):
        told: dict[str, object] = json.loads(who.identity)
        return told
    return {"kind": "offline"} if isinstance(who, OfflineJudge | OfflineEmbedder) else None


def described_judge(told: Mapping[str, Any] | None) -> Judge | None:
    """The judge that was told as data; None where it cannot be made from that alone.

    The key comes from the environment.
    """
    if told is None or told.get("kind") not in ("openai", "offline"):
        return None
    if told["kind"] == "offline":
        return _named_judge("offline")
    own = {name: told.get(name) for name in ("temperature", "seed", "max_tokens")}
    extra = {name: value for name, value in told.items() if name not in {"kind", "model", "base_url", *own}}
    return OpenAIJudge(str(told["model"]), base_url=str(told["base_url"]), **own, extra=extra)


def described_embedder(told: Mapping[str, Any] | None) -> Embedder | None:
    """The embedder that was told as data; None where it cannot be made from that alone."""
    if told is None or told.get("kind") not in ("openai-embedder", "offline"):
        return None
    if told["kind"] == "offline":
        return _named_embedder("offline", None)
    return OpenAIEmbedder(
        str(told["model"]), base_url=str(told["base_url"]), dimensions=told.get("dimensions")
    )
