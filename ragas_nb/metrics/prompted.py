"""Metrics of one's own made of a prompt: what discrete, numeric and ranking ones have in common."""

from __future__ import annotations

from abc import abstractmethod
from functools import cache
from typing import ClassVar

from pydantic import field_validator

from ragas_nb.metrics.allowed import Allowed, Judgement
from ragas_nb.metrics.asking import AskingMetric, Prompts
from ragas_nb.metrics.base import Ask, MetricResult
from ragas_nb.metrics.template import Template, read_template
from ragas_nb.prompts import Prompt, Value
from ragas_nb.schema import AnySample, MultiTurnSample, SingleTurnSample


class PromptMetric(AskingMetric, abstract=True):
    """A metric that asks a judge one question of one's own; placeholders in it name fields of the sample.

    The question is the instruction, the same for every sample; the fields that it names go into the input,
    as data. A conversation's `{user_input}` is the whole conversation.
    """

    prompt: str
    """The question, such as `Is {response} polite?`; `{{` and `}}` are braces."""
    step: ClassVar[str]

    @field_validator("prompt")
    @classmethod
    def _names_fields(cls, prompt: str) -> str:
        read_template(prompt)
        return prompt

    @property
    @abstractmethod
    def allowed(self) -> Allowed:
        """The values that there may be."""

    @property
    def template(self) -> Template:
        """The question, with the fields that it names."""
        return read_template(self.prompt)

    @property
    def requires(self) -> frozenset[str]:  # type: ignore[override]  # here a parameter says it
        """The fields that the question names."""
        return frozenset(self.template.fields)

    @property
    def conversation_requires(self) -> frozenset[str]:  # type: ignore[override]  # here a parameter says it
        """The fields that the question names."""
        return self.requires

    def scores(self, kind: type[AnySample]) -> bool:  # type: ignore[override]  # here a parameter says it
        """Whether samples of this kind have the fields that the question names."""
        return self.template.fits(kind)

    @property
    def prompts(self) -> Prompts:
        """The one step, which carries the question."""
        return (self._asked(),)

    async def measure(self, sample: SingleTurnSample, ask: Ask) -> MetricResult:
        """What the judge says of one question."""
        return await self._judge(sample, ask)

    async def measure_conversation(self, sample: MultiTurnSample, ask: Ask) -> MetricResult:
        """What the judge says of a whole conversation."""
        return await self._judge(sample, ask)

    async def _judge(self, sample: AnySample, ask: Ask) -> MetricResult:
        said = await ask(self._asked(), self.template.filled(sample))
        return MetricResult(self.allowed.read(said.value), said.reason)

    def _asked(self) -> Prompt[Value, Judgement]:
        return _prompt(self.step, self.template, self.allowed)


@cache
def _prompt(step: str, template: Template, allowed: Allowed) -> Prompt[Value, Judgement]:
    def fit(asked: Value, answer: Judgement) -> None:
        allowed.read(answer.value)

    return Prompt(
        step,
        f"{template.text}\n\nA name in backticks is a field of the input. reason: one sentence. "
        f"value: {allowed.told}.",
        template.input,
        allowed.answer,
        check=fit,
    )
