"""How well a server's capacity is found and used: the real client, the real pacing, the loopback server."""

from __future__ import annotations

import asyncio
import statistics
import time
from dataclasses import dataclass, field

from ragas_nb.engine.pacing import Pacing
from ragas_nb.engine.settings import RunConfig
from ragas_nb.errors import JudgeUnavailable
from ragas_nb.judges.base import JudgeRequest
from ragas_nb.judges.openai import OpenAIJudge
from ragas_nb.prompts import Prompt, Value, Verdict
from tests.loopback.fixtures import Loopback, start_loopback, stop_loopback

WORKERS = 64
FOUND_AFTER_S, SECONDS = 20.0, 40.0
WINDOW_S = 2.0
ROUNDS, REQUESTS = 5, 1000
BARS = {"used": 0.85, "refused": 0.05, "ramp": 1.05}


class Text(Value):
    text: str


class Opinion(Value):
    verdict: Verdict


PROMPT = Prompt("is_polite", "Say whether the text is polite.", Text, Opinion)


@dataclass(frozen=True, slots=True)
class Scene:
    """A server, and how many requests per second it can answer."""

    name: str
    settings: dict[str, object]
    capacity: float


SCENES = (
    Scene("20 at once, 100 ms", {"latency_ms": 100, "max_concurrent": 20}, 20 / 0.1),
    Scene("6 at once, 200 ms", {"latency_ms": 200, "max_concurrent": 6}, 6 / 0.2),
    Scene("20 a second, 50 ms", {"latency_ms": 50, "requests_per_second": 20}, 20),
    Scene("80 a second, 300 ms", {"latency_ms": 300, "requests_per_second": 80}, 80),
)


@dataclass(slots=True)
class Seen:
    """When requests were answered and refused, in seconds since the start."""

    answered: list[float] = field(default_factory=list)
    refused: list[float] = field(default_factory=list)

    def rate(self, start: float, end: float) -> float:
        """Answered requests per second between two times."""
        return sum(start <= at < end for at in self.answered) / (end - start)

    def found_at(self, rate: float) -> float:
        """The end of the first window in which so many per second were answered; endless if there is none."""
        ends = (WINDOW_S + half / 2 for half in range(int(2 * (SECONDS - WINDOW_S))))
        return next((end for end in ends if self.rate(end - WINDOW_S, end) >= rate), float("inf"))


async def _send(pacing: Pacing, judge: OpenAIJudge, number: int, seen: Seen, began: float) -> None:
    request = JudgeRequest(PROMPT, Text(text=f"Text {number}"))

    def note(error: JudgeUnavailable, seconds: float) -> None:
        seen.refused.append(time.perf_counter() - began)

    await pacing.send(lambda: judge.reply(request), note, step="is_polite")
    seen.answered.append(time.perf_counter() - began)


async def for_a_while(loopback: Loopback, seconds: float) -> Seen:
    """Have 64 senders send for so long."""
    judge = OpenAIJudge("judge", base_url=loopback.base_url, api_key="none")
    pacing, seen, began = Pacing(RunConfig(max_workers=WORKERS)), Seen(), time.perf_counter()

    async def sender(first: int) -> None:
        number = first
        while time.perf_counter() - began < seconds:
            await _send(pacing, judge, number, seen, began)
            number += WORKERS

    await asyncio.gather(*(sender(first) for first in range(WORKERS)))
    await judge.aclose()
    return seen


async def so_many(loopback: Loopback, *, adaptive: bool) -> float:
    """Seconds for a thousand requests."""
    judge = OpenAIJudge("judge", base_url=loopback.base_url, api_key="none")
    pacing = Pacing(RunConfig(max_workers=WORKERS, adaptive=adaptive))
    await judge.reply(JudgeRequest(PROMPT, Text(text="Warm up")))
    seen, began = Seen(), time.perf_counter()
    numbers = iter(range(REQUESTS))

    async def sender() -> None:
        for number in numbers:
            await _send(pacing, judge, number, seen, began)

    await asyncio.gather(*(sender() for _ in range(WORKERS)))
    seconds = time.perf_counter() - began
    await judge.aclose()
    return seconds


def _find(loopback: Loopback, scene: Scene) -> bool:
    """Print how a capacity was found and used; whether the bars are met."""
    loopback.reset()
    loopback.configure(**scene.settings)
    seen = asyncio.run(for_a_while(loopback, SECONDS))
    used = seen.rate(FOUND_AFTER_S, SECONDS) / scene.capacity
    refused = sum(at >= FOUND_AFTER_S for at in seen.refused)
    share = refused / (refused + sum(at >= FOUND_AFTER_S for at in seen.answered))
    found = seen.found_at(BARS["used"] * scene.capacity)
    print(
        f"  {scene.name:20} {used:.0%} of {scene.capacity:.0f}/s used (bar {BARS['used']:.0%}), "
        f"{share:.1%} refused (bar {BARS['refused']:.0%}), 85 % found after {found:.1f} s"
    )
    return used >= BARS["used"] and share <= BARS["refused"] and found <= FOUND_AFTER_S


def _ramp(loopback: Loopback) -> bool:
    """Print what finding out costs where there is no limit; whether the bar is met."""
    loopback.reset()
    loopback.configure(latency_ms=50)
    asyncio.run(so_many(loopback, adaptive=False))
    ratios = []
    for _ in range(ROUNDS):
        fixed = asyncio.run(so_many(loopback, adaptive=False))
        ratios.append(asyncio.run(so_many(loopback, adaptive=True)) / fixed)
    ratio = statistics.median(ratios)
    print(
        f"  no limit, 50 ms: {REQUESTS} requests take {ratio:.2f} × a fixed {WORKERS} at once "
        f"(bar {BARS['ramp']}; {min(ratios):.2f}–{max(ratios):.2f})"
    )
    return ratio <= BARS["ramp"]


def main() -> bool:
    """Print the table; whether every bar is met."""
    process, loopback = start_loopback()
    try:
        print(f"{WORKERS} senders for {SECONDS:.0f} s each; used and refused after {FOUND_AFTER_S:.0f} s")
        met = [_find(loopback, scene) for scene in SCENES]
        return all([*met, _ramp(loopback)])
    finally:
        stop_loopback(process)


if __name__ == "__main__":
    raise SystemExit(not main())
