"""Events, runs and answers as the store's tables hold them: numbers and JSON, and back."""

from __future__ import annotations

import json
import zlib
from dataclasses import asdict
from datetime import datetime
from hashlib import blake2b
from typing import Final, TypeAlias

from pydantic import BaseModel, TypeAdapter

from ragas_nb.engine.events import (
    FailureKind,
    JobFailed,
    JobScored,
    NoticeGiven,
    RunEnded,
    RunPaused,
    RunResumed,
    RunStarted,
)
from ragas_nb.engine.memory import Remembered
from ragas_nb.engine.trace import Attempt
from ragas_nb.judges.base import Usage
from ragas_nb.metrics.result import Score
from ragas_nb.schema import SampleId
from ragas_nb.store.meta import RunMeta
from ragas_nb.store.state import FAILED, SCORED, UNDEFINED

Happening: TypeAlias = RunStarted | RunPaused | RunResumed | NoticeGiven | RunEnded
"""An event of the run as a whole."""
Told: TypeAlias = tuple[int, float | None, str | None]
"""How a job ended: its status, its score where that is a number, and JSON of all else that is known."""
AttemptJson: TypeAlias = tuple[
    str, float, str | None, str | None, str | None, int, int, int, float | None, float | None
]
"""Outcome, seconds, reply, problem, model, tokens in, out and cached, cost, when."""
_SMALLEST, _BEYOND = -(2**63), 2**63
_ANSWER_WORDS: Final = (
    b'"problem":"statements":["classifications":["attributed":1,"reason":"verdict":0,"noncommittal":0,'
    b'"question":"The answer is supported by the context."text":"}]}\\n{\\"statements\\":[\\"\\",\\"'
    b'{\\"verdicts\\":[{\\"statement\\":\\"\\",\\"reason\\":\\"\\",\\"verdict\\":1},{\\"reason\\":\\"\\",'
    b'\\"verdict\\":0}]}",null,"gpt-4o-mini",null,0.0]]\n[["ok",1.0,"{\\"'
)
"""What many answers have in common: those that are kept are then a seventh shorter. It must never change."""

_LEVEL, _MEMORY = 3, 5
_TEXT, _AS_REPLIED = ":", "="
_SHORT: Final = 1_000
"""Bytes of an answer that is not worth compressing."""


def compact(value: object) -> str:
    """JSON text without spaces, every letter as it is."""
    return _compact(value)


def ascii_json(value: object) -> str:
    """JSON text that SQLite takes even where somebody has sent half a letter."""
    return json.dumps(value, separators=(",", ":"), default=_plain)


def _plain(value: object) -> object:
    if isinstance(value, BaseModel):
        return value.model_dump()
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is not JSON")


