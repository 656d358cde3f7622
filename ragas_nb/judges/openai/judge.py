"""Judges and embedders behind any OpenAI-compatible server."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pydantic_core import to_json

from ragas_nb.judges import prices
from ragas_nb.judges.base import Embedder, Embeddings, Judge, JudgeRequest, Reply, Usage
from ragas_nb.judges.openai.chat import Sampling, read_chat, read_embeddings
from ragas_nb.judges.openai.connection import connect
from ragas_nb.judges.openai.envelopes import Envelopes
from ragas_nb.judges.openai.forms import Form, known_form, negotiated, remember_form
from ragas_nb.judges.openai.refusals import Problem
from ragas_nb.judges.openai.ways import Answered

if TYPE_CHECKING:
    from ragas_nb.judges.openai.connection import Client


class OpenAIJudge(Judge):
    """A language model behind an OpenAI-compatible server.

    `client` is used as it is, a blocking one in threads; without one, `base_url` and `api_key`, or
    OPENAI_BASE_URL and OPENAI_API_KEY. `temperature` is 0 unless given, 0.3 where several answers are asked
    for at once. `timeout` is in seconds from sending; without one the run's `RunConfig` decides. `extra` are
    further fields of the request body.

    >>> OpenAIJudge("llama3.1", base_url="http://localhost:11434/v1")
    OpenAIJudge('llama3.1 at localhost:11434')
    """

    def __init__(
        self,
        model: str,
        *,
        client: Client | None = None,
        base_url: str | None = None,
        api_key: str | None = None,
        temperature: float | None = None,
        seed: int | None = None,
        max_tokens: int | None = None,
        timeout: float | None = None,
        extra: dict[str, object] | None = None,
    ) -> None:
        self._connection = connect(
            model, "/chat/completions", client=client, base_url=base_url, api_key=api_key, timeout=timeout
        )
        sampling = Sampling(temperature, seed, max_tokens, dict(extra or {}))
        self._envelopes = Envelopes(model, sampling)
        self._target = self._connection.target
        self.label = self._target.label
        self.model = model
        parameters = {"temperature": temperature, "seed": seed, "max_tokens": max_tokens}
        self.identity = self._target.identity("openai", parameters | sampling.extra)
        self.supports_n = known_form(self._target.base_url, model).takes_n

    def __repr__(self) -> str:
        return f"OpenAIJudge({self.label!r})"

    async def reply(self, request: JudgeRequest) -> Reply:
        """One attempt at one request."""

        def write(form: Form) -> bytes:
            self.supports_n = form.takes_n
            return self._envelopes.body(request, form)

        def read(answered: Answered) -> Reply | Problem:
            return read_chat(answered, self._target)

        reply = await negotiated(self._target, write, self._connection.post, read)
        if request.n > 1 and self.supports_n and len(reply.choices) == 1:  # the server ignores `n`
            self.supports_n = False
            remember_form(self._target.base_url, self._target.model, Form(takes_n=False))
        return reply

    def cost(self, usage: Usage, model: str) -> float | None:
        """The price in dollars, or None when no price is known."""
        return prices.price(model, usage, self._target.base_url, asked_as=self._target.model)

    def embedder(self, model: str) -> OpenAIEmbedder:
        """An embedder at the same server, with the same client and key."""
        way = self._connection
        if way.client is not None:
            return OpenAIEmbedder(model, client=way.client, timeout=way.timeout)
        return OpenAIEmbedder(
            model, base_url=way.url, api_key=self._target.secret or None, timeout=way.timeout
        )

    async def aclose(self) -> None:
        """Close this loop's own connections; requests under way are let finish, later ones open new ones."""
        await self._connection.aclose()


class OpenAIEmbedder(Embedder):
    """An embedding model behind an OpenAI-compatible server; the parameters are those of `OpenAIJudge`.

    >>> OpenAIEmbedder("nomic-embed-text", base_url="http://localhost:11434/v1")
    OpenAIEmbedder('nomic-embed-text at localhost:11434')
    """

    def __init__(
        self,
        model: str = "text-embedding-3-small",
        *,
        client: Client | None = None,
        base_url: str | None = None,
        api_key: str | None = None,
        dimensions: int | None = None,
        timeout: float | None = None,
    ) -> None:
        self._connection = connect(
            model, "/embeddings", client=client, base_url=base_url, api_key=api_key, timeout=timeout
        )
        self._target = self._connection.target
        self._dimensions = dimensions
        self.label = self._target.label
        self.model = model
        self.identity = self._target.identity("openai-embedder", {"dimensions": dimensions})

    def __repr__(self) -> str:
        return f"OpenAIEmbedder({self.label!r})"

    async def embed(self, texts: Sequence[str]) -> Embeddings:
        """One attempt at one batch of texts."""

        def write(form: Form) -> bytes:
            body: dict[str, object] = {
                "model": self._target.model,
                "input": list(texts),
                "encoding_format": "base64",
            }
            if self._dimensions is not None:
                body["dimensions"] = self._dimensions
            return to_json({key: value for key, value in body.items() if key not in form.dropped})

        def read(answered: Answered) -> Embeddings | Problem:
            return read_embeddings(answered, len(texts), self._target)

        return await negotiated(self._target, write, self._connection.post, read)

    def cost(self, usage: Usage, model: str) -> float | None:
        """The price in dollars, or None when no price is known."""
        return prices.price(model, usage, self._target.base_url, asked_as=self._target.model)

    async def aclose(self) -> None:
        """Close this loop's own connections; requests under way are let finish, later ones open new ones."""
        await self._connection.aclose()
