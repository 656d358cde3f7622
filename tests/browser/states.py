"""A run in each state that its widget can show; they are made on the event loop on which they go."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import replace

import ragas_nb as rnb
from ragas_nb.comparing import Comparison
from ragas_nb.errors import RagasNbError
from ragas_nb.metrics import discrete_metric
from ragas_nb.recorded import RecordedRun
from ragas_nb.run import Run
from tests.browser.scenes import GatedJudge, MoodyJudge, samples, scripted

IDS = ("a", "broken", "silent", "d", "e", "f")
"""One sample is scored in each way."""
FREE = IDS[:3]
"""Those that are not kept waiting."""


@discrete_metric(allowed_values=["known", "new"])
def novelty(response: str) -> str:
    """A metric whose scores are texts."""
    return "new" if response == "answer d" else "known"


METRICS = ("faithfulness", "exact_match", novelty)


def held() -> Run:
    """Start a run in which three samples wait until its judge's gate is set."""
    judge = GatedJudge(free=FREE)
    return rnb.start(samples(*IDS), METRICS, llm=judge, name="held", store=None, budget=20)


async def running() -> Run:
    """Some samples are scored, some fail, others are being judged."""
    return held()


async def paused() -> Run:
    """No request goes out."""
    run = held()
    run.pause()
    return run


async def finished() -> Run:
    """One failed, one undefined, the others scored."""
    run = rnb.start(samples(*IDS), METRICS, llm=scripted(), name="finished", store=None)
    await run
    return run


async def cancelled() -> Run:
    """Ended by hand half way."""
    run = held()
    run.cancel()
    await run
    return run


async def failed() -> Run:
    """Ended by an error."""
    run = rnb.start(samples(*IDS), METRICS, llm=scripted(), name="failed", store=None, raise_exceptions=True)
    with suppress(RagasNbError):
        await run
    return run


async def budget_reached() -> Run:
    """Ended because its money was spent."""
    run = rnb.start(samples(*IDS), METRICS, llm=scripted(), name="dear", store=None, budget=0.75)
    with suppress(RagasNbError):
        await run
    return run


async def interrupted() -> RecordedRun:
    """Kept by the store when its kernel died."""
    run = await cancelled()
    run.state.status = "running"
    return RecordedRun(run.meta, run.dataset, run.state, run._steps)


async def compared() -> Comparison:
    """Two runs of the same samples; the judge of the second has got well."""
    judge = MoodyJudge()
    before = rnb.start(samples(*IDS), METRICS[:2], llm=judge, name="before", store=None)
    await before
    judge.well = True
    after = rnb.start(samples(*IDS), METRICS[:2], llm=judge, name="after", store=None)
    await after
    return rnb.compare(before, after)


async def starting() -> RecordedRun:
    """No score yet, and nobody judges."""
    run = await cancelled()
    return RecordedRun(run.meta, run.dataset, type(run.state)(run.state.ids, run.plan.columns), run._steps)


async def blocking() -> Run:
    """A cell waits for it."""
    run = held()
    run.settings = replace(run.settings, blocking=True)
    return run


STATES: Mapping[str, Callable[[], Awaitable[RecordedRun]]] = {
    "Running": running,
    "Paused": paused,
    "Finished": finished,
    "Cancelled": cancelled,
    "Failed": failed,
    "Budget reached": budget_reached,
    "Interrupted": interrupted,
}
"""By the word that the header has for it."""
