"""Two runs side by side: what the page is told of both, and where they appear."""

from __future__ import annotations

import asyncio
import math
import re
from array import array
from pathlib import Path
from typing import Any, ClassVar

import pytest
from IPython.core.interactiveshell import InteractiveShell

import ragas_nb as rnb
from ragas_nb.comparing import Comparison
from ragas_nb.engine.events import FAILURE_KINDS
from ragas_nb.errors import ConfigurationError
from ragas_nb.metrics import discrete_metric
from ragas_nb.metrics.base import Ask, MetricResult
from ragas_nb.notebook import comparison as comparisons
from ragas_nb.notebook import protocol as wire
from ragas_nb.notebook.beside import Counterpart
from ragas_nb.notebook.bridge import Bridge
from ragas_nb.notebook.comparison_html import to_html, worst_changes
from ragas_nb.notebook.finding import find
from ragas_nb.prompts import Prompt
from ragas_nb.run import Run
from ragas_nb.schema import EvaluationDataset, SingleTurnSample
from ragas_nb.store.state import STATUSES
from ragas_nb.testing import ScriptedJudge
from tests.unit.doubles import (
    YES,
    AsksJudge,
    Computes,
    HeldJudge,
    Opinion,
    Polite,
    Text,
    in_virtual_time,
    new_run,
    until,
)
from tests.unit.notebook.conftest import Screen

WIDGET = "application/vnd.jupyter.widget-view+json"


def half_of(text: str) -> MetricResult:
    """Half of the number that the response is; nothing for `?`, no answer for other texts."""
    return MetricResult(None) if text == "?" else MetricResult(float(text) / 2)


class LessIsBetter(Computes):
    """Half of the number that the response is, where a small one is good."""

    name: str = "fewer"
    higher_is_better: ClassVar[bool] = False


half = Computes(rule=half_of)
fewer = LessIsBetter(rule=half_of)


def answered(**responses: str) -> EvaluationDataset:
    """A sample for each id, with this response."""
    return EvaluationDataset(
        [SingleTurnSample(user_input=f"question {name}", response=text) for name, text in responses.items()],
        ids=list(responses),
    )


async def two_runs(a: Run, b: Run) -> Comparison:
    await a
    await b
    return rnb.compare(a, b)


def counterpart(comparison: Comparison) -> Counterpart:
    return Counterpart(comparison.a, comparison.b, comparison.matching)


def snapshots(comparison: Comparison) -> tuple[Bridge, list[tuple[dict[str, Any], list[bytes]]]]:
    """A bridge of run B with A beside it, and all that it sends."""
    sent: list[tuple[dict[str, Any], list[bytes]]] = []
    bridge = Bridge(comparison.b, lambda *message: sent.append(message), beside=counterpart(comparison))
    return bridge, sent


def seen(message: dict[str, Any], buffers: list[bytes]) -> list[list[object]]:
    """A's scores as the page reads them: a list per metric, a cell per row of B."""
    wire.update_adapter.validate_python(message)
    rows, values, statuses = message["run"]["samples"], array("f", buffers[3]), buffers[4]
    return [
        [_cell(metric, statuses[m * rows + row], values[m * rows + row]) for row in range(rows)]
        for m, metric in enumerate(message["metrics"])
    ]


def _cell(metric: dict[str, Any], status: int, value: float) -> object:
    if status == wire.ABSENT:
        return "absent"
    if STATUSES[status] == "failed":
        return f"failed: {FAILURE_KINDS[int(value)]}"
    if STATUSES[status] != "scored":
        return STATUSES[status]
    return value if metric["labels"] is None else metric["labels"][int(value)]


RUDE = Prompt("is_polite", "Say whether the text is rude.", Text, Opinion)


class AsksOtherwise(AsksJudge):
    """What `Polite` asks, in other words."""

    name: str = "polite"

    async def measure(self, sample: SingleTurnSample, ask: Ask) -> MetricResult:
        return MetricResult((await ask(RUDE, Text(text=sample.response or ""))).verdict)


@discrete_metric(name="tone", allowed_values=["mild", "rude"])
def tone(response: str) -> str:
    return "rude" if response == "2" else "mild"


