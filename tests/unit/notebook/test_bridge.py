"""Between a run and its views: batches that lose nothing, commands that all settle."""

from __future__ import annotations

import asyncio
import logging
import threading
from typing import Any

import pytest

from ragas_nb.judges.base import JudgeRequest, Reply
from ragas_nb.metrics import discrete_metric, ranking_metric
from ragas_nb.metrics.base import MetricResult
from ragas_nb.notebook import bridge as bridges
from ragas_nb.testing import ScriptedJudge
from tests.unit.doubles import (
    YES,
    Computes,
    HeldJudge,
    Polite,
    in_virtual_time,
    new_run,
    responses,
    until,
)
from tests.unit.notebook.views import open_view, shown

half = Computes(rule=lambda text: MetricResult(None) if text == "?" else MetricResult(float(text) / 2))


class Slow(ScriptedJudge):
    """Takes the response's number of seconds."""

    async def reply(self, request: JudgeRequest) -> Reply:
        await asyncio.sleep(float(request.input.text))
        return await super().reply(request)


# ── kernel → view ──


async def test_what_the_view_has_seen_in_the_end_is_what_the_run_knows():
    run = new_run(
        responses("1", "0.5", "?", "x"), [half, Polite()], ScriptedJudge({"is_polite": YES}, price=0.25)
    )
    _, view = open_view(run)
    await run
    assert view.scores == shown(run)
    assert view.costs == {0: 0.25, 1: 0.25, 2: 0.25, 3: 0.25}
    assert view.sent[-1]["totals"]["state"] == "finished"


async def test_batches_are_numbered_without_a_gap():
    run = new_run(responses("1", "2"), [half])
    _, view = open_view(run)
    await run
    assert [batch["seq"] for batch in view.of_type("batch")] == [*range(1, len(view.sent) + 1)]


def test_at_most_ten_batches_a_second_are_sent_while_there_is_news():
    async def main() -> tuple[int, float]:
        run = new_run(responses(*[str(i / 100) for i in range(500)]), [Polite()], Slow({"is_polite": YES}))
        _, view = open_view(run)
        await run
        assert view.scores == shown(run)
        return len(view.sent), run.state.settled_samples_in_all()

    batches, settled = in_virtual_time(main())
    seconds = sum(i / 100 for i in range(500)) / 32
    assert settled == 500
    assert 30 < batches < seconds * 10 + 4


