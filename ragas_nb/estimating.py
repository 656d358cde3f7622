"""What a run will cost, before it is started: from a few samples that are judged for it."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist, fmean, stdev
from typing import Any

from ragas_nb.engine.loop import wait_for
from ragas_nb.engine.settings import RunConfig
from ragas_nb.engine.trace import Attempt
from ragas_nb.errors import ConfigurationError
from ragas_nb.preparing import Metrics, Store, prepare
from ragas_nb.results.result import EvaluationResult
from ragas_nb.schema import read_dataset

CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Range:
    """What is expected, and between which two values it lies with a confidence of 95 %."""

    expected: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, repr=False)
class Estimate:
    """What judging `samples` samples takes, by a pilot of `pilot` of them.

    `cost` is in dollars (None where a request had no known price), `tokens` are input and output together,
    `seconds` hold for as many requests at once as `RunConfig.max_workers` allows.
    """

    samples: int
    pilot: int
    metrics: tuple[str, ...]
    requests: Range
    tokens: Range
    seconds: Range
    cost: Range | None
    failed: int

    def __repr__(self) -> str:
        cost = "cost unknown (a price is missing)" if self.cost is None else _told(self.cost, "${:,.2f}")
        lines = [
            f"{self.samples:,} samples × {_counted(len(self.metrics), 'metric')}: {cost}; "
            f"{_told(self.tokens, '{:,.0f}')} tokens in {self.requests.expected:,.0f} requests; "
            f"{_duration(self.seconds.expected)}.",
            f"From a pilot of {self.pilot} samples, whose answers the run takes over.",
        ]
        if self.failed:
            lines.append(f"{self.failed} jobs of the pilot failed: the figures are without what they lack.")
        return "\n".join(lines)


def _told(found: Range, form: str) -> str:
    expected, low, high = (form.format(value) for value in (found.expected, found.low, found.high))
    return f"≈ {expected}" if low == high else f"≈ {expected} ({low} to {high})"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _duration(seconds: float) -> str:
    if seconds < 1:
        return "less than a second"
    if seconds < 90:
        return f"about {seconds:.0f} s"
    return f"about {seconds / 60:.0f} min" if seconds < 5400 else f"about {seconds / 3600:.1f} h"


async def aestimate(
    data: Any,
    metrics: Metrics = None,
    *,
    llm: Any = None,
    embeddings: Any = None,
    model: str | None = None,
    column_map: Mapping[str, str] | None = None,
    run_config: RunConfig | None = None,
    repeats: int = 1,
    store: Store = "auto",
    pilot: int = 10,
) -> Estimate:
    """Judge `pilot` samples, drawn at random, and tell what the whole run costs; arguments as for `start`.

    The same samples are drawn each time. Their answers are in the store: the run itself does not ask for
    them again, unless `store` is None.

    Raises:
        DatasetError, PlanError, ConfigurationError, JudgeError: as `evaluate`.
    """
    if pilot < 2:
        raise ConfigurationError(f"A pilot needs at least 2 samples to tell how they differ, not {pilot}.")
    dataset = read_dataset(data, column_map=column_map)
    drawn = sorted(random.Random(len(dataset)).sample(range(len(dataset)), min(pilot, len(dataset))))
    config = run_config or RunConfig()
    result = await prepare(
        dataset[drawn],
        metrics,
        llm=llm,
        embeddings=embeddings,
        model=model,
        name="pilot",
        run_config=config,
        repeats=repeats,
        store=store,
        blocking=False,
    )
    return extrapolated(result, len(dataset), config.max_workers)


def estimate(data: Any, metrics: Metrics = None, **options: Any) -> Estimate:
    """As `aestimate`, and wait for it: `rnb.estimate(df, llm="gpt-4o-mini")`."""
    return wait_for(lambda: aestimate(data, metrics, **options))


def extrapolated(pilot: EvaluationResult, samples: int, workers: int) -> Estimate:
    """What `samples` samples take, by what those of the pilot took, or had taken when their answers came."""
    taken = _taken(pilot)
    seconds = scaled([sum(attempt.seconds for attempt in row) / workers for row in taken], samples)
    least = max((attempt.seconds for row in taken for attempt in row), default=0.0)
    answered = [[attempt for attempt in row if attempt.model is not None] for row in taken]
    costs = [[attempt.cost for attempt in row] for row in answered]
    is_priced = all(cost is not None for row in costs for cost in row)
    return Estimate(
        samples=samples,
        pilot=len(taken),
        metrics=pilot.metrics,
        requests=scaled([len(row) for row in answered], samples),
        tokens=scaled([sum(map(_tokens, row)) for row in answered], samples),
        seconds=Range(*(max(value, least) for value in (seconds.expected, seconds.low, seconds.high))),
        cost=scaled([sum(cost or 0.0 for cost in row) for row in costs], samples) if is_priced else None,
        failed=int((~pilot.errors["kind"].eq("undefined")).sum()),
    )


def _taken(pilot: EvaluationResult) -> list[list[Attempt]]:
    """The attempts for each sample: each once, with the first job that has it, whoever made it and when."""
    seen: set[Attempt] = set()
    rows: list[list[Attempt]] = []
    for trace in pilot.traces:
        steps = (step for job in trace.values() for calls in job.values() for step in calls.records)
        attempts = dict.fromkeys(attempt for step in steps for attempt in step.attempts)
        rows.append([attempt for attempt in attempts if attempt not in seen])
        seen.update(attempts)
    return rows


def _tokens(attempt: Attempt) -> int:
    return attempt.usage.input_tokens + attempt.usage.output_tokens


def scaled(values: Sequence[float], samples: int) -> Range:
    """The sum over `samples` samples, some of which were looked at: the mean times their number, with a
    t interval that narrows as the pilot becomes the whole (finite population correction).

    Source: Cochran, Sampling Techniques, 3rd ed., section 2.8.
    """
    n = len(values)
    mean = fmean(values)
    if n >= samples or n < 2:
        return Range(mean * samples, mean * samples, mean * samples)
    half = student_t(n - 1) * stdev(values) / math.sqrt(n) * math.sqrt(1 - n / samples)
    return Range(mean * samples, max(sum(values), (mean - half) * samples), (mean + half) * samples)


_EXACT = {1: 12.7062, 2: 4.3027, 3: 3.1824, 4: 2.7764}


def student_t(freedom: int) -> float:
    """The 97.5 % point of Student's t: within 0.2 % of the exact value.

    Source: Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.5.

    >>> round(student_t(9), 2), round(student_t(99), 2)
    (2.26, 1.98)
    """
    if freedom in _EXACT:
        return _EXACT[freedom]
    z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
    terms = (
        z,
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
    )
    return math.fsum(term / freedom**power for power, term in enumerate(terms))
