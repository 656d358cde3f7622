"""Messages that are none of ours change nothing in the page, and are reported once."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser import states
from tests.browser.bare import BareHost, Shown
from tests.browser.watch import Watch

pytestmark = pytest.mark.browser

REPORT = "console: ragas_nb: a message was ignored: "
HUGE = 2**31
TEXT = "() => document.querySelector('.ragas-nb').innerText"
Bad = tuple[object, list[bytes]]


def totals(shown: Shown) -> dict[str, Any]:
    """Totals that would be seen if they were taken."""
    run = shown.run
    return {
        "state": "failed",
        "message": "must not be seen",
        "scored": 99,
        "failed": 0,
        "undefined": 0,
        "elapsed_s": 1.0,
        "rate": None,
        "left_s": None,
        "input_tokens": 1,
        "output_tokens": 1,
        "requests": 1,
        "cost": 1.0,
        "unpriced": 0,
        "projected_cost": None,
        "projected_margin": None,
        "budget": None,
        "can": list(run.can),
        "notices": [],
        "limits": None,
        "failures": [],
    }


def batch(shown: Shown, **other: object) -> dict[str, Any]:
    """The batch that comes next, with no change in it."""
    seq = shown.model.widget._bridge._seq + 1
    empty = {"labels": [], "spans": 0, "cost_spans": 0, "marks": []}
    return {"type": "batch", "seq": seq, "totals": totals(shown)} | empty | other


def span(metric: int, first: int, rows: int) -> bytes:
    """Where the scores of a batch belong."""
    return struct.pack("<3I", metric, first, rows)


def bad_messages(shown: Shown) -> Mapping[str, Bad]:
    """What a broken kernel side could send, by what is wrong with it."""
    none: list[bytes] = [b""] * 5
    one = batch(shown, spans=1)
    score = struct.pack("<f", 1.0)
    return {
        "no object": (7, []),
        "null": (None, []),
        "a list": ([], []),
        "no type": ({}, []),
        "an unknown type": ({"type": "explode"}, []),
        "the name of a property": ({"type": "__proto__"}, []),
        "no fields": ({"type": "snapshot"}, []),
        "wrong types": (batch(shown, seq="1"), none),
        "a fraction": (batch(shown, seq=1.5), none),
        "an unknown state": (batch(shown, totals=totals(shown) | {"state": "exploded"}), none),
        "no buffers": (batch(shown), []),
        "too many buffers": (batch(shown), [*none, b""]),
        "a buffer that is too short": (one, [span(0, 0, 1), score[:3], b"\2", b"", b""]),
        "a buffer that is too long": (one, [span(0, 0, 1), score, b"\2\2", b"", b""]),
        "an unknown status": (one, [span(0, 0, 1), score, b"\x63", b"", b""]),
        "no such metric": (one, [span(99, 0, 1), score, b"\2", b"", b""]),
        "no such row": (one, [span(0, 99, 1), score, b"\2", b"", b""]),
        "rows beyond the last": (one, [span(0, 5, 2), score * 2, b"\2\2", b"", b""]),
        "more rows than there can be": (one, [span(0, 0, 2**32 - 1), score, b"\2", b"", b""]),
        "more spans than there are": (batch(shown, spans=HUGE), none),
        "a label out of place": (
            batch(shown, labels=[{"metric": 0, "number": 9, "label": "x"}]),
            none,
        ),
        "the place of a label that nobody knows": (
            one,
            [span(2, 0, 1), struct.pack("<f", 77.0), b"\2", b"", b""],
        ),
        "rows found without their numbers": ({"type": "found", "id": 1, "rows": 3}, []),
        "a file without its content": (
            {"type": "file", "id": 1, "name": "a", "media_type": "text/csv", "size": 5},
            [],
        ),
    }


def finished(blank: Watch, host: BareHost) -> tuple[Shown, str]:
    """A run that has ended, and all that its widget says."""
    shown = host.show(blank.page, host.wait(states.finished()))
    expect(shown.widget.state("Finished")).to_be_visible()
    expect(shown.widget.cells("a").first).to_have_text("question a")
    return shown, blank.page.evaluate(TEXT)


def expect_nothing_new(shown: Shown, text: str) -> None:
    """The widget says what it said, and still listens: what comes now is shown."""
    row = shown.widget.open("d")
    expect(row).to_contain_text("answer d is true")
    shown.page.keyboard.press("Escape")
    expect(row).to_have_count(0)
    assert shown.page.evaluate(TEXT) == text


def test_bad_messages_change_nothing_and_are_reported_once(blank: Watch, host: BareHost) -> None:
    shown, text = finished(blank, host)
    for message, buffers in bad_messages(shown).values():
        shown.send(message, buffers)
    expect_nothing_new(shown, text)
    assert len(blank.troubles) == 1
    assert blank.troubles.pop().startswith(f"{REPORT}unknown message type")


@pytest.mark.parametrize("late", [False, True], ids=["twice", "out of order"])
def test_a_batch_that_is_known_already_changes_nothing(blank: Watch, host: BareHost, late: bool) -> None:
    shown, text = finished(blank, host)
    seq = shown.model.widget._bridge._seq
    shown.send(batch(shown, seq=seq - 1 if late else seq), [b""] * 5)
    expect_nothing_new(shown, text)


def test_a_gap_is_closed_by_a_snapshot(blank: Watch, host: BareHost) -> None:
    shown, text = finished(blank, host)
    shown.model.heard.clear()
    shown.send(batch(shown, seq=shown.model.widget._bridge._seq + 5), [b""] * 5)
    expect_nothing_new(shown, text)
    assert shown.model.heard[0]["type"] == "hello"


def test_answers_that_nobody_waits_for_are_ignored(blank: Watch, host: BareHost) -> None:
    shown, text = finished(blank, host)
    for number in (-1, 0, 2**53 - 1):
        shown.send({"type": "reply", "id": number, "ok": False, "error": "must not be seen"})
        shown.send(
            {
                "type": "trace",
                "id": number,
                "row": 0,
                "beside": False,
                "sample_id": "no",
                "facts": [],
                "jobs": [],
            }
        )
    expect_nothing_new(shown, text)


def test_texts_of_rows_that_do_not_exist_are_ignored(blank: Watch, host: BareHost) -> None:
    shown, text = finished(blank, host)
    rows = [
        {"row": row, "sample_id": "no", "user_input": "no", "response": "no", "more": []}
        for row in (-1, 6, HUGE)
    ]
    shown.send({"type": "rows", "id": -1, "rows": rows})
    expect_nothing_new(shown, text)


def test_a_thousand_messages_at_once_do_not_stop_the_widget(blank: Watch, host: BareHost) -> None:
    shown, text = finished(blank, host)
    for number in range(1_000):
        shown.send({"type": "reply", "id": number, "ok": True, "error": None})
    expect_nothing_new(shown, text)


def test_a_view_that_was_closed_hears_nothing_more(blank: Watch, host: BareHost) -> None:
    shown, _ = finished(blank, host)
    blank.page.evaluate("() => { window.host.close(0); window.host.end(); }")
    expect(shown.widget.root).to_have_count(0)
    assert blank.page.evaluate("() => window.host.listening()") == 0
    shown.send(batch(shown), [b""] * 5)
    shown.send({"type": "explode"})
    assert blank.page.evaluate("() => document.querySelectorAll('.ragas-nb').length") == 0


def test_what_the_page_sends_is_of_the_protocol(blank: Watch, host: BareHost) -> None:
    from ragas_nb.notebook.protocol import command_adapter

    shown, _ = finished(blank, host)
    shown.widget.open("a")
    for told in shown.model.heard:
        command_adapter.validate_python(told)
    assert len(json.dumps(shown.model.heard)) < 10_000