def sql_text(text: str) -> str:
    """The text without what SQLite refuses: halves of letters."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def first_line(error: Exception) -> str:
    """What is wrong, in short: pydantic says it at length."""
    return str(error).partition("\n")[0] or type(error).__name__


_compact: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=_plain).encode

# ── jobs ──


class _Scored(BaseModel):
    label: Score = None
    reason: str | None = None
    confidence: float | None = None
    repeats: tuple[Score, ...] = ()


class _Failed(BaseModel):
    kind: FailureKind
    message: str
    error: str
    step: str | None
    raw: str | None


def told_of_score(event: JobScored) -> Told:
    """What the store keeps of a score."""
    value = event.value
    if type(value) is float and event.reason is None and event.confidence is None and not event.repeats:
        return SCORED, value, None  # as most are
    status = UNDEFINED if value is None else SCORED
    number: float | None = None
    more: dict[str, object] = {}
    if type(value) is float or (type(value) is int and _SMALLEST <= value < _BEYOND):
        number = value
    elif value is not None:
        more["label"] = value
    if event.reason is not None:
        more["reason"] = event.reason
    if event.confidence is not None:
        more["confidence"] = event.confidence
    if event.repeats:
        more["repeats"] = event.repeats
    return status, number, ascii_json(more) if more else None


def told_of_failure(event: JobFailed) -> Told:
    """What the store keeps of a failure."""
    more = {
        "kind": event.kind,
        "message": event.message,
        "error": event.error,
        "step": event.step,
        "raw": event.raw,
    }
    return FAILED, None, ascii_json(more)


def outcome_of(sample_id: SampleId, metric: str, told: Told) -> JobScored | JobFailed:
    """How a job ended, without its trace.

    Raises:
        ValueError: the store holds something else.
    """
    status, number, more = told
    if status == FAILED:
        failed = _Failed.model_validate(json.loads(more or ""))
        return JobFailed(sample_id=sample_id, metric=metric, **dict(failed))
    if status not in (SCORED, UNDEFINED):
        raise ValueError(f"{status} is no outcome")
    if more is None:
        return JobScored(sample_id=sample_id, metric=metric, value=number)
    known = _Scored.model_validate(json.loads(more))
    return JobScored(
        sample_id=sample_id,
        metric=metric,
        value=known.label if number is None else number,
        reason=known.reason,
        confidence=known.confidence,
        repeats=known.repeats,
    )


# ── runs ──

_HAPPENINGS: Final[dict[str, TypeAdapter[Happening]]] = {
    kind.type: TypeAdapter(kind) for kind in (RunStarted, RunPaused, RunResumed, NoticeGiven, RunEnded)
}
_META: Final = TypeAdapter(RunMeta)


def happening_text(event: Happening) -> str:
    """The event in JSON."""
    return ascii_json({"type": event.type, **asdict(event)})


def happening_of(text: str) -> Happening:
    """The event in a JSON text.

    Raises:
        ValueError: there is none in it.
    """
    fields = json.loads(text)
    kind = fields.pop("type", None) if isinstance(fields, dict) else None
    if kind not in _HAPPENINGS:
        raise ValueError(f"{kind!r} is no event of a run")
    return _HAPPENINGS[kind].validate_python(fields)


def meta_text(meta: RunMeta) -> str:
    """What is the same during a whole run, in JSON."""
    return ascii_json(asdict(meta))


def meta_of(text: str) -> RunMeta:
    """What is the same during a whole run, from JSON.

    Raises:
        ValueError: it is something else.
    """
    return _META.validate_python(json.loads(text))


# ── answers ──

_ATTEMPTS: Final[TypeAdapter[list[AttemptJson]]] = TypeAdapter(list[AttemptJson])


def attempt_json(attempt: Attempt) -> AttemptJson:
    """An attempt as a row of plain values."""
    usage = attempt.usage
    return (
        attempt.outcome,
        attempt.seconds,
        attempt.reply,
        attempt.problem,
        attempt.model,
        usage.input_tokens,
        usage.output_tokens,
        usage.cached_tokens,
        attempt.cost,
        attempt.at,
    )


def attempt_of(row: AttemptJson) -> Attempt:
    """The attempt of such a row."""
    outcome, seconds, reply, problem, model, given, made, cached, cost, at = row
    usage = Usage(input_tokens=given, output_tokens=made, cached_tokens=cached)
    return Attempt(outcome, seconds, reply, problem, model, usage, cost, at)


def key_hash(key: str) -> bytes:
    """The key of an answer in 16 bytes."""
    return blake2b(key.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def pack_answer(answer: Remembered) -> bytes:
    """An answer in few bytes: attempts and text, without the text where it is the last reply as it came.

    A short one stays as it is: to compress it would take longer than to ask the file for it.
    """
    attempts = answer.attempts
    is_reply = bool(attempts) and attempts[-1].reply == answer.text
    text = _AS_REPLIED if is_reply else _TEXT + answer.text
    told = f"{compact([attempt_json(attempt) for attempt in attempts])}\n{text}"
    data = told.encode("utf-8", "surrogatepass")
    return data if len(data) < _SHORT else squeeze(data, _ANSWER_WORDS)


def unpack_answer(body: bytes) -> Remembered:
    """The answer in these bytes.

    Raises:
        ValueError, zlib.error: there is none in them.
    """
    data = body if body.startswith(b"[") else stretch(body, _ANSWER_WORDS)
    told, _, text = data.decode("utf-8", "surrogatepass").partition("\n")
    attempts = tuple(map(attempt_of, _ATTEMPTS.validate_python(json.loads(told))))
    if text.startswith(_TEXT):
        return Remembered(text.removeprefix(_TEXT), attempts)
    if text != _AS_REPLIED or not attempts or attempts[-1].reply is None:
        raise ValueError("there is no answer")
    return Remembered(attempts[-1].reply, attempts)


def squeeze(data: bytes, words: bytes) -> bytes:
    """The data compressed; what it shares with `words` costs next to nothing.

    A window that is no larger than both of them takes a fifth of the time of the usual one.
    """
    window = min(15, max(9, (len(words) + len(data)).bit_length()))
    kind = (_LEVEL, zlib.DEFLATED, window, _MEMORY)
    packer = zlib.compressobj(*kind, zdict=words) if words else zlib.compressobj(*kind)
    return packer.compress(data) + packer.flush()


def stretch(body: bytes, words: bytes) -> bytes:
    """What was compressed with the same words.

    Raises:
        ValueError, zlib.error: it was not, or is damaged.
    """
    unpacker = zlib.decompressobj(zdict=words) if words else zlib.decompressobj()
    data = unpacker.decompress(body) + unpacker.flush()
    if not unpacker.eof:
        raise ValueError("the end is missing")
    return data
