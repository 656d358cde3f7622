"""Which column holds which field: our names, those of Ragas v1, and a user's own map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ragas_nb.errors import DatasetError
from ragas_nb.schema.samples import AnySample, MultiTurnSample, SingleTurnSample

_OTHER_NAMES: Final[dict[str, str]] = {
    "question": "user_input",
    "answer": "response",
    "contexts": "retrieved_contexts",
    "ground_truth": "reference",
    "ground_truths": "reference",
    "rubric": "rubrics",
}

FIELDS: Final = tuple(SingleTurnSample.model_fields | MultiTurnSample.model_fields)
"""The fields of both kinds of samples."""
KNOWN_NAMES: Final[dict[str, str]] = {name: name for name in FIELDS} | _OTHER_NAMES
"""Every name that is understood → the field it stands for."""


@dataclass(frozen=True)
class Match:
    """One field and the column it is read from; `name` is what the column stands for, a known name."""

    field: str
    name: str
    column: str

    def at(self, row: int) -> str:
        """Return how errors call a cell; rows count from 0.

        >>> Match("user_input", "question", "q").at(3)
        "Row 3, column 'q' (user_input)"
        """
        field = "" if self.field == self.column else f" ({self.field})"
        return f"Row {row}, column {self.column!r}{field}"


def stands_for(name: str, kind: type[AnySample]) -> str | None:
    """Return the field of such samples that a column of this name holds; None for an extra column.

    >>> stands_for("question", SingleTurnSample), stands_for("reference_topics", SingleTurnSample)
    ('user_input', None)
    """
    field = KNOWN_NAMES.get(name)
    return field if field in kind.model_fields else None


def match_columns(found: Sequence[str], column_map: Mapping[str, str] | None = None) -> list[Match]:
    """Say which columns hold which fields; columns that hold none are left out.

    `column_map` is {field: column} or {column: field}, and means the same as renaming these columns first.
    Raises `DatasetError` when an entry of the map names nothing, when two columns stand for the same field,
    and when there are columns but none that fits.

    >>> match_columns(["question", "gold", "topic"], {"gold": "reference"})
    [Match(field='reference', name='reference', column='gold'),
     Match(field='user_input', name='question', column='question')]
    """
    mapped = _read_map(found, column_map) if column_map else []
    taken = {column for _, column in mapped}
    named = mapped + [(name, name) for name in found if name in KNOWN_NAMES and name not in taken]
    matches: dict[str, Match] = {}
    for name, column in named:
        field = KNOWN_NAMES[name]
        match = matches.setdefault(field, Match(field, name, column))
        if match.column != column:
            raise DatasetError(
                f"Two columns stand for '{field}': '{match.column}' and '{column}'. "
                "Drop one of them, or rename the one that means something else."
            )
    if found and not matches:
        raise DatasetError(
            f"No column fits. Found: {_listed(found)}. Understood: {_understood()}. "
            f"Say what your columns mean, for example column_map={{{found[0]!r}: 'user_input'}}."
        )
    return list(matches.values())


def matches_for(
    kind: type[AnySample], matches: Sequence[Match], column_map: Mapping[str, str] | None = None
) -> list[Match]:
    """Return the matches that such samples have a field for, in its order; the other columns are extra ones.

    Raises `DatasetError` when there is none, or when the user's own map names a field of the other kind.
    """
    kept = [match for match in matches if match.field in kind.model_fields]
    chosen = {str(part) for entry in (column_map or {}).items() for part in entry}
    for match in matches:
        if match not in kept and {match.name, match.column} <= chosen:
            raise DatasetError(
                f"column_map says that {match.column!r} is '{match.field}', which {kind.__name__} does not "
                f"have. 'user_input' decides the kind: text makes {SingleTurnSample.__name__}, lists of "
                f"messages make {MultiTurnSample.__name__}."
            )
    if matches and not kept:
        raise DatasetError(
            f"The columns {_listed([match.column for match in matches])} belong to conversations, but there "
            "is no column 'user_input' with their messages."
        )
    fields = list(kind.model_fields)
    return sorted(kept, key=lambda match: fields.index(match.field))


def _read_map(found: Sequence[str], column_map: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return the map as (known name, column) pairs, in whichever direction it was written."""
    if not isinstance(column_map, Mapping):
        raise DatasetError(
            f"column_map is a {type(column_map).__name__}; it must be a dict, "
            "for example {'my_column': 'user_input'}."
        )
    pairs = [(str(key), str(value)) for key, value in column_map.items()]
    for pair in pairs:
        _refuse_senseless(pair, found)
    readings = [
        named
        for named in (pairs, [(name, column) for column, name in pairs])
        if all(name in KNOWN_NAMES and column in found for name, column in named)
    ]
    if not readings:
        raise DatasetError(
            f"column_map={dict(pairs)} mixes both directions. Write every entry as {{column: field}}."
        )
    if len({frozenset((KNOWN_NAMES[name], column) for name, column in named) for named in readings}) > 1:
        raise DatasetError(
            f"column_map={dict(pairs)} can be read in both directions, because both sides are columns and "
            "fields. Rename the columns yourself before you pass the data."
        )
    return readings[0]


def _refuse_senseless(pair: tuple[str, str], found: Sequence[str]) -> None:
    """Raise unless one side of the pair is a column and the other a known name."""
    one, other = pair
    if (one in KNOWN_NAMES and other in found) or (other in KNOWN_NAMES and one in found):
        return
    entry = f"column_map={{{one!r}: {other!r}}}"
    if one not in KNOWN_NAMES and other not in KNOWN_NAMES:
        raise DatasetError(f"{entry} names no field. Understood: {_understood()}. Columns: {_listed(found)}.")
    missing = other if one in KNOWN_NAMES else one
    raise DatasetError(f"{entry} names a column that is not there: {missing!r}. Columns: {_listed(found)}.")


def _listed(names: Sequence[str], limit: int = 30) -> str:
    """Return the names in quotes, the first of them if there are many."""
    shown = ", ".join(repr(name) for name in names[:limit])
    if not names:
        return "none"
    return shown if len(names) <= limit else f"{shown} and {len(names) - limit} more"


def _understood() -> str:
    """Return the fields, each with the other names it goes by."""
    others = {
        field: [o for o, meant in _OTHER_NAMES.items() if meant == field] for field in KNOWN_NAMES.values()
    }
    return ", ".join(f"{field} ({', '.join(o)})" if o else field for field, o in others.items())
