"""Two runs side by side as static HTML, for readers without a kernel: what changed, worst changes first."""

from __future__ import annotations

from ragas_nb.comparing import Comparison
from ragas_nb.notebook import protocol as wire
from ragas_nb.notebook.beside import Counterpart
from ragas_nb.notebook.labels import label_of
from ragas_nb.notebook.picture import row_text, totals
from ragas_nb.notebook.saved_html import framed
from ragas_nb.notebook.saved_words import SEPARATOR, STATE_WORDS, money, text, two_decimals
from ragas_nb.notebook.tracking import failed_of
from ragas_nb.recorded import RecordedRun
from ragas_nb.results.compare import EQUAL_WITHIN, Change, differences
from ragas_nb.store.meta import ScoreColumn
from ragas_nb.store.state import SCORED, STATUSES, Column

SHOWN_ROWS = 12
_BOTH = """\
.rnb-saved .rnb-s-ab{padding:0 5px;border-radius:3px;font-weight:600;background:var(--rnb-line)}
.rnb-saved .rnb-s-mean .rnb-s-m{font-size:13px;font-weight:400}
.rnb-saved .rnb-s-both{min-width:calc(300px + 166px*var(--rnb-metrics))!important}
.rnb-saved .rnb-s-both col{width:46px}.rnb-saved .rnb-s-both col.rnb-s-id{width:96px}
.rnb-saved .rnb-s-both col.rnb-s-text{width:auto}.rnb-saved .rnb-s-both col.rnb-s-change{width:74px}
.rnb-saved .rnb-s-table.rnb-s-pair thead th{height:22px;padding-block:3px}
.rnb-saved .rnb-s-table thead th.rnb-s-of{text-align:center!important;border-bottom:0;color:var(--rnb-text)}
.rnb-saved .rnb-s-table .rnb-s-half{padding-inline:2px 6px!important;text-align:right!important}
.rnb-saved .rnb-s-table tbody td.rnb-s-better{color:light-dark(#1f5fa6,#7db9f7);font-weight:500}
.rnb-saved .rnb-s-table tbody td.rnb-s-worse{color:light-dark(#a83c06,#ff9a57);font-weight:500}"""


def to_html(comparison: Comparison, picture: str | None = None) -> str:
    """One self-contained fragment; every text of the data is escaped.

    `picture` is the word by which a live widget in the page knows the picture that stands for it.
    """
    shown = worst_changes(comparison, SHOWN_ROWS)
    a, b = comparison.a, comparison.b
    content = (
        f"{_header(comparison)}{_cards(comparison)}{_table(comparison, shown)}"
        f"{_note(len(shown), len(comparison))}"
    )
    return framed(content, f"Saved comparison of {a.name} and {b.name}", b.run_id, picture, _BOTH)


def worst_changes(comparison: Comparison, most: int) -> list[tuple[int, int]]:
    """The rows in A and in B of the samples that became worst, the worst first.

    A sample is as bad as its worst change, by its share of the metric's range; those without one come last.
    """
    import numpy as np

    pairs = comparison.matching.pairs
    worst = np.full(len(pairs), np.inf)
    for told, a, b in _columns(comparison):
        gains = differences(a, b, comparison.matching) * (1 if told.higher_is_better else -1)
        worst = np.fmin(worst, gains / ((told.high - told.low) or 1.0))
    return [pairs[place] for place in np.argsort(worst, kind="stable")[:most]]


def _columns(comparison: Comparison) -> list[tuple[ScoreColumn, Column, Column]]:
    """The metrics of both, with their scores in A and in B."""
    a, b = comparison.a.state.columns, comparison.b.state.columns
    return [(told, a[told.name], b[told.name]) for told in comparison.b.columns if told.name in a]


def _header(comparison: Comparison) -> str:
    told = Counterpart(comparison.a, comparison.b, comparison.matching).told()
    counts = [f"<b>{told.matched:,}</b> {'sample' if told.matched == 1 else 'samples'} in both"]
    counts += [f"{told.only_there:,} only in A"] if told.only_there else []
    counts += [f"{told.only_here:,} only in B"] if told.only_here else []
    facts = [SEPARATOR.join(f"<span>{fact}</span>" for fact in counts), ", ".join(told.same)]
    shown = SEPARATOR.join(f"<span>{fact}</span>" for fact in facts if fact)
    return (
        f'<div class="rnb-s-head"><div class="rnb-s-h1">{_side("A", comparison.a)} → '
        f'{_side("B", comparison.b)}</div><div class="rnb-s-facts">{shown}</div></div>'
    )


def _side(letter: str, run: RecordedRun) -> str:
    now: wire.Totals = totals(run, failed_of(run.state).counts)
    return (
        f'<span class="rnb-s-ab">{letter}</span> <b class="rnb-s-name">{text(run.name)}</b> '
        f'<span class="rnb-s-m">{STATE_WORDS[now.state]} · {money(now)}</span>'
    )


