"""How a run is carried out, as one frozen value."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RunConfig:
    """How hard to try: the names that Ragas users know.

    `timeout` (seconds, from the moment a request is sent), `max_retries` (of one request, after rate limits,
    server errors and lost connections), `max_wait` (the longest pause between two of them, seconds),
    `max_workers` (requests in flight at once), `max_invalid` (how often an answer that does not fit is asked
    again).

    >>> RunConfig(max_workers=8).timeout
    180.0
    """

    timeout: float = 180.0
    max_retries: int = 6
    max_wait: float = 60.0
    max_workers: int = 32
    max_invalid: int = 2

    def __post_init__(self) -> None:
        lowest = {"timeout": 0.001, "max_retries": 0, "max_wait": 0.0, "max_workers": 1, "max_invalid": 0}
        for name, low in lowest.items():
            if getattr(self, name) < low:
                raise ValueError(f"RunConfig: {name} must be at least {low:g}, not {getattr(self, name)!r}.")
