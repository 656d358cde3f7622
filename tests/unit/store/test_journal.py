"""A run that is written down: on disk before anybody hears of it, in order, and with bounded waiting."""

from __future__ import annotations

import asyncio
import gc
import sqlite3
import stat
import sys
import time
from pathlib import Path

import pytest

from ragas_nb.engine.events import Event, JobScored, RunEnded, RunStarted
from ragas_nb.engine.memory import Memory, Remembered
from ragas_nb.engine.trace import Attempt
from ragas_nb.errors import StoreError
from ragas_nb.judges.base import Usage
from ragas_nb.schema import EvaluationDataset
from ragas_nb.store import journal as journal_module
from ragas_nb.store.archive import Archive
from ragas_nb.store.journal import Journal
from ragas_nb.store.records import records_of
from tests.unit.store.told import (
    AT,
    METRICS,
    Heard,
    dataset,
    everything,
    folded,
    handles,
    known,
    meta,
    opened,
    rows,
    stored,
    trace,
    writers,
)

ANSWER = Remembered('{"verdict": 1}', (Attempt("ok", 0.5, "yes", None, "m", Usage(input_tokens=3), 0.1),))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / ".ragas_nb" / "runs.sqlite"


async def test_what_is_written_is_announced_in_order(path: Path):
    events = everything(dataset())
    assert (await stored(path, events)).events == events


async def test_a_run_in_memory_is_announced_in_the_same_way():
    events = everything(dataset())
    assert (await stored(None, events)).events == events


async def test_every_event_comes_back_from_the_file(path: Path):
    data, events = dataset(), everything(dataset())
    await stored(path, events)
    found = Archive(path).load("run1")
    assert (found.meta, found.dataset) == (meta(), data)
    assert known(found.state) == known(folded(events, data))


async def test_an_event_is_on_disk_when_it_is_announced(path: Path):
    missing: list[Event] = []

    def heard(event: Event) -> None:
        if isinstance(event, JobScored):
            row = int(str(event.sample_id)[1:])
            if rows(path, f"SELECT value FROM jobs WHERE row = {row}") != [(event.value,)]:
                missing.append(event)

    journal = await Journal.open(path, meta(), dataset(50), announce=heard, is_new=True)
    for row in range(50):
        journal.write(JobScored(sample_id=f"q{row}", metric=METRICS[0], value=row / 50))
        await asyncio.sleep(0)
    await journal.aclose()
    assert missing == []
    assert rows(path, "SELECT count(*) FROM jobs") == [(50,)]


async def test_an_answer_is_on_disk_when_keeping_it_returns_and_another_run_finds_it(path: Path):
    journal: Memory = await opened(path)
    await journal.keep({"k1": ANSWER, "k2": Remembered("2")})
    assert rows(path, "SELECT count(*) FROM answers") == [(2,)]
    other = await opened(path, "run2")
    assert await other.find(["k0", "k1", "k2"]) == {"k1": ANSWER, "k2": Remembered("2")}
    await journal.aclose()  # type: ignore[attr-defined]
    await other.aclose()
    used_by = "SELECT run_id, count(*) FROM run_answers JOIN runs ON id = run GROUP BY run ORDER BY run"
    assert rows(path, used_by) == [("run1", 2), ("run2", 2)]


async def test_answers_that_another_run_keeps_meanwhile_are_found(path: Path):
    journal, other = await opened(path), await opened(path, "run2")
    assert await journal.find(["k"]) == {}
    await other.keep({"k": ANSWER})
    await journal.keep({"more": ANSWER})  # it looks what is new whenever it writes
    assert await journal.find(["k"]) == {"k": ANSWER}
    await other.aclose()
    await journal.aclose()


async def test_answers_that_others_keep_between_two_sessions_are_found(path: Path):
    journal = await opened(path)
    await journal.aclose()
    other = await opened(path, "run2")
    await other.keep({"k": ANSWER})
    await other.aclose()
    await journal.reopen()
    assert await journal.find(["k"]) == {"k": ANSWER}
    await journal.aclose()


