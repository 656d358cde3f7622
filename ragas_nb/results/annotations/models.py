"""One score with the steps it comes from, and what a person says of it."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict

from ragas_nb.metrics.result import Score
from ragas_nb.schema import BaseSample
from ragas_nb.schema.values import plain
from ragas_nb.store.records import StepRecord

JsonDict: TypeAlias = dict[str, Any]


def _finite(value: object) -> object:
    """Return a score as Python has it; None for NaN and infinity, which JSON does not have."""
    value = plain(value)
    return None if isinstance(value, float) and not math.isfinite(value) else value


AnnotatedScore: TypeAlias = Annotated[float | str | None, BeforeValidator(_finite)]


class _Subscriptable(BaseModel):
    model_config = ConfigDict(frozen=True)

    def __getitem__(self, key: str) -> Any:
        """Return the field of this name."""
        if key in type(self).model_fields:
            return getattr(self, key)
        raise KeyError(f"No {key!r} here; there is {', '.join(self._keys())}.")

    def _keys(self) -> list[str]:
        return list(type(self).model_fields)


class PromptAnnotation(_Subscriptable):
    """One step that a judge answered; `edited_output` is what a person made of the answer.

    >>> step = PromptAnnotation(prompt_input={"text": "Thanks!"}, prompt_output={"verdict": 0})
    >>> step["edited_output"] is None
    True
    """

    prompt_input: JsonDict
    prompt_output: JsonDict
    edited_output: JsonDict | None = None


class SampleAnnotation(_Subscriptable):
    """One score, the sample and the steps it comes from, and what a person says of it.

    `metric_output` is the score (true and false are 1.0 and 0.0; NaN and infinity are None), None where there
    is none; `prompts` holds the steps by name; `is_accepted` is whether a person agrees with the score;
    `target` is the score that it should have been. A subscript reads a field, or else a key of
    `metric_input`.

    >>> sample = SampleAnnotation(
    ...     metric_input={"response": "Thanks!"}, metric_output=1.0, prompts={}, is_accepted=True
    ... )
    >>> sample["is_accepted"], sample["response"]
    (True, 'Thanks!')
    """

    metric_input: JsonDict
    metric_output: AnnotatedScore
    prompts: dict[str, PromptAnnotation]
    is_accepted: bool
    target: AnnotatedScore = None

    def __getitem__(self, key: str) -> Any:
        """Return the field of this name, or else what `metric_input` holds under it."""
        if key not in type(self).model_fields and key in self.metric_input:
            return self.metric_input[key]
        return super().__getitem__(key)

    def _keys(self) -> list[str]:
        return [*super()._keys(), *self.metric_input]


def annotate_job(sample: BaseSample, score: Score, steps: Iterable[StepRecord]) -> SampleAnnotation:
    """Return a job as nobody has annotated it yet: not accepted, no edits, no target."""
    prompts: dict[str, PromptAnnotation] = {}
    for step in steps:
        if step.output is not None:
            key = _free_key(step.step, prompts)
            prompts[key] = PromptAnnotation(prompt_input=step.input, prompt_output=step.output)
    return SampleAnnotation(
        metric_input=sample.to_dict(), metric_output=score, prompts=prompts, is_accepted=False
    )


def _free_key(name: str, taken: Mapping[str, object]) -> str:
    """Return the name, or where it is taken the first free of `name#2`, `name#3` and so on."""
    keys = (name, *(f"{name}#{number}" for number in range(2, len(taken) + 2)))
    return next(key for key in keys if key not in taken)


def prompt_name(key: str, prompts: Mapping[str, object]) -> str:
    """Return the name of the prompt that a key of `prompts` stands for.

    >>> prompt_name("check#2", {"check": 1, "check#2": 2}), prompt_name("c#2", {"c#2": 1})
    ('check', 'c#2')
    """
    numbered = re.fullmatch(r"(.+)#\d+", key, re.DOTALL)
    return numbered[1] if numbered and numbered[1] in prompts else key
