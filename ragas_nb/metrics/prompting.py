"""The wording of a metric's steps as data: to replace, to save, to load. Types and checks stay the step's."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from ragas_nb.errors import ConfigurationError
from ragas_nb.judges.base import Vector
from ragas_nb.metrics.base import Ask
from ragas_nb.metrics.languages.names import ENGLISH, language_name
from ragas_nb.prompts import InT, OutT, Prompt, Value
from ragas_nb.schema.whole_files import write_whole

AnyPrompt = Prompt[Any, Any]


@dataclass(frozen=True, slots=True)
class Wording:
    """What of a prompt can be replaced: instruction and examples, and the language they are in."""

    instruction: str
    examples: tuple[tuple[Value, Value], ...]
    language: str

    def __hash__(self) -> int:  # examples hold lists
        return hash((self.instruction, self.language))

    @classmethod
    def of(cls, prompt: AnyPrompt) -> Wording:
        """The wording that a prompt has."""
        return cls(prompt.instruction, prompt.examples, prompt.language)


Wordings = Mapping[str, Wording]
"""Wordings by the name of the step that they are for."""


@lru_cache(maxsize=512)
def reworded(prompt: Prompt[InT, OutT], wording: Wording) -> Prompt[InT, OutT]:
    """The prompt in another wording."""
    return prompt.changed(
        instruction=wording.instruction, examples=wording.examples, language=wording.language
    )


@dataclass(frozen=True, slots=True)
class _AskInWords:
    """`ask` that puts a metric's own wording of a step in the place of the one in the metric's code."""

    ask: Ask
    wordings: Wordings

    async def __call__(self, prompt: Prompt[InT, OutT], question: InT, /, *, repeat: int = 0) -> OutT:
        return await self.ask(self._own(prompt), question, repeat=repeat)

    async def several(self, prompt: Prompt[InT, OutT], question: InT, n: int, /) -> list[OutT]:
        return await self.ask.several(self._own(prompt), question, n)

    async def embed(self, texts: Sequence[str], /) -> list[Vector]:
        return await self.ask.embed(texts)

    def _own(self, prompt: Prompt[InT, OutT]) -> Prompt[InT, OutT]:
        wording = self.wordings.get(prompt.name)
        return prompt if wording is None else reworded(prompt, wording)


def in_words(ask: Ask, wordings: Wordings) -> Ask:
    """`ask` as a metric with these wordings wants it."""
    return _AskInWords(ask, wordings) if wordings else ask


def worded(prompts: Iterable[AnyPrompt], wordings: Wordings) -> dict[str, AnyPrompt]:
    """Each prompt under its name, in its own wording where there is one."""
    return {
        prompt.name: reworded(prompt, wordings[prompt.name]) if prompt.name in wordings else prompt
        for prompt in prompts
    }


def replacement(metric: str, steps: Mapping[str, AnyPrompt], name: str, given: object) -> Wording:
    """The wording of a prompt that is to take the place of the step of this name.

    Raises:
        ConfigurationError: the metric has no such step, or the prompt has other types.
    """
    step = steps.get(name)
    if step is None:
        has = ", ".join(map(repr, steps)) or "none"
        raise ConfigurationError(f"metric {metric!r} has no step {name!r}. Its steps: {has}.")
    if not isinstance(given, Prompt):
        raise ConfigurationError(
            f"step {name!r} of metric {metric!r} takes a Prompt; got {type(given).__name__}. "
            f"Pass get_prompts()[{name!r}].changed(instruction=…)."
        )
    if (given.input, given.output) != (step.input, step.output):
        raise ConfigurationError(
            f"step {name!r} of metric {metric!r} goes from {step.input.__name__} to {step.output.__name__}; "
            f"the prompt given goes from {given.input.__name__} to {given.output.__name__}. "
            f"Make it by get_prompts()[{name!r}].changed(instruction=…, examples=…)."
        )
    try:
        return Wording.of(reworded(step, Wording.of(given)))
    except ValueError as error:
        raise ConfigurationError(f"the prompt for step {name!r} of metric {metric!r}: {error}.") from None


class Shot(BaseModel):
    """One example of a prompt as data."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    input: dict[str, object]
    output: dict[str, object]


