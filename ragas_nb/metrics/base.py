"""What a metric is: a frozen description with one pure function of a sample and the answers it asks for."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Coroutine, Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict

from ragas_nb.judges.base import Vector
from ragas_nb.prompts import InT, OutT, Prompt
from ragas_nb.schema import SingleTurnSample

T = TypeVar("T")
Need = Literal["judge", "embedder"]


class Ask(Protocol):
    """How a metric gets answers; equal questions are answered once per run."""

    async def __call__(self, prompt: Prompt[InT, OutT], question: InT, /, *, repeat: int = 0) -> OutT:
        """The judge's answer; `repeat` tells independent answers to the same question apart."""

    async def several(self, prompt: Prompt[InT, OutT], question: InT, n: int, /) -> list[OutT]:
        """`n` independent answers (repeats 0 … n-1), in one request where the judge can."""

    async def embed(self, texts: Sequence[str], /) -> list[Vector]:
        """One vector per text."""


@dataclass(frozen=True, slots=True)
class MetricResult:
    """A score with its reason; `value` is None when there is nothing to score, and `reason` says why.

    `confidence` is the share of votes that agree with the value, where a metric takes votes.
    """

    value: float | int | str | None
    reason: str | None = None
    confidence: float | None = None


class Metric(BaseModel, ABC):
    """A way to score one sample. Two runs may share a metric: it holds parameters only, never a judge.

    A subclass names the sample's fields it reads in `requires`, whom it asks in `needs`, and implements
    `measure`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    """The score's column."""
    requires: ClassVar[frozenset[str]] = frozenset()
    kind: ClassVar[Literal["continuous", "binary"]] = "continuous"
    score_range: ClassVar[tuple[float, float]] = (0.0, 1.0)
    higher_is_better: ClassVar[bool] = True

    @property
    def column(self) -> str:
        """The name of the score's column; metrics with a mode add it."""
        return self.name

    @property
    def needs(self) -> frozenset[Need]:
        """Whom this metric asks."""
        return frozenset()

    @abstractmethod
    async def measure(self, sample: SingleTurnSample, ask: Ask) -> MetricResult:
        """The score of one sample: pure arithmetic on the answers it asks for."""


async def together(*parts: Coroutine[object, object, T]) -> list[T]:
    """Await independent parts at the same time; the first failure cancels the others and is raised."""
    return await all_of(parts)


async def all_of(parts: Iterable[Coroutine[object, object, T]]) -> list[T]:
    """As `together`, for any number of parts."""
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(part) for part in parts]
    except BaseExceptionGroup as failures:
        first = failures.exceptions[0]
    else:
        return [task.result() for task in tasks]
    raise first  # out here, so that the group does not become its context
