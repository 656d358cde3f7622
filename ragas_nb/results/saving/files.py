"""The file of a result on the disk: written whole or not at all, read with distrust."""

from __future__ import annotations

import gzip
import json
import math
import zlib
from os import PathLike
from pathlib import Path

from pydantic import ValidationError

from ragas_nb.errors import ResultFileError
from ragas_nb.results.contents import Contents
from ragas_nb.results.saving.shapes import FORMAT, VERSION, SavedResult
from ragas_nb.results.saving.writing import restored, saved
from ragas_nb.schema.whole_files import read_whole, write_whole


def write_result(contents: Contents, path: str | PathLike[str]) -> None:
    """Write a result as UTF-8 JSON, compressed where the name ends in `.gz`; an older file stays until then.

    Raises:
        ResultFileError: the file cannot be written.
    """
    data = _encoded(saved(contents).model_dump(mode="json"))
    try:
        write_whole(path, data)
    except OSError as error:
        raise ResultFileError(
            f"Cannot write {str(path)!r}: {error.strerror}. Check the folder and who may write there."
        ) from None


def _encoded(document: object) -> bytes:
    try:
        text = json.dumps(document, ensure_ascii=False, allow_nan=False)
    except ValueError:
        text = json.dumps(_spelt(document), ensure_ascii=False, allow_nan=False)
    try:
        return text.encode()
    except UnicodeEncodeError:  # half an emoji, in a reply that was cut off
        return json.dumps(json.loads(text)).encode()


def _spelt(value: object) -> object:
    """The value with words for numbers that JSON does not have; they are read as numbers again."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, list):
        return [_spelt(part) for part in value]
    return {key: _spelt(part) for key, part in value.items()} if isinstance(value, dict) else value


def read_result(path: str | PathLike[str]) -> Contents:
    """Read what `write_result` has written, whatever its name is now. Nothing in the file is executed.

    Raises:
        ResultFileError: there is no such file, it is none of ours, of a newer version, or damaged.
    """
    document = _parsed(path, _bytes(path))
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise ResultFileError(
            f"{str(path)!r} is no result that ragas_nb saved. Pass a file of result.save(…)."
        )
    version = document.get("version")
    if isinstance(version, int) and version > VERSION:
        raise ResultFileError(
            f"{str(path)!r} has version {version} of the format; this ragas_nb reads up to {VERSION}. "
            "Update ragas_nb."
        )
    try:
        return restored(SavedResult.model_validate(document))
    except ValidationError as error:
        raise _damaged(path, _first(error)) from None
    except (ValueError, TypeError, LookupError, ArithmeticError, RecursionError) as error:
        raise _damaged(path, str(error)) from None


def _bytes(path: str | PathLike[str]) -> bytes:
    try:
        return read_whole(path)
    except FileNotFoundError:
        raise ResultFileError(
            f"There is no file {str(path)!r}. Check the name; relative ones start at {str(Path.cwd())!r}."
        ) from None
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise _damaged(path, str(error)) from None
    except OSError as error:
        raise ResultFileError(
            f"Cannot read {str(path)!r}: {error.strerror}. Check who may read it."
        ) from None


def _parsed(path: str | PathLike[str], data: bytes) -> object:
    try:
        return json.loads(data.decode("utf-8-sig"), parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise _damaged(path, f"not JSON in UTF-8: {error}") from None


def _refuse(word: str) -> object:
    raise ValueError(f"{word} is no number of JSON")


def _damaged(path: str | PathLike[str], problem: str) -> ResultFileError:
    return ResultFileError(
        f"{str(path)!r} is no whole result of ragas_nb: {problem}. Was it cut off or changed? Save it again."
    )


def _first(error: ValidationError) -> str:
    """The first problem, with its place in the file."""
    problem = error.errors(include_url=False, include_input=False)[0]
    return f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}"