@discrete_metric(name="tone", allowed_values=["harsh", "rude", "mild"])
def other_tone(response: str) -> str:
    return {"1": "harsh", "2": "rude"}.get(response, "mild")


# ── what the page is told ──


async def test_scores_of_the_other_run_are_told_by_the_rows_of_the_one_that_is_shown():
    comparison = await two_runs(
        new_run(answered(p="0.5", q="?", r="x", s="1"), [half]),
        new_run(answered(s="1", r="1", new="1", q="1", p="1"), [Computes(name="more", rule=half_of), half]),
    )
    bridge, sent = snapshots(comparison)
    bridge.handle({"type": "hello", "id": 1})
    assert seen(*sent[0]) == [
        ["absent"] * 5,
        [0.5, "failed: metric_error", "absent", "undefined", 0.25],
    ]


async def test_labels_of_both_runs_have_the_same_numbers():
    comparison = await two_runs(
        new_run(answered(p="1", q="2", r="3"), [other_tone]), new_run(answered(p="2", q="2", r="3"), [tone])
    )
    bridge, sent = snapshots(comparison)
    bridge.handle({"type": "hello", "id": 1})
    assert sent[0][0]["metrics"][0]["labels"] == ["mild", "rude", "harsh"]
    assert list(array("f", sent[0][1][0])) == [1.0, 1.0, 0.0]
    assert seen(*sent[0]) == [["harsh", "rude", "mild"]]


async def test_numbers_are_not_set_beside_texts():
    numbers = Computes(name="tone", rule=lambda text: MetricResult(1.0))
    comparison = await two_runs(new_run(answered(p="1"), [tone]), new_run(answered(p="1"), [numbers]))
    bridge, sent = snapshots(comparison)
    bridge.handle({"type": "hello", "id": 1})
    assert seen(*sent[0]) == [["absent"]]


async def test_both_runs_are_told_with_what_only_one_of_them_has():
    comparison = await two_runs(
        new_run(answered(p="1", q="1", r="1"), [half]), new_run(answered(q="1", new="1"), [half])
    )
    told = counterpart(comparison).told()
    assert (told.run.run_id, told.totals.state) == (comparison.a.run_id, "finished")
    assert (told.matched, told.only_here, told.only_there) == (1, 1, 2)
    assert told.same == ["1 response the same"]


async def test_only_what_is_known_to_be_the_same_is_told_so():
    judges = [ScriptedJudge({"is_polite": YES}) for _ in range(2)]
    same = await two_runs(*(new_run(answered(p="1", q="2"), [Polite()], judge) for judge in judges))
    assert counterpart(same).told().same == ["same prompts", "same data"]
    other = await two_runs(
        new_run(answered(p="1"), [Polite()], judges[0]),
        new_run(answered(p="2"), [AsksOtherwise()], judges[1]),
    )
    assert counterpart(other).told().same == []


async def test_judges_with_the_same_settings_are_told_to_be_the_same():
    async def judged(text: str) -> Run:
        run = rnb.start(
            answered(p=text), ["answer_relevancy"], llm="offline", store=None, show_progress=False
        )
        await run
        return run

    same = rnb.compare(await judged("1"), await judged("2"))
    assert counterpart(same).told().same == ["same judge", "same prompts"]


async def test_a_row_of_the_other_run_is_told_in_full_under_the_row_that_is_shown():
    comparison = await two_runs(
        new_run(answered(p="1", q="0.5"), [half]), new_run(answered(q="1", new="1", p="2"), [half])
    )
    bridge, sent = snapshots(comparison)
    bridge.handle({"type": "trace", "id": 7, "row": 0, "beside": True})
    told = wire.RowDetail.model_validate(sent[0][0])
    assert (told.id, told.row, told.beside, told.sample_id) == (7, 0, True, "q")
    assert [fact.text for fact in told.facts] == ["question q", "0.5"]
    assert [(job.metric, job.value) for job in told.jobs] == [("computes", 0.25)]


@pytest.mark.parametrize("row", [1, -1, 3])
async def test_a_row_without_a_counterpart_is_refused(row: int):
    comparison = await two_runs(
        new_run(answered(p="1", q="0.5"), [half]), new_run(answered(q="1", new="1", p="2"), [half])
    )
    bridge, sent = snapshots(comparison)
    bridge.handle({"type": "trace", "id": 7, "row": row, "beside": True})
    assert sent == [
        (
            {
                "type": "reply",
                "id": 7,
                "ok": False,
                "error": f"Row {row} has no counterpart in run {comparison.a.run_id}.",
            },
            [],
        )
    ]


