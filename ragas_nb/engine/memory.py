"""Where answers are kept from one run to the next, as the engine sees it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from ragas_nb.engine.trace import Attempt


@dataclass(frozen=True, slots=True)
class Remembered:
    """An answer as it is kept: its value as JSON text, and the attempts that it took."""

    text: str
    attempts: tuple[Attempt, ...] = ()


class Memory(Protocol):
    """Keeps answers by key."""

    async def find(self, keys: Sequence[str]) -> Mapping[str, Remembered]:
        """Those of the answers that are kept."""
        ...

    async def keep(self, answers: Mapping[str, Remembered]) -> None:
        """Keep answers; when this returns, they outlive the process."""
        ...
