"""The static picture of a run: texts are only ever texts."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from ragas_nb.engine.events import RunPaused
from ragas_nb.engine.settings import RunConfig
from ragas_nb.errors import JudgeRefused, JudgeUnavailable
from ragas_nb.metrics import discrete_metric
from ragas_nb.metrics.base import MetricResult
from ragas_nb.notebook import protocol as wire
from ragas_nb.notebook.picture import saved_state, totals
from ragas_nb.notebook.saved_html import to_html
from ragas_nb.notebook.saved_words import moment, money, seconds
from ragas_nb.schema import EvaluationDataset, SingleTurnSample
from ragas_nb.testing import ScriptedJudge
from tests.unit.doubles import YES, Computes, Polite, new_run, responses

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "' onmouseover='alert(1)",
    "</style><script>alert(1)</script>",
    "&lt;b&gt; <!-- --> ]]>",
    "javascript:alert(1)",
]
TAGS = {
    "style",
    "section",
    "div",
    "span",
    "b",
    "i",
    "svg",
    "rect",
    "path",
    "ul",
    "li",
    "table",
    "caption",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
}
ATTRIBUTES = {
    "class", "style", "aria-label", "aria-hidden", "scope", "role", "width", "height", "x", "y", "d",
    "viewbox", "fill", "stroke", "stroke-width", "data-run",
}  # fmt: skip


class Reader(HTMLParser):
    """All tags, attribute names and visible texts of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.texts: list[str] = []
        self.open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join(self.texts)


@pytest.mark.parametrize("hostile", HOSTILE)
async def test_hostile_texts_are_shown_as_text(hostile: str):
    sample = SingleTurnSample(user_input=hostile, response=hostile)
    run = new_run(
        EvaluationDataset([sample], ids=[hostile]),
        [Polite(name=hostile)],
        ScriptedJudge({"is_polite": YES}, identity=hostile),
    )
    run.meta = replace(run.meta, name=hostile)
    await run
    page = Reader(to_html(saved_state(run)))
    assert page.tags <= TAGS
    assert page.attributes <= ATTRIBUTES
    assert page.open == []
    assert page.texts.count(hostile) == 7  # run, judge, card, column head, id, question, response


async def test_the_message_of_a_failed_run_is_shown_as_text():
    run = new_run(responses("a"), [Computes(rule=lambda text: MetricResult(1))])
    await run
    run.state.message = "<b>no</b>"
    assert "<b>no</b>" in Reader(to_html(saved_state(run))).texts


async def test_the_picture_tells_state_counts_means_and_missing_scores():
    def rule(text: str) -> MetricResult:
        return MetricResult(None if text == "?" else float(text))

    run = new_run(responses("1", "0.5", "?", "x"), [Computes(rule=rule)])
    await run
    text = Reader(to_html(saved_state(run))).text
    for part in (
        "test",
        "Finished",
        "1 failed",
        "0.75",
        "n 2",
        "1 undefined",
        "failed",
        "undefined",
        "All 4 rows, the worst first",
    ):
        assert part in text


def unwell(text: str) -> dict[str, int] | Exception:
    """What a judge says that declines some texts and cannot be reached about others."""
    problems: dict[str, Exception] = {
        "x": JudgeRefused("no", kind="content_filter"),
        "y": JudgeUnavailable("no", kind="timeout"),
    }
    return problems.get(text, YES)


async def test_the_picture_tells_why_jobs_failed():
    judge = ScriptedJudge({"is_polite": lambda asked: unwell(asked.text)})
    run = new_run(responses("1", "x", "x", "y"), [Polite()], judge, config=RunConfig(max_retries=0))
    await run
    html = to_html(saved_state(run))
    assert "3 failed (1 timeout, 2 refused)" in Reader(html).texts
    assert [html.count(f'title="failed: {word}"') for word in ("refused", "timeout")] == [2, 1]


async def test_the_picture_tells_what_was_not_judged_and_why():
    run = new_run(responses("a", "b"), [Polite()], ScriptedJudge({"is_polite": YES}, price=0.5), budget=0.5)
    await run
    html = to_html(saved_state(run))
    texts = Reader(html).texts
    assert [word in texts for word in ("Budget reached", "budget $0.5000 of $0.5", "not judged")] == [
        True
    ] * 3
    assert html.count('title="not judged: budget reached"') == 1
    assert "rnb-s-warn" in html.split("Budget of $0.5 reached")[0].rsplit("<div", 1)[1]


async def test_notices_are_told_as_text_and_trouble_in_its_colour():
    run = new_run(responses("a"), [Computes(rule=lambda text: MetricResult(1))])
    await run
    run.state.notices |= {"resumed": "<b>1 of 1</b>", "store": "Not saved: the disk is full."}
    html = to_html(saved_state(run))
    texts = Reader(html).texts
    assert texts.index("<b>1 of 1</b>") < texts.index("Not saved: the disk is full.")
    assert html.count('rnb-s-warn"') == 1


async def test_a_paused_run_says_so():
    run = new_run(responses("a"), [Computes(rule=lambda text: MetricResult(1))])
    run.state.apply(RunPaused(message="Resume goes on."))
    texts = Reader(to_html(saved_state(run))).texts
    assert [word in texts for word in ("Paused", "Resume goes on.", "not scored")] == [True] * 3


@pytest.mark.parametrize("hostile", HOSTILE)
async def test_hostile_labels_are_shown_as_text(hostile: str):
    run = new_run(responses("a"), [Computes(rule=lambda text: MetricResult(hostile))])
    await run
    page = Reader(to_html(saved_state(run)))
    assert page.tags <= TAGS
    assert page.open == []
    assert page.texts.count(hostile) == 2  # card, cell