async def test_the_kernel_finds_what_became_better_worse_or_stayed():
    comparison = await two_runs(
        new_run(answered(p="1", q="1", r="1", s="?", t="1"), [half, fewer]),
        new_run(answered(p="2", q="0.5", r="1", s="1", new="1"), [half, fewer]),
    )
    beside = counterpart(comparison)

    def found(metric: str, change: wire.Change) -> list[int]:
        chosen = wire.Filter(changes=[wire.ChangeOf(metric=metric, change=change)])
        return list(find(comparison.b, chosen, None, beside))

    assert [found("computes", kind) for kind in ("better", "worse", "equal")] == [[0], [1], [2]]
    assert [found("fewer", kind) for kind in ("better", "worse", "equal")] == [[1], [0], [2]]
    by_change = wire.Sort(by="computes", down=False, change=True)
    assert list(find(comparison.b, wire.Filter(), by_change, beside)) == [1, 2, 0, 3, 4]


async def test_texts_are_the_same_or_not():
    comparison = await two_runs(
        new_run(answered(p="1", q="2", r="3"), [tone]), new_run(answered(p="2", q="2", r="3"), [tone])
    )
    changes = counterpart(comparison).changes("tone")
    assert [None if math.isnan(change) else change for change in changes] == [None, 0.0, 0.0]


# ── a run that goes on ──


