"""Tags and notes: left at any time, kept with author and time, columns of `run.df`."""

from __future__ import annotations

import getpass
import json
import logging
import sqlite3
import threading
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

import ragas_nb as rnb
from ragas_nb.engine.events import Event, NoticeGiven, SampleMarked
from ragas_nb.errors import ConfigurationError
from ragas_nb.marking import annotator
from ragas_nb.store.archive import Archive
from ragas_nb.store.state import Mark
from tests.unit.doubles import HeldJudge, record, until
from tests.unit.keeping import KIND, VERDICTS, cancelled, evaluated, judge_named, started, store
from tests.unit.store.told import rows

__all__ = ["store"]  # a fixture

BILLING, WHY = {2: Mark(("billing",)), 5: Mark(("billing", "odd"), "why?")}, "why?"


@pytest.fixture(autouse=True)
def _annotator(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAGAS_NB_ANNOTATOR", "Ana")


def leave_some(run: rnb.Run) -> None:
    """Leave what `BILLING` says."""
    run.tag([2, 5, 6], "billing")
    run.tag(5, "odd")
    run.untag(6, "billing")
    run.note(5, "first")
    run.note(5, WHY)


def history(path: Path) -> list[tuple[object, ...]]:
    """What people did, as the file tells it, without times."""
    told = rows(path, "SELECT row, metric, kind, body, author FROM annotations ORDER BY run, number")
    return [(row, metric, kind, json.loads(body)["text"], author) for row, metric, kind, body, author in told]


EVERYTHING = [
    (2, None, "tag", "billing", "Ana"),
    (5, None, "tag", "billing", "Ana"),
    (6, None, "tag", "billing", "Ana"),
    (5, None, "tag", "odd", "Ana"),
    (6, None, "untag", "billing", "Ana"),
    (5, None, "note", "first", "Ana"),
    (5, None, "note", "why?", "Ana"),
]


def is_there(path: Path) -> bool:
    return path.exists()


def move(path: Path, to: Path) -> None:
    path.rename(to)


def remove(path: Path) -> None:
    path.unlink()


async def ended(store: Path | None) -> rnb.Run:
    run = started(store, judge_named())
    await run
    return run


# ── left and read ──


async def test_tags_and_notes_are_columns_of_the_frame_where_there_are_any(store: Path):
    run = await ended(store)
    before = list(run.df)
    leave_some(run)
    assert run.state.marks == BILLING
    assert list(run.df) == [*before, "tags", "note"]
    assert list(run.df["tags"]) == [[], [], ["billing"], [], [], ["billing", "odd"], [], []]
    assert list(run.df["note"]) == [None] * 5 + [WHY] + [None] * 2
    run.untag(range(8), "billing")
    run.untag(5, "odd")
    assert list(run.df) == [*before, "note"]
    run.note(5, None)
    assert list(run.df) == before


async def test_they_are_in_the_file_when_the_call_returns_all_that_was_ever_done(store: Path):
    run = await ended(store)
    before = datetime.now(UTC).timestamp()
    leave_some(run)
    assert history(store) == EVERYTHING
    assert Archive(store).load(run.run_id).state.marks == BILLING
    times = [at for (at,) in rows(store, "SELECT at FROM annotations")]
    assert all(before <= at <= datetime.now(UTC).timestamp() for at in times)


async def test_what_changes_nothing_is_not_written(store: Path):
    run = await ended(store)
    run.tag([1, 1], " billing ")
    run.tag(1, "billing")
    run.untag(2, "billing")
    run.note(3, None)
    run.note(3, "  ")
    assert history(store) == [(1, None, "tag", "billing", "Ana")]


async def test_a_loaded_run_takes_marks_too_and_keeps_them(store: Path):
    run = await ended(store)
    run.tag(2, "old")
    loaded = rnb.load(run.run_id, store)
    loaded.untag(2, "old")
    leave_some(loaded)
    assert loaded.state.marks == BILLING
    assert list(loaded.df["tags"])[2] == ["billing"]
    assert rnb.load(run.run_id, store).state.marks == BILLING


async def test_a_run_in_memory_keeps_them_in_memory():
    run = await ended(None)
    leave_some(run)
    assert run.state.marks == BILLING


async def test_they_outlive_a_resume_also_those_that_were_left_before_it_went_on(store: Path):
    run, _ = await cancelled(store)
    leave_some(run)
    again = started(store, judge_named())
    assert again.run_id == run.run_id
    again.tag(7, "new")
    await again
    assert again.state.marks == {**BILLING, 7: Mark(("new",))}
    assert rnb.load(run.run_id, store).state.marks == {**BILLING, 7: Mark(("new",))}


async def test_marks_of_a_run_that_is_not_in_the_file_yet_follow_it(store: Path):
    run = started(store, judge_named())
    leave_some(run)
    assert not is_there(store)
    await run
    assert run.state.marks == BILLING
    assert history(store) == EVERYTHING


async def test_marks_can_be_left_while_the_run_goes_on_by_any_thread(store: Path):
    judge = HeldJudge(VERDICTS, identity="small")
    run = started(store, judge)
    await judge.arrived.wait()
    heard: list[tuple[Event, bool]] = []
    run.listen(lambda event: heard.append((event, threading.current_thread() is threading.main_thread())))
    thread = threading.Thread(target=leave_some, args=(run,))
    thread.start()
    thread.join()
    assert (run.state.marks, history(store)) == (BILLING, EVERYTHING)
    await until(lambda: len(heard) >= 7)
    assert all(is_here for _, is_here in heard)
    assert [e.kind for e, _ in heard if isinstance(e, SampleMarked)] == [
        kind for _, _, kind, *_ in EVERYTHING
    ]
    judge.release.set()
    result = await run
    assert result.to_pandas()["note"][5] == WHY


async def test_marks_of_two_kernels_stand_side_by_side(store: Path):
    run = await ended(store)
    one, other = rnb.load(run.run_id, store), rnb.load(run.run_id, store)
    one.tag(1, "a")
    other.tag(1, "b")
    one.note(1, "c")
    assert rnb.load(run.run_id, store).state.marks == {1: Mark(("a", "b"), "c")}


async def test_pruning_a_run_takes_its_marks_along(store: Path):
    run = await ended(store)
    leave_some(run)
    rnb.store.prune(run_ids=[run.run_id], store=store)
    assert history(store) == []


# ── who did it ──


async def test_the_author_is_the_user_unless_the_environment_names_another(
    store: Path, monkeypatch: pytest.MonkeyPatch
):
    assert annotator() == "Ana"
    monkeypatch.setenv("RAGAS_NB_ANNOTATOR", "  ")
    monkeypatch.setattr(getpass, "getuser", lambda: "Bo\ud83d")
    run = await ended(store)
    run.tag(1, "x\ud83d")
    assert history(store) == [(1, None, "tag", "x�", "Bo?")]

    def nobody() -> str:
        raise OSError("no user")

    monkeypatch.setattr(getpass, "getuser", nobody)
    assert annotator() == "unknown"


# ── refused ──


async def test_what_cannot_be_left_is_refused():
    run = await ended(None)
    with pytest.raises(
        ConfigurationError, match=r"There is no sample 'q1' in this run\. Its first ids are 0, 1,"
    ):
        run.tag([0, "q1"], "x")
    for tag in ("", "  ", None, 3):
        with pytest.raises(ConfigurationError, match="A tag is a short text, such as 'billing'; found"):
            run.tag(0, tag)  # type: ignore[arg-type]
    with pytest.raises(ConfigurationError, match="A note is a text, or None for none; found int"):
        run.note(0, 3)  # type: ignore[arg-type]
    assert run.state.marks == {}


# ── columns of the same name ──


async def test_columns_of_the_data_keep_their_names():
    data = [{"response": "a", "tags": "theirs", "note": 1, "run_note": 2}]
    run = await started_in_memory(data)
    run.tag(0, "ours")
    run.note(0, "ours too")
    frame = run.df
    assert list(frame) == ["response", "tags", "note", "run_note", "kind", "run_tags", "run_run_note"]
    assert frame.iloc[0].tolist() == ["a", "theirs", 1, 2, 1.0, ["ours"], "ours too"]


async def started_in_memory(data: list[dict[str, object]]) -> rnb.Run:
    run = rnb.start(data, [KIND], llm=judge_named(), store=None, show_progress=False)
    await run
    return run


async def test_frames_in_batches_have_the_columns_of_the_whole(store: Path):
    run = await ended(store)
    run.tag(7, "late")
    first, last = run.result.to_pandas(batch_size=4, batched=True)
    assert (list(first["tags"]), list(last["tags"])) == ([[]] * 4, [[], [], [], ["late"]])


async def test_parts_and_files_of_results_have_them(store: Path, tmp_path: Path):
    run = await ended(store)
    leave_some(run)
    part = run.result[[5, 0]]
    assert list(part.to_pandas()["tags"]) == [["billing", "odd"], []]
    run.result.save(tmp_path / "result.json")
    saved = rnb.EvaluationResult.load(tmp_path / "result.json")
    assert saved.to_pandas()["tags"].tolist() == run.df["tags"].tolist()
    assert saved.to_pandas()["note"].tolist() == run.df["note"].tolist()


# ── trouble with the file ──


async def test_marks_that_cannot_be_written_stay_in_memory_and_are_written_with_the_next(
    store: Path, caplog: pytest.LogCaptureFixture
):
    run = await ended(store)
    events = record(run)
    moved = store.with_suffix(".moved")
    move(store, moved)
    with caplog.at_level(logging.WARNING, "ragas_nb"):
        run.tag(1, "a")
    assert run.state.marks == {1: Mark(("a",))}
    told = run.state.notices["marks"]
    assert told.startswith(
        "Tags and notes are kept in memory only, and are lost with the kernel; the next one,"
    )
    assert told.endswith(f"There is no file {store}.")
    assert [record.getMessage() for record in caplog.records] == [f"run {run.run_id}: {told}"]
    assert [event.message for event in events if isinstance(event, NoticeGiven)] == [told]
    move(moved, store)
    run.tag(2, "b")
    assert "marks" not in run.state.notices
    assert [row[0] for row in history(store)] == [1, 2]


async def test_marks_of_a_run_whose_file_vanished_are_in_the_new_one(store: Path):
    judge = HeldJudge(VERDICTS, identity="small")
    run = started(store, judge)
    await judge.arrived.wait()
    run.tag(1, "before")
    remove(store)
    run.tag(2, "after")
    judge.release.set()
    await run
    assert Archive(store).load(run.run_id).state.marks == {1: Mark(("before",)), 2: Mark(("after",))}
    assert "marks" not in run.state.notices


def test_a_mark_that_is_damaged_is_said_when_the_run_is_loaded(store: Path):
    result, _ = evaluated(store)
    rnb.load(result.run_id, store).tag(1, "x")
    with closing(sqlite3.connect(store)) as connection:
        connection.execute("UPDATE annotations SET row = 99")
        connection.commit()
    with pytest.raises(rnb.StoreError, match="is damaged"):
        rnb.load(result.run_id, store)
