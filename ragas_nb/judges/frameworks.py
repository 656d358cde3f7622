"""Models of LangChain and LlamaIndex as judges and embedders, known by their methods: neither is imported."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from ragas_nb.judges import prices
from ragas_nb.judges.base import Choice, Embedder, Embeddings, Judge, JudgeRequest, Reply, Usage
from ragas_nb.judges.calls import as_vectors, no_images, outcome_of, prompt_text
from ragas_nb.judges.images.image import images_of
from ragas_nb.judges.openai.chat import chat_messages, read_usage
from ragas_nb.judges.openai.target import Target, without_credentials

_MODEL_NAMES = ("model_name", "model", "model_id", "deployment_name", "azure_deployment")
_ADDRESSES = ("openai_api_base", "base_url", "api_base", "azure_endpoint", "endpoint_url")
_KEYS = ("openai_api_key", "api_key", "anthropic_api_key", "google_api_key", "mistral_api_key")
_SAMPLING = ("temperature", "top_p", "seed", "max_tokens", "dimensions")
_CUT_OFF = ("length", "max_tokens", "MAX_TOKENS")
_EMBEDDING_METHODS = (
    "aembed_documents",
    "embed_documents",
    "aget_text_embedding_batch",
    "get_text_embedding_batch",
    "encode",
)


def unwrapped(value: object, inner: tuple[str, ...]) -> Iterator[object]:
    """A value, then what it wraps under one of these names, then what that wraps (three deep)."""
    for _ in range(3):
        yield value
        found = (getattr(value, name, None) for name in inner)
        value = next((v for v in found if v is not None and not isinstance(v, (str, bool, int))), None)
        if value is None:
            return


class _Wrapped:
    """Somebody's model: its name, address and sampling parameters, as far as its attributes tell."""

    def __init__(self, kind: str, model: Any) -> None:
        name = _first(model, _MODEL_NAMES) or _first(getattr(model, "metadata", None), ("model_name",))
        address = without_credentials(_first(model, _ADDRESSES) or "")
        self.target = Target(name or type(model).__name__, address or kind, _secret(model))
        self.label = self.target.model
        sampling = {k: v for k in _SAMPLING if isinstance(v := getattr(model, k, None), (int, float))}
        unnamed = {} if name else {"object": uuid.uuid4().hex}
        self.identity = self.target.identity(kind, {"class": type(model).__qualname__, **sampling, **unnamed})
        self.url = address or None
        prices.preload()

    def cost(self, usage: Usage, model: str) -> float | None:
        if usage == Usage():  # nobody counted
            return None
        return prices.price(model, usage, self.url, asked_as=self.target.model)


def _first(value: object, names: tuple[str, ...]) -> str | None:
    found = (getattr(value, name, None) for name in names)
    return next((text for text in found if isinstance(text, str) and text), None)


def _secret(model: object) -> str:
    """The key that a model holds, so that it can be kept out of messages."""
    for name in _KEYS:
        key = getattr(model, name, None)
        if key is not None and hasattr(key, "get_secret_value"):
            key = key.get_secret_value()
        if isinstance(key, str) and key:
            return key
    return ""


class ChatModelJudge(Judge):
    """A LangChain chat model or LLM as a judge; only chat models can be shown images."""

    def __init__(self, model: Any) -> None:
        self._wrapped = _Wrapped("langchain", model)
        self._is_chat_model = hasattr(model, "bind_tools")
        self._invoke: Callable[[object], Any] = model.ainvoke if hasattr(model, "ainvoke") else model.invoke
        self.label, self.identity = self._wrapped.label, self._wrapped.identity

    def __repr__(self) -> str:
        return f"ChatModelJudge({self.label!r})"

    async def reply(self, request: JudgeRequest) -> Reply:
        """One call of the model."""
        if images_of(request.input) and not self._is_chat_model:
            raise no_images(self.label, "it is no chat model")
        messages = [(m["role"], m["content"]) for m in chat_messages(request, with_schema=True)]
        said = await outcome_of(partial(self._invoke, messages), self._wrapped.target)
        details = getattr(said, "response_metadata", None) or {}
        reason = details.get("finish_reason") or details.get("stop_reason") or details.get("done_reason")
        choice = Choice(_content(said), cut_off=reason in _CUT_OFF)
        model = details.get("model_name") or details.get("model") or self.label
        return Reply((choice,), _langchain_usage(getattr(said, "usage_metadata", None)), str(model))

    def cost(self, usage: Usage, model: str) -> float | None:
        """The price in dollars, or None when no price is known or the model did not count."""
        return self._wrapped.cost(usage, model)