async def test_nothing_is_sent_while_there_is_no_news(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(bridges, "LIMITS_S", 0.01)
    judge = HeldJudge({"is_polite": YES})
    run = new_run(responses("a"), [Polite()], judge).start()
    _, view = open_view(run)
    await judge.arrived.wait()
    await until(lambda: view.scores == {(0, 0): ("running", 0.0)})
    view.sent.clear()
    await asyncio.sleep(bridges.FLUSH_S * 3)
    assert view.sent == []
    run.cancel()
    await run


async def test_a_batch_is_bounded_and_what_is_over_comes_with_the_next(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(bridges, "MOST_CHANGES", 3)
    run = new_run(responses(*map(str, range(10))), [half])
    _, view = open_view(run)
    await run
    assert view.most_at_once == 3
    assert view.scores == shown(run)


def rule_of_own(text: str) -> MetricResult:
    """A number, a text or a ranking, by the response."""
    return MetricResult({"1": 0.5, "2": "good", "3": ["b", "a"]}.get(text))


@discrete_metric(allowed_values=["short", "long", "empty"])
def length(response: str) -> str:
    return "short" if len(response) < 3 else "long"


@ranking_metric(allowed_values=2)
def places(response: str) -> list[str]:
    return [response, "none"]


async def test_texts_and_rankings_arrive_as_their_labels():
    run = new_run(responses("1", "2222", "3"), [half, length, places])
    bridge, view = open_view(run)
    bridge.handle({"type": "hello", "id": 1})
    assert view.labels == [None, ["short", "long", "empty"], []]
    await run
    assert view.scores == shown(run)
    assert (view.scores[1, 1], view.scores[1, 2]) == (("scored", "long"), ("scored", "2222 > none"))
    assert view.labels[:2] == [None, ["short", "long", "empty"]]
    assert sorted(view.labels[2]) == ["1 > none", "2222 > none", "3 > none"]


async def test_a_label_travels_once_and_before_it_is_used(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(bridges, "MOST_CHANGES", 2)
    run = new_run(responses("a", "b", "a", "c", "b"), [places])
    bridge, view = open_view(run)
    bridge.handle({"type": "hello", "id": 1})
    await run
    told = [new for batch in view.of_type("batch") for new in batch["labels"]]
    assert [(new["metric"], new["number"]) for new in told] == [(0, 0), (0, 1), (0, 2)]
    assert sorted(new["label"] for new in told) == ["a > none", "b > none", "c > none"]
    assert view.scores == shown(run)


async def test_labels_that_a_snapshot_told_in_between_keep_their_numbers():
    judge = HeldJudge({"is_polite": YES})
    run = new_run(responses("a", "b"), [places, Polite()], judge).start()
    bridge, view = open_view(run)
    await judge.arrived.wait()
    bridge.handle({"type": "hello", "id": 1})
    judge.release.set()
    await run
    assert sorted(view.labels[0]) == ["a > none", "b > none"]
    assert view.scores == shown(run)


async def test_a_metric_that_turns_out_to_find_texts_is_told_anew():
    run = new_run(responses("1", "2", "3", "?"), [Computes(rule=rule_of_own)])
    bridge, view = open_view(run)
    bridge.handle({"type": "hello", "id": 1})
    await run
    assert [view.scores[row, 0] for row in range(4)] == [
        ("scored", "0.5"),
        ("scored", "good"),
        ("scored", "b > a"),
        ("undefined", 0.0),
    ]
    assert [snapshot["metrics"][0]["labels"] is None for snapshot in view.of_type("snapshot")] == [
        True,
        False,
    ]
    assert view.sent[-1]["totals"]["state"] == "finished"


async def test_a_late_view_sees_the_labels_of_a_run_that_has_ended():
    run = new_run(responses("1", "2", "3"), [Computes(rule=rule_of_own)])
    await run
    bridge, view = open_view(run)
    await said(bridge, view, {"type": "hello", "id": 1})
    assert [view.scores[row, 0][1] for row in range(3)] == ["0.5", "good", "b > a"]


async def test_jobs_under_way_at_a_cancel_are_shown_as_pending_again():
    judge = HeldJudge({"is_polite": YES})
    run = new_run(responses("a", "b"), [Polite()], judge).start()
    await judge.arrived.wait()
    _, late = open_view(run)
    run.cancel()
    await run
    assert late.scores == {(0, 0): ("pending", 0.0), (1, 0): ("pending", 0.0)}
    assert late.sent[-1]["totals"]["state"] == "cancelled"


async def test_after_the_end_no_timer_is_left():
    run = new_run(responses("1"), [half])
    bridge, view = open_view(run)
    await run
    sent = len(view.sent)
    await asyncio.sleep(bridges.FLUSH_S * 2)
    assert (len(view.sent), bridge._timer) == (sent, None)


# ── view → kernel ──


async def ended_run() -> Any:
    run = new_run(responses("1", "x"), [half])
    bridge, view = open_view(run)
    await run
    view.sent.clear()
    return run, bridge, view


async def said(bridge: Any, view: Any, content: object) -> list[dict[str, Any]]:
    """What the kernel answers to one message."""
    bridge.handle(content)
    await asyncio.sleep(0)
    answers = list(view.sent)
    view.sent.clear()
    return answers


async def test_hello_is_answered_with_a_snapshot_that_the_next_batch_follows():
    judge = HeldJudge({"is_polite": YES})
    run = new_run(responses("a", "b"), [half, Polite()], judge).start()
    bridge, view = open_view(run)
    await judge.arrived.wait()
    view.sent.clear()
    (snapshot,) = await said(bridge, view, {"type": "hello", "id": 1})
    assert (snapshot["type"], snapshot["run"]["run_id"], snapshot["run"]["samples"]) == (
        "snapshot",
        run.run_id,
        2,
    )
    assert view.scores == shown(run)
    judge.release.set()
    await run
    assert view.of_type("batch")[0]["seq"] == snapshot["seq"] + 1
    assert view.scores == shown(run)


async def test_texts_are_sent_for_the_rows_that_were_asked_for_and_exist():
    _, bridge, view = await ended_run()
    (page,) = await said(bridge, view, {"type": "rows", "id": 4, "rows": [1, 0, 99, -1]})
    assert page == {
        "type": "rows",
        "id": 4,
        "rows": [
            {"row": 1, "sample_id": "1", "user_input": "How?", "response": "x", "more": []},
            {"row": 0, "sample_id": "0", "user_input": "How?", "response": "1", "more": []},
        ],
    }


async def test_a_row_is_told_in_full():
    _, bridge, view = await ended_run()
    (detail,) = await said(bridge, view, {"type": "trace", "id": 5, "row": 1})
    assert (detail["id"], detail["row"], detail["jobs"][0]["error"]["kind"]) == (5, 1, "metric_error")


async def test_a_row_that_does_not_exist_is_refused():
    _, bridge, view = await ended_run()
    assert await said(bridge, view, {"type": "trace", "id": 5, "row": 2}) == [
        {
            "type": "reply",
            "id": 5,
            "ok": False,
            "error": "There is no row 2: the run has 2 samples.",
        }
    ]


async def test_cancel_is_confirmed_and_ends_the_run():
    judge = HeldJudge({"is_polite": YES})
    run = new_run(responses("a"), [Polite()], judge).start()
    bridge, view = open_view(run)
    await judge.arrived.wait()
    bridge.handle({"type": "cancel", "id": 9})
    await run
    assert (run.status, view.of_type("reply")) == (
        "cancelled",
        [{"type": "reply", "id": 9, "ok": True, "error": None}],
    )


@pytest.mark.parametrize(
    "content",
    [
        {"type": "format_disk", "id": 3},
        {"type": "rows", "id": 3},
        {"type": "rows", "id": 3, "rows": list(range(201))},
        {"type": "cancel", "id": 3, "more": "<b>"},
        {"id": 3},
    ],
)
async def test_what_is_no_command_is_refused_and_settles(
    content: dict[str, Any], caplog: pytest.LogCaptureFixture
):
    _, bridge, view = await ended_run()
    (reply,) = await said(bridge, view, content)
    assert (reply["type"], reply["id"], reply["ok"]) == ("reply", 3, False)
    assert reply["error"].startswith("ProtocolError: ")
    assert reply["error"].endswith(" Reload the page.")
    assert [record.levelno for record in caplog.records] == [logging.WARNING]


async def test_of_a_thousand_messages_that_are_no_commands_one_is_reported(caplog: pytest.LogCaptureFixture):
    _, bridge, view = await ended_run()
    for number in range(1000):
        bridge.handle({"type": "explode", "id": number})
    await until(lambda: len(view.of_type("reply")) == 1000)
    assert [record.levelno for record in caplog.records if record.levelno > logging.DEBUG] == [
        logging.WARNING
    ]


@pytest.mark.parametrize("content", [None, "hello", 7, [], {}, {"type": "cancel"}])
async def test_what_has_no_number_is_logged_and_answered_with_nothing(
    content: object, caplog: pytest.LogCaptureFixture
):
    _, bridge, view = await ended_run()
    assert await said(bridge, view, content) == []
    assert len(caplog.records) == 1


async def test_a_command_that_fails_settles_with_its_error(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    def broken(*_: object) -> None:
        raise RuntimeError("no")

    _, bridge, view = await ended_run()
    monkeypatch.setattr("ragas_nb.notebook.answers.row_detail", broken)
    (reply,) = await said(bridge, view, {"type": "trace", "id": 5, "row": 0})
    assert (reply["ok"], reply["error"]) == (False, "RuntimeError: no")
    assert "command trace" in caplog.text


async def test_a_message_that_arrives_on_another_thread_is_answered_on_the_loop():
    judge = HeldJudge({"is_polite": YES})
    run = new_run(responses("a"), [Polite()], judge).start()
    threads: list[threading.Thread] = []
    bridge = bridges.Bridge(run, lambda content, buffers: threads.append(threading.current_thread()))
    await judge.arrived.wait()
    threads.clear()
    await asyncio.to_thread(bridge.handle, {"type": "hello", "id": 1})
    await until(lambda: threads)
    run.cancel()
    await run
    assert threads[0] is threading.main_thread()


def test_a_run_whose_loop_is_closed_still_answers():
    run = new_run(responses("1"), [half])
    bridge, view = open_view(run)
    asyncio.run(run.finish())
    view.sent.clear()
    bridge.handle({"type": "hello", "id": 1})
    assert [content["type"] for content in view.sent] == ["snapshot"]


def test_a_run_that_has_not_begun_answers_too():
    run = new_run(responses("1"), [half])
    bridge, view = open_view(run)
    bridge.handle({"type": "hello", "id": 1})
    assert [content["totals"]["state"] for content in view.sent] == ["starting"]


async def test_a_blocking_run_introduces_itself_because_hello_may_be_held_back():
    run = new_run(responses("1", "2"), [half], blocking=True)
    sent: list[dict[str, Any]] = []
    bridges.Bridge(run, lambda content, _buffers: sent.append(content))
    await run
    assert [(message["type"], message.get("hello")) for message in sent[:2]] == [
        ("snapshot", None),
        ("rows", None),
    ]
    assert [text["response"] for text in sent[1]["rows"]] == ["1", "2"]
    assert {message["type"] for message in sent[2:]} == {"batch"}
