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
_AS_NUMPY_PRINTS: Final = re.compile(
    rf"(?P<kept>{_STRING})|(?P<array>\barray\(\[)|(?P<end>\](?:,\s*dtype=object)?\))|(?P<gap>[}}\]]\s+(?=[{{\[]))",
    re.DOTALL,
)
"""What to change where numpy has printed an array of dicts: it sets no commas, and names arrays within."""


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
        if (simple := _simple_list(text)) is not None:
            return simple
        if _STRING_LIST.fullmatch(text):  # Python would glue numpy's ['a' 'b'] into one text
            return [part[1:-1] if "\\" not in part else _python(part) for part in _STRINGS.findall(text)]
        return _python(text) if text[:1] != "[" else _python_list(text)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return None


def _simple_list(text: str) -> list[object] | None:
    """Return the list of texts if every ' begins or ends one, as is usual; that takes a tenth of the time."""
    parts = text.split("'")
    if '"' in text or "\\" in text or len(parts) < 3:
        return None
    opening, *gaps, closing = map(str.strip, parts[::2])
    alike = opening == "[" and closing in ("]", ",]") and {*gaps} <= {"", ","}
    return list(parts[1::2]) if alike else None


def _python_list(text: str) -> object:
    """Return the value of a Python list, or of what numpy prints for an array of dicts."""
    try:
        return _python(text)
    except SyntaxError:
        if "{" not in text:
            raise
        return _python(_AS_NUMPY_PRINTS.sub(_as_python_prints, text))


def _as_python_prints(found: re.Match[str]) -> str:
    changes = {"array": "[", "end": "]", "gap": f"{found[0][0]}, "}
    return changes.get(found.lastgroup or "", found[0])


def _python(text: str) -> object:
    """Return the value of a Python literal, without Python's warnings of odd escapes in somebody's data."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.literal_eval(text)
