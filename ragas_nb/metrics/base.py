"""What a metric is: a frozen description with one pure function of a sample and the answers it asks for."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable, Sequence
from os import PathLike
from pathlib import Path
from typing import Any, ClassVar, Literal, Protocol, Self, TypeVar

from pydantic import BaseModel, ConfigDict, field_validator

from ragas_nb.judges.base import Vector
from ragas_nb.metrics import alone
from ragas_nb.metrics.definition import check_class, checked_name
from ragas_nb.metrics.result import MetricResult, Score
from ragas_nb.prompts import InT, OutT, Prompt
from ragas_nb.schema import AnySample, MultiTurnSample, SingleTurnSample

__all__ = ["Ask", "Metric", "MetricResult", "Need", "Score", "all_of", "together"]

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


class Metric(BaseModel):
    """A way to score one sample. Two runs may share a metric: it holds parameters only, never a judge.

    A subclass names whom it asks in `needs`. For single questions it implements `measure` and names the
    fields it reads in `requires`; for conversations `measure_conversation` and `conversation_requires`; or
    both. A class that cannot score is refused when it is defined; a mere base of metrics is `abstract=True`.

    >>> from ragas_nb.metrics import Metric, MetricResult
    >>> class Brevity(Metric):
    ...     name: str = "brevity"
    ...     requires = frozenset({"response"})
    ...     async def measure(self, sample, ask):
    ...         return MetricResult(1 / len(sample.response.split()))
    >>> Brevity().score(response="In Peru.") + 1
    1.5
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    """The score's column."""
    requires: ClassVar[frozenset[str]] = frozenset()
    conversation_requires: ClassVar[frozenset[str]] = frozenset({"user_input"})
    kind: ClassVar[Literal["continuous", "binary"]] = "continuous"
    score_range: ClassVar[tuple[float, float]] = (0.0, 1.0)
    higher_is_better: ClassVar[bool] = True
    asks_elsewhere: ClassVar[bool] = False
    """Whether it asks judges of its own, of whose requests a run knows nothing."""

    def __init_subclass__(cls, *, abstract: bool = False) -> None:
        super().__init_subclass__()
        if not abstract:
            check_class(cls, Metric)

    @field_validator("name")
    @classmethod
    def _names_a_column(cls, name: str) -> str:
        return checked_name(name)

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

    def check_ready(self) -> None:
        """Make sure that what it needs besides a judge is there; called before a run starts.

        Raises:
            ConfigurationError: a package has to be installed first.
        """

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

    # ── by itself ──

    async def ascore(
        self,
        sample: alone.Sample | None = None,
        *,
        llm: object = None,
        embeddings: object = None,
        **fields: object,
    ) -> MetricResult:
        """Score one sample: `await metric.ascore(response="…", reference="…", llm="gpt-4o-mini")`.

        Pass a sample, a dict, or the fields. `llm` and `embeddings` are what `evaluate` takes. It is a run of
        one job: requests are retried, unusable answers asked for again, `traces` has every step.

        Raises:
            TypeError, PlanError, ConfigurationError: before anything is asked.
            Exception: what the job failed with.
        """
        return await alone.ascore(self, alone.given_sample(self, sample, fields), llm, embeddings)

    def score(
        self,
        sample: alone.Sample | None = None,
        *,
        llm: object = None,
        embeddings: object = None,
        **fields: object,
    ) -> MetricResult:
        """As `ascore`, and wait for the result."""
        return alone.score(self, alone.given_sample(self, sample, fields), llm, embeddings)

    async def abatch_score(
        self, samples: Any, *, llm: object = None, embeddings: object = None
    ) -> list[MetricResult]:
        """Score several samples at once, in whatever form `evaluate` takes them; results in their order.

        One that failed is undefined, and its reason starts with the kind of error, as `JudgeUnavailable: …`.

        Raises:
            DatasetError, PlanError, ConfigurationError: before anything is asked.
            JudgeError: every job would fail the same way (no access, no such model).
        """
        return await alone.abatch_score(self, samples, llm, embeddings)

    def batch_score(
        self, samples: Any, *, llm: object = None, embeddings: object = None
    ) -> list[MetricResult]:
        """As `abatch_score`, and wait for the results."""
        return alone.batch_score(self, samples, llm, embeddings)

    async def single_turn_ascore(
        self, sample: SingleTurnSample, *, llm: object = None, embeddings: object = None
    ) -> Score:
        """The score of one question, without its reason; see `ascore`."""
        asked = alone.of_kind(sample, SingleTurnSample)
        return (await self.ascore(asked, llm=llm, embeddings=embeddings)).value

    def single_turn_score(
        self, sample: SingleTurnSample, *, llm: object = None, embeddings: object = None
    ) -> Score:
        """As `single_turn_ascore`, and wait for it."""
        return self.score(alone.of_kind(sample, SingleTurnSample), llm=llm, embeddings=embeddings).value

    async def multi_turn_ascore(
        self, sample: MultiTurnSample, *, llm: object = None, embeddings: object = None
    ) -> Score:
        """The score of one conversation, without its reason; see `ascore`."""
        asked = alone.of_kind(sample, MultiTurnSample)
        return (await self.ascore(asked, llm=llm, embeddings=embeddings)).value

    def multi_turn_score(
        self, sample: MultiTurnSample, *, llm: object = None, embeddings: object = None
    ) -> Score:
        """As `multi_turn_ascore`, and wait for it."""
        return self.score(alone.of_kind(sample, MultiTurnSample), llm=llm, embeddings=embeddings).value

    # ── on the disk ──

    def save(self, path: str | PathLike[str] | None = None) -> Path:
        """Write the metric with its parameters and prompts into a JSON file, and return where that is.

        `path` is a file (compressed where it ends in `.gz`) or a folder; without one, `{name}.json` here.

        Raises:
            ConfigurationError: the metric holds a function, or the file cannot be written.
        """
        from ragas_nb.metrics import saving

        return saving.save(self, path)

    @classmethod
    def load(cls, path: str | PathLike[str]) -> Self:
        """Read a saved metric: `Metric.load` one of ragas_nb, `MyMetric.load` one of a class of yours.

        Nothing in the file is executed.

        Raises:
            ConfigurationError: there is no such file, it is none of ours or damaged, or has another metric.
        """
        from ragas_nb.metrics import saving

        return saving.load(cls, path)


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
