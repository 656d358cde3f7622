"""How many requests at once, and how many a minute: found out, told by the server, or set."""

from __future__ import annotations

from typing import Any

import pytest

from ragas_nb.engine.concurrency import HOLD_REPLIES, HOLD_S, Concurrency, Flight
from ragas_nb.engine.limits import KEEP
from ragas_nb.engine.rates import Allowance, Bucket, LearnedRate, Meter
from ragas_nb.engine.settings import RunConfig
from tests.unit.engine.queueing import Course, Server, Simulation

WORKERS = 64


def simulate(server: Server, seconds: float = 60.0, seed: int = 1, **settings: Any) -> Course:
    return Simulation(server, RunConfig(max_workers=WORKERS, **settings), seed).run(seconds)


# ── against a server with a capacity ──

QUICK, USUAL, SLOW = (0.05, 0.0), (0.4, 0.5), (2.0, 0.5)
AT_ONCE = [
    Server(latency, sigma, at_once=at_once, retry_after=retry_after)
    for at_once in (3, 10, 20, 40)
    for latency, sigma in (QUICK, USUAL)
    for retry_after in (1.0, None)
]
SLOW_AT_ONCE = [Server(*SLOW, at_once=at_once) for at_once in (10, 20, 40)]
PER_SECOND = [
    Server(latency, sigma, per_second=rate, tells=tells)
    for rate, (latency, sigma) in ((5, QUICK), (20, QUICK), (20, USUAL), (50, USUAL), (100, QUICK))
    for tells in (True, False)
]


@pytest.mark.parametrize("server", [*AT_ONCE, *SLOW_AT_ONCE, *PER_SECOND], ids=str)
@pytest.mark.parametrize("seed", [1, 2])
def test_a_capacity_is_found_within_20_seconds_and_used_with_few_refusals(server: Server, seed: int):
    course = simulate(server, seed=seed)
    assert course.rate(20.0, 60.0) >= 0.85 * server.capacity(WORKERS)
    assert course.share_refused(20.0) <= 0.05


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("latency", [0.05, 0.4, 2.0])
def test_noisy_latencies_of_a_server_without_limit_do_not_lower_the_limit(latency: float, seed: int):
    course = simulate(Server(latency, sigma=0.5), seconds=max(10.0, 20 * latency), seed=seed)
    assert (course.limit, course.refused) == (WORKERS, [])


def test_a_server_that_tells_what_is_left_is_run_into_less():
    told, untold = (
        simulate(Server(*QUICK, per_second=20, tells=tells)).share_refused(2.0) for tells in (True, False)
    )
    assert told < untold / 5


def test_refusals_by_chance_do_not_bring_the_limit_down():
    course = simulate(Server(by_chance=0.1, retry_after=1.0))
    assert course.limit == WORKERS
    assert course.rate(20.0, 60.0) >= 45  # 64 at most in the second that each refusal costs


def test_a_limit_that_was_lifted_is_noticed():
    simulation = Simulation(Server(at_once=10), RunConfig(max_workers=WORKERS))
    found = simulation.run(10.0).limit
    simulation.server = Server()
    assert (found, simulation.run(40.0).limit) == (10, WORKERS)


def test_without_adaptation_as_many_go_out_as_max_workers_allows():
    simulation = Simulation(Server(at_once=10), RunConfig(max_workers=WORKERS, adaptive=False))
    assert simulation.admission.concurrency.limit == WORKERS
    assert simulation.run(10.0).limit == WORKERS


# ── the number at once ──


def flights(*in_flight: int, sent_at: float = 0.0) -> list[Flight]:
    return [Flight(number, sent_at, count) for number, count in enumerate(in_flight, 1)]


@pytest.mark.parametrize(("most", "first"), [(4, 4), (32, 16), (48, 24), (500, 32)])
def test_a_run_begins_with_half_of_the_most(most: int, first: int):
    assert Concurrency(most).limit == first


def test_the_limit_doubles_with_a_round_of_replies():
    concurrency, limits = Concurrency(100), []
    for _ in range(3):
        limits.append(concurrency.limit)
        for flight in flights(*[concurrency.limit] * concurrency.limit):
            concurrency.answered(0.1, flight)
    assert limits == [32, 64, 100]


def test_the_limit_does_not_rise_where_it_is_not_used():
    concurrency = Concurrency(32)
    for flight in flights(*[7] * 50):
        concurrency.answered(0.1, flight)
    assert concurrency.limit == 16


@pytest.mark.parametrize(("in_flight", "limit"), [(17, 16), (12, 11), (3, 8)])
def test_a_refusal_takes_the_limit_below_what_was_in_flight_but_by_half_at_most(in_flight: int, limit: int):
    concurrency = Concurrency(32)
    verdict = concurrency.refused(1.0, Flight(1, 0.5, in_flight), 1)
    assert (verdict, concurrency.limit) == ("too many", min(limit, 15))


