"""What the loopback server answers: chat completions and embeddings, from the request alone."""

from __future__ import annotations

import base64
import json
import math
import zlib
from array import array
from dataclasses import dataclass

import orjson

from tests.loopback.config import Config
from tests.loopback.writer import Json, Schema, Writer, find_schema

Body = dict[str, "Json"]


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP reply: `delay` in seconds; no body means that the connection is aborted."""

    status: int
    body: Body | None
    delay: float = 0.0
    headers: tuple[tuple[str, str], ...] = ()


def error(message: str, code: str = "invalid_request", param: str | None = None) -> Body:
    """An error body as OpenAI words it."""
    return {"error": {"message": message, "type": code, "param": param, "code": code}}


def refusal(body: Body, cfg: Config) -> Answer | None:
    """The 4xx for a field or a model that this server does not take, if there is one."""
    model = str(body.get("model"))
    if cfg.models and model not in cfg.models.split(","):
        return Answer(404, error(f"The model '{model}' does not exist", "model_not_found"))
    form = body.get("response_format")
    kind = form.get("type") if isinstance(form, dict) else None
    for field in filter(None, cfg.refuse.split(",")):
        if field == kind:
            message = f"'response_format' of type '{kind}' is not supported by this model"
            return Answer(cfg.refuse_status, error(message, param="response_format"))
        if field in body and (field != "n" or body["n"] != 1):
            hint = " Use 'max_completion_tokens' instead." if field == "max_tokens" else ""
            message = f"Unsupported parameter: '{field}' is not supported with this model.{hint}"
            return Answer(cfg.refuse_status, error(message, "unsupported_parameter", field))
    return None


def scripted(entry: Body, body: Body, cfg: Config) -> Answer:
    """The reply that a test wrote.

    Its fields: `content` or a whole `body`, `status`, `headers`, `delay_ms`, `finish_reason`, `refusal`.
    """
    delay = float(str(entry.get("delay_ms", 0))) / 1000
    headers = entry.get("headers")
    pairs = tuple((k, str(v)) for k, v in headers.items()) if isinstance(headers, dict) else ()
    if isinstance(whole := entry.get("body"), dict):
        return Answer(int(str(entry.get("status", 200))), whole, delay, pairs)
    message: Body = {"role": "assistant", "content": entry.get("content"), "refusal": entry.get("refusal")}
    choice: Body = {"index": 0, "message": message, "finish_reason": entry.get("finish_reason", "stop")}
    reply = _completion(body, [choice], _message_text(body), 1, cfg)
    return Answer(int(str(entry.get("status", 200))), reply, delay, pairs)


def chat(body: Body, cfg: Config, fault: str | None) -> Body:
    """The chat completion: an object of the asked schema per choice, or two sentences."""
    prompt = _message_text(body)
    tools = _tools(body)
    form = body.get("response_format")
    form = form if isinstance(form, dict) else {}
    schema = _schema(form, tools, prompt)
    finish = "length" if fault == "truncated" else "tool_calls" if tools else "stop"
    choices: list[Json] = []
    size = 0
    for index in range(int(str(body.get("n") or 1))):
        writer = Writer(prompt, index, cfg.list_len, _given(body))
        text = (
            _plain(writer, prompt, form.get("type") == "json_object")
            if schema is None
            else _dumps(writer.value(schema, schema))
        )
        text = _damaged(text, fault) if fault else text
        size += len(text) // 4 + 1
        message: Body = {"role": "assistant", "content": text, "refusal": None}
        if tools:
            call: Body = {"name": tools[0]["name"], "arguments": text}
            message |= {
                "content": None,
                "tool_calls": [{"id": f"call_{writer.state:x}", "type": "function", "function": call}],
            }
        choices.append({"index": index, "message": message, "logprobs": None, "finish_reason": finish})
    return _completion(body, choices, prompt, size, cfg)


def embed(body: Body, cfg: Config) -> Body:
    """Hashed bags of words of unit length: texts that share words are close."""
    texts = body["input"]
    if not isinstance(texts, list) or (texts and isinstance(texts[0], int)):
        texts = [texts]
    data: list[Json] = []
    tokens = 0
    for index, text in enumerate(texts):
        words = text.lower().split() if isinstance(text, str) else [str(token) for token in _tokens(text)]
        tokens += len(words)
        vector = _hashed(words, cfg.embed_dim)
        coded: Json = [*vector.tolist()]
        if body.get("encoding_format") == "base64":
            coded = base64.b64encode(vector.tobytes()).decode()
        data.append({"object": "embedding", "index": index, "embedding": coded})
    reply: Body = {"object": "list", "data": data, "model": body.get("model", "embed")}
    return reply | ({"usage": {"prompt_tokens": tokens, "total_tokens": tokens}} if cfg.count_usage else {})


def tokens(reply: Body) -> tuple[int, int]:
    """The (prompt, completion) token counts of a reply."""
    usage = reply.get("usage")
    if not isinstance(usage, dict):
        return 0, 0
    return int(str(usage.get("prompt_tokens", 0))), int(str(usage.get("completion_tokens", 0)))


def _completion(body: Body, choices: list[Json], prompt: str, size: int, cfg: Config) -> Body:
    sent = len(prompt) // 4 + 1
    reply: Body = {
        "id": f"chatcmpl-{zlib.crc32(prompt.encode()):08x}",
        "object": "chat.completion",
        "created": 1700000000,
        "model": body.get("model", "judge"),
        "choices": choices,
    }
    usage: Body = {"prompt_tokens": sent, "completion_tokens": size, "total_tokens": sent + size}
    return reply | ({"usage": usage} if cfg.count_usage else {})


def _schema(form: Body, tools: list[Body], prompt: str) -> Schema | None:
    named = form.get("json_schema")
    if isinstance(named, dict) and isinstance(schema := named.get("schema"), dict):
        return dict(schema)
    if tools:
        parameters = tools[0].get("parameters")
        return dict(parameters) if isinstance(parameters, dict) else {"type": "object", "properties": {}}
    return find_schema(prompt)


def _tools(body: Body) -> list[Body]:
    """The functions that the request offers, the one it demands alone where it does."""
    listed = body.get("tools")
    offered = (
        [t["function"] for t in listed if isinstance(t, dict) and "function" in t]
        if isinstance(listed, list)
        else []
    )
    legacy = body.get("functions")
    offered += legacy if isinstance(legacy, list) else []
    tools = [f for f in offered if isinstance(f, dict)]
    choice = body.get("tool_choice")
    if not isinstance(choice, dict):
        return tools
    wanted = choice.get("function", choice)
    return [t for t in tools if isinstance(wanted, dict) and t["name"] == wanted.get("name")] or tools


def _given(body: Body) -> Body | None:
    """The prompt's input: the last user message that is a JSON object, be it between two equal lines."""
    messages = body["messages"]
    for message in reversed(messages) if isinstance(messages, list) else ():
        content = (
            message.get("content") if isinstance(message, dict) and message.get("role") == "user" else None
        )
        if isinstance(content, str):
            try:
                value = json.loads(_unfenced(content))
            except ValueError:
                continue
            if isinstance(value, dict):
                return value
    return None


