"""Tags and notes: what people leave on the samples of a run, and who hears of it."""

from __future__ import annotations

import asyncio
import getpass
import logging
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, TypeGuard, Union

from ragas_nb.engine.events import Event, Listener, MarkKind, NoticeGiven, SampleMarked
from ragas_nb.errors import ConfigurationError, StoreError
from ragas_nb.results.frames import row_labels
from ragas_nb.schema import EvaluationDataset, SampleId
from ragas_nb.schema.values import as_text, plain
from ragas_nb.store.database import NotStored
from ragas_nb.store.marks import write_marks
from ragas_nb.store.meta import RunMeta
from ragas_nb.store.state import UNMARKED, State

if TYPE_CHECKING:
    import pandas as pd

log = logging.getLogger("ragas_nb")

SamplesMeant: TypeAlias = Union[SampleId, Iterable[SampleId], "pd.DataFrame"]
"""One id, several (also a column of them), or rows of `run.df`."""
_SHOWN = 5


def rows_meant(dataset: EvaluationDataset, state: State, meant: SamplesMeant) -> list[int]:
    """The rows of the samples that are meant, in that order, each once.

    Raises:
        ConfigurationError: there is no such sample.
    """
    if _is_frame(meant):
        labels = row_labels(dataset)
        rows = labels.get_indexer(meant.index).tolist()
        strange = next((label for label, row in zip(meant.index, rows, strict=True) if row < 0), None)
        if strange is not None:
            raise ConfigurationError(
                f"The DataFrame has a row {strange!r} that run.df does not have. Pass rows of run.df with "
                "their index, or sample ids."
            )
        return list(dict.fromkeys(rows))
    return list(dict.fromkeys(_row(state, plain(sample_id)) for sample_id in _ids(meant)))


def _is_frame(meant: object) -> TypeGuard[pd.DataFrame]:
    return hasattr(meant, "columns") and hasattr(meant, "index")


def _ids(meant: object) -> Iterator[object]:
    if isinstance(meant, str) or not isinstance(meant, Iterable):
        yield meant
    else:
        yield from meant


def _row(state: State, sample_id: object) -> int:
    if isinstance(sample_id, bool):
        raise ConfigurationError("Found a mask where sample ids are expected. Pass run.df[mask].")
    row = state.row_of.get(sample_id) if isinstance(sample_id, str | int) else None
    if row is None:
        first = ", ".join(repr(known) for known in islice(state.ids, _SHOWN))
        raise ConfigurationError(
            f"There is no sample {sample_id!r} in this run. Its first ids are {first or 'none'}; "
            "run.state.ids has all."
        )
    return row


def marks(state: State, rows: Sequence[int], kind: MarkKind, text: str | None) -> list[SampleMarked]:
    """What a person does to these samples; those where it would change nothing are left out."""
    at, author = datetime.now(UTC), annotator()
    done = {
        row: SampleMarked(sample_id=state.ids[row], kind=kind, text=text, author=author, at=at)
        for row in rows
    }
    known = {row: state.marks.get(row, UNMARKED) for row in rows}
    return [mark for row, mark in done.items() if known[row].after(mark) != known[row]]


def checked_tag(tag: object) -> str:
    """The tag, without spaces around it.

    Raises:
        ConfigurationError: it is no text, or an empty one.
    """
    text = as_text(tag).strip() if isinstance(tag, str) else ""
    if not text:
        raise ConfigurationError(f"A tag is a short text, such as 'billing'; found {tag!r}.")
    return text


def checked_note(note: object) -> str | None:
    """The note; None where there is to be none.

    Raises:
        ConfigurationError: it is no text.
    """
    if note is not None and not isinstance(note, str):
        raise ConfigurationError(f"A note is a text, or None for none; found {type(note).__name__}.")
    return as_text(note).strip() or None if note else None


def annotator() -> str:
    """Who annotates here: what `RAGAS_NB_ANNOTATOR` says, else the user of this machine."""
    named = os.environ.get("RAGAS_NB_ANNOTATOR", "").strip()
    if named:
        return named
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # a container may have no name for its user
        return "unknown"


