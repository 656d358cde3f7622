"""The words, numbers and icons of the static picture."""

from __future__ import annotations

from datetime import datetime
from html import escape

from ragas_nb.engine.events import FailureKind
from ragas_nb.notebook import protocol as wire

STATE_WORDS: dict[wire.RunState, str] = {
    "starting": "Starting",
    "running": "Running",
    "paused": "Paused",
    "finished": "Finished",
    "cancelled": "Cancelled",
    "failed": "Failed",
    "budget_reached": "Budget reached",
    "interrupted": "Interrupted",
}
STATE_ICONS: dict[wire.RunState, str] = {
    "starting": "ring",
    "running": "ring",
    "paused": "pause",
    "finished": "done",
    "cancelled": "stop",
    "failed": "alert",
    "budget_reached": "alert",
    "interrupted": "off",
}
KIND_WORDS: dict[FailureKind, str] = {
    "rate_limited": "rate limited",
    "server_error": "server error",
    "connection": "no connection",
    "timeout": "timeout",
    "refused": "refused",
    "invalid_output": "invalid output",
    "misconfigured": "judge misconfigured",
    "metric_error": "metric error",
}
NOT_JUDGED: dict[wire.RunState, str] = {
    "cancelled": "not judged: cancelled",
    "failed": "not judged: the run failed",
    "budget_reached": "not judged: budget reached",
    "interrupted": "not judged: interrupted",
}
_PATHS = {
    "pause": "M5.5 3.5v9M10.5 3.5v9",
    "stop": "M5 4h6a1 1 0 0 1 1 1v6a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V5a1 1 0 0 1 1-1z",
    "alert": "M8 2.8 14 13H2zM8 6.8v2.8M8 11.4v.1",
    "ring": "M8 2.5A5.5 5.5 0 1 1 2.5 8",
    "done": "M2.5 8a5.5 5.5 0 1 0 11 0a5.5 5.5 0 1 0-11 0M5.6 8.2l1.7 1.7 3.1-3.5",
    "off": "M2.5 2.5l11 11M6 3.6A5 5 0 0 1 12.6 10M10.6 11.8A5 5 0 0 1 4 5.4",
}
"""Those of the widget, 16 × 16."""
SEPARATOR = '<span class="rnb-s-sep"> · </span>'
"""Between two facts, for readers whose host drops styles."""


def text(data: str) -> str:
    """A text of the data as HTML that shows it; halves of surrogate pairs cannot be sent and are replaced.

    >>> text("<b>"), text("\\ud83d")
    ('&lt;b&gt;', '?')
    """
    return escape(data.encode("utf-8", "replace").decode("utf-8"))


def icon(name: str, size: int = 16) -> str:
    """A drawing that says nothing that a word beside it does not say."""
    return (
        f'<svg class="rnb-s-i" viewBox="0 0 16 16" width="{size}" height="{size}" fill="none" '
        f'stroke="currentColor" stroke-width="1.5" aria-hidden="true"><path d="{_PATHS[name]}"/></svg>'
    )


def two_decimals(value: float) -> str:
    """A score; `0.00` for what is only just below it."""
    return f"{round(value, 2) + 0.0:.2f}"


def money(totals: wire.Totals) -> str:
    """The cost in words: `$0.42`, or `≥ $0.42, 118 calls unpriced` where prices are not known."""
    cost = f"${totals.cost:.2f}" if totals.cost >= 0.01 or not totals.cost else f"${totals.cost:.5f}"
    return f"≥ {cost}, {totals.unpriced:,} calls unpriced" if totals.unpriced else cost


def seconds(elapsed: float) -> str:
    """A duration in words: `4 min 12 s`."""
    minutes, rest = divmod(round(elapsed), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{elapsed:.1f} s"


def tokens(count: int) -> str:
    """A number of tokens: `812`, `225 k`, `1.90 M`."""
    if count < 10_000:
        return f"{count:,}"
    return f"{count / 1000:.0f} k" if count < 999_500 else f"{count / 1_000_000:.2f} M"


def moment(told: str) -> str:
    """A moment as people write it: `14 Mar 2025, 12:41`."""
    when = datetime.fromisoformat(told).astimezone()
    return f"{when.day} {when:%b %Y, %H:%M}"


def told_rows(saved: wire.Saved, shown: int) -> str:
    """Which rows are shown: `12 worst of 2,000 rows`."""
    if shown >= saved.run.samples:
        return f"All {saved.run.samples:,} rows, the worst first" if shown > 1 else f"All {shown} rows"
    has_scores = any(summary.mean is not None for summary in saved.summaries)
    return f"{shown:,} {'worst ' if has_scores else ''}of {saved.run.samples:,} rows"
