"""The language packs: all built-in steps in another language, written by hand, read when first asked for."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from ragas_nb.errors import ConfigurationError
from ragas_nb.metrics.languages.names import ENGLISH
from ragas_nb.metrics.prompting import AnyPrompt, Shot, Wording

_FOLDER = Path(__file__).parent
_PLACE = re.compile(r"\{([a-z_]+)\}")


class Translation(BaseModel):
    """One step in another language; an instruction has a `{name}` for each parameter that it carries.

    `of` is the mark of the English wording that it was made from, so that it is not taken for the translation
    of another one: a variant of the step, or what the step says once it was changed.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    of: str
    instruction: str
    examples: tuple[Shot, ...] = ()


class Pack(BaseModel):
    """All of one language: the steps by name, each in all its variants, and the sentences that ready-made
    metrics pass as parameters."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    language: str
    steps: dict[str, tuple[Translation, ...]]
    sentences: dict[str, str]

    def wording(self, step: AnyPrompt) -> Wording | None:
        """An English step's wording in this language; None where the pack does not have it."""
        source, values = source_of(step)
        wanted = mark(source, step)
        found = next((t for t in self.steps.get(step.name, ()) if t.of == wanted), None)
        if found is None:
            return None
        said = {name: self.sentences.get(value, value) for name, value in values.items()}
        instruction = _PLACE.sub(lambda place: said[place[1]], found.instruction)
        shots = [(shot.input, shot.output) for shot in found.examples]
        return Wording.of(step.changed(instruction=instruction, examples=shots, language=self.language))


def source_of(step: AnyPrompt) -> tuple[str, dict[str, str]]:
    """What of an instruction is to be translated: all of it, or the template it was made from and the values
    in it."""
    template = _templates().get(step.name)
    if template is None:
        return step.instruction, {}
    parts = _PLACE.split(template)
    texts, names = parts[::2], parts[1::2]
    pattern = "(.+?)".join(map(re.escape, texts))
    found = re.fullmatch(pattern, step.instruction, re.DOTALL)
    return (template, dict(zip(names, found.groups(), strict=True))) if found else (step.instruction, {})


def mark(source: str, step: AnyPrompt) -> str:
    """A short hash of what is translated: an instruction (or its template) and the examples of a step."""
    shown = [source, *(part.model_dump_json() for pair in step.examples for part in pair)]
    return hashlib.sha256("\0".join(shown).encode()).hexdigest()[:12]


@cache
def _templates() -> dict[str, str]:
    templates: dict[str, str] = json.loads((_FOLDER / "templates.json").read_text(encoding="utf-8"))
    return templates


@cache
def pack(language: str) -> Pack | None:
    """The pack of a language, by its English name; None where there is none."""
    if language not in packs():
        return None
    return Pack.model_validate_json((_FOLDER / "packs" / f"{language}.json").read_bytes())


def packs() -> list[str]:
    """The languages that there is a pack for.

    >>> packs()
    ['chinese', 'french', 'german', 'japanese', 'spanish']
    """
    return sorted(path.stem for path in (_FOLDER / "packs").glob("*.json"))


def from_packs(
    steps: Iterable[AnyPrompt], current: Mapping[str, AnyPrompt], language: str
) -> dict[str, Wording]:
    """The wording in a language of each step that is there to be had; nothing for one that is in it already,
    or has a wording of its own.

    `steps` are as the code words them, `current` as the metric does by now.
    """
    found = {
        step.name: _written(step, language)
        for step in steps
        if current[step.name].language != language
        and Wording.of(current[step.name]) == _written(step, current[step.name].language)
    }
    return {name: wording for name, wording in found.items() if wording is not None}


def _written(step: AnyPrompt, language: str) -> Wording | None:
    """A step's wording in a language: its own, or that of a pack."""
    if step.language == language:
        return Wording.of(step)
    known = pack(language)
    return known.wording(step) if known and step.language == ENGLISH else None


def check_complete(
    metric: str, current: Mapping[str, AnyPrompt], found: Mapping[str, Wording], language: str
) -> None:
    """Make sure that no step of a metric is left in another language.

    Raises:
        ConfigurationError: there is no pack of the language, or it lacks a step as the metric words it.
    """
    missing = [name for name, prompt in current.items() if name not in found and prompt.language != language]
    if not missing:
        return
    if language not in packs() and language != ENGLISH:
        problem = f"there is no {language} language pack; there are {', '.join(packs())}"
    else:
        problem = (
            f"the {language} language pack has no {' and no '.join(map(repr, missing))} with this wording"
        )
    raise ConfigurationError(
        f"Metric {metric!r}: {problem}. Have it translated: await metric.adapt_prompts({language!r}, llm)."
    )
