"""How fast requests go out, as a value to look at; and the word for a limit that is to stay."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final


class Keep(Enum):
    """What a limit is set to that is to stay as it is, since None means that there is none."""

    KEEP = "keep"

    def __repr__(self) -> str:
        return "KEEP"


KEEP: Final = Keep.KEEP


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a run's judge or embedder is asked at once, and what bounds it, at this moment.

    `limit` is how many requests may be in flight, found out up to `max_workers`; `waiting` those that wait
    for their turn; `waiting_s` the seconds until the server is to be asked again (0: now).
    `requests_per_minute` is what went out lately; `most_requests` and `most_tokens` (per minute) what was
    set, None where nothing was.
    """

    limit: int
    in_flight: int
    max_workers: int
    waiting: int
    waiting_s: float
    paused: bool
    requests_per_minute: float
    most_requests: float | None
    most_tokens: float | None
