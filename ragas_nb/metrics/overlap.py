"""What the metrics that `sacrebleu` computes have in common."""

from __future__ import annotations

from typing import ClassVar

from pydantic import model_validator

from ragas_nb.metrics.computing import ComputedMetric


class OverlapMetric(ComputedMetric, abstract=True):
    """A comparison of a response with a reference by `sacrebleu`, in percent."""

    requires: ClassVar[frozenset[str]] = frozenset({"response", "reference"})
    packages: ClassVar[tuple[str, ...]] = ("sacrebleu",)
    longest_at_once: ClassVar[int | None] = 2_000

    @model_validator(mode="before")
    @classmethod
    def _spread(cls, parameters: object) -> object:
        return spread(parameters)

    def percent(self, response: str, reference: str) -> float:
        """The score, 0 to 100."""
        raise NotImplementedError

    def prepare(self) -> None:
        """Import `sacrebleu`."""
        self.percent("", "")


def spread(parameters: object) -> object:
    """Parameters given as `kwargs={…}`, the way Ragas spells them, among the others.

    >>> spread({"name": "bleu", "kwargs": {"lowercase": True}})
    {'name': 'bleu', 'lowercase': True}
    """
    if not isinstance(parameters, dict) or not isinstance(parameters.get("kwargs"), dict):
        return parameters
    return {**{key: value for key, value in parameters.items() if key != "kwargs"}, **parameters["kwargs"]}
