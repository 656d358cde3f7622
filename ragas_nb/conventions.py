"""Requests and scores in the words of OpenTelemetry's conventions for generative AI, as plain attributes.

They are those of https://github.com/open-telemetry/semantic-conventions-genai, which are still being
developed; what they have no word for is named `ragas_nb.…`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias
from urllib.parse import urlsplit

from ragas_nb.engine.events import JobFailed, JobScored
from ragas_nb.engine.trace import Attempt, StepTrace
from ragas_nb.judges.base import Invalid, JudgeRequest
from ragas_nb.judges.openai.chat import text_messages
from ragas_nb.prompts import Message

Attributes: TypeAlias = dict[str, str | int | float]
Operation = Literal["chat", "embeddings"]
_PROVIDERS: Final = {
    "anthropic.com": "anthropic",
    "amazonaws.com": "aws.bedrock",
    "openai.azure.com": "azure.ai.openai",
    "services.ai.azure.com": "azure.ai.inference",
    "cohere.ai": "cohere",
    "cohere.com": "cohere",
    "deepseek.com": "deepseek",
    "generativelanguage.googleapis.com": "gcp.gemini",
    "googleapis.com": "gcp.gen_ai",
    "groq.com": "groq",
    "mistral.ai": "mistral_ai",
    "moonshot.ai": "moonshot_ai",
    "moonshot.cn": "moonshot_ai",
    "perplexity.ai": "perplexity",
    "x.ai": "x_ai",
}
"""The conventions' words for those whose servers speak as OpenAI's does, by domain; others are `openai`."""
_PORTS: Final = {"http": 80, "https": 443}
_UNUSABLE: Final = ("invalid", "cut off")


@dataclass(frozen=True, slots=True)
class Asked:
    """Whom requests go to: the name of their spans, and what is the same for all of them."""

    name: str
    attributes: Attributes


def asked(operation: Operation, label: str | None, told: Mapping[str, object] | None) -> Asked:
    """Whom requests go to, out of what a run's meta says of its judge or embedder.

    >>> asked("chat", "small", {"kind": "openai", "model": "small", "base_url": "http://localhost:8000"}).name
    'chat small'
    """
    known = told or {}
    kind, model = known.get("kind"), known.get("model")
    server = urlsplit(str(known.get("base_url", "")))
    attributes: Attributes = {
        "gen_ai.operation.name": operation,
        "gen_ai.provider.name": "offline" if kind == "offline" else "custom",
    }
    if isinstance(model, str):
        attributes["gen_ai.request.model"] = model
    if server.hostname:
        attributes["gen_ai.provider.name"] = provider(server.hostname)
        attributes["server.address"] = server.hostname
        attributes["server.port"] = server.port or _PORTS.get(server.scheme, 443)
    for name in ("temperature", "seed", "max_tokens"):
        if isinstance(value := known.get(name), int | float):
            attributes[f"gen_ai.request.{name}"] = value
    return Asked(f"{operation} {model or label or 'unknown'}", attributes)


def provider(host: str) -> str:
    """The conventions' word for whoever runs this server.

    >>> provider("api.x.ai"), provider("eu.openai.azure.com"), provider("localhost")
    ('x_ai', 'azure.ai.openai', 'openai')
    """
    return next((name for domain, name in _PROVIDERS.items() if f".{host}".endswith(f".{domain}")), "openai")


def error_type(attempt: Attempt) -> str | None:
    """What kind of failure an attempt was; None for one with a usable reply.

    >>> [error_type(Attempt(outcome, 0.1)) for outcome in ("rate limited", "cut off", "ok")]
    ['rate_limited', 'invalid_output', None]
    """
    if attempt.outcome == "ok":
        return None
    return "invalid_output" if attempt.outcome in _UNUSABLE else attempt.outcome.replace(" ", "_")


def used(attempt: Attempt) -> Attributes:
    """What an attempt used, as far as it was counted, and who answered; nothing where nobody did."""
    if attempt.model is None:
        return {}
    usage = attempt.usage
    told: dict[str, str | int | float | None] = {
        "gen_ai.response.model": attempt.model or None,
        "gen_ai.usage.input_tokens": usage.input_tokens or None,
        "gen_ai.usage.output_tokens": usage.output_tokens or None,
        "gen_ai.usage.cache_read.input_tokens": usage.cached_tokens or None,
        "ragas_nb.cost": attempt.cost,
    }
    return {name: value for name, value in told.items() if value is not None}


def messages(step: StepTrace) -> Iterator[Attributes]:
    """What was asked and what was answered, for each attempt at a step; without images."""
    invalid: list[Invalid] = []
    for attempt in step.attempts:
        request = JudgeRequest(step.prompt, step.input, invalid=tuple(invalid))
        said: Attributes = {"gen_ai.input.messages": _in_parts(text_messages(request, with_schema=False))}
        if attempt.reply is not None:
            answer: Message = {"role": "assistant", "content": attempt.reply}
            reason = "length" if attempt.outcome == "cut off" else "stop"
            said["gen_ai.output.messages"] = _in_parts([answer], finish_reason=reason)
        yield said
        if attempt.outcome in _UNUSABLE:
            invalid.append(Invalid(attempt.reply or "", attempt.problem or ""))


def _in_parts(said: Sequence[Message], **more: str) -> str:
    """Messages as the conventions write them: JSON, each in parts.

    >>> _in_parts([{"role": "user", "content": "Hi"}])
    '[{"role": "user", "parts": [{"type": "text", "content": "Hi"}]}]'
    """
    whole = [
        {"role": message["role"], "parts": [{"type": "text", "content": message["content"]}], **more}
        for message in said
    ]
    return json.dumps(whole, ensure_ascii=False)


def evaluation(event: JobScored | JobFailed, *, content: bool) -> Attributes:
    """A score, or why there is none, as the conventions' evaluation result; the reason is content."""
    told: Attributes = {"gen_ai.evaluation.name": event.metric}
    if isinstance(event, JobFailed):
        return told | {"error.type": event.kind}
    match event.value:
        case None:
            pass
        case str() as label:
            told["gen_ai.evaluation.score.label"] = label
        case list() as ranking:
            told["gen_ai.evaluation.score.label"] = " > ".join(map(str, ranking))
        case number:
            told["gen_ai.evaluation.score.value"] = number
    if content and event.reason is not None:
        told["gen_ai.evaluation.explanation"] = event.reason
    return told
