"""The thread that writes a run: what the event loop hands over is committed, then told back in order."""

from __future__ import annotations

import asyncio
import logging
import threading
import zlib
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from time import monotonic
from typing import Final, TypeAlias

from ragas_nb.engine.events import Event, NoticeGiven
from ragas_nb.engine.memory import Remembered
from ragas_nb.store.batches import Batch, BatchMaker, add_answers
from ragas_nb.store.codec import key_hash, unpack_answer
from ragas_nb.store.ownership import HEARTBEAT_S
from ragas_nb.store.packing import Packed
from ragas_nb.store.places import Places

log = logging.getLogger("ragas_nb")

_LEAST_GAP: Final = 4
"""How many times longer than the last commit the time until the next one is at least: what comes meanwhile
shares it."""
_LONGEST_GAP_S: Final = 0.010
_LOAD: Final = 4_000
"""Plain events that are written with one commit."""

Found: TypeAlias = Mapping[str, Remembered]
Sought: TypeAlias = "tuple[Sequence[str], asyncio.Future[Found]]"
"""Keys, and who waits for their answers."""


@dataclass(slots=True)
class Turn:
    """What one turn of the event loop hands over."""

    events: list[Event] = field(default_factory=list)
    packed: dict[int, Packed] = field(default_factory=dict)
    """Traces of these events that are packed already, by identity: packing in the thread would hand
    Python's lock to and fro with every trace."""
    answers: dict[bytes, bytes] = field(default_factory=dict)
    """Packed answers by the hashes of their keys."""
    kept: list[asyncio.Future[None]] = field(default_factory=list)
    """Who waits until the answers are kept."""
    sought: list[Sought] = field(default_factory=list)
    flushed: list[asyncio.Future[None]] = field(default_factory=list)
    """Who waits until all of it, and all before it, is written and announced."""
    last: bool = False


@dataclass(slots=True)
class Told:
    """What the thread tells the event loop: events to announce, and whose waiting is over."""

    events: list[Event] = field(default_factory=list)
    kept: list[asyncio.Future[None]] = field(default_factory=list)
    found: list[tuple[Found, asyncio.Future[Found]]] = field(default_factory=list)
    flushed: list[asyncio.Future[None]] = field(default_factory=list)
    """Those who wait for the announcements, too."""


