"""Reads a Chromium trace: which tasks held the page's main thread, and how long our script ran in each."""

from __future__ import annotations

import json
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

CATEGORIES = (
    "blink.user_timing",
    "devtools.timeline",
    "disabled-by-default-devtools.timeline",
    "disabled-by-default-v8.cpu_profiler",
)
OURS = "blob:"
"""How the address of the widget's script begins: anywidget loads it from a blob, and nothing else does so."""

Event = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Task:
    """One task of the main thread, in milliseconds."""

    ms: float
    """From its start to its end."""
    cpu_ms: float
    """Of these, the time it had a processor: the same on a machine that does nothing else."""
    ours_ms: float
    """The time in which our script was on the stack."""


@dataclass(frozen=True, slots=True)
class Samples:
    """What the profiler of a page saw."""

    pid: int
    at: list[int]
    """When it looked, in microseconds."""
    ours_us: list[int]
    """The time since the look before where our script was on the stack, else 0."""


def tasks(trace: bytes, mark: str) -> tuple[list[Task], list[Task]]:
    """All tasks of the page whose script was profiled: those begun before and after it made a mark."""
    events: list[Event] = json.loads(trace)["traceEvents"]
    samples = max((_samples(events, begin) for begin in _profiles(events)), key=lambda s: sum(s.ours_us))
    thread = next(
        (event["pid"], event["tid"])
        for event in events
        if event["name"] == "thread_name"
        and event["pid"] == samples.pid
        and event["args"]["name"] == "CrRendererMain"
    )
    marked: int = next(event["ts"] for event in events if event["name"] == mark)
    before: list[Task] = []
    after: list[Task] = []
    for event in events:
        if event["name"] == "RunTask" and (event["pid"], event["tid"]) == thread and "dur" in event:
            (before if event["ts"] < marked else after).append(_task(event, samples))
    return before, after


def _profiles(events: Sequence[Event]) -> Iterator[Event]:
    return (event for event in events if event["name"] == "Profile")


def _samples(events: Sequence[Event], begin: Event) -> Samples:
    """The samples of one profile, put together from its chunks."""
    now: int = begin["args"]["data"]["startTime"]
    ours: dict[int, bool] = {}
    at: list[int] = []
    ours_us: list[int] = []
    for event in events:
        if event["name"] != "ProfileChunk" or (event["pid"], event["id"]) != (begin["pid"], begin["id"]):
            continue
        data = event["args"]["data"]
        profile = data.get("cpuProfile", {})
        for node in profile.get("nodes", []):
            inherited = ours.get(node.get("parent", -1), False)
            ours[node["id"]] = inherited or node["callFrame"].get("url", "").startswith(OURS)
        for node_id, passed in zip(profile.get("samples", []), data.get("timeDeltas", []), strict=True):
            now += passed
            at.append(now)
            ours_us.append(passed if ours.get(node_id, False) else 0)
    return Samples(begin["pid"], at, ours_us)


def _task(event: Event, samples: Samples) -> Task:
    first = bisect_left(samples.at, event["ts"])
    last = bisect_right(samples.at, event["ts"] + event["dur"])
    wall_us: int = event["dur"]
    cpu_us: int = event.get("tdur", wall_us)
    return Task(wall_us / 1000, cpu_us / 1000, sum(samples.ours_us[first:last]) / 1000)
