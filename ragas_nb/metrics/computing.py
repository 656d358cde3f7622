"""Metrics that ask nobody: plain functions of the sample, which a run calls without detours."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from inspect import iscoroutinefunction
from typing import ClassVar, cast

from ragas_nb.errors import ConfigurationError
from ragas_nb.metrics.base import Ask, Metric, MetricResult
from ragas_nb.schema import AnySample, MultiTurnSample, SingleTurnSample

YES, NO = MetricResult(1.0), MetricResult(0.0)
"""The results of metrics that only say whether; made once for all."""


@dataclass(frozen=True, slots=True)
class Computation:
    """How a metric scores samples of one kind: `compute` reads `fields`.

    Samples with more than `longest_at_once` letters in them (what is no text counts as one) may hold the
    event loop for too long; None: no sample does.
    """

    compute: Callable[[AnySample], MetricResult]
    fields: tuple[str, ...]
    longest_at_once: int | None

    def takes_long(self, sample: AnySample) -> bool:
        """Whether to score this sample in a thread."""
        if self.longest_at_once is None:
            return False
        letters, values = 0, vars(sample)
        for field in self.fields:
            value = values.get(field)
            if isinstance(value, str):
                letters += len(value)
            elif isinstance(value, list):
                letters += sum([len(part) if isinstance(part, str) else 1 for part in value])
        return letters > self.longest_at_once


class ComputedMetric(Metric, abstract=True):
    """A metric that asks nobody.

    A subclass implements `compute` for single questions, `compute_conversation` for conversations, or both;
    neither is `async`. It names in `packages` what has to be installed for it (with the extra `text`).

    >>> class Brevity(ComputedMetric):
    ...     name: str = "brevity"
    ...     requires: ClassVar[frozenset[str]] = frozenset({"response"})
    ...
    ...     def compute(self, sample):
    ...         return MetricResult(1 / (1 + len(sample.response)))
    >>> Brevity().compute(SingleTurnSample(response="Yes")).value
    0.25
    """

    packages: ClassVar[tuple[str, ...]] = ()
    longest_at_once: ClassVar[int | None] = 10_000
    """Letters of one sample that are scored within a few milliseconds; longer ones are scored in a thread.
    None where the length makes no difference."""

    def __init_subclass__(cls, *, abstract: bool = False) -> None:
        super().__init_subclass__(abstract=abstract)
        if not abstract:
            _check_class(cls)

    def compute(self, sample: SingleTurnSample) -> MetricResult:
        """The score of one question."""
        raise NotImplementedError(f"{type(self).__name__} scores no single questions")

    def compute_conversation(self, sample: MultiTurnSample) -> MetricResult:
        """The score of one conversation."""
        raise NotImplementedError(f"{type(self).__name__} scores no conversations")

    def prepare(self) -> None:
        """Import what it computes with; a run calls this in a thread, before the first job."""

    def computation(self, kind: type[AnySample]) -> Computation:
        """How to score samples of this kind."""
        compute = self.compute_conversation if issubclass(kind, MultiTurnSample) else self.compute
        return Computation(
            cast("Callable[[AnySample], MetricResult]", compute),
            tuple(sorted(self.required(kind))),
            self.longest_at_once,
        )

    # ── as any metric ──

    @classmethod
    def scores(cls, kind: type[AnySample]) -> bool:
        """Whether it can score samples of this kind."""
        if issubclass(kind, MultiTurnSample):
            return cls.compute_conversation is not ComputedMetric.compute_conversation
        return cls.compute is not ComputedMetric.compute

    def check_ready(self) -> None:
        """Make sure that its packages are installed.

        Raises:
            ConfigurationError: one is not; the message says how to install it.
        """
        for package in self.packages:
            if find_spec(package) is None:
                raise ConfigurationError(
                    f"Metric {self.column!r} needs the package {package!r}. "
                    "Install it: pip install 'ragas_nb[text]'."
                )

    async def measure(self, sample: SingleTurnSample, ask: Ask) -> MetricResult:
        """As `compute`."""
        return self.compute(sample)

    async def measure_conversation(self, sample: MultiTurnSample, ask: Ask) -> MetricResult:
        """As `compute_conversation`."""
        return self.compute_conversation(sample)


def _check_class(kind: type[ComputedMetric]) -> None:
    """Make sure that a metric computes something.

    Raises:
        TypeError: it has neither method, or one is `async`.
    """
    if not (kind.scores(SingleTurnSample) or kind.scores(MultiTurnSample)):
        raise TypeError(
            f"{kind.__name__} computes nothing. Write `def compute(self, sample)` for single questions or "
            "`def compute_conversation(self, sample)`; what is only the base of other metrics says so: "
            f"class {kind.__name__}(…, abstract=True)."
        )
    for method in (kind.compute, kind.compute_conversation):
        if iscoroutinefunction(method):
            raise TypeError(
                f"{kind.__name__}.{method.__name__} is async, and a ComputedMetric waits for nobody. Write "
                f"`def {method.__name__}(self, sample)`, or derive from Metric and write `async def measure`."
            )