class Writer:
    """Writes in a thread of its own, until a turn says that it is the last, or nobody listens any more.

    `tell` hands something to the event loop; False when the loop is closed.
    """

    def __init__(self, places: Places, tell: Callable[[Told], bool]) -> None:
        self._turns: SimpleQueue[Turn] = SimpleQueue()
        self._urgent = threading.Event()
        """Set when somebody waits for more than the next commit."""
        self.commits = 0
        """How many there were; what was read before the last one may have changed."""
        self._places = places
        self._tell = tell
        self._events: deque[Event] = deque()
        self._packed: dict[int, Packed] = {}
        self._answers: dict[bytes, bytes] = {}
        self._kept: list[asyncio.Future[None]] = []
        self._used: list[bytes] = []
        self._flushed: list[asyncio.Future[None]] = []
        self._told = Told()
        """What is being written now."""
        self._last = False
        self._ending = False
        self._next_commit = 0.0

    def work(self, maker: BatchMaker) -> None:
        """Write until the end."""
        try:
            while not self._ending:
                self._cycle(maker)
        except Exception:
            log.exception("the store of a run failed")
            self._pass_on()
        finally:
            self._places.close()

    def hand_over(self, turn: Turn) -> None:
        """Have a turn written; from the event loop."""
        self._turns.put(turn)
        if turn.sought or turn.flushed:
            self._urgent.set()

    def notice(self, message: str | None) -> None:
        """Announce what a person should know of the store."""
        self._send(Told(events=[NoticeGiven(about="store", message=message)]))

    def _send(self, told: Told) -> None:
        if not self._tell(told):
            self._ending = True

    def _cycle(self, maker: BatchMaker) -> None:
        """Do one thing that is to be done, or wait for it."""
        if not (self._events or self._answers or self._flushed or self._places.has_parts_left):
            if not self._receive(HEARTBEAT_S):
                self._places.beat()
        else:
            self._receive(0.0)
        if self._events or self._answers:
            self._gather()
            self._commit(maker)
            self._places.write_part()
        elif not self._places.write_part() and self._flushed:
            self._finish(maker)

    def _receive(self, wait: float) -> bool:
        """Take what was handed over, and look answers up at once; False where nothing came in that time."""
        try:
            turn = self._turns.get(timeout=wait) if wait > 0 else self._turns.get_nowait()
        except Empty:
            return False
        self._events += turn.events
        self._packed |= turn.packed
        self._answers |= turn.answers
        self._kept += turn.kept
        self._flushed += turn.flushed
        self._last |= turn.last
        self._look_up(turn.sought)
        return True

    def _gather(self) -> None:
        """Take what comes until the next commit is due; a flush does not wait."""
        while not self._flushed and (left := self._next_commit - monotonic()) > 0:
            # Not the queue: whenever this thread wakes, it takes Python's lock away from the event loop.
            if self._urgent.wait(left):
                self._urgent.clear()
                while self._receive(0.0):
                    pass
        while self._receive(0.0):
            pass

    def _look_up(self, sought: Sequence[Sought]) -> None:
        if not sought:
            return
        hashes = {key: key_hash(key) for keys, _ in sought for key in keys}
        bodies = self._places.find(hashes.values())
        known = {key: answer for key, hashed in hashes.items() if (answer := _answer(bodies.get(hashed)))}
        self._used += [hashes[key] for key in known]
        told = Told()
        for keys, future in sought:
            told.found.append(({key: known[key] for key in keys if key in known}, future))
        self._send(told)

    def _commit(self, maker: BatchMaker) -> None:
        """Write some of what there is in one transaction, and tell it."""
        batch, told = Batch(), self._told
        add_answers(batch, self._answers)
        batch.used += self._used
        told.kept += self._kept
        self._answers, self._used, self._kept = {}, [], []
        load = 0
        while self._events and load < _LOAD:
            event = self._events.popleft()
            told.events.append(event)
            load += maker.add(batch, event, self._packed.pop(id(event), None))
        if maker.progress.has_ended:
            self._write_parts()  # whoever hears of the end finds the run whole
        began = monotonic()
        self._places.write(batch, maker.progress, maker.prompts)
        self.commits += 1
        ended = monotonic()
        self._next_commit = ended + min(_LEAST_GAP * (ended - began), _LONGEST_GAP_S)
        self._told = Told()
        self._send(told)

    def _write_parts(self) -> None:
        while self._places.write_part():
            pass

    def _finish(self, maker: BatchMaker) -> None:
        """All is written: try the file again where it failed, and tell those who wait for it."""
        if self._used:
            batch = Batch(used=self._used)
            self._used = []
            self._places.write(batch, maker.progress, maker.prompts)
        self._places.bring_back()
        self._write_parts()
        if self._last:
            self._places.close()
            self._ending = True
        self._send(Told(flushed=self._flushed))
        self._flushed = []

    def _pass_on(self) -> None:
        """Keep nothing any more, so that the run at least goes on."""
        self.notice(
            "The store failed, which is a mistake in ragas_nb; the log has it. Save the result to a file."
        )
        while True:
            told, self._told = self._told, Told()
            told.events += self._events
            told.kept += self._kept
            told.flushed += self._flushed
            self._events.clear()
            self._kept, self._flushed, self._answers = [], [], {}
            self._send(told)
            if self._last or self._ending:
                return
            self._receive(HEARTBEAT_S)


def _answer(body: bytes | None) -> Remembered | None:
    """The answer in what was found; None where there is none that can be read."""
    if body is None:
        return None
    try:
        return unpack_answer(body)
    except (ValueError, zlib.error):
        log.warning("an answer in the store is damaged; it will be asked again")
        return None
