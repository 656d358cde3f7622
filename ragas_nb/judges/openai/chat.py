"""Chat completions on the wire: the body of a request, and what a reply says."""

from __future__ import annotations

import array
import base64
import re
import sys
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypedDict

from pydantic_core import from_json

from ragas_nb.errors import JudgeRefused
from ragas_nb.judges.base import Choice, Embeddings, JudgeRequest, Reply, Usage, Vector
from ragas_nb.judges.images.image import Image, images_of
from ragas_nb.judges.openai.forms import Form, Mode
from ragas_nb.judges.openai.rates import rate_hints
from ragas_nb.judges.openai.refusals import Problem, read_problem
from ragas_nb.judges.openai.target import Target
from ragas_nb.judges.openai.ways import Answered
from ragas_nb.prompts import Message, Prompt

_ONE_ANSWER, _SEVERAL_ANSWERS = 0.0, 0.3
"""Temperatures where the user sets none: answers that repeat, and answers that differ a little."""


class TextPart(TypedDict):
    """Text in a message that has images too."""

    type: Literal["text"]
    text: str


class ImagePart(TypedDict):
    """An image in a message: its `url` is the whole image as a data URI."""

    type: Literal["image_url"]
    image_url: dict[Literal["url"], str]


class ChatMessage(TypedDict):
    """One chat message; its content comes in parts where it has images."""

    role: Literal["system", "user", "assistant"]
    content: str | list[TextPart | ImagePart]


@dataclass(frozen=True, slots=True)
class Sampling:
    """How a model is asked to answer; `extra` are further fields of the request body."""

    temperature: float | None = None
    seed: int | None = None
    max_tokens: int | None = None
    extra: dict[str, object] = field(default_factory=dict)

    def fields(self, *, varied: bool, dropped: frozenset[str]) -> dict[str, object]:
        """The fields of the body, without the ones that the server does not take."""
        automatic = _SEVERAL_ANSWERS if varied else _ONE_ANSWER
        wanted: dict[str, object] = {
            "temperature": automatic if self.temperature is None else self.temperature,
            "seed": self.seed,
            "max_tokens": self.max_tokens,
            **self.extra,
        }
        if "max_tokens" in dropped:
            wanted["max_completion_tokens"] = wanted["max_tokens"]
        return {k: v for k, v in wanted.items() if v is not None and k not in dropped}


def response_format(prompt: Prompt[Any, Any]) -> dict[str, object]:
    """The strict JSON schema of a prompt's output, as `response_format` wants it."""
    name = re.sub(r"[^A-Za-z0-9_-]", "_", prompt.name)[:64]
    return {"type": "json_schema", "json_schema": {"name": name, "strict": True, "schema": prompt.schema}}


def text_messages(request: JudgeRequest, *, with_schema: bool) -> list[Message]:
    """The messages of a request, without its images; earlier replies that were invalid follow, each with its
    problem."""
    messages = request.prompt.messages(request.input, with_schema=with_schema or bool(request.invalid))
    for invalid in request.invalid:
        problem = f"That reply cannot be used: {invalid.problem}. Reply with the corrected JSON only."
        messages += [{"role": "assistant", "content": invalid.text}, {"role": "user", "content": problem}]
    return messages


def chat_messages(request: JudgeRequest, *, with_schema: bool) -> list[ChatMessage]:
    """The messages of a request; its images follow the input in one message, each under its number."""
    messages = [
        ChatMessage(role=message["role"], content=message["content"])
        for message in text_messages(request, with_schema=with_schema)
    ]
    if images := images_of(request.input):
        asked = messages[-1 - 2 * len(request.invalid)]
        text = TextPart(type="text", text=str(asked["content"]))
        asked["content"] = [text, *(part for image in images for part in _shown(image))]
    return messages


def _shown(image: Image) -> tuple[TextPart, ImagePart]:
    heading = TextPart(type="text", text=f"Image {image.image}:")
    return heading, ImagePart(type="image_url", image_url={"url": image.data_uri})


