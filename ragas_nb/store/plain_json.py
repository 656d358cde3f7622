"""Values of all kinds in JSON and back: what JSON cannot say is an object with one key that starts with $."""

from __future__ import annotations

import base64
import math
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from ragas_nb.schema.values import plain

_MARK: Final = "$"


def to_json(value: object, lost: set[str]) -> object:
    """Return what stands for the value in JSON. What nothing stands for becomes text, and its type is added
    to `lost`.

    >>> to_json({"when": date(2030, 1, 2), "half": (0.5, float("inf"))}, set())
    {'when': {'$date': '2030-01-02'}, 'half': {'$tuple': [0.5, {'$number': 'inf'}]}}
    """
    match value:
        case None | bool() | str() | int():
            return _base(value)
        case float():
            return float(value) if math.isfinite(value) else {"$number": repr(float(value))}
        case list():
            return [to_json(part, lost) for part in value]
        case tuple():
            return {"$tuple": [to_json(part, lost) for part in value]}
        case Mapping():
            return _of_mapping(value, lost)
    simpler = plain(value)  # numpy's numbers, pandas' words for nothing
    return _of_object(value, lost) if simpler is value else to_json(simpler, lost)


def _of_object(value: object, lost: set[str]) -> object:
    for kind, (name, write, _) in _KINDS.items():
        if isinstance(value, kind):
            return {name: write(value)}
    lost.add(type(value).__name__)
    return str(value)


def _base(value: bool | str | int | None) -> object:
    """The value as its base type: a subclass of text or whole numbers may print as something else."""
    if value is None or isinstance(value, bool):
        return value
    return str.__str__(value) if isinstance(value, str) else int(value)


def _of_mapping(value: Mapping[object, object], lost: set[str]) -> object:
    if all(isinstance(key, str) for key in value) and not any(map(_is_marked, value)):
        return {key: to_json(part, lost) for key, part in value.items()}
    return {"$dict": [[to_json(key, lost), to_json(part, lost)] for key, part in value.items()]}


def _is_marked(key: object) -> bool:
    return isinstance(key, str) and key.startswith(_MARK)


def from_json(value: object) -> Any:
    """Return the value that JSON stands for.

    Raises:
        ValueError: it stands for nothing.

    >>> from_json(to_json({"when": date(2030, 1, 2), 3: "three"}, set()))
    {'when': datetime.date(2030, 1, 2), 3: 'three'}
    """
    if isinstance(value, list):
        return [from_json(part) for part in value]
    if not isinstance(value, dict):
        return value
    if not any(map(_is_marked, value)):
        return {key: from_json(part) for key, part in value.items()}
    ((name, held),) = value.items()
    if name not in _READERS:
        raise ValueError(f"{name!r} stands for no value")
    return _READERS[name](held)


_KINDS: Final[dict[type, tuple[str, Callable[[Any], object], Callable[[Any], object]]]] = {
    datetime: (
        "$datetime",
        lambda value: value.isoformat(),
        datetime.fromisoformat,
    ),  # before date, which it is
    date: ("$date", lambda value: value.isoformat(), date.fromisoformat),
    time: ("$time", lambda value: value.isoformat(), time.fromisoformat),
    timedelta: (
        "$timedelta",
        lambda value: [value.days, value.seconds, value.microseconds],
        lambda p: timedelta(*p),
    ),
    Decimal: ("$decimal", str, Decimal),
    UUID: ("$uuid", str, lambda text: UUID(str(text))),
    bytes: ("$bytes", lambda value: base64.b64encode(value).decode(), base64.b64decode),
}
_READERS: Final[dict[str, Callable[[Any], Any]]] = {
    "$number": float,
    "$tuple": lambda parts: tuple([from_json(part) for part in parts]),
    "$dict": lambda pairs: {from_json(key): from_json(part) for key, part in pairs},
    **{name: read for name, _, read in _KINDS.values()},
}