class MarkedRun:
    """A run on whose samples people leave tags and notes: `tag`, `untag`, `note`, at any time."""

    def __init__(self, meta: RunMeta, dataset: EvaluationDataset, state: State, store: Path | None) -> None:
        self.meta = meta
        self.dataset = dataset
        self.state = state
        self._store = store
        self._listeners: list[Listener] = []
        self._leaving = threading.Lock()
        """Held by whoever leaves something on a sample."""
        self._unstored: list[SampleMarked] = []
        """Tags and notes that are not in the file yet."""

    @property
    def run_id(self) -> str:
        """The run's id: the same in the store, in files and after a resume."""
        return self.meta.run_id

    @property
    def loop(self) -> Any:
        """The event loop that the run goes on; None where it does not."""
        return None

    # ── what people leave on samples ──

    def tag(self, samples: SamplesMeant, tag: str) -> None:
        """Put a tag on samples: one id, several, or rows of `run.df`. It shows at once and is kept.

        Who did it is kept too: what `RAGAS_NB_ANNOTATOR` says, else the name of the user.

        Raises:
            ConfigurationError: there is no such sample, or the tag is empty.
        """
        self._leave("tag", samples, checked_tag(tag))

    def untag(self, samples: SamplesMeant, tag: str) -> None:
        """Take a tag off samples; nothing happens to those that do not have it.

        Raises:
            ConfigurationError: there is no such sample, or the tag is empty.
        """
        self._leave("untag", samples, checked_tag(tag))

    def note(self, sample_id: SampleId, text: str | None) -> None:
        """Write a note on a sample, in place of the one it has; None takes it away.

        Raises:
            ConfigurationError: there is no such sample, or the note is no text.
        """
        self._leave("note", sample_id, checked_note(text))

    def _leave(self, kind: MarkKind, meant: SamplesMeant, text: str | None) -> None:
        with self._leaving:
            found = marks(self.state, rows_meant(self.dataset, self.state, meant), kind, text)
            for mark in found:
                self.state.apply(mark)
            self._unstored += found
        self._store_marks()
        self.on_loop(lambda: self._tell_all(found))

    def _store_marks(self) -> None:
        """Have tags and notes in the file, those too that could not be written before."""
        trouble: StoreError | None = None
        with self._leaving:
            if self._store is None or not self._unstored:
                return
            try:
                write_marks(self._store, self.run_id, self.state.row_of, self._unstored)
                self._unstored.clear()
            except StoreError as error:
                if self.state.status == "starting" and isinstance(error, NotStored):
                    return  # the run itself is not in the file yet
                trouble = error
        self._tell_of_marks(trouble)

    def _tell_of_marks(self, trouble: StoreError | None) -> None:
        """Have people know that tags and notes could not be written, or that they are by now."""
        if trouble is None and "marks" not in self.state.notices:
            return
        message = None
        if trouble is not None:
            message = (
                "Tags and notes are kept in memory only, and are lost with the kernel; the next one, or the "
                f"end of the run, tries the file once more. {str(trouble).rstrip('.')}."
            )
            log.warning("run %s: %s", self.run_id, message)
        notice = NoticeGiven(about="marks", message=message)
        self.state.apply(notice)
        self.on_loop(lambda: self._tell_all([notice]))

    # ── listening ──

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` with every event from now on; call what is returned to stop that."""
        self._listeners.append(listener)
        return lambda: self._drop(listener)

    def _drop(self, listener: Listener) -> None:
        if listener in self._listeners:
            self._listeners.remove(listener)

    def _tell_all(self, events: Iterable[Event]) -> None:
        """Tell all who listen of events that are folded in."""
        for event in events:
            for listener in tuple(self._listeners):
                try:
                    listener(event)
                except Exception:
                    log.exception(
                        "a listener of run %s failed on %s; it hears no more", self.run_id, event.type
                    )
                    self._drop(listener)

    def on_loop(self, do: Callable[[], object]) -> None:
        """Do something on the loop that the run goes on; at once where that runs here, or there is none."""
        if self.loop is not None and self.loop is not running_loop():
            with suppress(RuntimeError):  # the loop is closed: the run has ended, and any thread may do it
                self.loop.call_soon_threadsafe(do)
                return
        do()


def running_loop() -> asyncio.AbstractEventLoop | None:
    """The event loop that runs in this thread."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
