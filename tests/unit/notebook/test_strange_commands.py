"""Whatever a page sends, the kernel side goes on: it answers once, and a run is as it was."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ragas_nb.notebook import protocol as wire
from ragas_nb.notebook.bridge import Bridge
from ragas_nb.notebook.protocol import update_adapter
from ragas_nb.recorded import RecordedRun
from ragas_nb.run import Run
from ragas_nb.testing import ScriptedJudge
from tests.unit.doubles import YES, HeldJudge, Polite, new_run, responses, until

COMMANDS = get_args(get_args(wire.Command)[0])
TYPES = [command.model_fields["type"].default for command in COMMANDS]
FIELDS = sorted({name for command in COMMANDS for name in command.model_fields} - {"type"})
ORDERS = {"pause", "resume", "cancel", "retry", "add_budget", "set_limit"}

anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(["__proto__", "id"]),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=8), inner, max_size=5),
    max_leaves=20,
)
numbers = st.integers() | st.integers(-3, 12)
likely = (
    anything
    | numbers
    | st.lists(numbers, max_size=20)
    | st.sampled_from(["is_polite", "cost", "id", "csv", "timeout", "", "half \ud83d"])
    | st.sampled_from([{}, {"filter": {}}, {"by": "is_polite", "down": True}, {"text": "a", "bins": []}])
)
commands = st.builds(
    lambda kind, number, fields: fields | {"type": kind, "id": number},
    st.sampled_from(TYPES) | anything,
    numbers,
    st.dictionaries(st.sampled_from(FIELDS) | st.text(max_size=8), likely, max_size=6),
)


@pytest.fixture(scope="module")
def ended() -> Iterator[Run]:
    """A run that has ended, and whose loop is closed."""

    async def carried_out() -> Run:
        run = new_run(responses("a", "b", "c"), [Polite()], ScriptedJudge({"is_polite": YES}))
        await run
        return run

    return asyncio.run(carried_out())


def told_by(run: RecordedRun, *contents: object) -> list[dict[str, Any]]:
    """What the bridge of a run says to these messages; all of it is of the protocol, and can travel."""
    sent: list[dict[str, Any]] = []
    bridge = Bridge(run, lambda content, _: sent.append(content))
    for content in contents:
        bridge.handle(content)
    for content in sent:
        update_adapter.validate_python(content)
        json.dumps(content, allow_nan=False, ensure_ascii=False).encode()
    return sent


@settings(deadline=None)
@given(content=anything | commands)
def test_whatever_is_sent_is_answered_once_at_most_and_changes_nothing(ended: Run, content: object) -> None:
    before = ended.state.status, ended.df.to_dict()
    assert len(told_by(ended, content)) <= 1
    assert (ended.state.status, ended.df.to_dict()) == before


@settings(deadline=None)
@given(content=commands.filter(lambda content: content["type"] in TYPES))
def test_a_number_that_was_sent_is_the_number_of_the_answer(ended: Run, content: dict[str, Any]) -> None:
    (answer,) = told_by(ended, content)
    assert answer.get("hello", answer.get("id")) == content["id"]


@pytest.mark.parametrize(
    "strange",
    [
        {"type": "rows", "id": 1, "rows": [-1]},
        {"type": "rows", "id": 1, "rows": [3, 10**30]},
        {"type": "look", "id": 1, "rows": [-1, 10**30]},
    ],
)
def test_rows_that_do_not_exist_are_left_out(ended: Run, strange: dict[str, Any]) -> None:
    (answer,) = told_by(ended, strange)
    assert answer.get("rows", []) == []


@pytest.mark.parametrize(
    ("strange", "problem"),
    [
        ({"type": "trace", "id": 1, "row": -1}, "There is no row -1"),
        ({"type": "trace", "id": 1, "row": 3}, "There is no row 3"),
        ({"type": "trace", "id": 1, "row": 0, "beside": True}, "no run beside it"),
        ({"type": "rows", "id": 1, "rows": [0] * 201}, "at most 200 items"),
        ({"type": "retry", "id": 1, "kind": None, "row": 0, "metric": "nobody"}, "goes on nowhere"),
        ({"type": "explode", "id": 1}, "Input tag 'explode'"),
        ({"type": "hello", "id": 1, "run_id": "another"}, "Extra inputs"),
    ],
)
def test_what_cannot_be_done_is_refused_with_its_reason(
    ended: Run, strange: dict[str, Any], problem: str
) -> None:
    (answer,) = told_by(ended, strange)
    assert (answer["type"], answer["ok"]) == ("reply", False)
    assert problem in answer["error"]


@pytest.mark.parametrize("number", [None, "1.5", 1.5, [], {}])
def test_what_has_no_number_is_not_answered(ended: Run, number: object) -> None:
    assert told_by(ended, {"type": "hello", "id": number}) == []


def test_half_an_emoji_travels_as_the_sign_for_what_is_missing(ended: Run) -> None:
    said = wire.CommandReply(id=1, ok=False, error="half \ud83d").model_dump(mode="json")
    assert said["error"] == "half \ufffd"
    row = wire.RowText(row=0, sample_id="\ud83d\ude00", user_input="", response="", more=["\ude00"])
    assert (row.sample_id, row.more) == ("\U0001f600", ["\ufffd"])


@pytest.mark.parametrize("kind", sorted(ORDERS))
def test_orders_to_a_run_of_the_store_are_refused(ended: Run, kind: str) -> None:
    kept = RecordedRun(ended.meta, ended.dataset, ended.state, ended._steps)
    (answer,) = told_by(kept, {"type": kind, "id": 7} | ORDER_FIELDS.get(kind, {}))
    assert (answer["type"], answer["id"], answer["ok"]) == ("reply", 7, False)


ORDER_FIELDS = {"retry": {"kind": None, "row": None, "metric": None}, "add_budget": {"amount": 1}}


async def test_a_thousand_messages_at_once_are_all_answered_and_the_run_goes_on() -> None:
    judge = HeldJudge({"is_polite": YES})
    run = new_run(responses("a", "b"), [Polite()], judge).start()
    sent: list[dict[str, Any]] = []
    bridge = Bridge(run, lambda content, _: sent.append(content))
    await judge.arrived.wait()
    for number in range(1_000):
        kind = ("hello", "rows", "trace", "explode")[number % 4]
        bridge.handle(
            {"type": kind, "id": number} | {"rows": {"rows": [0, 1]}, "trace": {"row": 0}}.get(kind, {})
        )
    await until(lambda: len([told for told in sent if told["type"] != "batch"]) == 1_000)
    judge.release.set()
    await run
    assert run.status == "finished"
    assert run.state.settled_samples_in_all() == 2
