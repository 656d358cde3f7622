"""Traces in few bytes: a sample's texts, which every step repeats, are not stored again with it."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import lru_cache
from hashlib import blake2b
from typing import Final, TypeAlias

from pydantic import TypeAdapter

from ragas_nb.engine.trace import EmbedTrace, Source, StepTrace, Trace
from ragas_nb.prompts import Prompt, Value
from ragas_nb.schema import EvaluationDataset
from ragas_nb.store.codec import (
    AttemptJson,
    ascii_json,
    attempt_json,
    attempt_of,
    compact,
    squeeze,
    stretch,
)
from ragas_nb.store.records import JsonObject, PromptRecord, StepRecord, records_of

Words: TypeAlias = Callable[[int], bytes]
"""The texts of the sample of a row, as steps repeat them."""
_StepJson: TypeAlias = tuple[str, JsonObject, JsonObject | None, Source, list[AttemptJson], int, int]
"""The digest of its prompt, input, output, source, attempts, repeat, turn."""
_STEPS: Final[TypeAdapter[list[_StepJson]]] = TypeAdapter(list[_StepJson])
_PROMPT: Final = TypeAdapter(PromptRecord)
_SAMPLES_AT_ONCE: Final = 64
"""A few more than are judged at once as a rule."""


def words_of(dataset: EvaluationDataset) -> Words:
    """What gives the texts of each sample; the last few are remembered."""
    filled = set(dataset.features())
    names = [name for name in dataset.get_sample_type().model_fields if name in filled]
    columns = [dataset.column(name) for name in names]

    @lru_cache(_SAMPLES_AT_ONCE)
    def words(row: int) -> bytes:
        return compact([cells[row] for cells in columns]).encode("utf-8", "surrogatepass")

    return words


Packed: TypeAlias = tuple[bytes, set[str]]
"""The trace of a job in few bytes, and the digests of its prompts."""


class Packer:
    """Makes bytes of traces, in any thread. `prompts` holds those it has met, by digest."""

    def __init__(self, words: Words) -> None:
        self._words = words
        self._digests: dict[Prompt[Value, Value] | None, str] = {}
        self.prompts: dict[str, PromptRecord] = {}

    def weight(self, row: int) -> int:
        """How many bytes the texts of a sample have, which its traces are packed against."""
        return len(self._words(row))

    def pack(self, row: int, trace: Trace) -> Packed:
        """The trace of a job on the sample of a row."""
        used: set[str] = set()
        steps: list[str] = []
        for step in trace:
            used.add(digest := self._digest(step))
            steps.append(_step(step, digest))
        text = f"[{','.join(steps)}]"
        return squeeze(text.encode("utf-8", "surrogatepass"), self._words(row)), used

    def _digest(self, step: StepTrace | EmbedTrace) -> str:
        prompt = step.prompt if isinstance(step, StepTrace) else None
        digest = self._digests.get(prompt)
        if digest is None:
            (record,) = records_of((step,))
            digest = self._digests[prompt] = prompt_digest(record.prompt)
            self.prompts[digest] = record.prompt
        return digest


def _step(step: StepTrace | EmbedTrace, digest: str) -> str:
    """A step in JSON, the same as of its record, without making one."""
    attempts = compact([attempt_json(attempt) for attempt in step.attempts])
    if isinstance(step, EmbedTrace):
        return f'["{digest}",{{"texts":{step.texts}}},null,"asked",{attempts},0,{step.turn}]'
    output = "null" if step.output is None else step.output.model_dump_json()
    asked = f'"{digest}",{step.input.model_dump_json()},{output},"{step.source}"'
    return f"[{asked},{attempts},{step.repeat},{step.turn}]"


def prompt_digest(prompt: PromptRecord) -> str:
    """A short hash of all that is known of a prompt."""
    return blake2b(prompt_text(prompt).encode(), digest_size=8).hexdigest()


def prompt_text(prompt: PromptRecord) -> str:
    """The prompt in JSON."""
    words = list(prompt.words)
    return ascii_json([prompt.step, prompt.instruction, words, prompt.verdict_field, prompt.kind])


def prompt_of(text: str) -> PromptRecord:
    """The prompt in a JSON text.

    Raises:
        ValueError: there is none in it.
    """
    step, instruction, words, verdict_field, kind = json.loads(text)
    return _PROMPT.validate_python(
        {
            "step": step,
            "instruction": instruction,
            "words": words,
            "verdict_field": verdict_field,
            "kind": kind,
        }
    )


def unpack(body: bytes, words: bytes, prompt: Callable[[str], PromptRecord]) -> tuple[StepRecord, ...]:
    """The steps in these bytes; `prompt` finds one by its digest.

    Raises:
        ValueError, zlib.error: there are none in them, or a prompt is not found.
    """
    steps = _STEPS.validate_python(json.loads(stretch(body, words).decode("utf-8", "surrogatepass")))
    return tuple(
        StepRecord(prompt(digest), asked, answered, source, tuple(map(attempt_of, attempts)), repeat, turn)
        for digest, asked, answered, source, attempts, repeat, turn in steps
    )
