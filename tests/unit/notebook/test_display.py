"""Where a run appears: once per cell, with a picture that survives."""

from __future__ import annotations

from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell

import ragas_nb.notebook
from ragas_nb.errors import ConfigurationError
from ragas_nb.metrics.base import MetricResult
from ragas_nb.notebook.built import built
from ragas_nb.notebook.display import bundle, live, runs_of
from ragas_nb.recorded import RecordedRun
from ragas_nb.run import Run
from tests.unit.doubles import YES, Computes, HeldJudge, Polite, new_run, responses, until
from tests.unit.notebook.conftest import Screen

WIDGET = "application/vnd.jupyter.widget-view+json"


def quick_run() -> Run:
    return new_run(responses("a"), [Computes(rule=lambda text: MetricResult(1.0))])


async def test_a_run_is_shown_once_in_a_cell_and_again_in_the_next(shell: InteractiveShell, screen: Screen):
    run = quick_run()
    run.show()
    run._ipython_display_()
    assert len(screen.shown) == 2  # the widget and the picture
    shell.execution_count += 1
    run.show()
    assert len(screen.shown) == 4
    await run


async def test_two_runs_of_one_cell_are_shown_once_each(shell: InteractiveShell, screen: Screen):
    first, second = quick_run(), quick_run()
    for run in (first, second, first, second):
        run.show()
    assert [shown["text/plain"] for shown in screen.shown[1::2]] == [repr(first), repr(second)]
    await first
    await second


async def test_the_widget_is_shown_and_below_it_a_picture_for_readers_without_a_kernel(
    shell: InteractiveShell, screen: Screen
):
    run = quick_run()
    run.show()
    live, picture = screen.shown
    assert live[WIDGET]["model_id"] == run.widget.model_id
    assert live["text/html"] == "<!-- -->"
    assert set(picture) == {"text/html", "text/plain"}
    assert picture["text/html"].startswith("<style>")
    assert f'data-run="{run.run_id}" data-picture="{run.widget.picture}"' in picture["text/html"]
    assert picture["text/plain"] == repr(run)
    await run


async def test_pictures_of_an_earlier_kernel_are_not_taken_for_those_of_this_one(shell: InteractiveShell):
    run = quick_run()
    await run
    again = RecordedRun(run.meta, run.dataset, run.state, lambda sample_id, metric: ())
    assert again.widget.run_id == run.widget.run_id
    assert again.widget.picture != run.widget.picture


async def test_the_picture_is_brought_up_to_date_once_when_the_run_ends(
    shell: InteractiveShell, screen: Screen
):
    run = quick_run()
    run.show()
    assert screen.updated == []
    await run
    assert [shown["text/plain"] for shown in screen.updated] == [
        f"<Run 'test' {run.run_id}: finished, 1 of 1 samples scored>"
    ]


async def test_a_run_that_nobody_waits_for_gets_its_last_picture_too(shell: InteractiveShell, screen: Screen):
    judge = HeldJudge({"is_polite": YES})
    run = new_run(responses("a"), [Polite()], judge).start()
    run.show()
    await judge.arrived.wait()
    judge.release.set()
    await until(lambda: screen.updated)
    assert "Finished" in screen.updated[0]["text/html"]
    await run


async def test_a_picture_that_fails_does_not_spoil_the_result(
    shell: InteractiveShell, screen: Screen, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("no")

    run = quick_run()
    run.show()
    monkeypatch.setattr("ragas_nb.notebook.display.update_display", broken)
    assert (await run)["computes"] == [1.0]
    assert "could not be brought up to date" in caplog.text


async def test_runs_are_known_by_id_only_as_long_as_somebody_holds_them(
    shell: InteractiveShell, screen: Screen
):
    run = quick_run()
    run.show()
    assert dict(runs_of(shell)) == {run.run_id: run}
    await run


async def test_the_picture_is_brought_up_to_date_again_when_the_run_has_gone_on(
    shell: InteractiveShell, screen: Screen
):
    judge = HeldJudge({"is_polite": YES})
    run = new_run(responses("a"), [Polite()], judge).start()
    run.show()
    await judge.arrived.wait()
    run.cancel()
    await run
    judge.release.set()
    await run.resume()
    assert [picture["text/plain"].split(": ")[1] for picture in screen.updated] == [
        "cancelled, 0 of 1 samples scored>",
        "finished, 1 of 1 samples scored>",
    ]
    assert run.widget.saved["totals"]["state"] == "finished"


async def test_a_run_is_live_as_long_as_it_goes_on(shell: InteractiveShell, screen: Screen):
    run = quick_run()
    run.show()
    assert live(run.run_id) is run
    assert live("another") is None
    await run
    assert live(run.run_id) is None


async def test_a_run_that_was_killed_shows_as_interrupted_with_the_way_to_go_on(
    shell: InteractiveShell, screen: Screen
):
    run = quick_run()
    recorded = RecordedRun(run.meta, run.dataset, run.state, lambda sample_id, metric: ())
    recorded.show()
    said = f"The run has not ended; rnb.resume('{run.run_id}') goes on."
    assert recorded.widget.saved["totals"]["state"] == "interrupted"
    assert recorded.widget.saved["totals"]["message"] == said
    assert "Interrupted" in screen.shown[1]["text/html"]


async def test_in_a_terminal_a_run_is_its_text(shell: InteractiveShell, screen: Screen):
    del shell.kernel
    run = quick_run()
    run.show()
    assert screen.shown == []
    assert set(bundle(run)) == {"text/html", "text/plain"}
    data, _ = shell.display_formatter.format(run)
    assert data["text/plain"] == repr(run)
    await run


async def test_without_ipython_a_run_shows_nothing_and_fails_nothing(screen: Screen):
    run = quick_run()
    run.show()
    assert (await run)["computes"] == [1.0]
    assert screen.shown == []


async def test_the_widget_keeps_a_bounded_state_that_a_saved_notebook_can_show(shell: InteractiveShell):
    run = quick_run()
    widget = run.widget
    assert (widget is run.widget, widget.run_id, widget.saved) == (True, run.run_id, None)
    await run
    assert widget.saved["totals"]["state"] == "finished"
    assert widget.saved["summaries"][0]["mean"] == 1.0


async def test_a_widget_of_an_ended_run_has_its_state_from_the_start(shell: InteractiveShell):
    run = quick_run()
    await run
    assert run.widget.saved["totals"]["scored"] == 1


def test_a_front_end_that_is_not_built_is_named_with_the_way_to_build_it():
    with pytest.raises(ConfigurationError, match=r"nothing\.js is missing .* `make build`"):
        built("nothing.js")


def test_importing_the_notebook_lets_runs_show_themselves():
    assert isinstance(Run.views, ragas_nb.notebook._Notebook)
