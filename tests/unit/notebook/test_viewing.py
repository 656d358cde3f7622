"""`run.view`: what a person chose in the widget as DataFrames, and how Python chooses."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ragas_nb.errors import ConfigurationError, ProtocolError
from ragas_nb.notebook import protocol as wire
from ragas_nb.notebook.bridge import Bridge
from ragas_nb.notebook.viewing import RunView, view_of
from ragas_nb.recorded import RecordedRun
from ragas_nb.schema import EvaluationDataset
from ragas_nb.store.meta import ScoreColumn
from ragas_nb.testing import ScriptedJudge
from tests.unit.doubles import YES, HeldJudge, Polite, new_run, responses, until
from tests.unit.notebook.choosing import FAILED, run_of
from tests.unit.notebook.views import View

NUMBER, TONE = ScoreColumn("number"), ScoreColumn("tone")


@pytest.fixture
def run() -> RecordedRun:
    return run_of(
        [NUMBER, TONE],
        {"number": [0.5, 0.1, FAILED, 0.9], "tone": ["kind", "rude", None, "kind"]},
        costs=[0.1, 0.2],
    )


def shown_by(run: RecordedRun) -> list[wire.Viewing]:
    """What views are asked to show, from now on."""
    shown: list[wire.Viewing] = []
    view_of(run).on_show(shown.append)
    return shown


# ── from the views ──


def test_at_first_nothing_is_selected_and_all_rows_are_shown(run: RecordedRun):
    assert run.view.selected.equals(run.df.iloc[[]])
    assert run.view.filtered.equals(run.df)
    assert repr(run.view) == "<View of run 'a run' 1a2b3c4d: all rows>"


def test_what_a_person_chose_is_there_as_frames(run: RecordedRun):
    chosen = wire.Filter(conditions=[wire.Condition(column="number", op="<", value=0.6)])
    view_of(run).told(
        wire.Viewing(sort=wire.Sort(by="number", down=False), filter=chosen, selected=[3, 0], open=2)
    )
    pd.testing.assert_frame_equal(run.view.selected, run.df.iloc[[3, 0]])
    pd.testing.assert_frame_equal(run.view.filtered, run.df.iloc[[1, 0]])
    assert repr(run.view) == (
        "<View of run 'a run' 1a2b3c4d: rows where number < 0.6; by number, the lowest first; 2 selected; "
        "'q2' open>"
    )


def test_where_no_row_is_selected_the_open_one_is(run: RecordedRun):
    view_of(run).told(wire.Viewing(open=2))
    assert list(run.view.selected["id"]) == ["q2"]


@pytest.mark.parametrize(
    ("viewing", "problem"),
    [
        (wire.Viewing(selected=[0, 4]), "There is no row 4: the run has 4 samples"),
        (wire.Viewing(open=-1), "There is no row -1"),
        (wire.Viewing(sort=wire.Sort(by="x", down=True)), "There is no metric 'x'"),
        (wire.Viewing(filter=wire.Filter(bins=[wire.Bins(metric="x", bins=[])])), "There is no metric 'x'"),
    ],
)
def test_what_a_view_cannot_have_chosen_changes_nothing(
    run: RecordedRun, viewing: wire.Viewing, problem: str
):
    run.view.select("q1")
    with pytest.raises(ProtocolError, match=problem):
        view_of(run).told(viewing)
    assert view_of(run).viewing == wire.Viewing(selected=[1])


def test_changes_are_those_of_the_run_beside_which_the_view_was(run: RecordedRun):
    class Before:
        def changes(self, metric: str) -> list[float]:
            return [0.0, -0.5, 0.5, -0.1]

    worse = wire.Filter(changes=[wire.ChangeOf(metric="number", change="worse")])
    view_of(run).told(wire.Viewing(filter=worse), Before())
    assert list(run.view.filtered["id"]) == ["q1", "q3"]


# ── from Python ──


def test_python_chooses_and_every_view_is_told(run: RecordedRun):
    shown, again = shown_by(run), shown_by(run)
    run.view.select(["q2", "q0"])
    run.view.sort("number", descending=True)
    run.view.filter("number < 0.6")
    run.view.open("q1")
    run.view.close()
    less = wire.Filter(conditions=[wire.Condition(column="number", op="<", value=0.6)])
    sort = wire.Sort(by="number", down=True)
    assert shown == again
    assert shown == [
        wire.Viewing(selected=[2, 0]),
        wire.Viewing(selected=[2, 0], sort=sort),
        wire.Viewing(selected=[2, 0], sort=sort, filter=less),
        wire.Viewing(selected=[2, 0], sort=sort, filter=less, open=1),
        wire.Viewing(selected=[2, 0], sort=sort, filter=less),
    ]
    assert list(run.view.filtered["id"]) == ["q0", "q1"]


def test_nothing_takes_a_choice_back(run: RecordedRun):
    run.view.select(["q2"])
    run.view.sort("cost")
    run.view.filter("failed")
    run.view.select([])
    run.view.sort(None)
    run.view.filter(None)
    assert view_of(run).viewing == wire.Viewing()


def test_a_filter_takes_the_place_of_the_one_before(run: RecordedRun):
    run.view.filter("number < 0.6")
    run.view.filter(text="question", undefined=True, failed=True, tags=["x", "y"])
    assert view_of(run).viewing.filter == wire.Filter(
        text="question", undefined=True, failed=True, tags=["x", "y"]
    )
    run.view.filter("tone == 'kind'", tags="x")
    assert view_of(run).viewing.filter == wire.Filter(
        conditions=[wire.Condition(column="tone", op="==", value="kind")], tags=["x"]
    )


@pytest.mark.parametrize(
    "meant",
    [
        ["q3", "q1", "q3"],
        pd.Series(["q3", "q1"]),
        np.array(["q3", "q1"]),
        ("q3", "q1"),
    ],
)
def test_samples_are_meant_by_their_ids_each_once(run: RecordedRun, meant: Any):
    run.view.select(meant)
    assert view_of(run).viewing.selected == [3, 1]


def test_samples_are_meant_by_rows_of_the_frame(run: RecordedRun):
    run.view.select(run.df[run.df["number"] > 0.3])
    assert view_of(run).viewing.selected == [0, 3]


@pytest.mark.parametrize("ids", [[10, 11, 12], ["a", "b", "c"], None])
def test_rows_of_the_frame_are_found_whatever_the_ids_are(ids: Any):
    data = EvaluationDataset.from_list([{"question": str(row)} for row in range(3)])
    run = run_of([NUMBER], {"number": [0.1, 0.2, 0.3]}, data=EvaluationDataset(data.samples, ids=ids))
    run.view.select(run.df.nlargest(2, "number"))
    assert view_of(run).viewing.selected == [2, 1]


@pytest.mark.parametrize(
    ("meant", "problem"),
    [
        ("q9", "There is no sample 'q9' in this run. Its first ids are 'q0', 'q1', 'q2', 'q3'"),
        ([0], "There is no sample 0 in this run"),
        ([["q0"]], "There is no sample \\['q0'\\]"),
        ([True, False], "Found a mask where sample ids are expected. Pass run.df\\[mask\\]"),
        (pd.DataFrame({"x": [1]}, index=[9]), "The DataFrame has a row 9 that run.df does not have"),
    ],
)
def test_samples_that_are_not_there_are_refused(run: RecordedRun, meant: Any, problem: str):
    with pytest.raises(ConfigurationError, match=problem):
        run.view.select(meant)
    assert view_of(run).viewing == wire.Viewing()


def test_what_cannot_be_shown_is_refused(run: RecordedRun):
    with pytest.raises(
        ConfigurationError, match="There is no column 'x' to sort by; there is number, tone, c"
    ):
        run.view.sort("x")
    with pytest.raises(ConfigurationError, match="There is no column 'x'; there is number, tone, cost"):
        run.view.filter("x < 1")
    with pytest.raises(ConfigurationError, match="One sample can be open; found 2"):
        run.view.open(["q0", "q1"])  # type: ignore[arg-type]
    assert view_of(run).viewing == wire.Viewing()


def test_the_view_of_a_run_is_one(run: RecordedRun):
    assert run.view is view_of(run)
    assert isinstance(run.view, RunView)


# ── while the run goes on ──


async def test_another_thread_chooses_and_the_views_hear_it_on_the_loop():
    judge = HeldJudge({"is_polite": YES})
    run = new_run(responses("a", "b"), [Polite()], judge).start()
    heard: list[threading.Thread] = []
    view_of(run).on_show(lambda viewing: heard.append(threading.current_thread()))
    await asyncio.to_thread(run.view.select, [1])
    await until(lambda: heard)
    assert heard == [threading.main_thread()]
    assert view_of(run).viewing.selected == [1]
    judge.release.set()
    await run


async def test_a_page_is_told_what_python_chooses_and_python_what_the_page_chose():
    run = new_run(responses("a", "b"), [Polite()], ScriptedJudge({"is_polite": YES}))
    view = View(2, 1)
    bridge = Bridge(run, view.take)
    await run
    run.view.open(1)
    assert view.of_type("show") == [{"type": "show", "viewing": wire.Viewing(open=1).model_dump(mode="json")}]
    chosen = {"sort": None, "filter": wire.Filter(failed=True).model_dump(), "selected": [0], "open": None}
    bridge.handle({"type": "viewed", "id": 7, "viewing": chosen})
    assert view.of_type("reply") == [{"type": "reply", "id": 7, "ok": True, "error": None}]
    assert len(run.view.selected) == 1
    assert len(run.view.filtered) == 0
    bridge.handle({"type": "viewed", "id": 8, "viewing": {**chosen, "selected": [2]}})
    assert view.of_type("reply")[-1] == {
        "type": "reply",
        "id": 8,
        "ok": False,
        "error": "There is no row 2: the run has 2 samples.",
    }
    bridge.handle({"type": "hello", "id": 9})
    assert view.of_type("snapshot")[-1]["viewing"] == chosen