def _unfenced(content: str) -> str:
    """What stands between a first line and a last one that is equal to it."""
    first, _, rest = content.partition("\n")
    inner, _, last = rest.rpartition("\n")
    return inner if last == first else content


def _message_text(body: Body) -> str:
    parts: list[str] = []
    messages = body["messages"]
    for message in messages if isinstance(messages, list) else ():
        content = message.get("content") if isinstance(message, dict) else None
        if isinstance(content, list):
            content = "\n".join(str(p.get("text", "")) for p in content if isinstance(p, dict))
        parts.append(str(content or ""))
    return "\n".join(parts)


def _plain(writer: Writer, prompt: str, want_json: bool) -> str:
    """Text for a call without a schema: a generic verdict object, a grade, or two sentences."""
    if want_json:
        return _dumps({"verdict": 1, "score": 1, "reason": writer.text()})
    text = f"{writer.text(12)} {writer.text(12)}"
    if "GRADE" in prompt:  # some scorers ask for a last line "GRADE: $LETTER"
        text += "\n\nGRADE: " + ("C" if writer.draw(4) else "I")
    return text


def _damaged(text: str, fault: str) -> str:
    if fault == "truncated":
        return text[: max(1, len(text) * 2 // 3)]
    return "Sure! Here is the result:\n" + text.replace('"', "'") + ",}"


def _hashed(words: list[str], size: int) -> array[float]:
    vector = array("f", bytes(4 * size))
    for word in words:
        vector[zlib.crc32(word.encode()) % size] += 1.0
    norm = math.sqrt(math.fsum(v * v for v in vector if v)) or 1.0
    for i, v in enumerate(vector):
        if v:
            vector[i] = v / norm
    return vector


def _tokens(value: Json) -> list[Json]:
    return value if isinstance(value, list) else [value]


def _dumps(value: Json) -> str:
    return orjson.dumps(value).decode()
