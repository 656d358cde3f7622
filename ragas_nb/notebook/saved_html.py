"""The saved state as static HTML: header, metric cards and the first rows, for readers without a kernel."""

from __future__ import annotations

import math
from functools import cache
from html import escape
from importlib.resources import files

from ragas_nb.engine.events import FailureKind
from ragas_nb.notebook import protocol as wire
from ragas_nb.notebook.labels import MOST_SHOWN

SHOWN_ROWS = 12
STEPS = 5
"""Colours from low to high."""
TROUBLES = ("store", "budget")
"""Notices about these are of something that went wrong."""
_STATE_WORDS: dict[wire.RunState, str] = {
    "starting": "Starting",
    "running": "Running",
    "paused": "Paused",
    "finished": "Finished",
    "cancelled": "Cancelled",
    "failed": "Failed",
    "budget_reached": "Budget reached",
    "interrupted": "Interrupted",
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
_NOT_JUDGED: dict[wire.RunState, str] = {
    "cancelled": "not judged: cancelled",
    "failed": "not judged: the run failed",
    "budget_reached": "not judged: budget reached",
    "interrupted": "not judged: interrupted",
}


@cache
def _css() -> str:
    return files("ragas_nb.notebook").joinpath("saved.css").read_text(encoding="utf-8")


def to_html(saved: wire.Saved) -> str:
    """One self-contained fragment; every text of the data is escaped."""
    name = escape(saved.run.name)
    return (
        f"<style>{_css()}</style>"
        f'<section class="rnb-saved" aria-label="Saved result of {name}">'
        f"{_header(saved)}{_cards(saved)}{_table(saved)}{_note(saved)}</section>"
    )


def _header(saved: wire.Saved) -> str:
    run, totals = saved.run, saved.totals
    judge = f'<span class="rs-muted">{escape(run.judge)}</span>' if run.judge else ""
    when = escape(run.started_at[:16].replace("T", " "))
    return (
        '<div class="rs-head"><div class="rs-h1">'
        f'<span class="rs-name">{escape(run.name)}</span>'
        f'<span class="rs-state {totals.state}">{_STATE_WORDS[totals.state]}</span>{judge}'
        f'<span class="rs-muted rs-end">{when}</span></div>'
        f"{_bar(run.samples, totals)}{_facts(run.samples, totals)}{_told(totals)}</div>"
    )


def _told(totals: wire.Totals) -> str:
    """What a person should know besides the numbers: one line each."""
    trouble = totals.state in ("failed", "budget_reached")
    lines = [(totals.message, trouble)] if totals.message else []
    lines += [(notice.message, notice.about in TROUBLES) for notice in totals.notices]
    return "".join(
        f'<div class="rs-muted{" rs-warn" if warns else ""}">{escape(said)}</div>' for said, warns in lines
    )


def _bar(samples: int, totals: wire.Totals) -> str:
    parts = ((totals.scored, "accent"), (totals.undefined, "faint"), (totals.failed, "error"))
    drawn = "".join(
        f'<i style="width:{100 * n / samples:.2f}%;background:var(--{c})"></i>' for n, c in parts if n
    )
    return f'<div class="rs-bar">{drawn}</div>'


def _facts(samples: int, totals: wire.Totals) -> str:
    counts = f"<b>{totals.scored:,}</b> / {samples:,} scored"
    if totals.failed:
        counts += f' &nbsp; <span class="rs-error">{totals.failed:,} failed{_kinds(totals)}</span>'
    if totals.undefined:
        counts += f" &nbsp; {totals.undefined:,} undefined"
    tokens = f"<b>{_short(totals.input_tokens)}</b> in &nbsp; <b>{_short(totals.output_tokens)}</b> out"
    facts = [counts, f"<b>{seconds(totals.elapsed_s)}</b>", tokens, f"<b>{money(totals)}</b>"]
    if totals.budget is not None:
        facts.append(f"budget: {escape(totals.budget.told)}")
    return f'<div class="rs-facts">{"".join(f"<span>{fact}</span>" for fact in facts)}</div>'


def _kinds(totals: wire.Totals) -> str:
    """Why jobs failed, in words."""
    told = ", ".join(f"{failures.jobs:,} {KIND_WORDS[failures.kind]}" for failures in totals.failures)
    return f" ({told})" if told else ""


def _cards(saved: wire.Saved) -> str:
    pairs = zip(saved.metrics, saved.summaries, strict=True)
    return f'<div class="rs-cards">{"".join(_card(metric, summary) for metric, summary in pairs)}</div>'


def _card(metric: wire.MetricColumn, summary: wire.MetricSummary) -> str:
    counts = [f"n {summary.n:,}"]
    counts += [f"{summary.undefined:,} undefined"] if summary.undefined else []
    counts += [f'<span class="rs-error">{summary.failed:,} failed</span>'] if summary.failed else []
    found = _mean(metric, summary) if metric.labels is None or not summary.n else _labels(metric, summary)
    return (
        f'<div class="rs-card"><h3>{escape(metric.name)}</h3>{found}'
        f'<div class="rs-small">{" · ".join(counts)}</div></div>'
    )


def _mean(metric: wire.MetricColumn, summary: wire.MetricSummary) -> str:
    """The mean of a metric's numbers, and how they lie."""
    mean = "–" if summary.mean is None else _two_decimals(summary.mean)
    interval = "no score yet" if summary.n == 0 else ""
    if summary.low is not None and summary.high is not None:
        interval = f"{summary.low:.2f}–{summary.high:.2f}"
    return (
        f'<div class="rs-mid"><div><div class="rs-mean">{mean}</div><div class="rs-small">{interval}</div>'
        f"</div>{_histogram(metric, summary) if metric.labels is None else ''}</div>"
    )


def _labels(metric: wire.MetricColumn, summary: wire.MetricSummary) -> str:
    """How often a metric found each of its labels: the most frequent ones, and the others together."""
    counts = list(zip(metric.labels or (), summary.bins, strict=True))
    if len(counts) > MOST_SHOWN or sum(summary.bins) < summary.n:
        often = sorted(range(len(counts)), key=lambda place: -summary.bins[place])[: MOST_SHOWN - 1]
        counts = [counts[place] for place in sorted(often)]
        counts.append(("others", summary.n - sum(count for _, count in counts)))
    highest = max(count for _, count in counts)
    bars = "".join(
        f'<div class="rs-label" style="--v:{count / highest:.3f}">'
        f"<span>{escape(label)}</span><b>{count:,}</b></div>"
        for label, count in counts
    )
    return f'<div class="rs-labels">{bars}</div>'


def _histogram(metric: wire.MetricColumn, summary: wire.MetricSummary) -> str:
    highest = max(summary.bins, default=0) or 1
    width, tall = 9, 34
    bars = []
    for index, count in enumerate(summary.bins):
        height = max(2.0, tall * math.sqrt(count / highest)) if count else 0.0
        colour = index * STEPS // len(summary.bins)
        bars.append(
            f'<rect class="rs-k{colour}" x="{index * width}" y="{tall - height:.1f}" width="8" '
            f'height="{height:.1f}"/>'
        )
    label = f"{metric.name}: {', '.join(map(str, summary.bins))} samples in ten equal score ranges"
    return f'<svg role="img" aria-label="{escape(label)}" width="90" height="{tall}">{"".join(bars)}</svg>'


def _table(saved: wire.Saved) -> str:
    heads = '<th class="rs-n" style="width:96px" scope="col">id</th>'
    heads += "".join(f'<th scope="col">{field}</th>' for field in ("user_input", "response"))
    heads += "".join(map(_metric_head, saved.metrics))
    rows = "".join(_row(saved, row) for row in saved.rows[:SHOWN_ROWS])
    return f'<div class="rs-table"><table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>'


def _metric_head(metric: wire.MetricColumn) -> str:
    width = 84 if metric.labels is None else 124
    return f'<th class="rs-n" style="width:{width}px" scope="col">{_broken(metric.name)}</th>'


def _broken(name: str) -> str:
    """A column's name, which may break after its underscores."""
    return escape(name).replace("_", "_<wbr>")


def _row(saved: wire.Saved, row: wire.SavedRow) -> str:
    state, pairs = saved.totals.state, zip(saved.metrics, row.cells, strict=True)
    cells = "".join(_cell(metric, cell, state) for metric, cell in pairs)
    text = row.text
    return (
        f'<tr><td class="rs-n rs-q">{escape(text.sample_id)}</td><td>{escape(text.user_input)}</td>'
        f'<td class="rs-q">{escape(text.response)}</td>{cells}</tr>'
    )


def _cell(metric: wire.MetricColumn, cell: wire.SavedCell, state: wire.RunState) -> str:
    if cell.value is None:
        return _no_score(cell, state)
    if metric.labels is not None:
        return f'<td class="rs-n"><span class="rs-chip">{escape(metric.labels[int(cell.value)])}</span></td>'
    share = (cell.value - metric.low) / (metric.high - metric.low)
    share = min(1.0, max(0.0, share))
    step = min(STEPS - 1, int(share * STEPS))
    low = " rs-low" if share < 0.4 else ""
    bar = f'class="rs-score rs-s{step}{low}" style="--v:{share:.3f}"'
    return f"<td><span {bar}>{_two_decimals(cell.value)}</span></td>"


def _no_score(cell: wire.SavedCell, state: wire.RunState) -> str:
    """Why there is no score, in few words; the rest on hover."""
    if cell.status == "failed":
        why = f"failed: {KIND_WORDS[cell.kind]}" if cell.kind else "failed"
        return f'<td class="rs-failed" title="{why}">failed</td>'
    if cell.status == "undefined":
        return '<td class="rs-none">undefined</td>'
    why = _NOT_JUDGED.get(state, "not scored")
    return f'<td class="rs-none" title="{why}">{why.partition(":")[0]}</td>'


def _two_decimals(value: float) -> str:
    """A score; `0.00` for what is only just below it."""
    return f"{round(value, 2) + 0.0:.2f}"


def _note(saved: wire.Saved) -> str:
    shown, total = min(SHOWN_ROWS, len(saved.rows)), saved.run.samples
    rows = f"First {shown:,} of {total:,} rows" if shown < total else f"All {total:,} rows"
    return (
        f'<div class="rs-note"><b>Saved view.</b> {rows}. Run the cell again to open rows and see why.</div>'
    )


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


def _short(count: int) -> str:
    if count < 10_000:
        return f"{count:,}"
    return f"{count / 1000:.0f} k" if count < 999_500 else f"{count / 1_000_000:.2f} M"
