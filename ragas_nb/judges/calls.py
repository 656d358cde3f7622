"""Any callable as a judge or an embedder; and what judges that wrap somebody's object share."""

from __future__ import annotations

import inspect
import json
import uuid
from collections.abc import Awaitable, Callable, Iterable, Sequence
from functools import partial
from types import FunctionType
from typing import Any, Literal, TypeGuard

from pydantic import BaseModel

from ragas_nb.errors import ConfigurationError, JudgeRefused, JudgeUnavailable
from ragas_nb.judges.base import Choice, Embedder, Embeddings, Judge, JudgeRequest, Reply, Usage, Vector
from ragas_nb.judges.code import code_digest
from ragas_nb.judges.images.image import images_of
from ragas_nb.judges.openai.chat import chat_messages, text_messages
from ragas_nb.judges.openai.refusals import Problem, judge_error
from ragas_nb.judges.openai.target import Target
from ragas_nb.judges.threads import in_thread

Takes = Literal["text", "messages"]


async def outcome_of(call: Callable[[], Any], target: Target) -> Any:
    """What a call returns: awaited when it is asynchronous, run in a thread when it blocks.

    Raises:
        JudgeUnavailable, JudgeRefused: the call failed as calls to servers do; other errors pass unchanged.
    """
    try:
        result = call() if _is_async(call) else await in_thread(call)
        return await result if inspect.isawaitable(result) else result
    except Exception as error:
        known = _as_judge_error(error, target)
        if known is None:
            raise
    raise known


def _is_async(call: Callable[[], Any]) -> bool:
    while isinstance(call, partial):
        call = call.func
    return inspect.iscoroutinefunction(call) or inspect.iscoroutinefunction(getattr(call, "__call__", None))  # noqa: B004


def _as_judge_error(error: Exception, target: Target) -> JudgeRefused | JudgeUnavailable | None:
    """A judge's error for an exception of a client library, known by its status code or its name."""
    status = getattr(error, "status_code", None)
    if isinstance(status, int):
        codes = tuple(str(code).lower() for name in ("code", "type") if (code := getattr(error, name, None)))
        return judge_error(Problem(status, str(error), codes), target)
    name = type(error).__name__
    message = f"{target.label}: {name}: {target.cleaned(str(error))}"
    if isinstance(error, TimeoutError) or "Timeout" in name:
        return JudgeUnavailable(message, kind="timeout")
    if isinstance(error, ConnectionError) or "Connect" in name:
        return JudgeUnavailable(message, kind="connection")
    return None


def prompt_text(request: JudgeRequest, label: str) -> str:
    """A request as one text, the output's schema included.

    Raises:
        JudgeRefused: it has images, which no text can hold.
    """
    if images_of(request.input):
        raise no_images(label, "it is given text only")
    return "\n\n".join(message["content"] for message in text_messages(request, with_schema=True))


def no_images(label: str, why: str) -> JudgeRefused:
    """What to raise where a sample has images, and the judge cannot be shown any."""
    return JudgeRefused(
        f"The sample has images, and the judge '{label}' cannot be shown any: {why}. Pass llm= the name of a "
        "model that takes images, a client, or a function with one parameter called messages.",
        kind="bad_request",
    )


