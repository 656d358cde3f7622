"""The answers that a run has at hand: those on their way, and the last ones that came."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar, cast

from ragas_nb.engine.trace import Attempt, Source

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Outcome(Generic[T]):
    """What came of a question: a value or an error, and the attempts it took.

    `kept` where the answer was there before anybody asked.
    """

    value: T | None
    error: Exception | None = None
    attempts: tuple[Attempt, ...] = ()
    kept: bool = False

    def get(self) -> T:
        """The value.

        Raises:
            Exception: the error, where there is one.
        """
        if self.error is not None:
            raise self.error
        return cast(T, self.value)


Futures = dict[str, "asyncio.Future[Outcome[T]]"]


class Recent(Generic[T]):
    """Outcomes by key: all that are on their way, and of the others the `most` that were used last."""

    def __init__(self, most: int | None) -> None:
        self._most = most
        self._waiting: Futures[T] = {}
        self._known: OrderedDict[str, asyncio.Future[Outcome[T]]] = OrderedDict()

    def claim(
        self, keys: Sequence[str]
    ) -> tuple[list[tuple[Source, asyncio.Future[Outcome[T]]]], Futures[T]]:
        """The future of each key with who pays for it; and those of the keys that nobody has asked for yet,
        which the caller must see settled."""
        found: list[tuple[Source, asyncio.Future[Outcome[T]]]] = []
        missing: Futures[T] = {}
        for key in keys:
            if (future := self._known.get(key)) is not None:
                self._known.move_to_end(key)
                found.append(("remembered", future))
            elif (future := self._waiting.get(key)) is not None:
                found.append(("shared", future))
            else:
                future = asyncio.get_running_loop().create_future()
                self._waiting[key] = missing[key] = future
                found.append(("asked", future))
        return found, missing

    def settle(self, key: str, outcome: Outcome[T]) -> None:
        """Tell whoever waits; an error is forgotten at once, so that who asks later asks anew."""
        future = self._waiting.pop(key)
        if outcome.error is None:
            self._known[key] = future
            if self._most is not None and len(self._known) > self._most:
                self._known.popitem(last=False)
        future.set_result(outcome)