def _cards(comparison: Comparison) -> str:
    cards = (_card(name, comparison.change(name)) for name in comparison.metrics)
    return f'<ul class="rnb-s-cards">{"".join(cards)}</ul>'


def _card(name: str, change: Change) -> str:
    lines = ["nothing to compare"]
    if change.mean_a is not None and change.mean_b is not None:
        lines = [
            f"A {two_decimals(change.mean_a)} → B {two_decimals(change.mean_b)}",
            f"{change.better:,} better · {change.worse:,} worse",
        ]
    mean = "–" if change.mean is None else f'<span class="rnb-s-m">Δ</span> {signed(change.mean)}'
    told = SEPARATOR.join(f'<span class="rnb-s-small">{line}</span>' for line in lines)
    return (
        f'<li class="rnb-s-card"><div class="rnb-s-metric">{text(name)}</div>'
        f'<b class="rnb-s-mean">{mean}</b>{SEPARATOR}{told}</li>'
    )


def signed(change: float) -> str:
    """A change as people read it.

    >>> signed(0.05), signed(-0.341), signed(0.004), signed(0.0)
    ('+0.05', '−0.34', '+0.004', '0.00')
    """
    if abs(change) <= EQUAL_WITHIN:
        return "0.00"
    return f"{'−' if change < 0 else '+'}{abs(change):.{2 if abs(change) >= 0.005 else 3}f}"


def _table(comparison: Comparison, shown: list[tuple[int, int]]) -> str:
    columns = _columns(comparison)
    if not columns:
        return ""
    names = "".join(
        f'<th class="rnb-s-of" colspan="3" scope="colgroup">{text(told.name)}</th>' for told, _, _ in columns
    )
    halves = "".join(f'<th class="rnb-s-half" scope="col">{word}</th>' for word in ("A", "B", "Δ"))
    rows = "".join(_row(comparison.b, pair, columns) for pair in shown)
    return (
        '<div class="rnb-s-table rnb-s-pair">'
        f'<table class="rnb-s-both" style="--rnb-metrics:{len(columns)}">'
        f"<caption>Scores in both runs. {_told_rows(len(shown), len(comparison))}.</caption>"
        '<colgroup><col class="rnb-s-id"><col class="rnb-s-text">'
        f"{'<col><col><col class=rnb-s-change>' * len(columns)}</colgroup><thead>"
        f'<tr><th class="rnb-s-id" rowspan="2" scope="col">id</th>'
        f'<th rowspan="2" scope="col">user_input</th>{names}</tr><tr>{halves * len(columns)}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )


def _row(b: RecordedRun, pair: tuple[int, int], columns: list[tuple[ScoreColumn, Column, Column]]) -> str:
    told = row_text(b, pair[1])
    cells = "".join(_cells(metric, before, now, pair) for metric, before, now in columns)
    return (
        f'<tr><th class="rnb-s-id" scope="row">{text(told.sample_id)}</th>'
        f"<td>{text(told.user_input)}</td>{cells}</tr>"
    )


def _cells(metric: ScoreColumn, before: Column, now: Column, pair: tuple[int, int]) -> str:
    row_a, row_b = pair
    scores = f"{_score(before, row_a)}{_score(now, row_b)}"
    if not before.statuses[row_a] == now.statuses[row_b] == SCORED:
        return f'{scores}<td class="rnb-s-half rnb-s-m">–</td>'
    if before.labels or now.labels:
        same = before.scores((row_a,)) == now.scores((row_b,))
        return f'{scores}<td class="rnb-s-half rnb-s-m">{"=" if same else "≠"}</td>'
    change = now.values[row_b] - before.values[row_a]
    if abs(change) <= EQUAL_WITHIN:
        return f'{scores}<td class="rnb-s-half rnb-s-m">=</td>'
    kind = "better" if (change > 0) == metric.higher_is_better else "worse"
    arrow = "▲" if change > 0 else "▼"
    return f'{scores}<td class="rnb-s-half rnb-s-{kind}" title="{kind}">{arrow} {signed(change)}</td>'


def _score(column: Column, row: int) -> str:
    """A score, or in one word why there is none."""
    (score,) = column.scores((row,))
    if score is None:
        return f'<td class="rnb-s-half rnb-s-none">{STATUSES[column.statuses[row]]}</td>'
    shown = two_decimals(score) if isinstance(score, float | int) else text(label_of(score))
    return f'<td class="rnb-s-half">{shown}</td>'


def _told_rows(shown: int, of: int) -> str:
    return f"All {of:,} samples of both" if shown == of else f"{shown:,} of {of:,} samples of both"


def _note(shown: int, of: int) -> str:
    return (
        f'<div class="rnb-s-note"><span><b>Saved view.</b> {_told_rows(shown, of)}, the worst changes first. '
        "Run the cell again to search, filter and open rows.</span></div>"
    )
