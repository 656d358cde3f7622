"""A run that is cancelled leaves nothing behind, and has stored what it announced."""

from __future__ import annotations

import asyncio
import random
import threading
from contextlib import suppress
from pathlib import Path

import pytest

import ragas_nb as rnb
from ragas_nb.engine.events import Event, JobFailed, JobScored
from ragas_nb.judges.openai import OpenAIEmbedder, OpenAIJudge
from ragas_nb.run import Run
from tests.loopback.fixtures import Loopback
from tests.loopback.samples import make_samples

SAMPLES, METRICS = 12, 4
MOMENTS = [1, 2, *sorted(random.Random(3).sample(range(3, SAMPLES * METRICS * 4), 5))]
"""After how many events the run is cancelled."""


def begin(loopback: Loopback, store: Path, heard: list[Event], cancel_after: int) -> Run:
    def listen(event: Event) -> None:
        heard.append(event)
        if len(heard) == cancel_after:
            run.cancel()

    run = rnb.start(
        make_samples(SAMPLES),
        llm=OpenAIJudge("judge", base_url=loopback.base_url, api_key="none"),
        embeddings=OpenAIEmbedder("embed", base_url=loopback.base_url, api_key="none"),
        run_config=rnb.RunConfig(max_workers=8),
        callbacks=listen,
        store=store,
    )
    return run


def settled(events: list[Event]) -> dict[tuple[object, str], object]:
    """How each job ended that did, by what was announced."""
    return {
        (event.sample_id, event.metric): event.value if isinstance(event, JobScored) else event.kind
        for event in events
        if isinstance(event, JobScored | JobFailed)
    }


def stored(run_id: str, store: Path) -> dict[tuple[object, str], object]:
    """How each job ended that did, by what the store has."""
    state = rnb.load(run_id, store=store).state
    outcomes = ((i, name, state.outcome(i, name)) for i in state.ids for name in state.metrics)
    return {(i, name): found.value for i, name, found in outcomes if isinstance(found, JobScored)}


def open_files() -> set[str]:
    """What the process has open."""
    found = set()
    for number in Path("/proc/self/fd").iterdir():
        with suppress(OSError):  # the listing's own
            found.add(str(number.readlink()))
    return found


@pytest.mark.parametrize("moment", MOMENTS)
async def test_a_cancelled_run_leaves_nothing_and_has_stored_what_it_announced(
    moment: int, loopback: Loopback, tmp_path: Path
):
    heard: list[Event] = []
    run = begin(loopback, tmp_path / "runs.sqlite", heard, moment)
    await run
    assert run.status == "cancelled"
    assert stored(run.run_id, tmp_path / "runs.sqlite") == settled(heard)
    assert asyncio.all_tasks() == {asyncio.current_task()}
    threads = [thread for thread in threading.enumerate() if "ragas_nb" in thread.name]
    for thread in threads:  # a blocking call that was under way, such as an import, comes to its own end
        await asyncio.to_thread(thread.join, 30)
    assert [thread.name for thread in threads if thread.is_alive()] == []
    assert [name for name in open_files() if str(tmp_path) in name] == []


async def test_a_cancelled_run_goes_on_to_the_same_end(loopback: Loopback, tmp_path: Path):
    whole: list[Event] = []
    await begin(loopback, tmp_path / "whole.sqlite", whole, cancel_after=-1)
    heard: list[Event] = []
    run = begin(loopback, tmp_path / "runs.sqlite", heard, cancel_after=40)
    await run
    await run.resume()
    assert run.status == "finished"
    assert settled(heard) == settled(whole)
    assert len(settled(whole)) == SAMPLES * METRICS
