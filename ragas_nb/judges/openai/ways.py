"""What every way to a server has in common: bytes go out, an answer comes back, or nothing does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, Protocol


class Answered(NamedTuple):
    """What a server answered, whatever its status; the names of `headers` have no case."""

    status: int
    content: bytes
    headers: Mapping[str, str]


class NotReached(Exception):
    """No answer came, for this reason. It never leaves the package: the reason may know the request's key."""

    def __init__(self, error: BaseException) -> None:
        super().__init__()
        self.reason = causes_of(error)[-1]


class Way(Protocol):
    """A way to one path of one server, for the event loop on which it was opened."""

    async def send(self, body: bytes) -> Answered:
        """The answer to one request with this JSON.

        Raises:
            NotReached: the connection failed.
            TimeoutError: the client gave up waiting.
        """
        ...

    async def aclose(self) -> None:
        """Free what was opened for it."""
        ...


def causes_of(error: BaseException) -> list[BaseException]:
    """An error and what caused it, the first cause last."""
    causes = [error]
    while (cause := causes[-1].__cause__) is not None:
        causes.append(cause)
    return causes
