"""Lists and dicts that data has as text: in JSON, in Python, or as numpy prints an array."""

from __future__ import annotations

import ast
import json
import re
import warnings
from typing import Final

_STRING: Final = r"""(?:'[^'\\]*+(?:\\.[^'\\]*+)*+'|"[^"\\]*+(?:\\.[^"\\]*+)*+")"""
_STRINGS: Final = re.compile(_STRING, re.DOTALL)
_STRING_LIST: Final = re.compile(
    rf"\[\s*+{_STRING}(?:\s*+,?+\s*+{_STRING})*+\s*+,?+\s*+\]",  # numpy prints no commas
    re.DOTALL,
)


def list_in_text(text: str) -> list[object] | None:
    """Return the list that the text spells out; other text is its own only item, blank text is nothing."""
    stripped = text.strip()
    if not stripped:
        return None
    if stripped[0] == "[" and stripped[-1] == "]":
        value = literal(stripped)
        if isinstance(value, list):
            return value
    return [text]


def literal(text: str) -> object:
    """Return the value that the text spells in JSON, in Python, or as numpy prints an array; else None."""
    if not text.startswith("['"):  # which JSON never does
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            pass
    try:
        if _STRING_LIST.fullmatch(text):  # Python would glue numpy's ['a' 'b'] into one text
            return [part[1:-1] if "\\" not in part else _python(part) for part in _STRINGS.findall(text)]
        return _python(text)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return None


def _python(text: str) -> object:
    """Return the value of a Python literal, without Python's warnings of odd escapes in somebody's data."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.literal_eval(text)