def chat_body(
    request: JudgeRequest, messages: list[ChatMessage], model: str, form: Form, sampling: Sampling
) -> dict[str, object]:
    """The body of a chat request with these messages, in the form that the server takes."""
    n = request.n if form.takes_n else 1
    body: dict[str, object] = {
        "model": model,
        "messages": messages,
        **sampling.fields(varied=request.varied, dropped=form.dropped),
    }
    if n > 1:
        body["n"] = n
    if (wanted := _format(form.mode, request.prompt)) is not None:
        body["response_format"] = wanted
    return body


def _format(mode: Mode, prompt: Prompt[Any, Any]) -> dict[str, object] | None:
    match mode:
        case "json_schema":
            return response_format(prompt)
        case "json_object":
            return {"type": "json_object"}
        case "text":
            return None


def read_chat(answered: Answered, target: Target) -> Reply | Problem:
    """The reply in a 200, or the problem that some servers hide in one.

    Raises:
        JudgeRefused: the model refused to answer, or a filter stopped it.
    """
    data = _object(answered.content)
    choices = data.get("choices")
    if not isinstance(choices, list) or not choices:
        return _not_understood(data, answered, "a chat completion")
    said = [choice for choice in choices if not _is_refused(choice)]
    if not said:
        words = target.cleaned(str(_message(choices[0]).get("refusal") or "the reply was filtered"))
        raise JudgeRefused(
            f"'{target.model}' at {target.base_url} refused to answer: {words}", kind="content_filter"
        )
    return Reply(
        tuple(Choice(_text(_message(c)), c.get("finish_reason") == "length") for c in said),
        read_usage(data.get("usage")),
        str(data.get("model") or target.model),
        rate_hints(answered.headers),
    )


def _is_refused(choice: dict[str, Any]) -> bool:
    return choice.get("finish_reason") == "content_filter" or bool(_message(choice).get("refusal"))


def _message(choice: dict[str, Any]) -> dict[str, Any]:
    return choice.get("message") or {}


def _text(message: dict[str, Any]) -> str:
    """The text of a message, whose content some servers send in parts."""
    content = message.get("content")
    if isinstance(content, list):
        return "".join(str(part.get("text") or "") for part in content if isinstance(part, dict))
    return content if isinstance(content, str) else ""


def read_usage(usage: object) -> Usage:
    """The tokens that a server counted; 0 where it did not say."""
    if not isinstance(usage, dict):
        return Usage()
    details = usage.get("prompt_tokens_details")
    cached = (
        details.get("cached_tokens") if isinstance(details, dict) else usage.get("prompt_cache_hit_tokens")
    )
    return Usage(
        input_tokens=usage.get("prompt_tokens") or 0,
        output_tokens=usage.get("completion_tokens") or 0,
        cached_tokens=cached or 0,
    )


def read_embeddings(answered: Answered, texts: int, target: Target) -> Embeddings | Problem:
    """The vectors in a 200, in the order of the texts, or the problem."""
    data = _object(answered.content)
    items = data.get("data")
    if not isinstance(items, list) or len(items) != texts:
        return _not_understood(data, answered, f"{texts} embeddings")
    ordered = sorted(items, key=lambda item: item.get("index", 0))
    vectors = tuple(_vector(item["embedding"]) for item in ordered)
    model = str(data.get("model") or target.model)
    return Embeddings(vectors, read_usage(data.get("usage")), model, rate_hints(answered.headers))


def _vector(coded: str | list[float]) -> Vector:
    """A vector from base64 (little-endian 32-bit floats), or from the list that other servers send."""
    if not isinstance(coded, str):
        return coded
    vector = array.array("f", base64.b64decode(coded))
    if sys.byteorder == "big":
        vector.byteswap()
    return vector


def _object(raw: bytes) -> dict[str, Any]:
    try:
        data = from_json(raw)
    except ValueError:
        return {}
    return data if isinstance(data, dict) else {}


def _not_understood(data: dict[str, Any], answered: Answered, wanted: str) -> Problem:
    """The problem in a 200 that is not what was asked for: an error in disguise, or another server's page."""
    if data.get("error"):
        problem = read_problem(200, answered.content, {})
        return replace(problem, status=next((int(code) for code in problem.codes if code.isdigit()), 502))
    start = answered.content[:120].decode(errors="replace")
    return Problem(200, f"The reply is not {wanted} but starts with: {start}")
