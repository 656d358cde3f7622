"""What the tests of runs share: two steps, metrics that ask them, judges under control, and virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Sequence
from typing import Any, ClassVar, TypeVar

from ragas_nb.engine.budget import Budget
from ragas_nb.engine.events import Event, JobFailed, JobScored
from ragas_nb.engine.plan import make_plan
from ragas_nb.engine.settings import RunConfig
from ragas_nb.engine.trace import Trace
from ragas_nb.judges.base import JudgeRequest, Reply
from ragas_nb.metrics.base import Ask, Metric, MetricResult, Need
from ragas_nb.preparing import described_run
from ragas_nb.prompts import Prompt, Value, Verdict
from ragas_nb.run import Run
from ragas_nb.schema import EvaluationDataset, SampleId, SingleTurnSample
from ragas_nb.session import RunSettings
from ragas_nb.testing import ScriptedJudge

T = TypeVar("T")


class Text(Value):
    text: str


class Opinion(Value):
    verdict: Verdict


POLITE = Prompt("is_polite", "Say whether the text is polite.", Text, Opinion)
SHORT = Prompt("is_short", "Say whether the text is short.", Text, Opinion)
YES = {"verdict": 1}
NO = {"verdict": 0}


class AsksJudge(Metric, abstract=True):
    requires: ClassVar[frozenset[str]] = frozenset({"response"})

    @property
    def needs(self) -> frozenset[Need]:
        return frozenset({"judge"})


class Polite(AsksJudge):
    """One question."""

    name: str = "polite"

    async def measure(self, sample: SingleTurnSample, ask: Ask) -> MetricResult:
        return MetricResult((await ask(POLITE, Text(text=sample.response or ""))).verdict)


class PoliteAndShort(AsksJudge):
    """Two questions, the second after the first; the first is the one of `Polite`."""

    name: str = "polite_and_short"

    async def measure(self, sample: SingleTurnSample, ask: Ask) -> MetricResult:
        text = Text(text=sample.response or "")
        polite = await ask(POLITE, text)
        short = await ask(SHORT, text)
        return MetricResult(polite.verdict * short.verdict)


class Votes(AsksJudge):
    """Three independent answers to the question of `Polite`."""

    name: str = "votes"

    async def measure(self, sample: SingleTurnSample, ask: Ask) -> MetricResult:
        votes = await ask.several(POLITE, Text(text=sample.response or ""), 3)
        return MetricResult(sum(vote.verdict for vote in votes))


class Embeds(Metric):
    """The embedding of the response and the reference."""

    name: str = "embeds"
    requires: ClassVar[frozenset[str]] = frozenset({"response", "reference"})

    @property
    def needs(self) -> frozenset[Need]:
        return frozenset({"embedder"})

    async def measure(self, sample: SingleTurnSample, ask: Ask) -> MetricResult:
        one, other = await ask.embed([sample.response or "", sample.reference or ""])
        return MetricResult(one[0] * other[0])


class Computes(Metric):
    """Whatever `rule` makes of the response; asks nobody."""

    name: str = "computes"
    rule: Callable[[str], Any]
    requires: ClassVar[frozenset[str]] = frozenset({"response"})

    async def measure(self, sample: SingleTurnSample, ask: Ask) -> MetricResult:
        value: MetricResult = self.rule(sample.response or "")
        return value


class HeldJudge(ScriptedJudge):
    """Answers only after `release` was set; `arrived` is set when the first request is there."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.arrived = asyncio.Event()
        self.release = asyncio.Event()
        self.waiting = 0

    async def reply(self, request: JudgeRequest) -> Reply:
        self.arrived.set()
        self.waiting += 1
        try:
            await self.release.wait()
        finally:
            self.waiting -= 1
        return await super().reply(request)


class SteppedJudge(ScriptedJudge):
    """Answers as many requests as `let` has allowed so far; `most` of them waited at once."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.waiting = self.most = 0
        self._allowed = asyncio.Semaphore(0)

    def let(self, count: int) -> None:
        """Have so many more requests answered, in their order."""
        for _ in range(count):
            self._allowed.release()

    async def reply(self, request: JudgeRequest) -> Reply:
        self.waiting += 1
        self.most = max(self.most, self.waiting)
        try:
            await self._allowed.acquire()
        finally:
            self.waiting -= 1
        return await super().reply(request)


def responses(*texts: str | None) -> EvaluationDataset:
    """One sample per response; all have a question."""
    return EvaluationDataset([SingleTurnSample(user_input="How?", response=text) for text in texts])


def new_run(
    dataset: EvaluationDataset, metrics: Sequence[Metric], judge: ScriptedJudge | None = None, **settings: Any
) -> Run:
    """A run that is not started and is kept in memory, unless `store` says otherwise."""
    plan, config = make_plan(dataset, metrics), settings.get("config", RunConfig())
    budget, embedder = settings.pop("budget", None), settings.get("embedder")
    meta = described_run(plan, judge, embedder, "test", settings.get("repeats", 1), budget, config)
    return Run(meta, plan, RunSettings(judge=judge, budget=Budget(budget), **settings))


def record(run: Run) -> list[Event]:
    """A list that fills with the run's events."""
    events: list[Event] = []
    run.listen(events.append)
    return events


def traces(events: Iterable[Event]) -> dict[tuple[SampleId, str], Trace]:
    """The trace of each job that ended, by sample and metric, in the order in which they ended."""
    ended = (event for event in events if isinstance(event, JobScored | JobFailed))
    return {(event.sample_id, event.metric): event.trace for event in ended}


async def until(condition: Callable[[], object]) -> None:
    """Let others run until the condition holds."""
    while not condition():  # noqa: ASYNC110  some conditions have no event
        await asyncio.sleep(0)


async def turns(count: int = 100) -> None:
    """Let others run for a while, to see that something does not happen."""
    for _ in range(count):
        await asyncio.sleep(0)


QUICK = RunConfig(max_wait=0.0)
"""No pause between retries."""


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop whose clock jumps to the next timer instead of waiting for it."""

    def __init__(self) -> None:
        super().__init__()
        self._now = 0.0
        select = self._selector.select  # type: ignore[attr-defined]

        def jump(timeout: float | None) -> Any:
            self._now += timeout or 0.0
            return select(None if timeout is None else 0.0)

        self._selector.select = jump  # type: ignore[attr-defined]

    def time(self) -> float:
        return self._now


def in_virtual_time(main: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine on a loop where waiting takes no time."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main)
