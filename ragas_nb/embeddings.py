"""Ragas' names for choosing an embedder: each gives one, and `embeddings=` also takes what they wrap as it
is."""

from __future__ import annotations

from typing import Any

from ragas_nb.judges.base import Embedder
from ragas_nb.judges.resolve import resolve_embedder

__all__ = ["LangchainEmbeddingsWrapper", "LlamaIndexEmbeddingsWrapper", "embedding_factory"]


def embedding_factory(model: str = "text-embedding-3-small") -> Embedder:
    """The embedder for a model name.

    Raises:
        ConfigurationError: no key is set.
    """
    return resolve_embedder(model, judge=None)


def LangchainEmbeddingsWrapper(embeddings: Any) -> Embedder:  # noqa: N802  the name that Ragas users type
    """The embedder for a LangChain embedding model.

    Raises:
        ConfigurationError: it is none.
    """
    return resolve_embedder(embeddings, judge=None)


def LlamaIndexEmbeddingsWrapper(embeddings: Any) -> Embedder:  # noqa: N802  the name that Ragas users type
    """The embedder for a LlamaIndex embedding model.

    Raises:
        ConfigurationError: it is none.
    """
    return resolve_embedder(embeddings, judge=None)
