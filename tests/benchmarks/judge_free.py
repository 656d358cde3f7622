"""What metrics without a judge cost in a whole run (engine, state, events), beside the bare library calls.

Processor time; the bars are for medians.
"""

from __future__ import annotations

import asyncio
import gc
import random
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import sacrebleu
from rapidfuzz.distance import Levenshtein
from rouge_score.rouge_scorer import RougeScorer

from ragas_nb.engine.events import Event
from ragas_nb.metrics._bleu import BleuScore
from ragas_nb.metrics._chrf import ChrfScore
from ragas_nb.metrics._data_compy import DataCompyScore
from ragas_nb.metrics._exact_match import ExactMatch
from ragas_nb.metrics._rouge import RougeScore
from ragas_nb.metrics._string_presence import StringPresence
from ragas_nb.metrics._string_similarity import NonLLMStringSimilarity
from ragas_nb.metrics.base import Metric
from ragas_nb.preparing import prepare
from ragas_nb.run import Run
from ragas_nb.schema import EvaluationDataset
from tests.benchmarks.clock import Measured, measure, spread

OVERHEAD_US, ROUGE_US, MANY_S, WAIT_MS = 10.0, 60.0, 2.0, 10.0
ROUNDS = 7
FEW = 5
MANY = 100_000

Bare = Callable[[str, str], object]
_rouge = RougeScorer(["rougeL"], use_stemmer=True)
CASES: tuple[tuple[Metric, Bare, int], ...] = (
    (ExactMatch(), lambda response, reference: response == reference, 20_000),
    (StringPresence(), lambda response, reference: reference in response, 20_000),
    (NonLLMStringSimilarity(), lambda *texts: 1 - Levenshtein.normalized_distance(*texts), 20_000),
    (RougeScore(), lambda response, reference: _rouge.score(reference, response), 500),
    (BleuScore(), lambda response, reference: sacrebleu.corpus_bleu([response], [[reference]]), 500),
    (ChrfScore(), lambda response, reference: sacrebleu.corpus_chrf([response], [[reference]]), 500),
)
"""Metrics, the library calls within them, and how many samples show the difference."""


def sentences(count: int, words: int = 20) -> list[str]:
    """Texts of made-up words, the same each time."""
    chance = random.Random(count)
    known = ["".join(chance.choices("aeioulnrstdcmp", k=chance.randint(2, 10))) for _ in range(2_000)]
    return [" ".join(chance.choices(known, k=words)) for _ in range(count)]


def dataset(responses: Sequence[str]) -> EvaluationDataset:
    """Responses with references that share about half of their words."""
    references = [" ".join(text.split(" ")[::2]) + " and more" for text in responses]
    return EvaluationDataset.from_dict({"response": responses, "reference": references})


@dataclass
class Listener:
    """Somebody who hears every event."""

    heard: int = 0

    def __call__(self, event: Event) -> None:
        self.heard += 1


def run_of(data: EvaluationDataset, *metrics: Metric) -> Run:
    """A run that a new file keeps, with a listener."""
    store = Path(tempfile.mkdtemp()) / "runs.sqlite"
    return prepare(data, metrics, callbacks=Listener(), store=store, blocking=False)


async def finished(run: Run) -> None:
    """Carry a run out. Without a result: `asyncio.run` makes a text of what its task returns, for nobody."""
    await run.finish()


def in_run(data: EvaluationDataset, *metrics: Metric) -> float:
    """Seconds of processor time of a whole run."""
    run = run_of(data, *metrics)
    gc.collect()
    began = time.process_time()
    asyncio.run(finished(run))
    spent = time.process_time() - began
    if len(run.errors):
        raise RuntimeError(f"{len(run.errors)} jobs failed")
    return spent


def bare(data: EvaluationDataset, call: Bare) -> float:
    """Seconds of processor time of the library calls alone."""
    pairs = [(str(a), str(b)) for a, b in zip(data.column("response"), data.column("reference"), strict=True)]
    gc.collect()
    began = time.process_time()
    for response, reference in pairs:
        call(response, reference)
    return time.process_time() - began


