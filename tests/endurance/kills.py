"""Kills runs at random moments, goes on with them, and counts what was asked twice."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from pathlib import Path

from tests.endurance.process import begin, finished
from tests.loopback.fixtures import Loopback


@dataclass(frozen=True, slots=True)
class Killed:
    """One run that was killed and went on: how many requests the server had got when it was killed, how many
    more than an undisturbed run's it got in the end, by path, and what the run found."""

    after: int
    repeated: dict[str, int]
    found: dict[str, object]


def requests(loopback: Loopback) -> dict[str, int]:
    """How many requests the server has got, by path."""
    found = loopback.stats()["by_path"]
    return dict(found) if isinstance(found, dict) else {}


def undisturbed(loopback: Loopback, folder: Path, samples: int) -> tuple[dict[str, object], dict[str, int]]:
    """What a run finds that nobody disturbs, and what it asks."""
    loopback.reset()
    loopback.configure(latency_ms=5.0)
    found = finished(begin(folder / "whole.sqlite", loopback.base_url, samples))
    return found, requests(loopback)


def kill_and_go_on(
    loopback: Loopback, folder: Path, samples: int, whole: dict[str, int], moment: float
) -> Killed:
    """Kill a run when it has asked this part of all that it has to ask; go on with it in a new process."""
    loopback.reset()
    loopback.configure(latency_ms=5.0)
    store = folder / f"killed at {moment:.3f}.sqlite"
    process = begin(store, loopback.base_url, samples)
    enough = moment * sum(whole.values())
    while (after := sum(requests(loopback).values())) < enough and process.poll() is None:
        time.sleep(0.002)  # between two looks at the server's counters
    process.kill()
    process.communicate()
    found = finished(begin(store, loopback.base_url, samples))
    got = requests(loopback)
    return Killed(after, {path: got[path] - count for path, count in whole.items()}, found)


def moments(count: int, seed: int = 7) -> list[float]:
    """Random moments of a run, each as a part of it, in order."""
    chance = random.Random(seed)
    return sorted(chance.uniform(0.0, 0.99) for _ in range(count))
