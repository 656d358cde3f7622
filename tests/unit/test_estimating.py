"""What a run will cost, from a few of its samples."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

import ragas_nb as rnb
from ragas_nb.errors import ConfigurationError
from ragas_nb.estimating import Range, scaled, student_t
from ragas_nb.judges.base import JudgeRequest, Reply, Usage
from ragas_nb.metrics import AspectCritic
from ragas_nb.testing import ScriptedJudge

ROWS = [{"question": f"How is {number}?", "answer": "x" * number} for number in range(40)]
KIND = AspectCritic(name="kind", definition="Is it kind?")
SHORT = AspectCritic(name="short", definition="Is it short?")
VERDICT = {"judge_aspect": {"reason": "It says so.", "verdict": 1}}


class ByLength(ScriptedJudge):
    """Takes a token and a cent for each character of the answer, and ten tokens besides."""

    async def reply(self, request: JudgeRequest) -> Reply:
        reply = await super().reply(request)
        length = request.input.model_dump_json().count("x")
        return Reply(reply.choices, Usage(input_tokens=10, output_tokens=length), reply.model)

    def cost(self, usage: Usage, model: str) -> float | None:
        return usage.output_tokens / 100


def steady(price: float | None = 0.01) -> ScriptedJudge:
    """Takes 15 tokens for each request."""
    return ScriptedJudge(VERDICT, identity="steady", price=price)


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "runs.sqlite"


def exactly(value: float) -> Range:
    return Range(*[pytest.approx(value)] * 3)  # type: ignore[arg-type]


def test_equal_samples_tell_exactly_what_the_whole_takes(store: Path):
    judge = steady()
    found = rnb.estimate(ROWS, [KIND, SHORT], llm=judge, pilot=4, store=store)
    assert (found.samples, found.pilot, found.metrics, found.failed) == (40, 4, ("kind", "short"), 0)
    assert (found.requests, found.tokens, found.cost) == (exactly(80), exactly(1200), exactly(0.8))
    assert len(judge.requests) == 8


def test_different_samples_give_an_interval_that_holds_the_truth(store: Path):
    found = rnb.estimate(ROWS, [KIND], llm=ByLength(VERDICT), pilot=10, store=store)
    whole = rnb.evaluate(ROWS, [KIND], ByLength(VERDICT), store=None, show_progress=False)
    assert found.cost is not None
    assert found.cost.low < whole.total_cost() < found.cost.high
    assert found.cost.low < found.cost.expected < found.cost.high
    assert found.tokens.expected == pytest.approx(400 + 100 * found.cost.expected)


@pytest.mark.parametrize("pilot", [40, 41, 1000])
def test_a_pilot_that_is_the_whole_is_exact(store: Path, pilot: int):
    found = rnb.estimate(ROWS, [KIND], llm=ByLength(VERDICT), pilot=pilot, store=store)
    assert (found.pilot, found.cost) == (40, exactly(sum(range(40)) / 100))


def test_the_run_does_not_ask_again_what_the_pilot_asked(store: Path):
    judge = steady()
    rnb.estimate(ROWS, [KIND], llm=judge, pilot=4, store=store)
    result = rnb.evaluate(ROWS, [KIND], judge, store=store, show_progress=False)
    assert (result["kind"], len(judge.requests)) == ([1.0] * 40, 40)


def test_the_same_estimate_again_is_the_same_and_asks_nothing(store: Path):
    first = rnb.estimate(ROWS, [KIND], llm=steady(), pilot=4, store=store)
    judge = steady()
    again = rnb.estimate(ROWS, [KIND], llm=judge, pilot=4, store=store)
    assert (again, judge.requests) == (first, [])


def test_answers_of_an_earlier_pilot_count_with_what_they_took(store: Path):
    rnb.estimate(ROWS, [KIND], llm=steady(), pilot=4, store=store)
    found = rnb.estimate(ROWS, [KIND], llm=steady(), pilot=10, store=store)
    assert (found.requests, found.tokens, found.cost) == (exactly(40), exactly(600), exactly(0.4))


def test_repeats_take_as_many_times_as_much(store: Path):
    found = rnb.estimate(ROWS, [KIND], llm=steady(), pilot=4, store=store, repeats=3)
    assert (found.requests, found.cost) == (exactly(120), exactly(1.2))


def test_without_a_price_the_cost_is_unknown_rather_than_nothing(store: Path):
    found = rnb.estimate(ROWS, [KIND], llm=steady(price=None), pilot=4, store=store)
    assert (found.cost, found.tokens) == (None, exactly(600))
    assert "cost unknown (a price is missing)" in repr(found)


def test_metrics_that_ask_nobody_cost_nothing(store: Path):
    rows = [row | {"reference": "xx"} for row in ROWS]
    found = rnb.estimate(rows, ["exact_match"], pilot=4, store=store)
    assert (found.requests, found.tokens, found.cost, found.seconds) == (exactly(0),) * 4


def test_failed_jobs_of_the_pilot_are_told(store: Path):
    judge = ScriptedJudge({"judge_aspect": rnb.JudgeRefused("no", kind="content_filter")}, price=0.01)
    found = rnb.estimate(ROWS, [KIND], llm=judge, pilot=4, store=store)
    assert found.failed == 4
    assert repr(found).splitlines()[-1].startswith("4 jobs of the pilot failed")


class Slow(ScriptedJudge):
    """Answers after a while."""

    LATENCY_S = 0.05

    async def reply(self, request: JudgeRequest) -> Reply:
        await asyncio.sleep(self.LATENCY_S)
        return await super().reply(request)


@pytest.mark.parametrize(("workers", "at_least"), [(1, 40 * Slow.LATENCY_S), (4, 10 * Slow.LATENCY_S)])
async def test_the_time_is_that_of_all_requests_by_as_many_as_go_out_at_once(
    store: Path, workers: int, at_least: float
):
    config = rnb.RunConfig(max_workers=workers)
    found = await rnb.aestimate(ROWS, [KIND], llm=Slow(VERDICT), pilot=4, store=store, run_config=config)
    assert at_least <= found.seconds.expected < 3 * at_least


async def test_a_run_takes_no_less_than_one_of_its_jobs(store: Path):
    config = rnb.RunConfig(max_workers=400)
    found = await rnb.aestimate(ROWS, [KIND], llm=Slow(VERDICT), pilot=4, store=store, run_config=config)
    assert found.seconds.low >= Slow.LATENCY_S


def test_an_estimate_reads_as_a_sentence(store: Path):
    found = rnb.estimate(ROWS, [KIND], llm=steady(), pilot=4, store=store)
    assert repr(found).splitlines() == [
        "40 samples × 1 metric: ≈ $0.40; ≈ 600 tokens in 40 requests; less than a second.",
        "From a pilot of 4 samples, whose answers the run takes over.",
    ]


@pytest.mark.parametrize("pilot", [1, 0, -3])
def test_a_pilot_of_fewer_than_two_samples_is_refused(pilot: int):
    judge = steady()
    with pytest.raises(ConfigurationError, match=f"A pilot needs at least 2 samples .*, not {pilot}"):
        rnb.estimate(ROWS, [KIND], llm=judge, pilot=pilot)
    assert judge.requests == []


# ── the interval ──


@pytest.mark.parametrize(
    ("values", "samples", "expected"),
    [
        ([10, 12, 14, 16], 100, (1300, 897.46, 1702.54)),  # 13 ± 3.1824 · 2.58199 / √4 · √(1 − 4/100)
        ([1, 2, 3], 10, (20, 6, 40.785)),  # 2 ± 4.3027 · 1 / √3 · √(1 − 3/10); what was spent is the least
        ([5, 5, 5], 30, (150, 150, 150)),
        ([1, 2, 3], 3, (6, 6, 6)),
        ([4], 10, (40, 40, 40)),
    ],
)
def test_the_interval_is_that_of_a_sample_drawn_from_so_many(
    values: list[float], samples: int, expected: Any
):
    found = scaled(values, samples)
    assert (found.expected, found.low, found.high) == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize(
    ("freedom", "quantile"),
    [
        (1, 12.7062),
        (2, 4.3027),
        (3, 3.1824),
        (4, 2.7764),
        (5, 2.5706),
        (9, 2.2622),
        (29, 2.0452),
        (99, 1.9842),
    ],
)
def test_students_t_is_that_of_the_tables(freedom: int, quantile: float):
    assert student_t(freedom) == pytest.approx(quantile, rel=2e-3)
