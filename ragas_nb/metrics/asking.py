"""What metrics that ask somebody have in common: whom, with which prompts, and that they hold no judge."""

from __future__ import annotations

from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Any, ClassVar, Self

from pydantic import PrivateAttr, model_validator

from ragas_nb.metrics.base import Ask, Metric, MetricResult, Need, all_of
from ragas_nb.metrics.languages.names import language_name
from ragas_nb.metrics.languages.pack import check_complete, from_packs
from ragas_nb.metrics.languages.translating import translated
from ragas_nb.metrics.prompting import Wording, Wordings, in_words, load, replacement, save, worded
from ragas_nb.prompts import Prompt
from ragas_nb.schema import AnySample

Prompts = tuple[Prompt[Any, Any], ...]


class AskingMetric(Metric, abstract=True):
    """A metric that asks a judge, an embedder or both; it asks a judge unless `asks` says otherwise.

    The judge is given to the run, never to the metric, so that two runs can share it:

    >>> class Brevity(AskingMetric):
    ...     name: str = "brevity"
    ...     async def measure(self, sample, ask): ...
    >>> Brevity(llm="gpt-4o-mini")
    Traceback (most recent call last):
    TypeError: Brevity() takes no 'llm': a metric holds no judge. Pass llm=… to start() or evaluate().

    Its prompts can be read, replaced, saved, loaded and put into another language. What changes them returns
    a new metric and leaves this one, and runs that have it, as they are.

    Differs from Ragas: there, `set_prompts` changes the metric itself, and `load_prompts` and `adapt_prompts`
    return prompts.
    """

    asks: ClassVar[frozenset[Need]] = frozenset({"judge"})
    steps: ClassVar[Prompts] = ()
    _wordings: Wordings = PrivateAttr(default_factory=dict)
    """The steps that say something else than their prompts in the code."""

    @property
    def needs(self) -> frozenset[Need]:
        """Whom this metric asks."""
        return self.asks

    @property
    def prompts(self) -> Prompts:
        """The steps it may ask a judge, in the order of asking, as they are worded in the code."""
        return self.steps

    def get_prompts(self) -> dict[str, Prompt[Any, Any]]:
        """The prompts of all steps by name, as a judge gets them.

        >>> from ragas_nb.metrics import faithfulness
        >>> list(faithfulness.get_prompts())
        ['split_into_statements', 'check_statements']
        """
        return worded(self.prompts, self._wordings)

    def set_prompts(
        self, prompts: Mapping[str, Prompt[Any, Any]] | None = None, /, **named: Prompt[Any, Any]
    ) -> Self:
        """A new metric with other prompts for some steps, by their names.

        Instruction, examples and language are taken over; name, types and check stay those of the step.

        Raises:
            ConfigurationError: there is no such step, or a prompt has other types than the step.

        >>> from ragas_nb.metrics import faithfulness
        >>> split = faithfulness.get_prompts()["split_into_statements"]
        >>> terse = faithfulness.set_prompts(split_into_statements=split.changed(examples=[]))
        >>> len(terse.get_prompts()["split_into_statements"].examples), terse == faithfulness
        (0, False)
        """
        steps = self.get_prompts()
        given = {**(prompts or {}), **named}
        return self._with(
            {name: replacement(self.name, steps, name, prompt) for name, prompt in given.items()}
        )

    def save_prompts(self, path: str | PathLike[str]) -> list[Path]:
        """Write each prompt to `{metric}_{step}_{language}.json` in a folder; the paths of the files."""
        return save(self.name, self.get_prompts().values(), Path(path))

    def load_prompts(self, path: str | PathLike[str], language: str | None = None) -> Self:
        """A new metric with the prompts in a folder, as `save_prompts` or a person wrote them.

        Without `language`, English ones, or those of the only language that there is.

        Raises:
            ConfigurationError: a file is missing, cannot be read, or does not fit its step.
        """
        return self._with(load(self.name, self.prompts, Path(path), language))

    def in_language(self, language: str) -> Self:
        """A new metric whose prompts are in another language, from the packs that come with ragas_nb.

        Raises:
            ConfigurationError: there is no pack for the language, or it lacks a step of this metric.

        >>> from ragas_nb.metrics import context_recall
        >>> context_recall.in_language("Deutsch").get_prompts()["attribute_statements"].language
        'german'
        """
        wanted, current = language_name(language), self.get_prompts()
        found = from_packs(self.prompts, current, wanted)
        check_complete(self.name, current, found, wanted)
        return self._with(found)

    async def adapt_prompts(self, language: str, llm: object = None) -> Self:
        """A new metric whose prompts are in another language: from a pack, else translated by a judge.

        One request for each step that no pack has. `llm` is what `evaluate` takes.

        Raises:
            JudgeOutputInvalid: the judge gave no usable translation, however often it was asked.
        """
        from ragas_nb.judges.resolve import resolve_judge

        wanted, current = language_name(language), self.get_prompts()
        found = from_packs(self.prompts, current, wanted)
        missing = [p for name, p in current.items() if name not in found and p.language != wanted]
        if not missing:
            return self._with(found)
        judge = resolve_judge(llm)
        try:
            made = await all_of(translated(prompt, wanted, judge) for prompt in missing)
        finally:
            await judge.aclose()
        return self._with({**found, **{p.name: wording for p, wording in zip(missing, made, strict=True)}})

    async def measure_any(self, sample: AnySample, ask: Ask) -> MetricResult:
        """The score of one sample, of whichever kind it is, asked for in this metric's own words."""
        return await super().measure_any(sample, in_words(ask, self._wordings))

    def _with(self, wordings: Mapping[str, Wording]) -> Self:
        own = {step.name: Wording.of(step) for step in self.prompts}
        new = self.model_copy()
        new._wordings = {
            name: wording for name, wording in {**self._wordings, **wordings}.items() if wording != own[name]
        }
        return new

    @model_validator(mode="before")
    @classmethod
    def _hold_no_judge(cls, parameters: object) -> object:
        for word in ("llm", "embeddings"):
            if isinstance(parameters, dict) and word in parameters:
                raise TypeError(
                    f"{cls.__name__}() takes no {word!r}: a metric holds no judge. "
                    f"Pass {word}=… to start() or evaluate()."
                )
        return parameters