@pytest.mark.parametrize("most", ["MOST", "_MOST_LOOSE"])
async def test_of_many_answers_all_are_found(path: Path, most: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(f"ragas_nb.store.known_keys.{most}", 10)
    answers = {f"k{number}": Remembered(str(number)) for number in range(100)}
    journal = await opened(path)
    for key, answer in answers.items():
        await journal.keep({key: answer})
    assert await journal.find(["none", *answers]) == answers
    await journal.reopen()
    assert await journal.find(["none", *answers]) == answers
    await journal.aclose()


async def test_answers_are_kept_in_memory_too():
    journal = await opened(None)
    await journal.keep({"k": ANSWER})
    assert await journal.find(["k", "other"]) == {"k": ANSWER}
    assert await journal.find([]) == {}
    await journal.aclose()


async def test_the_first_answer_to_a_question_stays(path: Path):
    journal = await opened(path)
    await journal.keep({"k": ANSWER})
    await journal.keep({"k": Remembered("another")})
    assert await journal.find(["k"]) == {"k": ANSWER}
    await journal.aclose()


async def test_a_damaged_answer_is_asked_again(path: Path):
    journal = await opened(path)
    await journal.keep({"k": ANSWER})
    await journal.aclose()
    connection = sqlite3.connect(path)
    connection.execute("UPDATE answers SET body = x'00ff'")
    connection.commit()
    connection.close()
    journal = await opened(path, "run2")
    assert await journal.find(["k"]) == {}
    await journal.aclose()


@pytest.mark.parametrize("in_memory", [False, True])
async def test_steps_are_read_during_the_run_and_after_it(path: Path, in_memory: bool):
    data = dataset()
    journal = await opened(None if in_memory else path, data=data)
    assert journal.steps("q0", METRICS[0]) == ()
    journal.write(JobScored(sample_id="q0", metric=METRICS[0], value=1.0, trace=trace(data, 0)))
    await journal.flush()
    assert journal.steps("q0", METRICS[0]) == records_of(trace(data, 0))
    journal.write(JobScored(sample_id="q1", metric=METRICS[0], value=1.0, trace=trace(data, 1)))
    await journal.aclose()
    found = [journal.steps(f"q{row}", metric) for row in range(3) for metric in METRICS]
    assert found == [records_of(trace(data, 0)), (), records_of(trace(data, 1)), (), (), ()]


async def test_a_job_that_is_done_again_has_its_new_steps_only(path: Path):
    data = dataset()
    journal = await opened(path, data=data)
    for event in everything(data):
        journal.write(event)
    journal.write(JobScored(sample_id="q0", metric=METRICS[0], value=0.5))
    await journal.aclose()
    assert journal.steps("q0", METRICS[0]) == ()
    assert journal.steps("q2", METRICS[0]) == records_of(trace(data, 2, "nonsense"))


async def test_many_steps_in_order_are_read_with_few_connections(path: Path, monkeypatch: pytest.MonkeyPatch):
    data = dataset(2_000)
    journal = await opened(path, data=data)
    for row in range(len(data)):
        journal.write(JobScored(sample_id=f"q{row}", metric=METRICS[0], value=1.0, trace=trace(data, row)))
    await journal.aclose()
    connect, connections = sqlite3.connect, 0

    def counted(*args: object, **options: object) -> sqlite3.Connection:
        nonlocal connections
        connections += 1
        return connect(*args, **options)  # type: ignore[call-overload,no-any-return]

    monkeypatch.setattr(sqlite3, "connect", counted)
    steps = [journal.steps(sample_id, METRICS[0]) for sample_id in data.ids]
    assert steps == [records_of(trace(data, row)) for row in range(len(data))]
    assert connections < 30


async def test_nothing_is_left_after_closing(path: Path):
    journal = await opened(path)
    journal.write(JobScored(sample_id="q0", metric=METRICS[0], value=1.0, trace=trace(dataset(), 0)))
    await journal.flush()
    assert len(writers()) == 1
    assert journal.steps("q0", METRICS[0]) != ()
    await journal.aclose()
    await journal.aclose()
    assert (writers(), handles(path.parent)) == ([], [])
    assert sorted(file.name for file in path.parent.iterdir()) == [".gitignore", "runs.sqlite"]


async def test_what_a_run_in_memory_has_kept_goes_with_its_journal():
    journal = await opened(None)
    journal.write(JobScored(sample_id="q0", metric=METRICS[0], value=1.0, trace=trace(dataset(), 0)))
    await journal.aclose()
    connection = journal._places._memory.connection  # type: ignore[union-attr]
    assert (writers(), len(journal.steps("q0", METRICS[0]))) == ([], 3)
    del journal
    gc.collect()
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        connection.execute("SELECT 1")


async def test_a_closed_journal_says_so(path: Path):
    journal = await opened(path)
    await journal.aclose()
    with pytest.raises(StoreError, match="Nothing more is written of run run1: its journal is closed"):
        journal.write(RunEnded(state="finished"))


@pytest.mark.parametrize("in_memory", [False, True])
async def test_a_closed_run_can_go_on(path: Path, in_memory: bool):
    heard, data = Heard(), dataset()
    events = everything(data)
    journal = await opened(None if in_memory else path, data=data, heard=heard)
    for event in events[:8]:
        journal.write(event)
    await journal.keep({"k": ANSWER})
    await journal.aclose()
    await journal.reopen()
    assert await journal.find(["k"]) == {"k": ANSWER}
    for event in events[8:]:
        journal.write(event)
    await journal.aclose()
    assert heard.events == events
    assert journal.steps("q0", METRICS[0]) == records_of(trace(data, 0))
    if not in_memory:
        assert known(Archive(path).load("run1").state) == known(folded(events, data))


async def test_a_run_goes_on_in_another_journal_where_it_was(path: Path):
    data, events = dataset(), everything(dataset())
    await stored(path, events[:8])
    journal = await opened(path, is_new=False)
    for event in events[8:]:
        journal.write(event)
    await journal.aclose()
    assert known(Archive(path).load("run1").state) == known(folded(events, data))
    assert len(Archive(path).entries()) == 1


async def test_there_is_room_again_when_what_waits_is_announced(path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(journal_module, "ROOM", 100)
    heard = Heard()
    journal = await opened(path, data=dataset(1), heard=heard)
    await journal.room()
    for _ in range(101):
        journal.write(JobScored(sample_id="q0", metric=METRICS[0], value=1.0))
    waiting = asyncio.ensure_future(journal.room())
    await asyncio.sleep(0)
    assert not waiting.done()
    await waiting
    assert len(heard.events) >= 51
    await journal.aclose()


async def test_large_traces_take_more_room(path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(journal_module, "ROOM", 100)
    data = dataset()
    journal = await opened(path, data=data)
    large = trace(data, 0, "x" * 200_000)
    journal.write(JobScored(sample_id="q0", metric=METRICS[0], value=1.0, trace=large))
    waiting = asyncio.ensure_future(journal.room())
    await asyncio.sleep(0)
    assert not waiting.done()
    await waiting
    await journal.aclose()


async def test_announcing_gives_way(path: Path):
    count = 20_000
    data = EvaluationDataset.from_dict({"response": ["a"] * count})
    slow = 0

    def heard(event: Event) -> None:
        nonlocal slow
        ends = time.thread_time() + 0.000_02
        while time.thread_time() < ends:
            slow += 1

    journal = await Journal.open(path, meta(), data, announce=heard, is_new=True)
    for row in range(count):
        journal.write(JobScored(sample_id=row, metric=METRICS[0], value=1.0))
    flushed = asyncio.ensure_future(journal.flush())
    holds, last = [], time.thread_time()
    while not flushed.done():
        await asyncio.sleep(0)
        now = time.thread_time()
        holds.append(now - last)
        last = now
    await journal.aclose()
    assert len([hold for hold in holds if hold > 0.002]) > 20
    assert max(holds[1:]) < 0.02  # the first is the writing itself


async def test_an_answer_that_nobody_waits_for_any_more_is_kept_all_the_same(path: Path):
    journal = await opened(path)
    keeping = asyncio.ensure_future(journal.keep({"k": ANSWER}))
    await asyncio.sleep(0)
    keeping.cancel()
    await journal.aclose()
    assert rows(path, "SELECT count(*) FROM answers") == [(1,)]


async def test_closing_that_is_cancelled_closes_all_the_same(path: Path):
    heard = Heard()
    journal = await opened(path, heard=heard)
    journal.write(RunStarted(run_id="run1", name="a run", at=AT))
    closing = asyncio.ensure_future(journal.aclose())
    await asyncio.sleep(0)
    closing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await closing
    await journal.aclose()
    assert (len(heard.events), writers(), handles(path.parent)) == (1, [], [])


def test_a_loop_that_is_closed_ends_the_thread(path: Path):
    journal = asyncio.run(opened(path))
    journal._writer.hand_over(journal_module.Turn(answers={b"k": b"answer"}))
    journal._thread.join(10)
    assert (writers(), rows(path, "SELECT count(*) FROM answers")) == ([], [(1,)])


@pytest.mark.skipif(sys.platform == "win32", reason="has no such modes")
async def test_only_the_owner_may_read_what_is_stored(path: Path):
    journal = await opened(path)
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.glob("runs*")}
    await journal.aclose()
    assert modes == {"runs.sqlite": 0o600, "runs.sqlite-wal": 0o600, "runs.sqlite-shm": 0o600}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert (path.parent / ".gitignore").read_text() == "*\n"


async def test_a_folder_of_somebody_gets_no_gitignore(tmp_path: Path):
    await stored(tmp_path / "evals" / "mine.sqlite", [])
    assert [file.name for file in (tmp_path / "evals").iterdir()] == ["mine.sqlite"]


async def test_the_samples_are_stored_once_for_all_runs(path: Path):
    for run_id in ("run1", "run2"):
        await stored(path, [RunEnded(state="finished")], run_id)
    assert rows(path, "SELECT run, number, part FROM run_parts") == [(1, 0, 1), (2, 0, 1)]
    assert Archive(path).load("run2").dataset == dataset()


async def test_the_samples_are_stored_before_the_end_is_announced(path: Path):
    complete: list[object] = []

    def heard(event: Event) -> None:
        complete.extend(rows(path, "SELECT dataset_complete FROM runs"))

    data = dataset(3_000)
    journal = await Journal.open(path, meta(), data, announce=heard, is_new=True)
    journal.write(RunEnded(state="finished"))
    await journal.aclose()
    assert complete == [(1,)]
    assert Archive(path).load("run1").dataset == data


async def test_steps_that_cannot_be_written_do_not_cost_the_score(
    path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    data = dataset()

    def broken(self: object, row: int, trace: object) -> object:
        raise ValueError("no JSON")

    monkeypatch.setattr("ragas_nb.store.packing.Packer.pack", broken)
    journal = await opened(path, data=data)
    journal.write(JobScored(sample_id="q0", metric=METRICS[0], value=1.0, trace=trace(data, 0)))
    await journal.aclose()
    assert rows(path, "SELECT row, metric, value FROM jobs") == [(0, 0, 1.0)]
    assert "the steps of a job cannot be stored; its score is" in caplog.text


async def test_a_mistake_in_the_store_does_not_stop_the_run(path: Path, monkeypatch: pytest.MonkeyPatch):
    def broken(self: object, *args: object) -> object:
        raise RuntimeError("a mistake")

    heard = Heard()
    journal = await opened(path, heard=heard)
    monkeypatch.setattr("ragas_nb.store.tables.RunTables.write", broken)
    events = everything(dataset())
    for event in events:
        journal.write(event)
    await journal.keep({"k": ANSWER})
    await journal.flush()
    assert await journal.find(["k"]) == {}
    await journal.aclose()
    assert heard.others == events
    assert heard.notices == [
        "The store failed, which is a mistake in ragas_nb; the log has it. Save the result to a file."
    ]
    assert writers() == []
