"""The store's file: opened, made private, checked before it is touched; and what its troubles mean."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from itertools import chain
from pathlib import Path
from struct import unpack
from typing import Final

from ragas_nb.errors import StoreError
from ragas_nb.store.migrations import STEPS, check_version, migrate, version_of

BUSY_S = 5.0
"""Seconds to wait for another process that writes."""
FOLDER: Final = ".ragas_nb"
APPLICATION_ID: Final = 0x524E4231
_MAGIC: Final = b"SQLite format 3\0"
_HEADER: Final = 100
_PAGE: Final = 8192
_VALUES_AT_ONCE: Final = 900
"""SQLite takes 999 in one statement wherever it was built."""
_OTHER_FILE: Final = "name another file: store=… or RAGAS_NB_STORE"

FileId = tuple[int, int]


class NotStored(StoreError):
    """The file has no such run, or not yet."""


class Missing(NotStored):
    """There is no such file, and none was to be made."""


def open_file(path: Path, *, create: bool) -> sqlite3.Connection:
    """A connection to the file, its tables up to date; other files than ours are left as they are.

    Raises:
        StoreError: the file is damaged, another program's or a newer version's; `Missing`.
        OSError, sqlite3.Error: it cannot be made or opened; see `trouble`.
    """
    if create:
        _make(path)
    elif not path.exists():
        raise Missing(f"There is no file {path}")
    is_new = _check_header(path)
    connection = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None, check_same_thread=False)
    try:
        if is_new:
            _stamp(connection)
        else:
            check_version(version_of(connection), path)
        connection.execute("PRAGMA journal_mode = WAL")
        _prepare(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def open_memory() -> sqlite3.Connection:
    """A store in memory, gone when its connection is closed; any thread may use it, one at a time."""
    connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    _prepare(connection, "memory")
    return connection


def _make(path: Path) -> None:
    """Make the file where there is none, for the owner's eyes only."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    ignore = path.parent / ".gitignore"
    if path.parent.name == FOLDER and not ignore.exists():
        ignore.write_text("*\n", encoding="ascii")
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def _check_header(path: Path) -> bool:
    """Whether the file is empty; read without SQLite, which would write beside it.

    Raises:
        StoreError: it is no file of ours.
    """
    with path.open("rb") as file:
        header = file.read(_HEADER)
    if not header:
        return True
    if len(header) < _HEADER or not header.startswith(_MAGIC):
        raise StoreError(f"{path} is damaged, or no store of runs. Move it away, or {_OTHER_FILE}")
    version, application = unpack(">I4xI", header[60:72])
    if application != APPLICATION_ID:
        raise StoreError(
            f"{path} is an SQLite file of another program. {_OTHER_FILE[0].upper()}{_OTHER_FILE[1:]}"
        )
    check_version(version, path)
    return False


def _stamp(connection: sqlite3.Connection) -> None:
    """Mark a new file as ours. What is set here cannot be set once there are tables."""
    connection.execute(f"PRAGMA page_size = {_PAGE}")
    connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")


def _prepare(connection: sqlite3.Connection, where: object) -> None:
    # A process that is killed loses nothing that was committed; only a machine that fails may.
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA foreign_keys = ON")
    migrate(connection, where)


@contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection to a file that exists, closed afterwards.

    Raises:
        StoreError: the file cannot be read; the message says why and what to do.
    """
    try:
        with closing(_opened_to_read(path)) as connection:
            yield connection
    except (sqlite3.Error, OSError) as error:
        raise StoreError(f"{trouble(error, path)}.") from error


def _opened_to_read(path: Path) -> sqlite3.Connection:
    """A connection to a file that exists, where nothing may be written as well."""
    try:
        return open_file(path, create=False)
    except sqlite3.OperationalError:
        if os.access(path, os.W_OK) and os.access(path.parent, os.W_OK):
            raise
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?immutable=1", uri=True)
        if version_of(connection) != len(STEPS):
            connection.close()
            raise
        return connection


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All that is written within, or nothing of it."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        with suppress(sqlite3.Error):
            if connection.in_transaction:
                connection.execute("ROLLBACK")
        raise


def insert(
    connection: sqlite3.Connection, into: str, rows: Sequence[tuple[object, ...]], or_: str = "REPLACE"
) -> None:
    """Insert rows, many with each statement.

    `executemany` would hand Python's lock over at every row, and get it back up to 5 ms later.
    """
    if not rows:
        return
    width = len(rows[0])
    row, step = f"({','.join('?' * width)})", _VALUES_AT_ONCE // width
    for start in range(0, len(rows), step):
        part = rows[start : start + step]
        statement = f"INSERT OR {or_} INTO {into} VALUES {','.join([row] * len(part))}"
        connection.execute(statement, list(chain.from_iterable(part)))


def file_id(path: Path) -> FileId | None:
    """What tells the file at a path from another one that takes its place; None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


class Vanished(StoreError):
    """The file that was written to is not at its path any more."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} was deleted or replaced while the run went on")


def trouble(error: Exception, path: Path) -> str:
    """What is wrong with the file and what to do, as a sentence without its full stop."""
    if isinstance(error, StoreError):
        return str(error)
    name = getattr(error, "sqlite_errorname", "")
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return f"Another process holds {path} locked. End it, or {_OTHER_FILE}"
    if name == "SQLITE_FULL":
        return f"The disk that holds {path} is full. Make room, or {_OTHER_FILE}"
    if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_FORMAT")):
        return f"{path} is damaged. Move it away, or {_OTHER_FILE}"
    if name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM")) or isinstance(
        error, PermissionError
    ):
        return f"{path} cannot be written ({_reason(error)}). Allow it, or {_OTHER_FILE}"
    return f"{path} cannot be used ({_reason(error)}). Look after its disk, or {_OTHER_FILE}"


def _reason(error: Exception) -> str:
    return error.strerror or str(error) if isinstance(error, OSError) else str(error)