def _content(said: object) -> str:
    """The text of a LangChain message, whose content may come in parts, or of a plain LLM."""
    content = getattr(said, "content", said)
    if isinstance(content, list):
        return "".join(part if isinstance(part, str) else str(part.get("text") or "") for part in content)
    return str(content)


def _langchain_usage(counted: object) -> Usage:
    if not isinstance(counted, dict):
        return Usage()
    details = counted.get("input_token_details") or {}
    return Usage(
        input_tokens=counted.get("input_tokens") or 0,
        output_tokens=counted.get("output_tokens") or 0,
        cached_tokens=details.get("cache_read") or 0,
    )


class CompletionJudge(Judge):
    """A LlamaIndex LLM as a judge."""

    def __init__(self, model: Any) -> None:
        self._wrapped = _Wrapped("llama_index", model)
        self._complete: Callable[[str], Any] = (
            model.acomplete if hasattr(model, "acomplete") else model.complete
        )
        self.label, self.identity = self._wrapped.label, self._wrapped.identity

    def __repr__(self) -> str:
        return f"CompletionJudge({self.label!r})"

    async def reply(self, request: JudgeRequest) -> Reply:
        """One call of the model."""
        said = await outcome_of(
            partial(self._complete, prompt_text(request, self.label)), self._wrapped.target
        )
        return Reply((Choice(str(getattr(said, "text", said))),), _llama_index_usage(said), self.label)

    def cost(self, usage: Usage, model: str) -> float | None:
        """The price in dollars, or None when no price is known or the model did not count."""
        return self._wrapped.cost(usage, model)


def _llama_index_usage(said: object) -> Usage:
    """The tokens of a completion: in the server's own reply, else beside the text."""
    raw = getattr(said, "raw", None)
    usage = raw.get("usage") if isinstance(raw, dict) else getattr(raw, "usage", None)
    if usage is not None and hasattr(usage, "model_dump"):
        usage = usage.model_dump()
    return read_usage(usage or getattr(said, "additional_kwargs", None))


class ModelEmbedder(Embedder):
    """An embedding model of LangChain, LlamaIndex or sentence-transformers as an embedder."""

    def __init__(self, model: Any) -> None:
        self._wrapped = _Wrapped("embeddings", model)
        method = next(name for name in _EMBEDDING_METHODS if hasattr(model, name))
        self._embed: Callable[[list[str]], Any] = getattr(model, method)
        self.label, self.identity = self._wrapped.label, self._wrapped.identity

    def __repr__(self) -> str:
        return f"ModelEmbedder({self.label!r})"

    async def embed(self, texts: Sequence[str]) -> Embeddings:
        """One call of the model."""
        answer = await outcome_of(partial(self._embed, list(texts)), self._wrapped.target)
        return Embeddings(as_vectors(answer, len(texts), self.label), Usage(), self.label)


def judge_of(model: object) -> Judge | None:
    """A judge for a model of LangChain or LlamaIndex, or None when it is neither."""
    if hasattr(model, "acomplete") or hasattr(model, "complete"):
        return CompletionJudge(model)
    if hasattr(model, "ainvoke") or hasattr(model, "invoke"):
        return ChatModelJudge(model)
    return None


def embedder_of(model: object) -> Embedder | None:
    """An embedder for an embedding model of a framework, or None when it is none."""
    return ModelEmbedder(model) if any(hasattr(model, name) for name in _EMBEDDING_METHODS) else None
