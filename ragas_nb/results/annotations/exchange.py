"""JSON as files and services take it: UTF-8, without NaN, and no character lost."""

from __future__ import annotations

import gzip
import json
import math
import zlib
from collections.abc import Mapping
from os import PathLike
from pathlib import Path

from pydantic import BaseModel

from ragas_nb.errors import DatasetError
from ragas_nb.schema.values import plain
from ragas_nb.schema.whole_files import read_whole, write_whole


def to_json(value: object, *, indent: int | None = None) -> bytes:
    """Return a value as JSON: models as dicts, numpy and pandas values as Python's, NaN and infinity as null.

    >>> to_json({"score": float("nan"), "text": "é"})
    b'{"score": null, "text": "\\xc3\\xa9"}'
    """
    text = json.dumps(_jsonable(value), ensure_ascii=False, indent=indent, allow_nan=False)
    return text.encode("utf-8", "backslashreplace")  # half a character becomes its JSON escape


def _jsonable(value: object) -> object:
    if isinstance(value, str):
        return value
    value = value.model_dump() if isinstance(value, BaseModel) else plain(value)
    if isinstance(value, Mapping):
        return {str(key): _jsonable(part) for key, part in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_jsonable(part) for part in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if value is None or isinstance(value, (bool, int)) else str(value)


def read_json(path: str | PathLike[str]) -> object:
    """Return what a JSON file holds; raises `DatasetError` that names the file and what is wrong with it."""
    try:
        content = read_whole(path)
    except FileNotFoundError:
        raise DatasetError(
            f"There is no file {str(path)!r}. Check the name; relative ones start at {str(Path.cwd())!r}."
        ) from None
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise DatasetError(f"{str(path)!r} is damaged: {error}. Save it again.") from None
    except OSError as error:
        raise DatasetError(
            f"Cannot read {str(path)!r}: {error.strerror}. Check what it is and who may read it."
        ) from None
    try:
        return from_json(content)
    except UnicodeDecodeError as error:
        raise DatasetError(f"{str(path)!r} is not UTF-8 ({error}). Save it as UTF-8.") from None
    except (ValueError, RecursionError) as error:
        raise DatasetError(
            f"{str(path)!r} is not JSON ({error}). Files of annotations are what to_json(…) writes."
        ) from None


def from_json(content: bytes) -> object:
    """Return what a JSON text says; NaN and Infinity, which JSON does not have, are read as null.

    Raises `UnicodeDecodeError`, `ValueError` or `RecursionError` where it is not JSON.

    >>> from_json(b'{"score": NaN}')
    {'score': None}
    """
    return json.loads(content.decode("utf-8-sig"), parse_constant=lambda name: None)


def write_json(path: str | PathLike[str], value: object) -> None:
    """Write a value as an indented JSON file; an older file stays until the new one is complete."""
    write_whole(path, to_json(value, indent=2) + b"\n")
