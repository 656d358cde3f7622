"""What a server's error reply means: its words, without secrets, as an error that says what to do."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from ragas_nb.errors import JudgeRefused, JudgeUnavailable, RefusedKind
from ragas_nb.judges.openai.target import Target

_NO_MODEL = re.compile(
    r"model\b.{0,200}(?:not exist|not found|n[o']t available|unknown)|(?:invalid|unknown|no such) model",
    re.I | re.S,
)
_BAD_KEY = re.compile(r"api.?key.{0,20}(?:not valid|invalid)|(?:incorrect|invalid).{0,5}api.?key", re.I)
_FILTERED = re.compile(r"content.?(?:filter|policy|management)|moderation|flagged", re.I)
_DURATION = re.compile(r"(?P<value>\d+(?:\.\d+)?)(?P<unit>ms|s|m|h|d)")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
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
_EPOCH = 1_000_000_000
"""A number of seconds above this is a moment, not a duration."""


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
            f"{where} failed: {said}", kind="server_error", retry_after=problem.retry_after
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


def wait_asked(headers: Mapping[str, str]) -> float | None:
    """The seconds that a server asks to wait, by any of the headers in use; None when it does not say."""
    if (milliseconds := _number(headers.get("retry-after-ms"))) is not None:
        return milliseconds / 1000
    if value := headers.get("retry-after"):
        seconds = _number(value)
        return seconds if seconds is not None else _until(value)
    resets = {}
    for what in ("requests", "tokens"):
        wait = _duration(headers.get(f"x-ratelimit-reset-{what}"))
        if wait is not None:
            resets[_number(headers.get(f"x-ratelimit-remaining-{what}")) == 0, what] = wait
    exhausted = [wait for (is_exhausted, _), wait in resets.items() if is_exhausted]
    return max(exhausted) if exhausted else min(resets.values(), default=None)


def _number(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if 0 <= value < float("inf") else None


def _until(moment: str) -> float | None:
    """Seconds from now to an HTTP date."""
    try:
        then = parsedate_to_datetime(moment)
    except ValueError:
        return None
    then = then if then.tzinfo else then.replace(tzinfo=UTC)
    return max(0.0, (then - datetime.now(UTC)).total_seconds())


def _duration(text: str | None) -> float | None:
    """Seconds in `1h2m3.5s`, `20ms`, a plain number of seconds, or from now to a number of epoch seconds."""
    if (plain := _number(text)) is not None:
        return plain if plain < _EPOCH else max(0.0, plain - datetime.now(UTC).timestamp())
    parts = list(_DURATION.finditer(text or ""))
    return sum(float(p["value"]) * _SECONDS[p["unit"]] for p in parts) if parts else None
