"""The saved state as static HTML: header, metric cards and the worst rows, for readers without a kernel.

It needs no script, and reads as a list and a table where a host drops its styles.
"""

from __future__ import annotations

from functools import cache
from html import escape
from importlib.resources import files

from ragas_nb.notebook import protocol as wire
from ragas_nb.notebook.saved_cards import cards
from ragas_nb.notebook.saved_table import table
from ragas_nb.notebook.saved_words import (
    KIND_WORDS,
    SEPARATOR,
    STATE_ICONS,
    STATE_WORDS,
    icon,
    moment,
    money,
    seconds,
    text,
    tokens,
    told_rows,
)

THEN = "Run the cell again to search and to open rows: nothing is asked twice."
TROUBLES = ("store", "budget")
"""Notices about these are of something that went wrong."""
_PLACE = """\
.jp-OutputArea-child:not(:has(.ragas-nb)):has(+ .jp-OutputArea-child [data-picture="{0}"]){{display:none}}"""
"""Takes out of sight what JupyterLab has in the widget's place where there is no widget."""


@cache
def _css() -> str:
    return files("ragas_nb.notebook").joinpath("saved.css").read_text(encoding="utf-8")


def to_html(saved: wire.Saved, picture: str | None = None, *, then: str = THEN) -> str:
    """One self-contained fragment; every text of the data is escaped.

    `picture` is the word by which a live widget in the page knows the picture that stands for it; `then` says
    what a reader can do to see more.
    """
    content = f"{_header(saved)}{cards(saved)}{table(saved)}{_note(saved, then)}"
    return framed(content, f"Saved result of {saved.run.name}", saved.run.run_id, picture)


def framed(content: str, label: str, run_id: str, picture: str | None, styles: str = "") -> str:
    """A picture's content with its frame and its styles; `styles` are further ones."""
    place = _PLACE.format(picture) if picture else ""
    named = f' data-picture="{escape(picture)}"' if picture else ""
    return (
        f"<style>{_css()}{styles}{place}</style>"
        f'<section class="rnb-saved" data-run="{text(run_id)}"{named} aria-label="{text(label)}">'
        f"{content}</section>"
    )


def _header(saved: wire.Saved) -> str:
    run, totals = saved.run, saved.totals
    state = (
        f'<span class="rnb-s-state rnb-s-{totals.state}">{icon(STATE_ICONS[totals.state])}'
        f"{STATE_WORDS[totals.state]}</span>"
    )
    judge = f'{SEPARATOR}<span class="rnb-s-m">{text(run.judge)}</span>' if run.judge else ""
    return (
        f'<div class="rnb-s-head"><div class="rnb-s-h1"><b class="rnb-s-name">{text(run.name)}</b>'
        f"{SEPARATOR}{state}{judge}{SEPARATOR}"
        f'<span class="rnb-s-m rnb-s-end">{moment(run.started_at)}</span></div>'
        f"{_bar(run.samples, totals)}{_facts(run.samples, totals)}{_told(totals)}</div>"
    )


def _told(totals: wire.Totals) -> str:
    """What a person should know besides the numbers: one line each."""
    trouble = totals.state in ("failed", "budget_reached")
    lines = [(totals.message, trouble)] if totals.message else []
    lines += [(notice.message, notice.about in TROUBLES) for notice in totals.notices]
    return "".join(
        f'<div class="rnb-s-told{" rnb-s-warn" if warns else ""}">{text(said)}</div>' for said, warns in lines
    )


def _bar(samples: int, totals: wire.Totals) -> str:
    parts = ((totals.scored, "scored"), (totals.undefined, "undefined"), (totals.failed, "failed"))
    drawn = "".join(
        f'<i class="rnb-s-{kind}" style="width:{100 * n / samples:.2f}%"></i>' for n, kind in parts if n
    )
    return f'<div class="rnb-s-bar" aria-hidden="true">{drawn}</div>'


def _facts(samples: int, totals: wire.Totals) -> str:
    counts = [f"<b>{totals.scored:,}</b> / {samples:,} scored"]
    if totals.failed:
        counts.append(f'<span class="rnb-s-err">{totals.failed:,} failed{_kinds(totals)}</span>')
    counts += [f"{totals.undefined:,} undefined"] if totals.undefined else []
    spent = [f"<b>{tokens(totals.input_tokens)}</b> in", f"<b>{tokens(totals.output_tokens)}</b> out"]
    cost = [f"<b>{money(totals)}</b>"]
    cost += [f"budget {text(totals.budget.told)}"] if totals.budget else []
    groups = (counts, [f"<b>{seconds(totals.elapsed_s)}</b>"], spent, cost)
    return f'<div class="rnb-s-facts">{SEPARATOR.join(map(_group, groups))}</div>'


def _group(facts: list[str]) -> str:
    return f"<span>{SEPARATOR.join(f'<span>{fact}</span>' for fact in facts)}</span>"


def _kinds(totals: wire.Totals) -> str:
    """Why jobs failed, in words."""
    told = ", ".join(f"{failures.jobs:,} {KIND_WORDS[failures.kind]}" for failures in totals.failures)
    return f" ({told})" if told else ""


def _note(saved: wire.Saved, then: str) -> str:
    rows = told_rows(saved, len(saved.rows))
    return f'<div class="rnb-s-note">{icon("off")}<span><b>Saved view.</b> {rows}. {then}</span></div>'
