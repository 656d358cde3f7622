"""Trouble with the file: the run goes on in memory, a person is told, and nothing that is stored is lost."""

from __future__ import annotations

import os
import random
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from ragas_nb.engine.events import Event
from ragas_nb.engine.memory import Remembered
from ragas_nb.store import migrations
from ragas_nb.store.archive import Archive
from ragas_nb.store.journal import Journal
from ragas_nb.store.records import records_of
from tests.unit.store.told import (
    METRICS,
    Heard,
    content,
    dataset,
    everything,
    folded,
    handles,
    known,
    opened,
    overwrite,
    rows,
    stored,
    trace,
    writers,
)

IN_MEMORY = (
    "The run is kept in memory only, and is lost with the kernel; at its end the file is tried once more. "
)
OTHER = "name another file: store=… or RAGAS_NB_STORE."


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / ".ragas_nb" / "runs.sqlite"


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ragas_nb.store.database.BUSY_S", 0.05)


@pytest.fixture(autouse=True)
def nothing_left(tmp_path: Path) -> Iterator[None]:
    yield
    assert (writers(), handles(tmp_path)) == ([], [])


async def write(journal: Journal, events: Sequence[Event]) -> None:
    for event in events:
        journal.write(event)
    await journal.flush()


def as_foreign(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE notes (text)")
        connection.execute("INSERT INTO notes VALUES ('mine')")
        connection.commit()


def as_noise(path: Path) -> None:
    path.write_bytes(random.Random(1).randbytes(20_000))


def as_stub(path: Path) -> None:
    path.write_bytes(b"SQLite format 3\0")


def as_newer(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA application_id = 0x524E4231")
        connection.execute("PRAGMA user_version = 1000")
        connection.execute("CREATE TABLE things (of_then)")


UNUSABLE: dict[str, tuple[Callable[[Path], None], str]] = {
    "another program's": (as_foreign, "{path} is an SQLite file of another program. Name another file: "),
    "random bytes": (as_noise, "{path} is damaged, or no store of runs. Move it away, or name another "),
    "a stub": (as_stub, "{path} is damaged, or no store of runs. Move it away, or name another "),
    "a newer version": (
        as_newer,
        f"{{path}} was written by a newer ragas_nb: its tables have version 1000, this one knows "
        f"{len(migrations.STEPS)}. Update ragas_nb, or name another ",
    ),
}


@pytest.mark.parametrize("kind", UNUSABLE)
async def test_a_file_that_is_no_store_of_ours_is_told_and_left_as_it_is(path: Path, kind: str):
    make, told = UNUSABLE[kind]
    path.parent.mkdir()
    make(path)
    before, data = content(path), dataset()
    heard = await stored(path, everything(data))
    (notice,) = heard.notices
    assert notice is not None
    assert notice.startswith(IN_MEMORY + told.format(path=path))
    assert known(folded(heard.others, data)) == known(folded(everything(data), data))
    assert content(path) == before
    assert {file.name for file in path.parent.iterdir()} <= {".gitignore", "runs.sqlite"}


async def test_a_notice_comes_before_anything_else(path: Path):
    path.parent.mkdir()
    as_noise(path)
    heard = await stored(path, everything(dataset()))
    assert heard.events.index(heard.others[0]) == 1


async def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path):
    (tmp_path / "file").write_text("")
    path = tmp_path / "file" / "runs.sqlite"
    heard = await stored(path, everything(dataset()))
    (notice,) = heard.notices
    assert notice is not None
    assert notice.startswith(f"{IN_MEMORY}{path} cannot be used (")
    assert heard.others == everything(dataset())


@pytest.fixture
def shut(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "shut"
    folder.mkdir(0o500)
    yield folder
    folder.chmod(0o700)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
async def test_a_folder_that_may_not_be_written_is_told(shut: Path):
    path = shut / "runs.sqlite"
    heard = await stored(path, everything(dataset()))
    assert heard.notices == [f"{IN_MEMORY}{path} cannot be written (Permission denied). Allow it, or {OTHER}"]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
async def test_runs_are_read_where_nothing_may_be_written(tmp_path: Path):
    path = tmp_path / "runs.sqlite"
    await stored(path, everything(dataset()))
    path.chmod(0o400)
    assert known(Archive(path).load("run1").state) == known(folded(everything(dataset()), dataset()))


async def test_a_file_that_becomes_read_only_is_told(path: Path):
    heard = Heard()
    journal = await opened(path, heard=heard)
    journal._places._file.connection.execute("PRAGMA query_only = ON")  # type: ignore[union-attr]
    await write(journal, everything(dataset()))
    await journal.aclose()
    assert heard.notices == [
        f"{IN_MEMORY}{path} cannot be written (attempt to write a readonly database). Allow it, or {OTHER}",
        None,
    ]
    assert heard.others == everything(dataset())


async def test_what_a_full_disk_did_not_take_is_brought_there_when_there_is_room(path: Path):
    data, heard = dataset(), Heard()
    events = everything(data)
    await stored(path, events, "run0")
    journal = await opened(path, data=data, heard=heard)
    await write(journal, events[:6])
    connection = journal._places._file.connection  # type: ignore[union-attr]
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count = {pages}")
    large = {f"k{number}": Remembered(random.Random(number).randbytes(9_000).hex()) for number in range(3)}
    await journal.keep(large)
    assert heard.notices == [f"{IN_MEMORY}The disk that holds {path} is full. Make room, or {OTHER}"]
    for event in events[6:]:
        journal.write(event)
    assert await journal.find(list(large)) == large
    await journal.aclose()
    assert heard.notices[1:] == [None]
    assert heard.others == events
    assert known(Archive(path).load("run1").state) == known(folded(events, data))
    assert rows(path, "SELECT count(*) FROM answers") == [(3,)]
    assert [(e.scored, e.undefined, e.failed, e.requests, e.unpriced) for e in Archive(path).entries()] == [
        (4, 1, 1, 2, 1)
    ] * 2


async def test_answers_in_a_full_file_are_still_found(path: Path):
    journal = await opened(path, "run0")
    await journal.keep({"k": Remembered("1")})
    await journal.aclose()
    heard = Heard()
    journal = await opened(path, heard=heard)
    journal._places._file.connection.execute("PRAGMA query_only = ON")  # type: ignore[union-attr]
    await write(journal, everything(dataset())[:1])
    assert await journal.find(["k"]) == {"k": Remembered("1")}
    await journal.aclose()


async def test_a_locked_file_is_told_and_tried_again(path: Path):
    data, heard = dataset(), Heard()
    events = everything(data)
    journal = await opened(path, data=data, heard=heard)
    await write(journal, events[:4])
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        await write(journal, events[4:8])
        assert heard.notices == [f"{IN_MEMORY}Another process holds {path} locked. End it, or {OTHER}"]
        assert heard.others == events[:8]
        assert journal.steps("q0", METRICS[0]) == records_of(trace(data, 0))
    await write(journal, events[8:])
    await journal.aclose()
    assert heard.notices[1:] == [None]
    assert heard.others == events
    assert known(Archive(path).load("run1").state) == known(folded(events, data))


async def test_a_file_that_is_locked_at_the_start_gets_the_run_at_its_end(path: Path):
    data, heard = dataset(1_200), Heard()
    events = everything(data)
    await stored(path, [], "run0")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        journal = await opened(path, data=data, heard=heard)
        await write(journal, events)
        assert heard.notices == [f"{IN_MEMORY}Another process holds {path} locked. End it, or {OTHER}"]
    await journal.aclose()
    assert heard.notices[1:] == [None]
    found = Archive(path).load("run1")
    assert (known(found.state), found.dataset) == (known(folded(events, data)), data)


async def test_a_file_that_is_deleted_while_the_run_goes_on_is_written_anew(path: Path):
    data, heard = dataset(), Heard()
    events = everything(data)
    journal = await opened(path, data=data, heard=heard)
    await journal.keep({"k": Remembered("1")})
    await write(journal, events[:6])
    for file in path.parent.iterdir():
        file.unlink()
    for event in events[6:]:
        journal.write(event)
    await journal.aclose()
    assert heard.others == events
    assert heard.notices == [
        f"{IN_MEMORY}{path} was deleted or replaced while the run went on.",
        None,
    ]
    found = Archive(path).load("run1")
    assert (known(found.state), found.dataset) == (known(folded(events, data)), data)
    assert journal.steps("q0", METRICS[0]) == records_of(trace(data, 0))
    assert rows(path, "SELECT count(*) FROM answers") == [(1,)]


async def test_a_file_that_is_damaged_while_the_run_goes_on_is_not_touched_any_more(path: Path):
    data, heard = dataset(), Heard()
    events = everything(data)
    journal = await opened(path, data=data, heard=heard)
    await write(journal, events[:6])
    connection = journal._places._file.connection  # type: ignore[union-attr]
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.execute("PRAGMA shrink_memory")  # what it has read before would hide the damage
    noise = random.Random(2).randbytes(len(content(path)))
    overwrite(path, noise)
    with closing(sqlite3.connect(path)) as other, pytest.raises(sqlite3.DatabaseError):
        other.execute("SELECT * FROM runs")
    for event in events[6:]:
        journal.write(event)
    await journal.aclose()
    assert heard.others == events
    (notice,) = heard.notices
    assert notice is not None
    assert "Move it away, or name another file" in notice
    assert content(path) == noise


DAMAGES = {"cut": None, "zeroed": bytes(8192), "noise": random.Random(3).randbytes(8192)}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("part", [0.2, 0.5, 0.8])
async def test_a_partly_damaged_file_never_stops_a_run(path: Path, damage: str, part: float):
    data, put = dataset(600), DAMAGES[damage]
    await stored(path, everything(data), "run0")
    at = int(len(content(path)) * part) // 8192 * 8192
    os.truncate(path, at) if put is None else overwrite(path, put, at)
    heard, events = Heard(), everything(data)
    journal = await opened(path, data=data, heard=heard)
    assert await journal.find(["k"]) == {}
    await journal.keep({"k": Remembered("1")})
    assert await journal.find(["k"]) == {"k": Remembered("1")}
    await write(journal, events)
    await journal.aclose()
    assert heard.others == events
    assert journal.steps("q0", METRICS[0]) == records_of(trace(data, 0))


LIMITED = """
import asyncio, resource, sys
from pathlib import Path
from tests.unit.store.told import Heard, dataset, everything, folded, known, opened
from ragas_nb.engine.memory import Remembered
import random

async def main(path):
    heard, data = Heard(), dataset()
    journal = await opened(path, data=data, heard=heard)
    limit = 400_000
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    for number in range(40):
        await journal.keep({f"k{number}": Remembered(random.Random(number).randbytes(9_000).hex())})
    for event in everything(data):
        journal.write(event)
    await journal.flush()
    assert heard.notices and heard.notices[0], heard.notices
    print(heard.notices[0])
    assert known(folded(heard.others, data)) == known(folded(everything(data), data))
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    await journal.aclose()
    assert heard.notices[-1] is None, heard.notices

asyncio.run(main(Path(sys.argv[1])))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="has no such limit")
def test_a_quota_that_is_reached_costs_nothing(path: Path):
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(path)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        cwd=Path(__file__).parents[3],
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(IN_MEMORY)
    data = dataset()
    assert known(Archive(path).load("run1").state) == known(folded(everything(data), data))
    assert rows(path, "SELECT count(*) FROM answers") == [(40,)]
