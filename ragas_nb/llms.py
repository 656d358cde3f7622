"""Ragas' names for choosing a judge: each gives a judge, and `llm=` also takes what they wrap as it is."""

from __future__ import annotations

from typing import Any

from ragas_nb.judges.base import Judge
from ragas_nb.judges.resolve import resolve_judge

__all__ = ["LangchainLLMWrapper", "LlamaIndexLLMWrapper", "llm_factory"]


def llm_factory(model: str = "gpt-4o-mini", *, client: Any = None) -> Judge:
    """The judge for a model name; `client` is an OpenAI client for it.

    Raises:
        ConfigurationError: no key is set, or `client` is no OpenAI client.
    """
    return resolve_judge(model) if client is None else resolve_judge(client, model=model)


def LangchainLLMWrapper(langchain_llm: Any) -> Judge:  # noqa: N802  the name that Ragas users type
    """The judge for a LangChain chat model.

    Raises:
        ConfigurationError: it is none.
    """
    return resolve_judge(langchain_llm)


def LlamaIndexLLMWrapper(llm: Any) -> Judge:  # noqa: N802  the name that Ragas users type
    """The judge for a LlamaIndex chat model.

    Raises:
        ConfigurationError: it is none.
    """
    return resolve_judge(llm)
