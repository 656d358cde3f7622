"""What the headers of a reply say of a server's rate limits."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from ragas_nb.judges.base import RateHints

_DURATION = re.compile(r"(?P<value>\d+(?:\.\d+)?)(?P<unit>ms|s|m|h|d)")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_EPOCH = 1_000_000_000
"""A number of seconds above this is a moment, not a duration."""


def rate_hints(headers: Mapping[str, str]) -> RateHints | None:
    """What is left of the limits and when they start anew; None when the headers do not say."""
    requests, tokens = (headers.get(f"x-ratelimit-remaining-{what}") for what in ("requests", "tokens"))
    if requests is None and tokens is None:
        return None
    return RateHints(
        remaining_requests=_number(requests),
        reset_requests_s=_duration(headers.get("x-ratelimit-reset-requests")),
        remaining_tokens=_number(tokens),
        reset_tokens_s=_duration(headers.get("x-ratelimit-reset-tokens")),
    )


def wait_asked(headers: Mapping[str, str]) -> float | None:
    """The seconds that a server asks to wait, by any of the headers in use; None when it does not say."""
    if (milliseconds := _number(headers.get("retry-after-ms"))) is not None:
        return milliseconds / 1000
    if value := headers.get("retry-after"):
        seconds = _number(value)
        return seconds if seconds is not None else _until(value)
    resets = {}
    for what in ("requests", "tokens"):
        wait = _duration(headers.get(f"x-ratelimit-reset-{what}"))
        if wait is not None:
            resets[_number(headers.get(f"x-ratelimit-remaining-{what}")) == 0, what] = wait
    exhausted = [wait for (is_exhausted, _), wait in resets.items() if is_exhausted]
    return max(exhausted) if exhausted else min(resets.values(), default=None)


def _number(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if 0 <= value < float("inf") else None


def _until(moment: str) -> float | None:
    """Seconds from now to an HTTP date."""
    try:
        then = parsedate_to_datetime(moment)
    except ValueError:
        return None
    then = then if then.tzinfo else then.replace(tzinfo=UTC)
    return max(0.0, (then - datetime.now(UTC)).total_seconds())


def _duration(text: str | None) -> float | None:
    """Seconds in `1h2m3.5s`, `20ms`, a plain number of seconds, or from now to a number of epoch seconds."""
    if (plain := _number(text)) is not None:
        return plain if plain < _EPOCH else max(0.0, plain - datetime.now(UTC).timestamp())
    parts = list(_DURATION.finditer(text or ""))
    return sum(float(p["value"]) * _SECONDS[p["unit"]] for p in parts) if parts else None
