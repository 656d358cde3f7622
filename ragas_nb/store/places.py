"""Where a run is written: its file, and memory while the file cannot be used."""

from __future__ import annotations

import sqlite3
import threading
import weakref
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TypeAlias

from ragas_nb.errors import StoreError
from ragas_nb.schema import EvaluationDataset
from ragas_nb.store import parts
from ragas_nb.store.batches import Batch, Progress
from ragas_nb.store.database import (
    FileId,
    Vanished,
    file_id,
    open_file,
    open_memory,
    reading,
    trouble,
)
from ragas_nb.store.known_keys import KnownKeys
from ragas_nb.store.meta import RunMeta
from ragas_nb.store.ownership import Owner
from ragas_nb.store.records import PromptRecord
from ragas_nb.store.tables import RunInUse, RunTables

Notice: TypeAlias = Callable[[str | None], None]
_TROUBLE = (sqlite3.Error, OSError, StoreError)


class Places:
    """A run in its file, or in memory. Trouble with the file moves the run to memory, and is a notice.

    All but `traces` and `prompts` is for the writer's thread.
    """

    def __init__(
        self, path: Path | None, meta: RunMeta, dataset: EvaluationDataset, owner: Owner, notice: Notice
    ) -> None:
        self._path = path
        self._meta = meta
        self._dataset = dataset
        self._owner = owner
        self._notice = notice
        self._lock = threading.Lock()
        """Held by whoever looks at memory, or changes where the run is."""
        self._file: RunTables | None = None
        self._file_id: FileId | None = None
        self._memory: RunTables | None = None
        self._readable = True
        self.known = KnownKeys()
        """Which answers there may be; may be asked from any thread."""
        self._ids = cache(lambda: dataset.ids)
        self._parts_left = range(0)

    # ── opened and closed ──

    def open(self, *, is_new: bool) -> Progress:
        """Make the run's place, or find it where it went on before; how far the run is.

        Raises:
            RunInUse: somebody else writes the run.
        """
        if self._path is not None and self._memory is None:
            try:
                self._file = self._opened(self._path, is_new=is_new)
                return self._progress(self._file)
            except RunInUse:
                raise
            except _TROUBLE as error:
                self._fail(error)
        self._memory = self._memory or self._new_memory()
        return self._progress(self._memory)

    def _progress(self, tables: RunTables) -> Progress:
        return tables.progress(len(self._dataset), len(self._meta.columns))

    def _opened(self, path: Path, *, is_new: bool) -> RunTables:
        connection = open_file(path, create=True)
        try:
            tables = None if is_new else RunTables.claim(connection, self._meta.run_id, self._owner)
            tables = tables or RunTables.add(connection, self._meta, self._dataset, self._owner)
            self._parts_left = range(0 if tables.has_dataset() else parts.count(self._dataset))
            self.known.read(connection)
        except BaseException:
            connection.close()
            raise
        self._file_id, self._readable = file_id(path), True
        return tables

    def _new_memory(self) -> RunTables:
        return RunTables.add(open_memory(), self._meta, self._dataset, self._owner)

    def close(self) -> None:
        """Let the file go. What is in memory only stays readable."""
        if self._file is not None:
            with suppress(sqlite3.Error):
                self._file.release(self._owner)
            self._file.connection.close()

    def forget_with(self, holder: object) -> None:
        """Keep what is in memory as long as the holder lives."""
        if self._memory is not None:
            weakref.finalize(holder, self._memory.connection.close)

    # ── written ──

    def write(self, batch: Batch, progress: Progress, prompts: Mapping[str, PromptRecord]) -> None:
        """Write a batch: when this returns, it is in the file, or in memory with a notice that says so."""
        for key, _, _ in batch.answers:
            self.known.add(key)
        if self._memory is None and self._file is not None:
            try:
                self._check_there()
                self._file.write(batch, progress, prompts)
                self.known.read(self._file.connection)  # what other processes have added
            except _TROUBLE as error:
                self._fail(error)
            else:
                return
        with self._lock:
            if self._memory is not None:
                self._memory.write(batch, progress, prompts)

    @property
    def has_parts_left(self) -> bool:
        """Whether some of the dataset is to be written to the file yet."""
        return bool(self._parts_left) and self._memory is None and self._file is not None

    def write_part(self) -> bool:
        """Write one more part of the dataset to the file; False where there is nothing to do."""
        if not self.has_parts_left or self._file is None:
            return False
        number, *_ = self._parts_left
        try:
            self._check_there()
            text = parts.part_text(self._dataset, self._ids(), number)
            self._file.write_part(number, text, last=len(self._parts_left) == 1)
        except _TROUBLE as error:
            self._fail(error)
            return False
        self._parts_left = self._parts_left[1:]
        return True

    def beat(self) -> None:
        """Say that this process lives."""
        if self._memory is None and self._file is not None:
            with suppress(sqlite3.Error):
                self._file.seen()

    def _check_there(self) -> None:
        """Raise `Vanished` where the file is not at its path any more."""
        if self._path is not None and file_id(self._path) != self._file_id:
            raise Vanished(self._path)

    def _fail(self, error: Exception) -> None:
        """Go on in memory."""
        with self._lock:
            memory = self._new_memory()
            if self._file is not None and isinstance(error, Vanished):
                with suppress(sqlite3.Error):
                    self._file.copy_to(memory)  # nobody else can reach what stands there
                self._file.connection.close()
                self._file = None
            self._memory = memory
        if self._path is not None:
            self._notice(
                "The run is kept in memory only, and is lost with the kernel; at its end the file is tried "
                f"once more. {trouble(error, self._path)}."
            )

    def bring_back(self) -> None:
        """Bring what is in memory into the file, where that works now."""
        memory, path = self._memory, self._path
        if memory is None or path is None:
            return
        try:
            file = self._opened(path, is_new=False)
        except _TROUBLE:
            return
        if self._file is not None:
            self._file.connection.close()
        self._file = file
        try:
            memory.copy_to(file)
        except _TROUBLE:
            return
        with self._lock:
            self._memory = None
        memory.connection.close()
        self._notice(None)

    # ── read ──

    def find(self, keys: Iterable[bytes]) -> dict[bytes, bytes]:
        """The answers that are kept under these keys, in the file or in memory."""
        wanted = list(keys)
        found: dict[bytes, bytes] = {}
        if self._file is not None and self._readable:
            try:
                found = self._file.find(wanted)
            except sqlite3.Error as error:
                self._readable = False
                if self._memory is None:
                    self._fail(error)
        if self._memory is not None:
            with self._lock:
                found |= self._memory.find(key for key in wanted if key not in found)
        return found

    def traces(self, first: int, last: int) -> list[tuple[int, int, bytes | None]]:
        """Row, metric and bytes of the traces of some rows, the last one not among them; from any thread.

        Raises:
            StoreError: the file cannot be read.
        """
        with self._lock:
            file, memory = self._file, self._memory
            recent = [] if memory is None else memory.traces(first, last)
        if file is None or self._path is None:
            return recent
        with suppress(*() if memory is None else (StoreError,)), reading(self._path) as connection:
            return RunTables(connection, file.run).traces(first, last) + recent
        return recent

    def prompts(self) -> dict[str, str]:
        """The prompts of the run, by digest, in JSON; from any thread.

        Raises:
            StoreError: the file cannot be read.
        """
        with self._lock:
            file, memory = self._file, self._memory
            recent = {} if memory is None else memory.prompts()
        if file is None or self._path is None:
            return recent
        with suppress(*() if memory is None else (StoreError,)), reading(self._path) as connection:
            return RunTables(connection, file.run).prompts() | recent
        return recent
