"""What a metric is: a frozen description with one pure function of a sample and the answers it asks for."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict

from ragas_nb.judges.base import Vector
from ragas_nb.prompts import InT, OutT, Prompt
from ragas_nb.schema import AnySample, MultiTurnSample, SingleTurnSample

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


class Metric(BaseModel):
    """A way to score one sample. Two runs may share a metric: it holds parameters only, never a judge.

    A subclass names whom it asks in `needs`. For single questions it implements `measure` and names the
    fields it reads in `requires`; for conversations `measure_conversation` and `conversation_requires`; or
    both.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    """The score's column."""
    requires: ClassVar[frozenset[str]] = frozenset()
    conversation_requires: ClassVar[frozenset[str]] = frozenset({"user_input"})
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

    @classmethod
    def scores(cls, kind: type[AnySample]) -> bool:
        """Whether it can score samples of this kind."""
        if issubclass(kind, MultiTurnSample):
            return cls.measure_conversation is not Metric.measure_conversation
        return cls.measure is not Metric.measure

    def required(self, kind: type[AnySample]) -> frozenset[str]:
        """The fields that it reads of samples of this kind."""
        return self.conversation_requires if issubclass(kind, MultiTurnSample) else self.requires

    async def measure(self, sample: SingleTurnSample, ask: Ask) -> MetricResult:
        """The score of one question: pure arithmetic on the answers it asks for."""
        raise NotImplementedError(f"{type(self).__name__} scores no single questions")

    async def measure_conversation(self, sample: MultiTurnSample, ask: Ask) -> MetricResult:
        """The score of one conversation: pure arithmetic on the answers it asks for."""
        raise NotImplementedError(f"{type(self).__name__} scores no conversations")

    async def measure_any(self, sample: AnySample, ask: Ask) -> MetricResult:
        """The score of one sample, of whichever kind it is."""
        if isinstance(sample, MultiTurnSample):
            return await self.measure_conversation(sample, ask)
        return await self.measure(sample, ask)


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
