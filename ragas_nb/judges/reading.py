"""Reads a judge's reply: as JSON where it is, tolerantly where JSON is wrapped or slightly broken."""

from __future__ import annotations

import json
import re
import threading
from importlib import import_module
from typing import TypeVar

from ragas_nb.judges.base import Choice
from ragas_nb.prompts import Prompt, Value

In = TypeVar("In", bound=Value)
Out = TypeVar("Out", bound=Value)

_THOUGHT = re.compile(r"^.*</think(?:ing)?>", re.DOTALL | re.IGNORECASE)
_FENCED = re.compile(r"```[\w-]*\s*\n?(.*?)```", re.DOTALL)
_LIKE_JSON = re.compile(r"""\{\s*(?:["'“”}]|\w+\s*:)|\[\s*["'“”{\[\]]""")
_SHOWN = 80


def read_answer(prompt: Prompt[In, Out], input: In, choice: Choice) -> Out:  # noqa: A002  as in Prompt
    """The typed answer in a reply.

    Raises:
        ValueError: the reply is cut off, holds no JSON, or does not fit the prompt; the message can be shown
            to the judge.
    """
    try:
        return prompt.parse(choice.text, input)
    except ValueError:
        if choice.cut_off:
            raise ValueError(
                f"the reply was cut off at the judge's token limit, after {len(choice.text)} characters"
            ) from None
        readable = to_json(choice.text)
        if readable == choice.text:
            raise
    return prompt.parse(readable, input)


def preload() -> None:
    """Start loading what repairs JSON (a tenth of a second) in the background, off the event loop."""
    threading.Thread(
        target=import_module, args=("json_repair",), name="ragas_nb-reading", daemon=True
    ).start()


def to_json(text: str) -> str:
    """The JSON text in a reply: in fences, between prose, with trailing commas, single quotes, missing ends.

    A text that is JSON already is returned as it is.

    >>> to_json("Sure! Here it is: {'verdict': 1,}")
    '{"verdict": 1}'

    Raises:
        ValueError: there is no JSON in it.
    """
    if _is_json(text):
        return text
    said = _THOUGHT.sub("", text).strip()
    fenced: list[str] = [found.strip() for found in _FENCED.findall(said)]
    for candidate in (said, *reversed(fenced)):
        if _is_json(candidate):
            return candidate
    return _longest_object(said) or _repaired((*reversed(fenced), said))


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _longest_object(text: str) -> str | None:
    """The longest JSON object or list between prose, unless one before it is broken."""
    decode = json.JSONDecoder().raw_decode
    longest = ""
    at = 0
    while (start := _LIKE_JSON.search(text, at)) is not None:
        try:
            end = decode(text, start.start())[1]
        except ValueError:
            return None
        longest = max(longest, text[start.start() : end], key=len)
        at = end
    return longest or None


def _repaired(candidates: tuple[str, ...]) -> str:
    """The first candidate that reads as an object or a list once its syntax is mended."""
    from json_repair import repair_json

    for candidate in candidates:
        start = _LIKE_JSON.search(candidate)
        if start is None:
            continue
        value = repair_json(candidate[start.start() :], return_objects=True)
        if isinstance(value, (dict, list)) and value:
            return json.dumps(value, ensure_ascii=False)
    whole = candidates[-1]
    shown = whole if len(whole) <= _SHOWN else whole[: _SHOWN - 1] + "…"
    raise ValueError(f"the reply holds no JSON: '{shown}'" if shown else "the reply is empty")