def overheads() -> bool:
    """Print each metric beside its library call; whether the bars are met."""
    met = True
    for metric, call, samples in CASES:
        data = dataset(sentences(samples))
        in_run(data[:100], metric), bare(data[:100], call)  # what is loaded at first use is not counted
        rounds = [(in_run(data, metric), bare(data, call)) for _ in range(ROUNDS)]
        ours = [1e6 * run / samples for run, _ in rounds]
        alone = [1e6 * library / samples for _, library in rounds]
        above = [a - b for a, b in zip(ours, alone, strict=True)]
        print(
            f"{metric.column:26} {spread(ours):>22} µs per score in a run, the bare library "
            f"{spread(alone):>22}, above it {spread(above)}"
        )
        met &= median(above) <= OVERHEAD_US
        met &= not isinstance(metric, RougeScore) or median(ours) <= ROUGE_US
    return met


async def longest_hold(run: Run) -> float:
    """Carry a run out; the longest time it held the loop, in milliseconds of processor time."""
    task = asyncio.ensure_future(run.finish())
    longest, last = 0.0, time.thread_time()
    while not task.done():
        await asyncio.sleep(0)
        now = time.thread_time()
        longest, last = max(longest, now - last), now
    await task
    return 1000 * longest


def many() -> bool:
    """Print what 100,000 exact-match scores take; whether the bars are met."""
    numbers = range(MANY)
    data = EvaluationDataset.from_dict(
        {"response": [f"answer {i % 7}" for i in numbers], "reference": [f"answer {i % 5}" for i in numbers]}
    )
    times = [in_run(data, ExactMatch()) for _ in range(FEW)]
    fifths = data[: MANY // 5]
    five = [in_run(fifths, *(ExactMatch(name=f"match_{i}") for i in range(5))) for _ in range(FEW)]
    gc.collect()
    holds = [asyncio.run(longest_hold(run_of(data, ExactMatch()))) for _ in range(FEW)]
    print(
        f"{MANY:,} exact matches in {spread(times)} s; 5 metrics on {len(fifths):,} samples {spread(five)} s"
    )
    print(f"  they hold the loop for {spread(holds)} ms at most")
    return median(times) <= MANY_S and median(holds) <= WAIT_MS


def long_tables(rows: int) -> EvaluationDataset:
    """Six equal pairs of tables."""
    table = "\n".join(["name,count", *(f"{name},{row}" for row, name in enumerate(sentences(rows, words=1)))])
    return EvaluationDataset.from_dict({"response": [table] * 6, "reference": [table] * 6})


async def waits(data: EvaluationDataset, metric: Metric) -> Measured:
    """Carry a run out while somebody else wants to wake up every few milliseconds."""
    run = run_of(data, metric)
    return await measure(lambda: finished(run))


def long_texts() -> bool:
    """Print how long others wait while long texts are compared; whether the bar is met."""
    met = True
    long, longer = dataset(sentences(6, words=1_500)), dataset(sentences(6, words=8_000))
    for data, metric in (
        (longer, NonLLMStringSimilarity()),
        (longer, RougeScore()),
        (long, BleuScore()),
        (long, ChrfScore()),
        (long_tables(5_000), DataCompyScore()),
    ):
        rounds = [asyncio.run(waits(data, metric)) for _ in range(FEW)]
        lags = [measured.lag_max_ms for measured in rounds]
        print(
            f"{metric.column:30} of 6 texts of {len(str(data.column('response')[0])):,} letters in "
            f"{spread([measured.wall_s for measured in rounds])} s; others wait {spread(lags)} ms at most"
        )
        met &= median(lags) <= WAIT_MS
    return met


def main() -> bool:
    """Print the tables; whether the bars are met."""
    met = [overheads(), many(), long_texts()]
    print(
        f"bars: {OVERHEAD_US:.0f} µs above the library, ROUGE-L {ROUGE_US:.0f} µs in all, "
        f"{MANY:,} scores in {MANY_S:.0f} s, waits of {WAIT_MS:.0f} ms"
    )
    return all(met)


if __name__ == "__main__":
    raise SystemExit(not main())
