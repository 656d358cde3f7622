"""The metric cards of the static picture."""

from __future__ import annotations

import math

from ragas_nb.notebook import protocol as wire
from ragas_nb.notebook.labels import MOST_SHOWN
from ragas_nb.notebook.saved_words import SEPARATOR, text, two_decimals

STEPS = 5
"""Colours from bad to good."""
_WIDTH, _TALL = 9, 34
"""Of a histogram's bar, and of the whole."""


def cards(saved: wire.Saved) -> str:
    """A card for each metric."""
    pairs = zip(saved.metrics, saved.summaries, strict=True)
    return f'<ul class="rnb-s-cards">{"".join(_card(metric, summary) for metric, summary in pairs)}</ul>'


def step_of(metric: wire.MetricColumn, place: float) -> int:
    """The step of the colour ramp, 0 (bad) to 4 (good), of a place in the metric's range."""
    good = place if metric.higher_is_better else 1.0 - place
    return min(STEPS - 1, int(good * STEPS + 1e-6))


def _card(metric: wire.MetricColumn, summary: wire.MetricSummary) -> str:
    counts = [f"n {summary.n:,}"]
    counts += [f"{summary.undefined:,} undefined"] if summary.undefined else []
    counts += [f'<span class="rnb-s-err">{summary.failed:,} failed</span>'] if summary.failed else []
    found = _mean(metric, summary) if metric.labels is None or not summary.n else _labels(metric, summary)
    return (
        f'<li class="rnb-s-card"><div class="rnb-s-metric">{text(metric.name)}</div>{found}'
        f'<div class="rnb-s-small">{" · ".join(counts)}</div></li>'
    )


def _mean(metric: wire.MetricColumn, summary: wire.MetricSummary) -> str:
    """The mean of a metric's numbers, and how they lie."""
    mean = "–" if summary.mean is None else two_decimals(summary.mean)
    interval = "no score yet" if summary.n == 0 else ""
    if summary.low is not None and summary.high is not None:
        interval = f"{two_decimals(summary.low)}–{two_decimals(summary.high)}"
    told = f'{SEPARATOR}<span class="rnb-s-small">{interval}</span>' if interval else ""
    return (
        f'<div class="rnb-s-mid"><div><b class="rnb-s-mean">{mean}</b>{told}</div>'
        f"{_histogram(metric, summary) if metric.labels is None else ''}</div>"
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
        f'<div class="rnb-s-label" style="--rnb-v:{count / highest:.3f}">'
        f"<span>{text(label)}</span> <b>{count:,}</b></div>"
        for label, count in counts
    )
    return f'<div class="rnb-s-labels">{bars}</div>'


def _histogram(metric: wire.MetricColumn, summary: wire.MetricSummary) -> str:
    highest = max(summary.bins, default=0) or 1
    bars = []
    for index, count in enumerate(summary.bins):
        if not count:
            continue
        height = max(2.0, _TALL * math.sqrt(count / highest))
        colour = step_of(metric, (index + 0.5) / len(summary.bins))
        bars.append(
            f'<rect class="rnb-s-k{colour}" x="{index * _WIDTH}" y="{_TALL - height:.1f}" '
            f'width="{_WIDTH - 1}" height="{height:.1f}"/>'
        )
    label = f"{metric.name}: {', '.join(map(str, summary.bins))} samples in ten equal score ranges"
    return f'<svg role="img" aria-label="{text(label)}" width="89" height="{_TALL}">{"".join(bars)}</svg>'
