"""What one run writes down: everything is on disk before anybody hears of it."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache, partial
from pathlib import Path
from time import monotonic
from typing import Final, TypeVar

from ragas_nb.engine.events import Event, JobFailed, JobScored, Listener, NoticeGiven
from ragas_nb.engine.memory import Remembered
from ragas_nb.errors import StoreError
from ragas_nb.schema import EvaluationDataset
from ragas_nb.store.batches import BatchMaker
from ragas_nb.store.codec import key_hash, pack_answer
from ragas_nb.store.meta import RunMeta
from ragas_nb.store.ownership import new_owner
from ragas_nb.store.packing import Packer, words_of
from ragas_nb.store.places import Places
from ragas_nb.store.trace_pages import TraceReader
from ragas_nb.store.writer import Found, Told, Turn, Writer

T = TypeVar("T")

SLICE_S: Final = 0.003
"""Seconds that announcements may hold the event loop; jobs that are computed have another such slice."""
ROOM: Final = 20_000
"""How many events may wait; one with a trace counts for as many as its size comes to."""
_TRACED: Final = (JobScored, JobFailed)
_SIZE: Final = 1_600
"""Bytes of a trace that count for one event, so that 32 MB may wait."""
_LONG: Final = 200_000
"""Bytes of a sample and its trace that take milliseconds to pack."""


class Journal:
    """One run on its way to the store, on the run's event loop; a thread of its own writes.

    Also the `Memory` of the run: answers that any run has kept in the same file are found again. `steps`
    gives the steps of a job by sample and metric, at any time, also after `aclose`; see `TraceReader`.
    """

    def __init__(
        self, path: Path | None, meta: RunMeta, dataset: EvaluationDataset, announce: Listener
    ) -> None:
        self._announce = announce
        self._run_id = meta.run_id
        self._owner = new_owner()
        self._places = Places(path, meta, dataset, self._owner, self._notice)
        self._words = cache(partial(words_of, dataset))
        self._row_of = cache(lambda: {sample_id: row for row, sample_id in enumerate(dataset.ids)})
        """Made in the thread, as are the words: with a hundred thousand samples they take a while."""
        self._metrics = tuple(column.name for column in meta.columns)
        self._writer = Writer(self._places, self._tell)
        self.steps = TraceReader(
            self._places,
            self._words,
            self._row_of,
            self._metrics,
            name=f"Run {meta.run_id}",
            changes=lambda: self._writer.commits,
        )
        self._turn: Turn | None = None
        self._told: deque[Event | asyncio.Future[None]] = deque()
        """What is written and to be announced, and in between who waits for what stands before."""
        self._announcing = False
        self._waiting = 0
        """The weight of the events that are not announced yet."""
        self._end: asyncio.Future[None] | None = None

    @classmethod
    async def open(
        cls,
        path: Path | None,
        meta: RunMeta,
        dataset: EvaluationDataset,
        *,
        announce: Listener,
        is_new: bool,
    ) -> Journal:
        """Begin to write a run, or to go on with one; without a path in memory.

        Trouble with the file is no error: the run is kept in memory then, and a notice says why. `announce`
        is called on the event loop with every event once it is written, in their order.

        Raises:
            StoreError: somebody else is writing the run.
        """
        journal = cls(path, meta, dataset, announce)
        await journal._start(is_new=is_new)
        return journal

    async def reopen(self) -> None:
        """Go on with the run after `aclose`, on the event loop that runs now.

        Raises:
            StoreError: somebody else is writing the run by now.
        """
        await self.aclose()
        self._writer = Writer(self._places, self._tell)
        await self._start(is_new=False)

    async def _start(self, *, is_new: bool) -> None:
        self._loop = asyncio.get_running_loop()
        self._room = asyncio.Event()
        self._room.set()
        self._end = None
        opened: asyncio.Future[None] = self._loop.create_future()
        self._thread = threading.Thread(
            target=self._work, args=(opened, is_new), name=self._owner.thread, daemon=True
        )
        self._thread.start()
        try:
            await asyncio.shield(opened)
        except BaseException:
            self._close()
            raise

    # ── on the event loop ──

    def write(self, event: Event) -> None:
        """Have an event written, then announced."""
        self._waiting += _weight(event)
        if self._waiting > ROOM:
            self._room.clear()
        turn = self._turn or self._new_turn()
        turn.events.append(event)
        if isinstance(event, JobScored | JobFailed) and event.trace:
            self._pack(turn, event)

    def _pack(self, turn: Turn, event: JobScored | JobFailed) -> None:
        """Pack a trace here, unless that takes long: the thread does it then, or says why it cannot."""
        row = self._row_of()[event.sample_id]
        if self._packer.weight(row) + _SIZE * _weight(event) < _LONG:
            with suppress(ValueError, TypeError):
                turn.packed[id(event)] = self._packer.pack(row, event.trace)

    async def room(self) -> None:
        """Wait while so much is on its way to the disk that more would fill the memory."""
        await self._room.wait()

    async def find(self, keys: Sequence[str]) -> Found:
        """Those of the answers that are kept."""
        may_have = self._places.known.may_have
        likely = [key for key in keys if may_have(key_hash(key))]
        if not likely:
            return {}
        future: asyncio.Future[Found] = self._loop.create_future()
        (self._turn or self._new_turn()).sought.append((likely, future))
        return await future

    async def keep(self, answers: Mapping[str, Remembered]) -> None:
        """Keep answers; when this returns, they outlive the process."""
        future: asyncio.Future[None] = self._loop.create_future()
        turn = self._turn or self._new_turn()
        turn.answers |= {key_hash(key): pack_answer(answer) for key, answer in answers.items()}
        turn.kept.append(future)
        await future

    async def flush(self) -> None:
        """Wait until everything so far is written and announced; a file that failed is tried again."""
        future: asyncio.Future[None] = self._loop.create_future()
        (self._turn or self._new_turn()).flushed.append(future)
        await future

    async def aclose(self) -> None:
        """Write and announce what is left, and let the file go."""
        await asyncio.shield(self._close())
        self._thread.join()  # it has nothing left to do
        self._places.forget_with(self)

    def _close(self) -> asyncio.Future[None]:
        if self._end is None:
            turn = self._turn or self._new_turn()
            self._end = self._loop.create_future()
            turn.flushed.append(self._end)
            turn.last = True
        return self._end

    def _new_turn(self) -> Turn:
        """What this turn of the loop hands over goes together: a thread is slow to wake."""
        if self._end is not None:
            raise StoreError(f"Nothing more is written of run {self._run_id}: its journal is closed.")
        self._turn = Turn()
        self._loop.call_soon(self._hand_over)
        return self._turn

    def _hand_over(self) -> None:
        if self._turn is not None:
            self._writer.hand_over(self._turn)
            self._turn = None

    def _hear(self, told: Told) -> None:
        """Take what the thread tells."""
        for waiting in told.kept:
            _settle(waiting, None)
        for found, sought in told.found:
            _settle(sought, found)
        self._told.extend(told.events)
        self._told.extend(told.flushed)
        if self._told and not self._announcing:
            self._announcing = True
            self._loop.call_soon(self._announce_some)

    def _announce_some(self) -> None:
        """Announce for a while, then let others have a turn."""
        ends = monotonic() + SLICE_S
        told = self._told
        try:
            while told:
                event = told.popleft()
                if isinstance(event, asyncio.Future):
                    _settle(event, None)
                    continue
                self._waiting -= _weight(event)
                self._announce(event)
                if monotonic() >= ends:
                    break
        finally:
            if self._waiting <= ROOM // 2:
                self._room.set()
            self._announcing = bool(told)
            if told:
                self._loop.call_soon(self._announce_some)

    # ── in the thread ──

    def _work(self, opened: asyncio.Future[None], is_new: bool) -> None:
        try:
            progress = self._places.open(is_new=is_new)
            self._row_of()
            self._packer = Packer(self._words())
        except Exception as error:  # noqa: BLE001  raised again to whoever opens
            self._post(partial(_fail, opened, error))
            return
        self._post(partial(_settle, opened, None))
        self._writer.work(BatchMaker(self._row_of().__getitem__, self._metrics, self._packer, progress))

    def _notice(self, message: str | None) -> None:
        self._writer.notice(message)

    def _tell(self, told: Told) -> bool:
        return self._post(partial(self._hear, told))

    def _post(self, callback: partial[None]) -> bool:
        """Have something called on the event loop; False where the loop is closed."""
        try:
            self._loop.call_soon_threadsafe(callback)
        except RuntimeError:
            return False
        return True


def _weight(event: Event) -> int:
    """How much of the room an event takes."""
    if isinstance(event, _TRACED) and event.trace:
        replies = (attempt.reply for step in event.trace for attempt in step.attempts)
        return 1 + len(event.trace) + sum(len(reply or "") for reply in replies) // _SIZE
    return 0 if isinstance(event, NoticeGiven) else 1  # the store's own were never written


def _settle(future: asyncio.Future[T], value: T) -> None:
    if not future.done():
        future.set_result(value)


def _fail(future: asyncio.Future[T], error: Exception) -> None:
    if not future.done():
        future.set_exception(error)