class FunctionJudge(Judge):
    """Your own function as a judge: it gets the prompt as text and returns the answer.

    `fn` takes one argument, asynchronous or not (then it runs in a thread); one called `messages` gets chat
    messages instead of text, and only such a one can be shown images (`content` is a list of parts then, as
    OpenAI-compatible servers take it). It returns JSON text, a dict or a pydantic model. Answers are
    remembered under `name`; without one, under the function's own code, so that an edited function is asked
    afresh, or for this process only where the code does not tell everything (a closure, an object).

    >>> FunctionJudge(lambda prompt: '{"verdict": 1}', name="always yes")
    FunctionJudge('always yes')
    """

    def __init__(self, fn: Callable[[Any], object], name: str | None = None) -> None:
        self._fn = fn
        self._takes = _parameter(fn)
        self.label = name or _name(fn)
        self.identity = json.dumps({"kind": "function", "name": name or _fingerprint(fn)})
        self._target = Target(self.label, "function")

    def __repr__(self) -> str:
        return f"FunctionJudge({self.label!r})"

    async def reply(self, request: JudgeRequest) -> Reply:
        """One call of the function."""
        asked = (
            prompt_text(request, self.label)
            if self._takes == "text"
            else chat_messages(request, with_schema=True)
        )
        answer = await outcome_of(partial(self._fn, asked), self._target)
        return Reply((Choice(self._as_text(answer)),), Usage(), self.label)

    def _as_text(self, answer: object) -> str:
        if isinstance(answer, BaseModel):
            return answer.model_dump_json()
        if isinstance(answer, dict):
            return json.dumps(answer, ensure_ascii=False)
        if isinstance(answer, str):
            return answer
        raise JudgeRefused(
            f"The judge function '{self.label}' returned {type(answer).__name__}; it must return JSON text, "
            "a dict or a pydantic model.",
            kind="bad_request",
        )


class FunctionEmbedder(Embedder):
    """Your own function as an embedder: it gets a list of texts and returns as many vectors.

    Asynchronous, or not (then it runs in a thread). `name` is as in `FunctionJudge`.
    """

    def __init__(
        self, fn: Callable[[list[str]], object | Awaitable[object]], name: str | None = None
    ) -> None:
        self._fn = fn
        self.label = name or _name(fn)
        self.identity = json.dumps({"kind": "function-embedder", "name": name or _fingerprint(fn)})
        self._target = Target(self.label, "function")

    def __repr__(self) -> str:
        return f"FunctionEmbedder({self.label!r})"

    async def embed(self, texts: Sequence[str]) -> Embeddings:
        """One call of the function."""
        answer = await outcome_of(partial(self._fn, list(texts)), self._target)
        return Embeddings(as_vectors(answer, len(texts), self.label), Usage(), self.label)


def as_vectors(answer: object, texts: int, label: str) -> tuple[Vector, ...]:
    """One vector per text, from lists of numbers or from arrays.

    Raises:
        JudgeRefused: it is something else, or the number is wrong.
    """
    rows = answer.tolist() if hasattr(answer, "tolist") else answer
    vectors = [row.tolist() if hasattr(row, "tolist") else row for row in rows] if _is_rows(rows) else []
    if len(vectors) != texts or not all(_is_rows(vector) for vector in vectors):
        found = f"{len(vectors)} items" if _is_rows(rows) else type(answer).__name__
        raise JudgeRefused(
            f"The embedder '{label}' returned {found}; it must return one list of numbers per text "
            f"(there were {texts}).",
            kind="bad_request",
        )
    return tuple(vectors)


def _is_rows(value: object) -> TypeGuard[Iterable[Any]]:
    return isinstance(value, Iterable) and not isinstance(value, (str, bytes, dict))


def _name(fn: object) -> str:
    return getattr(fn, "__qualname__", None) or type(fn).__qualname__


def _parameter(fn: Callable[..., object]) -> Takes:
    """What the function wants as its one argument."""
    try:
        parameters = inspect.signature(fn).parameters.values()
    except (TypeError, ValueError):  # built in: no signature to see
        return "text"
    open_ended = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    positional = [p for p in parameters if p.kind not in (p.KEYWORD_ONLY, p.VAR_KEYWORD)]
    required = [p for p in parameters if p.default is p.empty and p.kind not in open_ended]
    if not positional or len(required) > 1:
        wanted = ", ".join(p.name for p in required) or "nothing"
        raise ConfigurationError(
            f"A judge function takes one argument, the prompt's text; '{_name(fn)}' takes {wanted}."
        )
    return "messages" if positional[0].name == "messages" else "text"


def _fingerprint(fn: object) -> str:
    """Words that change when the function's code does; where that cannot be told, they hold in this process
    only."""
    return f"{_name(fn)} {(code_digest(fn) if isinstance(fn, FunctionType) else None) or uuid.uuid4().hex}"
