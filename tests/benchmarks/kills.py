"""Kills the process of a run of 200 samples × 4 metrics at 20 random moments, and goes on each time."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.endurance.kills import Killed, kill_and_go_on, moments, undisturbed
from tests.endurance.process import AT_ONCE
from tests.loopback.fixtures import start_loopback, stop_loopback

SAMPLES = 200
KILLS = 20


def measure(folder: Path) -> tuple[list[Killed], dict[str, object], int]:
    """All kills, what the undisturbed run found, and how many requests it made."""
    process, loopback = start_loopback()
    try:
        found, asked = undisturbed(loopback, folder, SAMPLES)
        killed = [kill_and_go_on(loopback, folder, SAMPLES, asked, moment) for moment in moments(KILLS)]
        return killed, found, sum(asked.values())
    finally:
        stop_loopback(process)


def main() -> bool:
    """Print what was asked twice; whether every run ended as the undisturbed one."""
    with tempfile.TemporaryDirectory() as folder:
        killed, found, requests = measure(Path(folder))
    same = sum(one.found["scores"] == found["scores"] for one in killed)
    repeated = [sum(one.repeated.values()) for one in killed]
    most = max(max(one.repeated.values()) for one in killed)
    after = sorted(one.after for one in killed)
    span = f"{after[0]} to {after[-1]} of {requests:,} requests"
    print(f"{KILLS} kills after {span}: {same} ended with the same scores")
    print(
        f"  asked again: {min(repeated)} to {max(repeated)} requests a kill, of the judge or the embedder at "
        f"most {most} (bar: the {AT_ONCE} in flight)"
    )
    return same == KILLS and most <= AT_ONCE


if __name__ == "__main__":
    raise SystemExit(not main())