class _PromptFile(BaseModel):
    """A prompt in a file. `types` is a hash of the fields its examples have; a file written by hand may leave
    it out."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal[1] = 1
    name: str
    language: str | None = None
    instruction: str
    examples: tuple[Shot, ...] = ()
    types: str | None = None


def save(metric: str, prompts: Iterable[AnyPrompt], folder: Path) -> list[Path]:
    """Write each prompt to its own JSON file in the folder, which is made where it is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    return [_write(folder / _file_name(metric, prompt.name, prompt.language), prompt) for prompt in prompts]


def _write(path: Path, prompt: AnyPrompt) -> Path:
    content = {
        "format": 1,
        "name": prompt.name,
        "language": language_name(prompt.language),
        "instruction": prompt.instruction,
        "examples": [
            {"input": asked.model_dump(mode="json"), "output": answer.model_dump(mode="json")}
            for asked, answer in prompt.examples
        ],
        "types": prompt.types,
    }
    write_whole(path, (json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode())
    return path


def load(metric: str, prompts: Iterable[AnyPrompt], folder: Path, language: str | None) -> dict[str, Wording]:
    """The wording of each prompt from its file in the folder. Nothing in a file is ever executed.

    Raises:
        ConfigurationError: a file is missing, cannot be read, or does not fit its step.
    """
    steps = list(prompts)
    if not folder.is_dir():
        raise ConfigurationError(f"there is no folder {str(folder)!r} to load prompts from.")
    wanted = _only_language(metric, steps, folder) if language is None else language_name(language)
    return {step.name: _read(folder / _file_name(metric, step.name, wanted), step, wanted) for step in steps}


def _only_language(metric: str, steps: Iterable[AnyPrompt], folder: Path) -> str:
    """The language of the files for these steps; English where there are several."""
    found = {
        path.stem.rpartition("_")[2]
        for step in steps
        for path in folder.glob("*_*.json")
        if path.stem.rpartition("_")[0] == _file_name(metric, step.name, "").removesuffix("_.json")
    }
    if not found or ENGLISH in found:
        return ENGLISH
    if len(found) > 1:
        raise ConfigurationError(
            f"{str(folder)!r} has prompts of metric {metric!r} in {', '.join(sorted(found))}. "
            "Say which in language=."
        )
    return found.pop()


def _file_name(metric: str, step: str, language: str) -> str:
    """As Ragas names its files; what a file system may not take becomes an underscore."""
    named = language_name(language) if language else ""
    return re.sub(r"[^\w.()=-]", "_", f"{metric}_{step}_{named}") + ".json"


def _read(path: Path, step: AnyPrompt, language: str) -> Wording:
    try:
        file = _PromptFile.model_validate_json(path.read_bytes())
        _check_heading(file, step, language)
        shots = [(shot.input, shot.output) for shot in file.examples]
        return Wording.of(step.changed(instruction=file.instruction, examples=shots, language=language))
    except FileNotFoundError:
        there = ", ".join(sorted(found.name for found in path.parent.glob("*.json"))) or "no JSON file"
        raise ConfigurationError(f"{path} does not exist; the folder has {there}.") from None
    except ValidationError as error:
        problems = [f"{'.'.join(map(str, e['loc'])) or 'file'}: {e['msg']}" for e in error.errors()]
        raise ConfigurationError(f"{path}: {'; '.join(problems[:3])}.") from None
    except ValueError as error:
        raise ConfigurationError(f"{path}: {error}.") from None


def _check_heading(file: _PromptFile, step: AnyPrompt, language: str) -> None:
    """Make sure that the file is for this step, in this language, and for the fields that the step has."""
    if file.name != step.name:
        raise ValueError(f"name: it is {file.name!r}, and the file's name says {step.name!r}")
    if file.language is not None and file.language.strip().casefold() != language:
        raise ValueError(f"language: it is {file.language!r}, and the file's name says {language!r}")
    if file.types not in (None, step.types):
        raise ValueError(
            f"types: it was written for other fields than those of step {step.name!r} in this version; "
            'make its examples fit and take the line "types" out'
        )
