"""A metric of another package as one of ours: what an adapter says of it, and what a run sees of it."""

from __future__ import annotations

import importlib
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from math import isfinite
from os import PathLike
from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import ConfigDict, Field

from ragas_nb.errors import ConfigurationError, PlanError
from ragas_nb.metrics.base import Ask, Metric, MetricResult
from ragas_nb.schema import AnySample, MultiTurnSample, SingleTurnSample
from ragas_nb.schema.values import plain

Fields = frozenset[str]


def _always_ready() -> None:
    """Nothing has to be there first."""


@dataclass(frozen=True, eq=False)
class Foreign:
    """What an adapter says of somebody else's metric.

    `requires` and `conversation_requires` are None where it scores no such samples; `check` raises a
    `ConfigurationError` where it cannot score yet.
    """

    package: str
    measure: Callable[[AnySample], Awaitable[MetricResult]]
    requires: Fields | None = None
    conversation_requires: Fields | None = None
    check: Callable[[], None] = _always_ready
    kind: Literal["continuous", "binary"] = "continuous"
    score_range: tuple[float, float] = (0.0, 1.0)
    higher_is_better: bool = True


class AdaptedMetric(Metric):
    """A metric of another package that scores beside ours, as it is.

    It asks its own judge with its own prompts, timeouts and retries; all that the run gives it is a sample
    and one of its workers. So nothing of it is in the trace, the usage or the budget: what it costs is not
    known here, and the cost of a run is without it. What it raises fails the job with its message; NaN is
    undefined. Range 0 to 1 and higher is better, unless it says otherwise.

    Ragas and DeepEval report their use to their makers unless `RAGAS_DO_NOT_TRACK=true` and
    `DEEPEVAL_TELEMETRY_OPT_OUT=1` are set; ragas_nb reports nothing.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    asks_elsewhere: ClassVar[bool] = True
    foreign: Foreign = Field(repr=False)  # what it holds may know a key

    def __repr__(self) -> str:
        return f"<metric {self.name} of {self.foreign.package}>"

    @property
    def requires(self) -> Fields:  # type: ignore[override]  # here the other metric says it
        """The fields of a single question that it reads."""
        return self.foreign.requires or frozenset()

    @property
    def conversation_requires(self) -> Fields:  # type: ignore[override]  # here the other metric says it
        """The fields of a conversation that it reads."""
        return self.foreign.conversation_requires or frozenset()

    @property
    def kind(self) -> Literal["continuous", "binary"]:  # type: ignore[override]  # here the other metric says it
        """Whether its scores are verdicts."""
        return self.foreign.kind

    @property
    def score_range(self) -> tuple[float, float]:  # type: ignore[override]  # here the other metric says it
        """The lowest and the highest score, where it tells; else 0 and 1."""
        return self.foreign.score_range

    @property
    def higher_is_better(self) -> bool:  # type: ignore[override]  # here the other metric says it
        """Whether a higher score is the better one, where it tells; else True."""
        return self.foreign.higher_is_better

    def scores(self, kind: type[AnySample]) -> bool:  # type: ignore[override]  # here the other metric says it
        """Whether it can score samples of this kind."""
        conversations = issubclass(kind, MultiTurnSample)
        fields = self.foreign.conversation_requires if conversations else self.foreign.requires
        return fields is not None

    def check_ready(self) -> None:
        """Make sure that it has what it needs, its judge above all.

        Raises:
            ConfigurationError: it has not; the message says what to set.
        """
        self.foreign.check()

    async def measure(self, sample: SingleTurnSample, ask: Ask) -> MetricResult:
        """What it says of one question."""
        return await self.foreign.measure(sample)

    async def measure_conversation(self, sample: MultiTurnSample, ask: Ask) -> MetricResult:
        """What it says of one conversation."""
        return await self.foreign.measure(sample)

    def save(self, path: str | PathLike[str] | None = None) -> Path:
        """Refuse: only its own package could write and read it.

        Raises:
            ConfigurationError: always.
        """
        raise ConfigurationError(
            f"Metric {self.name!r} is an object of {self.foreign.package}, which our files cannot hold. "
            f"Save it as {self.foreign.package} does, or keep the code that makes it."
        )


def result_of(value: object, reason: object = None) -> MetricResult:
    """What another package's metric found, as our result: no number and no text is undefined, with a reason.

    Raises:
        TypeError: the value is no score.

    >>> result_of(True, "as it should be"), result_of(float("nan"))
    (MetricResult(1.0, reason='as it should be'), MetricResult(None, reason='the metric gave nan'))
    """
    told = str(reason) if reason else None
    score = plain(value)
    if score is None or (isinstance(score, float) and not isfinite(score)):
        return MetricResult(
            None, told or ("the metric gave no score" if value is None else f"the metric gave {value}")
        )
    if isinstance(score, bool):
        return MetricResult(float(score), told)
    if isinstance(score, int | float | str):
        return MetricResult(score, told)
    if isinstance(score, list | tuple) and all(isinstance(part, str | int | float) for part in score):
        return MetricResult(list(score), told)
    raise TypeError(f"the metric gave {value!r}, which is no score: no number, text or list of them")


def our_fields(names: Iterable[str], meanings: Mapping[str, str], metric: str) -> Fields:
    """The fields of our samples that another package's names stand for.

    Raises:
        PlanError: one of them stands for none.
    """
    fields = set()
    for name in names:
        if name not in meanings:
            raise PlanError(
                f"{metric} reads {name!r}, which no sample has. It can read: {', '.join(meanings)}. "
                "Wrap it into a function of these fields and pass the function."
            )
        fields.add(meanings[name])
    return frozenset(fields)


def part_of_package(value: object, method: str, module: str, name: str) -> Any:
    """A class or function of the package that an object comes from, such as its kind of sample.

    The package is the one of the class that first had the method, so that an object of a user's own class
    derived from it leads there too. Whoever made the object has imported the package; we never name it.
    """
    home = [kind.__module__ for kind in type(value).__mro__ if method in vars(kind)][-1]
    return getattr(importlib.import_module(f"{home.partition('.')[0]}.{module}"), name)
