"""Which answers a file has, in few bytes each: most that a run asks for are not there, and need no thread."""

from __future__ import annotations

import sqlite3
from array import array
from bisect import bisect_left
from itertools import chain
from typing import Final

MOST: Final = 2_000_000
"""Keys that are known: 16 MB. Of a file with more, each is looked up."""
_MOST_LOOSE: Final = 50_000
"""Keys that are known one by one; ten times as large as in order."""


class KnownKeys:
    """Says of a key whether the file may have its answer; no only where it has none.

    One thread adds, any may ask.
    """

    def __init__(self) -> None:
        self._in_order = array("Q")
        """The beginnings of keys, in order."""
        self._loose: set[int] = set()
        """The beginnings of those that came since."""
        self._last = 0
        """The last answer that was read."""
        self._read_at: tuple[sqlite3.Connection, int] | None = None
        """The connection, and how often others had written then as it counts."""
        self._too_many = False

    def may_have(self, key: bytes) -> bool:
        """Whether there may be an answer."""
        if self._too_many:
            return True
        start = _start(key)
        if start in self._loose:  # first of the two: keys move from here to there
            return True
        in_order = self._in_order
        place = bisect_left(in_order, start)
        return place < len(in_order) and in_order[place] == start

    def add(self, key: bytes) -> None:
        """Note that there is an answer now."""
        self._loose.add(_start(key))
        if len(self._loose) > _MOST_LOOSE:
            self._put_in_order()

    def read(self, connection: sqlite3.Connection) -> None:
        """Read the keys of a file, those that others have added since the last time."""
        (version,) = connection.execute("PRAGMA data_version").fetchone()
        if self._read_at == (connection, version) or self._too_many:
            return
        self._read_at = connection, version
        (last,) = connection.execute("SELECT coalesce(max(id), 0) FROM answers").fetchone()
        if last - self._last + len(self._in_order) > MOST:
            self._too_many = True
            return
        # Of a whole file the index has them.
        which = "WHERE id > ?" if self._last else "WHERE ? = 0 ORDER BY key"
        keys = connection.execute(f"SELECT key FROM answers {which}", (self._last,))
        self._loose.update(_start(key) for (key,) in keys)
        self._last = last
        if len(self._loose) > _MOST_LOOSE:
            self._put_in_order()

    def _put_in_order(self) -> None:
        self._in_order = array("Q", sorted(chain(self._in_order, self._loose)))
        self._loose = set()


def _start(key: bytes) -> int:
    return int.from_bytes(key[:8], "big")
