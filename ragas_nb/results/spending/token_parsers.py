"""The token counts of replies, known by their shape: LangChain's results and those of the providers' clients.

The names are the providers' own and those of `langchain-openai`, `-anthropic`, `-aws` and `-azure-ai`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ragas_nb.results.spending.tokens import TokenUsage


@dataclass(frozen=True, slots=True)
class _Counts:
    """What somebody calls the tokens: `read` are added up, as some count cached ones apart."""

    read: tuple[str, ...]
    written: str

    def of(self, usage: object) -> tuple[int, int] | None:
        """Input and output tokens, or None where neither is counted under these names."""
        if not any(isinstance(_at(usage, name), int) for name in (self.read[0], self.written)):
            return None
        return sum(_count(usage, name) for name in self.read), _count(usage, self.written)


_LANGCHAIN = _Counts(("input_tokens",), "output_tokens")
_OPENAI = (_Counts(("prompt_tokens",), "completion_tokens"), _Counts(("input_tokens",), "output_tokens"))
_ANTHROPIC = (
    _Counts(("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens"), "output_tokens"),
)
_BEDROCK = (
    _Counts(("prompt_tokens", "cache_write_input_tokens", "cache_read_input_tokens"), "completion_tokens"),
    _Counts(("inputTokens", "cacheWriteInputTokens", "cacheReadInputTokens"), "outputTokens"),
    *_ANTHROPIC,
)
_MODEL_NAMES = ("model_name", "model", "model_id")


def get_token_usage_for_openai(llm_result: object) -> TokenUsage:
    """The tokens of a LangChain result of OpenAI's models, or of a reply of OpenAI's own client.

    Cached input tokens are counted with the others. A reply without counts has zero tokens.

    >>> reply = {"model": "gpt-4o-mini", "usage": {"prompt_tokens": 9, "completion_tokens": 3}}
    >>> get_token_usage_for_openai(reply)
    TokenUsage(input_tokens=9, output_tokens=3, model='gpt-4o-mini')
    """
    return _usage_of(llm_result, _OPENAI)


def get_token_usage_for_anthropic(llm_result: object) -> TokenUsage:
    """The tokens of a LangChain result of Anthropic's models, or of a reply of Anthropic's own client.

    Input tokens written to the cache or read from it, which Anthropic counts apart, are added to the others.
    A reply without counts has zero tokens.
    """
    return _usage_of(llm_result, _ANTHROPIC)


def get_token_usage_for_bedrock(llm_result: object) -> TokenUsage:
    """The tokens of a LangChain result of Bedrock's models, or of a reply of Bedrock's `converse`.

    Cached input tokens, which Bedrock counts apart, are added to the others. `converse` does not name the
    model. A reply without counts has zero tokens.
    """
    return _usage_of(llm_result, _BEDROCK)


def get_token_usage_for_azure_ai(llm_result: object) -> TokenUsage:
    """The tokens of a LangChain result of Azure AI's models, or of a reply of Azure AI Inference's client.

    A reply without counts has zero tokens.
    """
    return _usage_of(llm_result, _OPENAI)


def _usage_of(result: object, names: tuple[_Counts, ...]) -> TokenUsage:
    """The count of the whole result, else the sum of its messages' counts; the first model that is named."""
    output, messages = _at(result, "llm_output"), _messages(result)
    whole = _first_of((_at(result, "usage"), _at(output, "token_usage"), _at(output, "usage")), names)
    counts = [_counts_of(message, names) for message in messages] if whole is None else [whole]
    places = (result, output, *(_at(message, "response_metadata") for message in messages))
    return TokenUsage(
        input_tokens=sum(read for read, _ in counts),
        output_tokens=sum(written for _, written in counts),
        model=next(filter(None, map(_model, places)), ""),
    )


def _counts_of(message: object, names: tuple[_Counts, ...]) -> tuple[int, int]:
    """As the provider counted, else as LangChain did."""
    said = _at(message, "response_metadata")
    by_provider = _first_of((_at(said, "usage"), _at(said, "token_usage")), names)
    return by_provider or _LANGCHAIN.of(_at(message, "usage_metadata")) or (0, 0)


def _first_of(usages: Iterable[object], names: tuple[_Counts, ...]) -> tuple[int, int] | None:
    found = (counted for usage in usages for counts in names if (counted := counts.of(usage)) is not None)
    return next(found, None)


def _messages(result: object) -> list[object]:
    """The messages of all generations, which a result holds in one list or one per prompt; else the reply."""
    generations = _at(result, "generations")
    if not isinstance(generations, Sequence):
        return [result]
    lists = (entry if isinstance(entry, Sequence) else (entry,) for entry in generations)
    return [_at(generation, "message") for entry in lists for generation in entry]


def _model(place: object) -> str:
    """The model's name where it is found under one of its keys."""
    found = (_at(place, name) for name in _MODEL_NAMES)
    return next((name for name in found if isinstance(name, str) and name), "")


def _count(usage: object, name: str) -> int:
    value = _at(usage, name)
    return value if isinstance(value, int) else 0


def _at(value: object, name: str) -> object:
    """What stands under a key or an attribute, or None."""
    return value.get(name) if isinstance(value, Mapping) else getattr(value, name, None)
