"""When a request goes out: retries, pauses, timeouts, and money."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from ragas_nb.engine.pacing import Budget, Pacing
from ragas_nb.engine.settings import RunConfig
from ragas_nb.errors import (
    BudgetReached,
    ConfigurationError,
    JudgeRefused,
    JudgeUnavailable,
    UnavailableKind,
)
from tests.unit.doubles import in_virtual_time


class Longest(random.Random):
    """Always draws the upper bound, so that delays can be told in advance."""

    def uniform(self, a: float, b: float) -> float:
        return b


def unavailable(kind: UnavailableKind, retry_after: float | None = None) -> JudgeUnavailable:
    return JudgeUnavailable("not now", kind=kind, retry_after=retry_after)


def failing(*errors: Exception) -> tuple[Callable[[], Awaitable[str]], list[float]]:
    """An attempt that raises these errors in turn, then answers; and the times at which it was made."""
    left, times = list(errors), []

    async def attempt() -> str:
        times.append(asyncio.get_running_loop().time())
        if left:
            raise left.pop(0)
        return "answer"

    return attempt, times


def send(pacing: Pacing, attempt: Callable[[], Awaitable[str]]) -> Awaitable[str]:
    return pacing.send(attempt, lambda error, seconds: None, step="check")


# ── retries ──


def test_transient_errors_are_retried_with_doubling_delays():
    async def main() -> tuple[str, list[float]]:
        attempt, times = failing(*[unavailable("server_error")] * 4)
        return await send(Pacing(RunConfig(), rng=Longest()), attempt), times

    assert in_virtual_time(main()) == ("answer", pytest.approx([0.0, 0.5, 1.5, 3.5, 7.5]))


def test_no_delay_is_longer_than_max_wait():
    async def main() -> list[float]:
        attempt, times = failing(*[unavailable("server_error")] * 4)
        await send(Pacing(RunConfig(max_wait=1.0), rng=Longest()), attempt)
        return times

    assert in_virtual_time(main()) == pytest.approx([0.0, 0.5, 1.5, 2.5, 3.5])


def test_after_the_last_retry_the_error_is_raised():
    async def main() -> int:
        attempt, times = failing(*[unavailable("server_error")] * 9)
        with pytest.raises(JudgeUnavailable, match="not now"):
            await send(Pacing(RunConfig(max_retries=3)), attempt)
        return len(times)

    assert in_virtual_time(main()) == 4


def test_a_refusal_is_not_retried():
    async def main() -> int:
        attempt, times = failing(JudgeRefused("no", kind="bad_request"))
        with pytest.raises(JudgeRefused):
            await send(Pacing(RunConfig()), attempt)
        return len(times)

    assert in_virtual_time(main()) == 1


def test_a_server_that_was_never_reached_is_given_up_sooner():
    async def main() -> int:
        attempt, times = failing(*[unavailable("connection")] * 9)
        with pytest.raises(JudgeUnavailable):
            await send(Pacing(RunConfig()), attempt)
        return len(times)

    assert in_virtual_time(main()) == 3


@pytest.mark.parametrize("first", [None, unavailable("server_error"), unavailable("rate_limited")])
def test_a_server_that_was_reached_once_gets_all_retries(first: JudgeUnavailable | None):
    async def main() -> int:
        pacing = Pacing(RunConfig(max_retries=6))
        if first is None:
            await send(pacing, failing()[0])
        attempt, times = failing(*([first] if first else []), *[unavailable("connection")] * 5)
        await send(pacing, attempt)
        return len(times)

    assert in_virtual_time(main()) == (6 if first is None else 7)


# ── errors of somebody's own judge ──


class Flaky(Exception):
    """What a client library of somebody raises."""


@pytest.mark.parametrize("listed", [Flaky, (KeyError, Flaky), Exception])
def test_a_listed_error_is_retried_with_its_own_words(listed: Any):
    async def main() -> tuple[str, list[tuple[str, str]]]:
        attempt, _ = failing(Flaky("the model is loading"), Flaky())
        failed: list[tuple[str, str]] = []
        answer = await Pacing(RunConfig(exception_types=listed)).send(
            attempt, lambda error, seconds: failed.append((error.kind, str(error))), step="check"
        )
        return answer, failed

    assert in_virtual_time(main()) == (
        "answer",
        [("server_error", "Flaky: the model is loading"), ("server_error", "Flaky")],
    )


@pytest.mark.parametrize("error", [Flaky("no"), TypeError("a mistake")])
def test_an_error_that_is_not_listed_passes_at_once(error: Exception):
    async def main() -> int:
        attempt, times = failing(error)
        with pytest.raises(type(error)) as caught:
            await send(Pacing(RunConfig(exception_types=KeyError)), attempt)
        assert caught.value is error
        return len(times)

    assert in_virtual_time(main()) == 1


@pytest.mark.parametrize("error", [JudgeRefused("no", kind="bad_request"), ConfigurationError("no judge")])
def test_a_refusal_is_not_retried_though_every_exception_is_listed(error: Exception):
    async def main() -> int:
        attempt, times = failing(error)
        with pytest.raises(type(error)):
            await send(Pacing(RunConfig(exception_types=Exception)), attempt)
        return len(times)

    assert in_virtual_time(main()) == 1


def test_a_listed_error_is_raised_after_the_last_retry_with_its_cause_and_without_keys():
    async def main() -> tuple[str, BaseException | None]:
        with pytest.raises(JudgeUnavailable) as caught:
            await send(Pacing(RunConfig(max_retries=2, exception_types=Flaky)), failing(*errors)[0])
        return str(caught.value), caught.value.__cause__

    errors = [Flaky("bad key sk-very-secret-0123456789") for _ in range(3)]
    assert in_virtual_time(main()) == ("Flaky: bad key …", errors[2])


# ── what the settings say of the pauses ──


def pauses_of(seed: int) -> list[float]:
    """When the attempts of two steps go out, on a server that fails five times each."""

    async def main() -> list[float]:
        pacing, times = Pacing(RunConfig(seed=seed)), []
        for _ in range(2):
            attempt, made = failing(*[unavailable("server_error")] * 5)
            await send(pacing, attempt)
            times += made
        return times

    return in_virtual_time(main())


def test_the_same_seed_gives_the_same_pauses():
    assert pauses_of(1) == pauses_of(1)
    assert pauses_of(1) != pauses_of(2)


def test_every_retry_is_logged_where_that_is_wanted(caplog: pytest.LogCaptureFixture):
    async def main() -> None:
        attempt, _ = failing(
            unavailable("server_error"), unavailable("rate_limited", retry_after=20.0), Flaky("sk-0123456789")
        )
        config = RunConfig(max_retries=3, log_tenacity=True, exception_types=Flaky)
        await send(Pacing(config, rng=Longest()), attempt)

    with caplog.at_level("INFO", logger="ragas_nb"):
        in_virtual_time(main())
    assert [(r.name, r.levelname, r.getMessage()) for r in caplog.records] == [
        ("ragas_nb", "INFO", f"Step 'check': {words}")
        for words in (
            "attempt 1 of 4 failed (server error: not now); the next one in 0.5 s.",
            "attempt 2 of 4 failed (rate limited: not now); the next one in 21.0 s.",
            "attempt 3 of 4 failed (server error: Flaky: …); the next one in 2.0 s.",
        )
    ]


def test_retries_are_not_logged_unless_that_is_wanted(caplog: pytest.LogCaptureFixture):
    async def main() -> None:
        await send(Pacing(RunConfig()), failing(unavailable("server_error"))[0])

    with caplog.at_level("DEBUG", logger="ragas_nb"):
        in_virtual_time(main())
    assert caplog.messages == []


def test_a_pause_of_all_is_logged_as_long_as_it_is(caplog: pytest.LogCaptureFixture):
    async def main() -> None:
        pacing = Pacing(RunConfig(log_tenacity=True), rng=Longest())
        limited, _ = failing(unavailable("rate_limited", retry_after=30.0))
        broken, _ = failing(unavailable("server_error"))

        async def slow() -> str:
            await asyncio.sleep(1)
            return await broken()

        await asyncio.gather(send(pacing, slow), send(pacing, limited))

    with caplog.at_level("INFO", logger="ragas_nb"):
        in_virtual_time(main())
    assert [words.rpartition("in ")[2] for words in caplog.messages] == ["30.5 s.", "29.0 s."]


# ── one pause for all ──


def test_retry_after_pauses_everybody():
    async def main() -> list[float]:
        pacing = Pacing(RunConfig(), rng=Longest())
        refused, refused_times = failing(unavailable("rate_limited", retry_after=20.0))
        other, other_times = failing()
        first = asyncio.ensure_future(send(pacing, refused))
        await asyncio.sleep(1)
        await send(pacing, other)
        await first
        return [*refused_times, *other_times]

    assert in_virtual_time(main()) == pytest.approx([0.0, 20.5, 20.0])


def test_a_pause_that_grows_while_somebody_waits_is_waited_for_to_its_end():
    async def main() -> list[float]:
        pacing = Pacing(RunConfig(), rng=Longest())
        release = asyncio.Event()

        async def late() -> str:
            await release.wait()
            raise unavailable("rate_limited", retry_after=30.0)

        slow = asyncio.ensure_future(send(pacing, late))
        await asyncio.sleep(0.1)
        quick = asyncio.ensure_future(send(pacing, failing(unavailable("rate_limited", retry_after=10.0))[0]))
        await asyncio.sleep(1.0)
        other, times = failing()
        waiting = asyncio.ensure_future(send(pacing, other))
        await asyncio.sleep(1.0)
        release.set()
        await waiting
        slow.cancel()
        quick.cancel()
        await asyncio.wait([slow, quick])
        return times

    assert in_virtual_time(main()) == pytest.approx([32.1])


def test_a_server_that_asks_for_an_hour_waits_for_max_wait_at_most():
    async def main() -> list[float]:
        attempt, times = failing(unavailable("rate_limited", retry_after=3600.0))
        await send(Pacing(RunConfig(max_wait=5.0), rng=Longest()), attempt)
        return times

    assert in_virtual_time(main()) == pytest.approx([0.0, 5.5])


# ── how many, how long ──


def test_no_more_than_max_workers_requests_are_in_flight():
    async def main() -> int:
        pacing, now, most = Pacing(RunConfig(max_workers=3)), 0, 0

        async def attempt() -> str:
            nonlocal now, most
            now += 1
            most = max(most, now)
            await asyncio.sleep(1)
            now -= 1
            return "answer"

        await asyncio.gather(*[send(pacing, attempt) for _ in range(10)])
        return most

    assert in_virtual_time(main()) == 3


def test_the_timeout_counts_from_sending_not_from_queueing():
    async def main() -> tuple[list[str], float]:
        pacing = Pacing(RunConfig(timeout=2.0, max_workers=1))

        async def attempt() -> str:
            await asyncio.sleep(1.5)
            return "answer"

        answers = await asyncio.gather(*[send(pacing, attempt) for _ in range(4)])
        return answers, asyncio.get_running_loop().time()

    assert in_virtual_time(main()) == (["answer"] * 4, pytest.approx(6.0))


def test_a_reply_that_takes_too_long_is_a_timeout_that_names_the_setting():
    async def main() -> list[tuple[str, float]]:
        failed: list[tuple[str, float]] = []
        with pytest.raises(JudgeUnavailable, match=r"No reply within 2 s. Raise RunConfig\(timeout=…\)"):
            await Pacing(RunConfig(timeout=2.0, max_retries=1)).send(
                asyncio.Event().wait,
                lambda error, seconds: failed.append((error.kind, seconds)),
                step="check",
            )
        return failed

    assert in_virtual_time(main()) == [("timeout", pytest.approx(2.0))] * 2


def test_a_cancellation_that_nobody_asked_for_is_a_lost_connection():
    async def main() -> str:
        async def attempt() -> str:
            raise asyncio.CancelledError

        with pytest.raises(JudgeUnavailable, match="cancelled from outside") as caught:
            await send(Pacing(RunConfig(max_retries=0)), attempt)
        return caught.value.kind

    assert in_virtual_time(main()) == "connection"


# ── money ──


def spend(limit: float, costs: list[tuple[str, float]], *, at_once: int) -> tuple[Budget, int, int]:
    """A budget after these requests of so many senders; how many went out, and how many at once."""

    async def main() -> tuple[Budget, int, int]:
        budget, queue, sent, most, flying = Budget(limit), iter(costs), 0, 0, 0

        async def sender() -> None:
            nonlocal sent, most, flying
            for step, cost in queue:
                await budget.reserve(step)
                sent, flying = sent + 1, flying + 1
                most = max(most, flying)
                await asyncio.sleep(1)
                flying -= 1
                budget.settle(step, cost)

        await asyncio.gather(*[sender() for _ in range(at_once)], return_exceptions=True)
        return budget, sent, most

    return in_virtual_time(main())


def test_equal_requests_fill_a_budget_exactly():
    budget, sent, most = spend(0.10, [("check", 0.01)] * 50, at_once=32)
    assert (sent, budget.spent, most) == (10, pytest.approx(0.10), 9)


def test_a_budget_is_overshot_by_one_request_at_most():
    budget, sent, _ = spend(0.001, [("check", 0.01)] * 50, at_once=32)
    assert (sent, budget.spent) == (1, 0.01)


def test_a_dear_step_after_a_cheap_one_does_not_burst_the_budget():
    budget, _, _ = spend(0.05, [("split", 0.0001)] * 40 + [("check", 0.01)] * 40, at_once=32)
    assert budget.spent <= 0.05


def test_requests_wait_for_those_in_flight_rather_than_end_the_run_early():
    budget, sent, _ = spend(1.0, [("check", 0.09), *[("check", 0.01)] * 60], at_once=32)
    assert sent == 61
    assert budget.spent == pytest.approx(0.69)


def test_a_request_that_failed_costs_nothing_and_lets_the_next_one_go():
    async def main() -> float:
        budget = Budget(0.01)
        for _ in range(5):
            await budget.reserve("check")
            budget.settle("check", None)
        await budget.reserve("check")
        budget.settle("check", 0.01)
        return budget.spent

    assert in_virtual_time(main()) == 0.01


def test_once_reached_a_budget_lets_nothing_through():
    async def main() -> None:
        budget = Budget(0.01)
        await budget.reserve("dear")
        budget.settle("dear", 0.009)
        for step in ("dear", "cheap"):
            with pytest.raises(
                BudgetReached, match=r"Budget of \$0.01 reached: \$0.0090 spent. .*larger budget"
            ):
                await budget.reserve(step)

    in_virtual_time(main())


def test_without_a_budget_nothing_waits():
    async def main() -> float:
        budget: Any = Budget(None)
        for _ in range(1000):
            await budget.reserve("check")
        return asyncio.get_running_loop().time()

    assert in_virtual_time(main()) == 0.0
