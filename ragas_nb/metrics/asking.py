"""What metrics that ask somebody have in common: whom, with which prompts, and that they hold no judge."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import model_validator

from ragas_nb.metrics.base import Metric, Need
from ragas_nb.prompts import Prompt

Prompts = tuple[Prompt[Any, Any], ...]


class AskingMetric(Metric):
    """A metric that asks a judge, an embedder or both; it asks a judge unless `asks` says otherwise.

    The judge is given to the run, never to the metric, so that two runs can share it:

    >>> class Brevity(AskingMetric):
    ...     name: str = "brevity"
    ...     async def measure(self, sample, ask): ...
    >>> Brevity(llm="gpt-4o-mini")
    Traceback (most recent call last):
    TypeError: Brevity() takes no 'llm': a metric holds no judge. Pass llm=… to start() or evaluate().
    """

    asks: ClassVar[frozenset[Need]] = frozenset({"judge"})
    steps: ClassVar[Prompts] = ()

    @property
    def needs(self) -> frozenset[Need]:
        """Whom this metric asks."""
        return self.asks

    @property
    def prompts(self) -> Prompts:
        """The steps it may ask a judge, in the order of asking."""
        return self.steps

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
