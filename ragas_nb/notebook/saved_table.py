"""The rows of the static picture, as a plain table."""

from __future__ import annotations

from ragas_nb.notebook import protocol as wire
from ragas_nb.notebook.saved_cards import step_of
from ragas_nb.notebook.saved_words import KIND_WORDS, NOT_JUDGED, icon, text, told_rows, two_decimals
from ragas_nb.notebook.worst import share

LOW = 2
"""Scores below this step of the ramp stand out."""


def table(saved: wire.Saved) -> str:
    """The saved rows, each with its texts and its scores."""
    heads = '<th class="rnb-s-id" scope="col">id</th>'
    heads += "".join(f'<th scope="col">{field}</th>' for field in ("user_input", "response"))
    heads += "".join(map(_metric_head, saved.metrics))
    rows = "".join(_row(saved, row) for row in saved.rows)
    return (
        f'<div class="rnb-s-table"><table style="--rnb-metrics:{len(saved.metrics)}">'
        f"<caption>Scores. {told_rows(saved, len(saved.rows))}.</caption>"
        f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _metric_head(metric: wire.MetricColumn) -> str:
    kind = "rnb-s-num" if metric.labels is None else "rnb-s-num rnb-s-wide"
    broken = text(metric.name).replace("_", "_<wbr>")
    return f'<th class="{kind}" scope="col">{broken}</th>'


def _row(saved: wire.Saved, row: wire.SavedRow) -> str:
    state, pairs = saved.totals.state, zip(saved.metrics, row.cells, strict=True)
    cells = "".join(_cell(metric, cell, state) for metric, cell in pairs)
    told = row.text
    return (
        f'<tr><th class="rnb-s-id" scope="row">{text(told.sample_id)}</th>'
        f'<td>{text(told.user_input)}</td><td class="rnb-s-m">{text(told.response)}</td>{cells}</tr>'
    )


def _cell(metric: wire.MetricColumn, cell: wire.SavedCell, state: wire.RunState) -> str:
    if cell.value is None:
        return _no_score(cell, state)
    if metric.labels is not None:
        label = text(metric.labels[int(cell.value)])
        return f'<td class="rnb-s-num"><span class="rnb-s-chip">{label}</span></td>'
    place = share(cell.value, metric.low, metric.high)
    step = step_of(metric, place)
    low = " rnb-s-low" if step < LOW else ""
    bar = f'class="rnb-s-num rnb-s-f{step}{low}" style="--rnb-v:{place:.2f}"'
    return f"<td {bar}>{two_decimals(cell.value)}</td>"


def _no_score(cell: wire.SavedCell, state: wire.RunState) -> str:
    """Why there is no score, in few words; the rest on hover."""
    if cell.status == "failed":
        why = f"failed: {KIND_WORDS[cell.kind]}" if cell.kind else "failed"
        return f'<td class="rnb-s-num rnb-s-fail" title="{why}">{icon("alert", 12)}failed</td>'
    if cell.status == "undefined":
        return '<td class="rnb-s-num rnb-s-none">undefined</td>'
    why = NOT_JUDGED.get(state, "not scored")
    return f'<td class="rnb-s-num rnb-s-none" title="{why}">{why.partition(":")[0]}</td>'
