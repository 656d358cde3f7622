"""What a server's error reply means: its words, without secrets, as an error that says what to do."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from ragas_nb.errors import JudgeRefused, JudgeUnavailable, RefusedKind
from ragas_nb.judges.openai.rates import wait_asked
from ragas_nb.judges.openai.target import Target

_NO_MODEL = re.compile(
    r"model\b.{0,200}(?:not exist|not found|n[o']t available|unknown)|(?:invalid|unknown|no such) model",
    re.I | re.S,
)
_BAD_KEY = re.compile(r"api.?key.{0,20}(?:not valid|invalid)|(?:incorrect|invalid).{0,5}api.?key", re.I)
_FILTERED = re.compile(r"content.?(?:filter|policy|management)|moderation|flagged", re.I)
_REFUSALS: dict[RefusedKind, tuple[str, str]] = {
    "authentication": (
        "did not accept the key",
        " Check OPENAI_API_KEY, or pass llm= a client with the right key and base URL.",
    ),
    "model": (
        "does not have this model, or not at this address",
        " `client.models.list()` shows the models it has; a base URL mostly ends in /v1.",
    ),
    "quota": ("has no quota left for this key", " Top it up, or pass llm= another judge."),
    "content_filter": ("filtered the content", ""),
    "bad_request": ("refused the request", ""),
}
_OVERLOADED = (503, 529)
"""What servers answer that have too much to do, besides 429."""


@dataclass(frozen=True, slots=True)
class Problem:
    """An error reply: the server's words, its codes, the parameter it names, the seconds it asks to wait."""

    status: int
    words: str
    codes: tuple[str, ...] = ()
    parameter: str = ""
    retry_after: float | None = None

    def has_code(self, start: str) -> bool:
        """Whether one of the server's codes begins like this."""
        return any(code.startswith(start) for code in self.codes)


def read_problem(status: int, raw: bytes, headers: Mapping[str, str]) -> Problem:
    """The problem in an error reply, in whichever of the usual forms the server wrote it."""
    try:
        body: object = json.loads(raw)
    except ValueError:
        body = raw.decode(errors="replace")
    while isinstance(body, list) and body:  # some wrap the error in a list
        body = body[0]
    error = body.get("error", body) if isinstance(body, dict) else body
    fields = error if isinstance(error, dict) else {}
    codes = tuple(str(fields[key]).lower() for key in ("code", "type", "status") if fields.get(key))
    return Problem(status, _words(error), codes, str(fields.get("param") or ""), wait_asked(headers))


def _words(error: object) -> str:
    """The text of an error: a string, or the message, detail or msg of an object, or of a list of objects."""
    if isinstance(error, list):
        return "; ".join(_words(item) for item in error)
    if not isinstance(error, dict):
        return str(error or "")
    for key in ("message", "detail", "msg", "error"):
        if error.get(key):
            where = error.get("loc")
            place = ".".join(map(str, where)) + ": " if isinstance(where, list) else ""
            return place + _words(error[key])
    return json.dumps(error, ensure_ascii=False) if error else ""


def judge_error(problem: Problem, target: Target) -> JudgeRefused | JudgeUnavailable:
    """The error to raise for a problem: what the server said, and what to do about it."""
    kind = _refused_kind(problem)
    said = target.cleaned(problem.words) or "no reason given"
    where = f"{target.base_url} (model '{target.model}', status {problem.status})"
    if kind is None and problem.status == 429:
        message = f"{where} limits the rate: {said}"
        return JudgeUnavailable(message, kind="rate_limited", retry_after=problem.retry_after)
    if kind is None:
        return JudgeUnavailable(
            f"{where} failed: {said}",
            kind="server_error",
            retry_after=problem.retry_after,
            overloaded=problem.status in _OVERLOADED,
        )
    finding, way_out = _REFUSALS[kind]
    return JudgeRefused(f"{where} {finding}: {said}{way_out}", kind=kind)


def _refused_kind(problem: Problem) -> RefusedKind | None:
    """The kind of a refusal, or None when the same request may work later."""
    status, words = problem.status, problem.words
    if problem.has_code("insufficient_quota") or problem.has_code("billing") or status == 402:
        return "quota"
    if status in (408, 409, 425, 429) or status >= 500:
        return None
    if problem.has_code("content_") or (status in (400, 403) and _FILTERED.search(words)):
        return "content_filter"
    if status in (401, 403) or _BAD_KEY.search(words):
        return "authentication"
    if status in (200, 404) or problem.has_code("model_not_found") or _NO_MODEL.search(words):
        return "model"
    return "bad_request"