async def test_news_of_the_other_run_are_told_at_most_once_a_second_and_its_end_at_once(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(comparisons, "AGAIN_S", 0.05)
    judge = HeldJudge({"is_polite": YES})
    a = new_run(answered(p="1", q="2"), [Polite()], judge)
    b = new_run(answered(p="1", q="2"), [Polite()], ScriptedJudge({"is_polite": YES}))
    await b
    widget = rnb.compare(a, b).widget
    sent: list[tuple[dict[str, Any], list[bytes]]] = []
    widget._bridge._send = lambda *message: sent.append(message)
    a.start()
    await judge.arrived.wait()
    await until(lambda: sent)
    assert seen(*sent[0]) == [["running", "running"]]
    judge.release.set()
    await a
    assert [message["type"] for message, _ in sent] == ["snapshot"] * len(sent)
    assert seen(*sent[-1]) == [[1.0, 1.0]]
    assert sent[-1][0]["beside"]["totals"]["state"] == "finished"


def test_a_busy_run_beside_sends_no_more_than_a_snapshot_a_second():
    class Slow(ScriptedJudge):
        async def reply(self, request: Any) -> Any:
            await asyncio.sleep(float(request.input.text))
            return await super().reply(request)

    async def main() -> int:
        a = new_run(
            answered(**{f"s{i}": str(i / 10) for i in range(100)}), [Polite()], Slow({"is_polite": YES})
        )
        b = new_run(answered(s1="1"), [half])
        await b
        widget = rnb.compare(a, b).widget
        sent: list[object] = []
        widget._bridge._send = lambda *message: sent.append(message)
        await a
        return len(sent)

    assert 5 <= in_virtual_time(main()) <= 20


# ── in Python ──


async def test_a_comparison_tells_what_both_have_and_what_changed():
    comparison = await two_runs(
        new_run(answered(p="1", q="1", r="1"), [half, fewer]),
        new_run(answered(new="1", q="2", p="0.5"), [half, Computes(name="more", rule=half_of)]),
    )
    assert comparison.metrics == ("computes",)
    assert comparison.matched == [("q", "q"), ("p", "p")]
    assert (comparison.only_a, comparison.only_b, len(comparison)) == (["r"], ["new"], 2)
    assert comparison.df.to_dict("list") == {
        "id": ["q", "p"],
        "computes_a": [0.5, 0.5],
        "computes_b": [1.0, 0.25],
        "computes_change": [0.5, -0.25],
    }
    assert repr(comparison) == "<Comparison of 'test' and 'test': 2 samples in both, computes 0.50 → 0.62>"


async def test_a_metric_that_only_one_run_has_cannot_be_compared():
    comparison = await two_runs(new_run(answered(p="1"), [half, fewer]), new_run(answered(p="1"), [half]))
    with pytest.raises(KeyError, match="No metric 'fewer' in both runs; they share computes"):
        comparison.change("fewer")


def test_what_is_no_run_is_refused():
    with pytest.raises(ConfigurationError) as refused:
        rnb.compare([{"score": 1.0}], new_run(answered(p="1"), [half]))  # type: ignore[arg-type]
    assert str(refused.value) == (
        "compare takes runs or ids of runs; a is of type list. What rnb.start(…) and rnb.load(…) give are "
        "runs, and rnb.runs() lists the ids."
    )


async def test_runs_that_the_store_keeps_are_compared_by_their_ids(tmp_path: Path):
    store = tmp_path / "runs.sqlite"
    ids = []
    for response in ("a", "b"):
        data = [{"id": "p", "user_input": "?", "response": response, "reference": "a"}]
        run = rnb.start(data, ["exact_match"], store=store, show_progress=False)
        await run
        ids.append(run.run_id)
    comparison = rnb.compare(*ids, store=store)
    assert [comparison.a.run_id, comparison.b.run_id] == ids
    assert comparison.df.to_dict("records") == [
        {"id": "p", "exact_match_a": 1.0, "exact_match_b": 0.0, "exact_match_change": -1.0}
    ]


# ── where it appears ──


async def test_a_comparison_is_shown_as_its_widget_with_a_picture_below(
    shell: InteractiveShell, screen: Screen, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(comparisons, "display", lambda data, **options: screen.shown.append(data))
    comparison = await two_runs(new_run(answered(p="1"), [half]), new_run(answered(p="2"), [half]))
    comparison._ipython_display_()
    widget, picture = screen.shown
    assert widget[WIDGET]["model_id"] == comparison.widget.model_id
    assert f'data-picture="{comparison.widget.picture}"' in picture["text/html"]
    assert picture["text/plain"] == repr(comparison)
    assert comparison.widget.saved is None


async def test_the_picture_is_brought_up_to_date_when_either_run_ends(
    shell: InteractiveShell, screen: Screen, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(comparisons, "display", lambda data, **options: screen.shown.append(data))
    monkeypatch.setattr(comparisons, "update_display", lambda data, **options: screen.updated.append(data))
    a, b = new_run(answered(p="1"), [half]), new_run(answered(p="2"), [half])
    rnb.compare(a, b).show()
    await a
    assert len(screen.updated) == 1
    await b
    assert ["0.50 → 1.00" in shown["text/plain"] for shown in screen.updated] == [False, True]


async def test_without_a_notebook_a_comparison_is_html_and_text():
    comparison = await two_runs(new_run(answered(p="1"), [half]), new_run(answered(p="2"), [half]))
    assert comparison._repr_mimebundle_() == {
        "text/html": to_html(comparison),
        "text/plain": repr(comparison),
    }
    with pytest.raises(NotImplementedError):
        comparison._ipython_display_()


async def test_the_picture_shows_the_worst_changes_first():
    comparison = await two_runs(
        new_run(answered(p="1", q="1", r="?", s="2"), [half, fewer]),
        new_run(answered(p="2", q="0.5", r="1", s="1.9"), [half]),
    )
    assert worst_changes(comparison, 3) == [(1, 1), (3, 3), (0, 0)]
    cells = re.findall(r"<t[hd][^>]*>([^<]*)</t[hd]>", to_html(comparison).partition("<tbody>")[2])
    assert cells[:15] == [
        *("q", "question q", "0.50", "0.25", "▼ −0.25"),
        *("s", "question s", "1.00", "0.95", "▼ −0.05"),
        *("p", "question p", "0.50", "1.00", "▲ +0.50"),
    ]
    assert cells[15:] == ["r", "question r", "undefined", "0.50", "–"]


async def test_texts_of_the_data_are_only_texts_in_the_picture():
    bad = "<img src=x onerror=alert(1)>"
    names = {bad: "1"}
    comparison = await two_runs(new_run(answered(**names), [half]), new_run(answered(**names), [half]))
    assert "<img" not in to_html(comparison)
    assert "&lt;img src=x onerror=alert(1)&gt;" in to_html(comparison)