def test_refusals_of_requests_that_were_sent_together_count_once():
    concurrency = Concurrency(32)
    verdicts = [concurrency.refused(1.0, flight, 16) for flight in flights(*range(10, 17), sent_at=0.5)]
    assert (verdicts, concurrency.limit) == (["too many", *["known"] * 6], 9)


def test_a_little_more_is_tried_after_a_while_and_given_up_when_it_is_refused():
    concurrency, limits = Concurrency(32), []
    concurrency.refused(0.0, Flight(1, -1.0, 11), 1)
    for number in range(2, 3 + HOLD_REPLIES):
        concurrency.answered(HOLD_S, Flight(number, 1.0, 10))
    limits.append(concurrency.limit)
    concurrency.refused(HOLD_S + 1, Flight(99, HOLD_S, 11), 99)
    limits.append(concurrency.limit)
    assert limits == [11, 10]


def test_doublings_that_bring_no_more_replies_are_taken_back():
    concurrency, now, number = Concurrency(200), 0.0, 0
    for _ in range(300):  # a server that works on one after the other, 10 a second
        now, number = now + 0.1, number + 1
        concurrency.answered(now, Flight(number, now - 1.0, concurrency.limit))
    assert concurrency.limit == 32


def test_another_upper_bound_holds_at_once():
    concurrency = Concurrency(64)
    concurrency.bound(4)
    lowered = concurrency.limit
    concurrency.bound(6)
    for flight in flights(*[4] * 9):
        concurrency.answered(1.0, flight)
    assert (lowered, concurrency.limit) == (4, 6)


# ── rates ──


def times(bucket: Bucket, amounts: list[float]) -> list[float]:
    """When each amount can be taken, one after the other."""
    now, found = 0.0, []
    for amount in amounts:
        while (wait := bucket.wait(now, amount)) > 0:
            now += wait
        bucket.take(now, amount)
        found.append(now)
    return found


def test_a_bucket_gives_evenly():
    bucket = Bucket(10.0, burst=1.0, now=0.0)
    assert times(bucket, [1.0] * 5) == pytest.approx([0.0, 0.1, 0.2, 0.3, 0.4])


def test_what_was_saved_up_may_go_at_once():
    bucket = Bucket(10.0, burst=3.0, now=0.0)
    assert times(bucket, [1.0] * 5) == pytest.approx([0.0, 0.0, 0.0, 0.1, 0.2])


def test_what_is_more_than_a_bucket_holds_leaves_a_debt():
    bucket = Bucket(100.0, burst=100.0, now=0.0)
    assert times(bucket, [500.0, 100.0]) == pytest.approx([0.0, 5.0])


def test_what_was_given_back_need_not_be_waited_for():
    bucket = Bucket(1.0, burst=10.0, now=0.0)
    bucket.take(0.0, 10.0)
    bucket.take(0.0, -10.0)
    assert bucket.wait(0.0, 10.0) == 0.0


def test_a_meter_counts_the_last_ten_seconds():
    meter = Meter()
    for tenth in range(100):
        meter.add(tenth / 10)
    rates = [meter.per_second(at) for at in (10.0, 12.5, 99.0)]
    assert rates == [10.0, pytest.approx(70 / 9.5), 0.0]


def test_nothing_is_sent_until_the_reset_where_nothing_is_left():
    allowance = Allowance()
    allowance.hear(sent_at=1.0, number=5, left=2, reset_s=10.0)
    waits = [allowance.wait(1.5)]
    allowance.take()
    allowance.take()
    waits += [allowance.wait(1.5), allowance.wait(11.0)]
    assert waits == [0.0, 9.5, 0.0]


def test_later_words_of_the_server_replace_earlier_ones():
    allowance = Allowance()
    allowance.hear(sent_at=1.0, number=5, left=0, reset_s=10.0)
    allowance.hear(sent_at=0.5, number=4, left=9, reset_s=10.0)
    late = allowance.wait(2.0)
    allowance.hear(sent_at=1.5, number=6, left=1, reset_s=10.0)
    assert (late, allowance.wait(2.0)) == (9.0, 0.0)


def test_a_learned_rate_grows_slowly_then_fast_and_is_forgotten():
    learned = LearnedRate()
    learned.learn(0.0, accepted=10.0, pause=1.0)
    rates = [learned.now(at) for at in (0.0, 5.0, 30.0, 60.0)]
    assert rates == [10.0, pytest.approx(10.0463, abs=1e-4), 20.0, None]


def test_keep_reads_as_what_it_is():
    assert repr(KEEP) == "KEEP"
