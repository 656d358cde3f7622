"""What a person tells a run in its widget, as commands from a view; and what the view hears of it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from ragas_nb import kept
from ragas_nb.engine.budget import TokenBudget
from ragas_nb.engine.events import NoticeGiven
from ragas_nb.metrics.base import MetricResult
from ragas_nb.notebook import bridge as bridges
from ragas_nb.notebook.bridge import Bridge
from ragas_nb.run import Run
from ragas_nb.session import RunSettings
from ragas_nb.testing import ScriptedJudge
from tests.unit.doubles import NO, YES, Computes, HeldJudge, Polite, new_run, responses, until
from tests.unit.notebook.views import View, open_view, shown

NOT_JSON = "I would rather not say."


async def answer(bridge: Bridge, view: View, content: dict[str, Any]) -> dict[str, Any]:
    """Send a command; the reply that settles it."""
    bridge.handle({"id": 7} | content)
    await until(lambda: [reply for reply in view.of_type("reply") if reply["id"] == 7])
    (reply,) = (message for message in view.of_type("reply") if message["id"] == 7)
    view.sent.remove(reply)
    return reply


OK = {"type": "reply", "id": 7, "ok": True, "error": None}


def refused(sentence: str) -> dict[str, Any]:
    return {"type": "reply", "id": 7, "ok": False, "error": sentence}


async def held() -> tuple[Run, HeldJudge, Bridge, View]:
    """A run of three samples whose judge has not answered."""
    judge = HeldJudge({"is_polite": YES}, price=0.5)
    run = new_run(responses("a", "b", "c"), [Polite()], judge).start()
    bridge, view = open_view(run)
    await judge.arrived.wait()
    return run, judge, bridge, view


async def failing(*answers: object, budget: object = None) -> tuple[Run, Bridge, View]:
    """A run that has ended, with a judge that answers so to its requests."""
    judge = ScriptedJudge({"is_polite": list(answers)}, price=0.5)
    run = new_run(responses("a", "b"), [Polite()], judge, budget=budget)
    bridge, view = open_view(run)
    await run
    return run, bridge, view


# ── orders ──


async def test_pause_sends_nothing_further_and_resume_goes_on():
    run, judge, bridge, view = await held()
    assert await answer(bridge, view, {"type": "pause"}) == OK
    await until(lambda: view.sent[-1].get("totals", {}).get("state") == "paused")
    assert view.sent[-1]["totals"]["can"] == ["resume", "cancel", "set_limit"]
    assert await answer(bridge, view, {"type": "resume"}) == OK
    judge.release.set()
    await run
    assert view.scores == shown(run)
    assert run.status == "finished"


async def test_retry_asks_again_for_all_that_failed():
    run, bridge, view = await failing(*[NOT_JSON] * 6, YES, NO)
    assert view.sent[-1]["totals"]["failures"] == [{"kind": "invalid_output", "jobs": 2}]
    assert view.scores == {(0, 0): ("failed", "invalid_output"), (1, 0): ("failed", "invalid_output")}
    assert await answer(bridge, view, {"type": "retry", "kind": None, "row": None, "metric": None}) == OK
    await run
    assert view.scores == {(0, 0): ("scored", 1.0), (1, 0): ("scored", 0.0)}
    assert view.sent[-1]["totals"]["failures"] == []


async def test_retry_of_another_kind_leaves_a_failure_as_it_is():
    run, bridge, view = await failing(*[NOT_JSON] * 6)
    assert await answer(bridge, view, {"type": "retry", "kind": "timeout", "row": None, "metric": None}) == OK
    await run
    assert view.sent[-1]["totals"]["failures"] == [{"kind": "invalid_output", "jobs": 2}]


async def test_retry_of_one_job_leaves_the_others_as_they_are():
    run, bridge, view = await failing(*[NOT_JSON] * 6, YES)
    order = {"type": "retry", "kind": None, "row": 1, "metric": "polite"}
    assert await answer(bridge, view, order) == OK
    await run
    assert view.scores == {(0, 0): ("failed", "invalid_output"), (1, 0): ("scored", 1.0)}
    assert view.sent[-1]["totals"]["failures"] == [{"kind": "invalid_output", "jobs": 1}]


@pytest.mark.parametrize(("row", "metric"), [(2, "polite"), (-1, "polite"), (0, "rude")])
async def test_retry_of_a_job_that_does_not_exist_is_refused(row: int, metric: str):
    _, bridge, view = await failing(*[NOT_JSON] * 6)
    order = {"type": "retry", "kind": None, "row": row, "metric": metric}
    assert await answer(bridge, view, order) == refused(f"There is no job of {metric!r} in row {row}.")


async def test_more_budget_lets_a_run_go_on():
    run, bridge, view = await failing(YES, YES, budget=0.5)
    assert run.status == "budget_reached"
    assert await answer(bridge, view, {"type": "add_budget", "amount": 0.5}) == OK
    await run
    assert (run.status, view.sent[-1]["totals"]["budget"]) == (
        "finished",
        {"told": "$1.0000 of $1", "unit": "dollars", "limit": 1.0},
    )
    assert view.scores == shown(run)


async def test_a_budget_of_tokens_grows_by_tokens():
    run, bridge, view = await failing(YES, YES, budget=TokenBudget(15))
    assert view.sent[-1]["totals"]["budget"] == {"told": "15 of 15 tokens", "unit": "tokens", "limit": 15}
    assert await answer(bridge, view, {"type": "add_budget", "amount": 15}) == OK
    await run
    assert run.status == "finished"


async def test_limits_change_by_name_and_null_is_none():
    run, judge, bridge, view = await held()
    limits = {"max_workers": 4, "requests_per_minute": 600}
    assert await answer(bridge, view, {"type": "set_limit"} | limits) == OK
    assert await answer(bridge, view, {"type": "set_limit", "tokens_per_minute": 9000}) == OK
    assert await answer(bridge, view, {"type": "set_limit", "requests_per_minute": None}) == OK
    await until(lambda: view.of_type("batch")[-1]["totals"]["limits"]["max_workers"] == 4)
    told = view.of_type("batch")[-1]["totals"]["limits"]
    assert (told["max_workers"], told["requests_per_minute"], told["tokens_per_minute"]) == (4, None, 9000)
    judge.release.set()
    await run


async def test_a_limit_that_cannot_work_is_refused_with_the_sentence():
    run, judge, bridge, view = await held()
    assert await answer(bridge, view, {"type": "set_limit", "max_workers": 0}) == refused(
        "RunConfig: max_workers must be a whole number, at least 1, not 0."
    )
    judge.release.set()
    await run


async def test_the_rows_that_somebody_looks_at_are_judged_first():
    judge = HeldJudge({"is_polite": YES})
    run = new_run(responses(*map(str, range(200))), [Polite()], judge).start()
    bridge, view = open_view(run)
    await judge.arrived.wait()
    assert await answer(bridge, view, {"type": "look", "rows": [150, 151, 999]}) == OK
    judge.release.set()
    await run
    asked = [request.input.text for request in judge.requests]
    assert max(asked.index("150"), asked.index("151")) < 100


@pytest.mark.parametrize(
    ("order", "sentence"),
    [
        ({"type": "pause"}, "The run is finished; it cannot be paused."),
        ({"type": "resume"}, "The run is finished; it cannot be resumed."),
        ({"type": "cancel"}, "The run is finished; it cannot be cancelled."),
        ({"type": "add_budget", "amount": 1}, "The run is finished; it cannot be given more budget."),
        ({"type": "set_limit"}, "The run is finished; it cannot be given other limits."),
    ],
)
async def test_what_a_run_cannot_do_now_is_refused_with_a_sentence(order: dict[str, Any], sentence: str):
    _, bridge, view = await failing(YES, YES)
    assert await answer(bridge, view, order) == refused(sentence)


async def test_a_run_from_the_store_can_be_looked_at_and_told_nothing(tmp_path: Path):
    path = tmp_path / "runs.sqlite"
    run = new_run(responses("a", "b"), [Polite()], ScriptedJudge({"is_polite": YES}), store=path)
    await run
    loaded = kept.load(run.run_id, path)
    view = View(2, 1)
    bridge = Bridge(loaded, view.take)
    bridge.handle({"type": "hello", "id": 1})
    bridge.handle({"type": "trace", "id": 2, "row": 0})
    assert view.scores == shown(run)
    assert view.of_type("snapshot")[0]["totals"]["can"] == []
    assert view.of_type("trace")[0]["jobs"][0]["steps"][0]["name"] == "is_polite"
    assert await answer(bridge, view, {"type": "look", "rows": [0]}) == OK
    assert await answer(bridge, view, {"type": "resume"}) == refused(
        f"This run is shown as it was kept; rnb.resume('{run.run_id}') goes on with it."
    )


# ── what a view hears ──


async def test_a_run_that_is_taken_up_again_is_told_anew_and_then_by_changes(tmp_path: Path):
    path = tmp_path / "runs.sqlite"
    judge = HeldJudge({"is_polite": YES})
    rule = Computes(rule=lambda text: MetricResult(f"text {text}"))
    first = new_run(responses("a", "b"), [rule, Polite()], judge, store=path).start()
    await judge.arrived.wait()
    await until(lambda: first.state.columns["computes"].count(2) == 2)
    first.cancel()
    await first

    again = ScriptedJudge({"is_polite": NO})
    run = Run(first.meta, first.plan, RunSettings(judge=again, store=path, is_kept=True))
    bridge, view = open_view(run)
    bridge.handle({"type": "hello", "id": 1})
    assert set(view.scores.values()) == {("pending", 0.0)}
    await run
    assert view.of_type("snapshot")[-1]["hello"] is None
    assert view.scores == shown(run)
    assert view.scores[0, 0] == ("scored", "text a")
    (notice,) = view.sent[-1]["totals"]["notices"]
    assert notice["about"] == "resumed"
    assert notice["message"].startswith("0 of 2 samples were judged before")


async def test_a_run_that_goes_on_after_a_cancel_is_shown_to_its_end():
    run, judge, bridge, view = await held()
    bridge.handle({"type": "hello", "id": 1})
    run.cancel()
    await run
    assert set(view.scores.values()) == {("pending", 0.0)}
    assert await answer(bridge, view, {"type": "resume"}) == OK
    judge.release.set()
    await run
    assert set(view.scores.values()) == {("scored", 1.0)}
    assert view.sent[-1]["totals"]["state"] == "finished"


async def test_limits_that_change_without_an_event_are_told(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(bridges, "LIMITS_S", 0.01)
    run, judge, _, view = await held()
    await until(lambda: view.scores.get((2, 0)) == ("running", 0.0))
    view.sent.clear()
    run.set_limit(2)
    await until(lambda: view.sent)
    assert view.sent[0]["totals"]["limits"]["max_workers"] == 2
    judge.release.set()
    await run


async def test_notices_come_and_go():
    run, judge, _, view = await held()
    run._announce(NoticeGiven(about="store", message="Not saved: the disk is full."))
    await until(lambda: view.of_type("batch")[-1]["totals"]["notices"])
    assert view.of_type("batch")[-1]["totals"]["notices"] == [
        {"about": "store", "message": "Not saved: the disk is full."}
    ]
    run._announce(NoticeGiven(about="store", message=None))
    judge.release.set()
    await run
    assert view.sent[-1]["totals"]["notices"] == []


async def test_after_the_end_nobody_looks_at_the_limits_any_more():
    run, judge, bridge, _ = await held()
    judge.release.set()
    await run
    assert bridge._look is None
    assert asyncio.all_tasks() == {asyncio.current_task()}