async def test_labels_are_counted_and_have_no_mean():
    run = new_run(responses("good", "bad", "good", "", "?"), [Computes(rule=answered)])
    await run
    texts = Reader(to_html(saved_state(run))).texts
    texts = [text for text in texts if text != " "]
    start = texts.index("computes")
    assert texts[start : start + 8] == [
        "computes", "good", "2", "bad", "1", "(empty)", "1", "n 4 · 1 undefined"
    ]  # fmt: skip
    assert [texts.count(label) for label in ("good", "bad", "(empty)", "0.00")] == [5, 3, 2, 0]


def answered(text: str) -> MetricResult:
    return MetricResult(None, "no answer") if text == "?" else MetricResult(text)


async def test_of_many_labels_the_most_frequent_are_told_and_the_others_counted():
    run = new_run(responses(*"abcdefghijghijhijj"), [Computes(rule=MetricResult)])
    await run
    texts = Reader(to_html(saved_state(run))).texts
    texts = [text for text in texts if text != " "]
    start = texts.index("computes")
    assert texts[start + 1 : start + 13] == ["a", "1", "g", "2", "h", "3", "i", "3", "j", "4", "others", "5"]


async def test_before_a_text_is_found_no_label_is_counted():
    run = new_run(responses("?"), [discrete_metric(name="tone")(lambda response: (None, "no answer"))])
    await run
    page = Reader(to_html(saved_state(run)))
    assert "no score yet" in page.texts
    assert "rect" not in page.tags


async def test_only_the_worst_rows_are_shown_the_worst_first_and_caption_and_note_say_so():
    texts = [f"answer {(row * 37) % 50}" for row in range(50)]
    rule = Computes(rule=lambda text: MetricResult(int(text.removeprefix("answer ")) / 50))
    run = new_run(responses(*texts), [rule])
    await run
    shown = Reader(to_html(saved_state(run))).texts
    assert [text for text in shown if text in texts] == [f"answer {worst}" for worst in range(12)]
    assert "Scores. 12 worst of 50 rows." in shown
    assert (
        " 12 worst of 50 rows. Run the cell again to search and to open rows: nothing is asked twice."
        in shown
    )


async def test_a_high_score_is_bad_where_lower_is_better():
    run = new_run(responses("0.1", "0.9"), [Computes(rule=lambda text: MetricResult(float(text)))])
    run.meta = replace(run.meta, columns=(replace(run.meta.columns[0], higher_is_better=False),))
    await run
    html = to_html(saved_state(run))
    scores = re.findall(r'rnb-s-num ([^"]*)" style="--rnb-v:([\d.]+)"', html)
    assert scores == [("rnb-s-f0 rnb-s-low", "0.90"), ("rnb-s-f4", "0.10")]
    bars = re.findall(r'rnb-s-k(\d)" x="(\d+)"[^>]*height="34', html)
    assert bars == [("4", "9"), ("0", "81")]


async def test_without_its_styles_the_picture_reads_as_lines_and_a_table():
    run = new_run(responses("1", "x"), [Computes(rule=lambda text: MetricResult(float(text)))])
    await run
    when = moment(run.state.started_at.isoformat())
    took = seconds(run.clock.elapsed())
    lines = in_lines(to_html(saved_state(run)))
    assert lines == [
        f"test · Finished · scripted · {when}" if run.meta.judge else f"test · Finished · {when}",
        f"1 / 2 scored · 1 failed (1 metric error) · {took} · 0 in · 0 out · $0.00",
        "computes",
        "1.00",
        "n 1 · 1 failed",
        "Scores. All 2 rows, the worst first.",
        "id", "user_input", "response", "computes",
        "0", "How?", "1", "1.00",
        "1", "How?", "x", "failed",
        "Saved view. All 2 rows, the worst first. Run the cell again to search and to open rows: nothing is "
        "asked twice.",
    ]  # fmt: skip


def in_lines(html: str) -> list[str]:
    """What is read where a host keeps no style, class or drawing: each block on a line of its own."""
    bare = re.sub(r"<style>.*?</style>|<svg.*?</svg>", "", html, flags=re.DOTALL)
    broken = re.sub(r"</?(div|section|ul|li|table|caption|tr|th|td|thead|tbody)[^>]*>", "\n", bare)
    return list(filter(None, map(str.strip, re.sub(r"<[^>]*>", "", broken).split("\n"))))


@pytest.mark.parametrize(
    ("cost", "unpriced", "shown"),
    [
        (0.0, 0, "$0.00"),
        (0.421, 0, "$0.42"),
        (0.00042, 0, "$0.00042"),
        (0.42, 1180, "≥ $0.42, 1,180 calls unpriced"),
        (0.0, 3, "≥ $0.00, 3 calls unpriced"),
    ],
)
def test_money_is_never_shown_as_less_than_it_is(cost: float, unpriced: int, shown: str):
    run = new_run(responses("a"), [Computes(rule=lambda text: MetricResult(1))])
    found: wire.Totals = totals(run, {}).model_copy(update={"cost": cost, "unpriced": unpriced})
    assert money(found) == shown


@pytest.mark.parametrize(
    ("elapsed", "shown"),
    [(0.04, "0.0 s"), (59.4, "59.4 s"), (59.6, "1 min 0 s"), (252, "4 min 12 s"), (7260, "2 h 1 min")],
)
def test_durations_are_told_in_words(elapsed: float, shown: str):
    assert seconds(elapsed) == shown
