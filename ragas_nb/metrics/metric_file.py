"""The JSON file of a metric on the disk: its shape, written whole or not at all, read with distrust."""

from __future__ import annotations

import gzip
import json
import zlib
from os import PathLike
from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ragas_nb.errors import ConfigurationError
from ragas_nb.metrics.prompting import Shot
from ragas_nb.schema.whole_files import read_whole, write_whole

FORMAT: Final = "ragas_nb metric"
VERSION: Final = 1
"""Goes up when files of this version could not be read as they are any more."""


class SavedPrompt(BaseModel):
    """The wording of one step that was changed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    instruction: str
    examples: list[Shot]
    language: str


class SavedMetric(BaseModel):
    """A metric; one among the parameters of another stands as `{"$metric": …}`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: str = Field(alias="class")
    parameters: dict[str, object]
    prompts: dict[str, SavedPrompt] = {}


class MetricFile(SavedMetric):
    """All that a file holds."""

    format: Literal["ragas_nb metric"]
    version: Literal[1]


def write(saved: SavedMetric, target: Path) -> None:
    """Write a metric as UTF-8 JSON, compressed where the name ends in `.gz`; an older file stays until then.

    Raises:
        ConfigurationError: the file cannot be written.
    """
    document = {"format": FORMAT, "version": VERSION, **saved.model_dump(mode="json", by_alias=True)}
    data = (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode()
    try:
        write_whole(target, data)
    except OSError as error:
        raise ConfigurationError(
            f"Cannot write {str(target)!r}: {error.strerror}. Check the folder and who may write there."
        ) from None


def read(path: str | PathLike[str]) -> MetricFile:
    """Read what `write` has written.

    Raises:
        ConfigurationError: there is no such file, it is none of ours, of a newer version, or damaged.
    """
    document = _parsed(path, _bytes(path))
    version = document.get("version")
    if isinstance(version, int) and version > VERSION:
        raise ConfigurationError(
            f"{str(path)!r} has version {version} of the format; this ragas_nb reads up to {VERSION}. "
            "Update ragas_nb."
        )
    try:
        return MetricFile.model_validate(document)
    except ValidationError as error:
        raise ConfigurationError(
            f"{str(path)!r} is damaged: {first_problem(error)}. Save the metric again."
        ) from None


def _bytes(path: str | PathLike[str]) -> bytes:
    file = Path(path).expanduser()
    if not file.suffix and not file.exists():
        file = file.with_suffix(".json")  # as `save` names it
    try:
        return read_whole(file)
    except FileNotFoundError:
        raise ConfigurationError(
            f"There is no file {str(path)!r}. Check the name; relative ones start at {str(Path.cwd())!r}."
        ) from None
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise ConfigurationError(f"{str(path)!r} is damaged: {error}.") from None
    except OSError as error:
        raise ConfigurationError(
            f"Cannot read {str(path)!r}: {error.strerror}. Check who may read it."
        ) from None


def _parsed(path: str | PathLike[str], data: bytes) -> dict[str, object]:
    try:
        document = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise ConfigurationError(
            f"{str(path)!r} is no metric that ragas_nb saved. Pass a file of metric.save(…)."
        )
    return document


def first_problem(error: Exception) -> str:
    """The first problem, in one line."""
    if not isinstance(error, ValidationError):
        return str(error).rstrip(".")
    problem = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(map(str, problem["loc"]))
    return f"{where}: {problem['msg']}" if where else problem["msg"]
