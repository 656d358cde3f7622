"""A step of a job in plain data: it says the same whoever looks at it, without the metric's classes."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal, get_args

from ragas_nb.engine.trace import Attempt, EmbedTrace, Source, StepTrace, Trace
from ragas_nb.prompts import Prompt, Value

JsonObject = dict[str, object]
VERDICTS = (0, 1)


@dataclass(frozen=True, slots=True)
class PromptRecord:
    """What is the same each time a step is asked.

    `instruction` is the fixed part of the prompt, `words` are those for a verdict of 0 and of 1, and
    `verdict_field` is the first field of the answer that can only be 0 or 1. A step that turns texts into
    vectors is an `embedding`; it asks nothing in words.
    """

    step: str
    instruction: str = ""
    words: tuple[str, str] = ("no", "yes")
    verdict_field: str | None = None
    kind: Literal["prompt", "embedding"] = "prompt"


@dataclass(frozen=True, slots=True)
class StepRecord:
    """One step of a job: what was asked, what was answered, and every attempt at it.

    `output` is None where no usable answer came. `repeat` tells independent answers to one question apart;
    `turn` counts how often the whole job was done before, where it was done several times.
    `source` says who asked: this job (`asked`), or another one whose answer it took. The input of an
    embedding is the number of its texts; its vectors are not kept.
    """

    prompt: PromptRecord
    input: JsonObject
    output: JsonObject | None = None
    source: Source = "asked"
    attempts: tuple[Attempt, ...] = ()
    repeat: int = 0
    turn: int = 0

    @property
    def step(self) -> str:
        """The step's name."""
        return self.prompt.step

    @property
    def text(self) -> str:
        """What the judge was asked, as text, each message under its role."""
        messages = (("system", self.prompt.instruction), ("user", _compact(self.input)))
        return "\n\n".join(f"[{role}]\n{content}" for role, content in messages if content)


def records_of(trace: Trace) -> tuple[StepRecord, ...]:
    """The records of a job's steps, embeddings included."""
    return tuple(_embedding(step) if isinstance(step, EmbedTrace) else _asked(step) for step in trace)


def paid_attempts(steps: Iterable[StepRecord]) -> list[Attempt]:
    """The attempts that the job itself made, failed ones included."""
    return [attempt for step in steps if step.source == "asked" for attempt in step.attempts]


def _embedding(step: EmbedTrace) -> StepRecord:
    return StepRecord(
        PromptRecord("embed", kind="embedding"),
        {"texts": step.texts},
        attempts=step.attempts,
        turn=step.turn,
    )


def _asked(step: StepTrace) -> StepRecord:
    return StepRecord(
        prompt=_prompt(step.prompt),
        input=_plain(step.input),
        output=None if step.output is None else _plain(step.output),
        source=step.source,
        attempts=step.attempts,
        repeat=step.repeat,
        turn=step.turn,
    )


def _prompt(prompt: Prompt[Any, Any]) -> PromptRecord:
    fields = prompt.output.model_fields.items()
    verdicts = [
        n for n, field in fields if field.annotation is bool or get_args(field.annotation) == VERDICTS
    ]
    return PromptRecord(prompt.name, prompt.fixed_part, prompt.verdicts, next(iter(verdicts), None))


def _plain(value: Value) -> JsonObject:
    """The value as JSON has it, so that a record from a file is the same."""
    plain: JsonObject = json.loads(value.model_dump_json())
    return plain


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
