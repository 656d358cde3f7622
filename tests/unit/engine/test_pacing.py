"""When a request goes out: retries, pauses, timeouts, limits."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterable
from itertools import pairwise
from typing import Any

import pytest

from ragas_nb.engine.limits import Limits
from ragas_nb.engine.pacing import Pacing
from ragas_nb.engine.settings import RunConfig
from ragas_nb.errors import (
    ConfigurationError,
    JudgeRefused,
    JudgeUnavailable,
    UnavailableKind,
)
from ragas_nb.judges.base import Choice, RateHints, Reply, Usage
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


def ignore(error: JudgeUnavailable, seconds: float) -> None:
    """Hear of a failed attempt and do nothing."""


def send(pacing: Pacing, attempt: Callable[[], Awaitable[str]]) -> Awaitable[str]:
    return pacing.send(attempt, ignore, step="check")


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
        ("ragas_nb", "INFO", words)
        for words in (
            "Step 'check': attempt 1 of 4 failed (server error: not now); the next one in 0.5 s.",
            "The judge is overloaded: 16 requests at once; a pause of 20.0 s.",
            "Step 'check': attempt 2 of 4 failed (rate limited: not now); the next one in 21.0 s.",
            "Step 'check': attempt 3 of 4 failed (server error: Flaky: …); the next one in 2.0 s.",
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
    assert caplog.messages == [
        "The judge is overloaded: 8 requests at once, 16 before; a pause of 30.0 s.",
        "Step 'check': attempt 1 of 7 failed (rate limited: not now); the next one in 30.5 s.",
        "Step 'check': attempt 1 of 7 failed (server error: not now); the next one in 29.0 s.",
    ]


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


# ── until an answer is kept ──


def test_a_request_counts_as_in_flight_until_its_answer_is_kept():
    async def main() -> tuple[int, list[float], str]:
        pacing = Pacing(RunConfig(max_workers=1, timeout=2.0))
        attempt, times = failing()

        async def keep(answer: str) -> None:
            await asyncio.sleep(5)

        first = asyncio.ensure_future(pacing.send(attempt, ignore, step="check", settle=keep))
        other = asyncio.ensure_future(send(pacing, attempt))
        await asyncio.sleep(1)
        in_flight = pacing.status().in_flight
        await other
        return in_flight, times, await first

    assert in_virtual_time(main()) == (1, [0.0, 5.0], "answer")


def test_an_answer_that_cannot_be_kept_is_not_asked_for_again():
    async def main() -> tuple[list[float], int]:
        pacing = Pacing(RunConfig())
        attempt, times = failing()

        async def keep(answer: str) -> None:
            raise unavailable("server_error")

        with pytest.raises(JudgeUnavailable):
            await pacing.send(attempt, ignore, step="check", settle=keep)
        return times, pacing.status().in_flight

    assert in_virtual_time(main()) == ([0.0], 0)


# ── limits ──


def starts(
    config: RunConfig, count: int, *, replies: Iterable[object] = (), seconds: float = 0.0
) -> list[float]:
    """When so many requests go out that all want to at once."""

    async def main() -> list[float]:
        pacing, times, left = Pacing(config), [], iter(replies)

        async def attempt() -> object:
            times.append(asyncio.get_running_loop().time())
            reply = next(left, None)
            await asyncio.sleep(seconds)
            return reply

        await asyncio.gather(*[pacing.send(attempt, ignore, step="check") for _ in range(count)])
        return times

    return in_virtual_time(main())


def reply(*, tokens: int = 0, hints: RateHints | None = None) -> Reply:
    return Reply((Choice("{}"),), Usage(input_tokens=tokens), "judge", hints)


def test_requests_per_minute_are_spread_evenly():
    assert starts(RunConfig(requests_per_minute=60), 5) == pytest.approx([0.0, 1.0, 2.0, 3.0, 4.0])


def test_tokens_per_minute_count_what_requests_took():
    config = RunConfig(tokens_per_minute=60_000, max_workers=1)
    times = starts(config, 4, replies=[reply(tokens=3000) for _ in range(4)])
    assert times == pytest.approx([0.0, 3.0, 6.0, 9.0])


def test_before_a_reply_is_there_tokens_are_reckoned_with_a_guess():
    assert starts(RunConfig(tokens_per_minute=60_000), 3, seconds=9.0) == pytest.approx([0.0, 1.0, 2.0])


def test_nothing_is_sent_before_the_reset_where_the_server_says_that_nothing_is_left():
    told = [RateHints(remaining_requests=left, reset_requests_s=30.0) for left in (2, 1, 0)]
    config = RunConfig(max_workers=1)
    times = starts(config, 4, replies=[reply(hints=hints) for hints in told])
    assert times == pytest.approx([0.0, 0.0, 0.0, 30.0])


def test_nothing_is_sent_before_the_reset_where_the_tokens_left_are_too_few():
    hints = RateHints(remaining_tokens=900, reset_tokens_s=20.0)
    times = starts(RunConfig(max_workers=1), 2, replies=[reply(tokens=1000, hints=hints)])
    assert times == pytest.approx([0.0, 20.0])


def test_a_reset_further_away_than_max_wait_is_not_waited_for():
    hints = RateHints(remaining_requests=0, reset_requests_s=86_400.0)
    times = starts(RunConfig(max_workers=1, max_wait=5.0), 2, replies=[reply(hints=hints)])
    assert times == pytest.approx([0.0, 5.0])


def test_a_server_that_is_overloaded_gets_fewer_requests_at_once(caplog: pytest.LogCaptureFixture):
    async def main() -> int:
        pacing, now = Pacing(RunConfig()), 0

        async def attempt() -> str:
            nonlocal now
            if now == 12:
                raise JudgeUnavailable("busy", kind="server_error", overloaded=True)
            now += 1
            await asyncio.sleep(1)
            now -= 1
            return "answer"

        await asyncio.gather(*[send(pacing, attempt) for _ in range(16)])
        return pacing.status().limit

    with caplog.at_level("INFO", logger="ragas_nb"):
        limit = in_virtual_time(main())
    assert (limit, caplog.messages) == (12, ["The judge is overloaded: 12 requests at once, 16 before."])


# ── changed while it goes on ──


async def held(pacing: Pacing, count: int) -> tuple[list[asyncio.Task[str]], asyncio.Event, list[int]]:
    """So many requests, which come back when the event is set; and which of them went out, in order."""
    release, out = asyncio.Event(), []

    def request(number: int) -> Callable[[], Awaitable[str]]:
        async def attempt() -> str:
            out.append(number)
            await release.wait()
            return "answer"

        return attempt

    tasks = [asyncio.ensure_future(send(pacing, request(number))) for number in range(count)]
    await asyncio.sleep(1)
    return tasks, release, out


def test_a_higher_limit_lets_waiting_requests_out_at_once():
    async def main() -> tuple[list[int], list[int]]:
        pacing = Pacing(RunConfig(max_workers=2, adaptive=False))
        tasks, release, out = await held(pacing, 5)
        before = list(out)
        pacing.set_limit(4)
        await asyncio.sleep(0.1)
        after = list(out)
        release.set()
        await asyncio.gather(*tasks)
        return before, after

    assert in_virtual_time(main()) == ([0, 1], [0, 1, 2, 3])


def test_a_lower_limit_leaves_requests_in_flight_alone():
    async def main() -> tuple[int, int, list[str]]:
        pacing = Pacing(RunConfig(max_workers=8))
        tasks, release, _ = await held(pacing, 8)
        pacing.set_limit(2)
        in_flight, limit = pacing.status().in_flight, pacing.status().limit
        release.set()
        return in_flight, limit, await asyncio.gather(*tasks)

    assert in_virtual_time(main()) == (8, 2, ["answer"] * 8)


def test_a_rate_that_is_lifted_is_not_waited_for():
    async def main() -> float:
        pacing = Pacing(RunConfig(requests_per_minute=1))
        tasks = [asyncio.ensure_future(send(pacing, failing()[0])) for _ in range(5)]
        await asyncio.sleep(1)
        pacing.set_limit(requests_per_minute=None)
        await asyncio.gather(*tasks)
        return asyncio.get_running_loop().time()

    assert in_virtual_time(main()) == pytest.approx(1.0)


def test_a_limit_that_cannot_work_is_refused_and_the_old_one_stays():
    pacing = Pacing(RunConfig(max_workers=8))
    with pytest.raises(ValueError, match="max_workers must be a whole number, at least 1, not 0"):
        pacing.set_limit(0)
    assert pacing.status().max_workers == 8


def test_while_paused_nothing_goes_out_and_the_order_stays():
    async def main() -> tuple[list[int], bool, list[int]]:
        pacing = Pacing(RunConfig())
        pacing.pause()
        tasks, release, out = await held(pacing, 6)
        before, paused = list(out), pacing.status().paused
        pacing.resume()
        release.set()
        await asyncio.gather(*tasks)
        return before, paused, out

    assert in_virtual_time(main()) == ([], True, [0, 1, 2, 3, 4, 5])


def test_who_stops_waiting_does_not_hold_up_the_others():
    async def main() -> tuple[list[int], int]:
        pacing = Pacing(RunConfig(max_workers=1))
        tasks, release, out = await held(pacing, 4)
        for cancelled in (tasks[0], tasks[1]):
            cancelled.cancel()
        release.set()
        await asyncio.gather(*tasks, return_exceptions=True)
        return out, pacing.status().in_flight

    assert in_virtual_time(main()) == ([0, 2, 3], 0)


def test_the_status_says_all_that_bounds_the_requests():
    async def main() -> Limits:
        pacing = Pacing(RunConfig(max_workers=3, tokens_per_minute=900_000))
        tasks, release, _ = await held(pacing, 5)
        status = pacing.status()
        release.set()
        await asyncio.gather(*tasks)
        return status

    assert in_virtual_time(main()) == Limits(
        limit=3,
        in_flight=3,
        max_workers=3,
        waiting=2,
        waiting_s=0.0,
        paused=False,
        requests_per_minute=180.0,
        most_requests=None,
        most_tokens=900_000.0,
    )


def test_a_shared_pause_is_in_the_status_to_its_end():
    async def main() -> tuple[float, float]:
        pacing = Pacing(RunConfig(), rng=Longest())
        task = asyncio.ensure_future(send(pacing, failing(unavailable("rate_limited", retry_after=20.0))[0]))
        await asyncio.sleep(5)
        waiting = pacing.status().waiting_s
        await task
        return waiting, pacing.status().waiting_s

    assert in_virtual_time(main()) == (pytest.approx(15.0), 0.0)


def test_starts_are_spread_over_turns_of_the_loop():
    async def main() -> list[int]:
        pacing, turn, turns, release = Pacing(RunConfig(max_workers=16)), 0, [], asyncio.Event()

        async def attempt() -> str:
            turns.append(turn)
            await release.wait()
            return "answer"

        tasks = [asyncio.ensure_future(send(pacing, attempt)) for _ in range(8)]
        while len(turns) < 8:
            await asyncio.sleep(0)
            turn += 1
        release.set()
        await asyncio.gather(*tasks)
        return [later - earlier for earlier, later in pairwise(turns)]

    assert min(in_virtual_time(main())) >= 1
