"""Who writes a run: one process at a time, and only as long as it lives."""

from __future__ import annotations

import json
import os
import secrets
import socket
import threading
import time
from dataclasses import asdict, dataclass
from typing import Final

from ragas_nb.store.processes import started

HEARTBEAT_S: Final = 60.0
"""How often an owner says that it lives, in seconds."""
_GONE_S: Final = 5 * HEARTBEAT_S
"""A process of another machine that has said nothing for so long is taken for dead."""


@dataclass(frozen=True, slots=True)
class Owner:
    """A writer of a run: a process, and of its writers the one with this token."""

    host: str
    pid: int
    started: str
    token: str

    @property
    def text(self) -> str:
        """What the store holds of it."""
        return json.dumps(asdict(self), sort_keys=True)

    @property
    def thread(self) -> str:
        """The name of the thread that writes."""
        return f"ragas_nb store {self.token}"

    def __str__(self) -> str:
        return f"process {self.pid} on {self.host}"


def new_owner() -> Owner:
    """Another owner in this process."""
    pid = os.getpid()
    return Owner(socket.gethostname(), pid, started(pid) or "", secrets.token_hex(8))


def living_owner(text: str | None, seen_at: float) -> Owner | None:
    """The owner that the store names, last seen at that time; None where there is none or it is dead."""
    if text is None:
        return None
    try:
        owner = Owner(**json.loads(text))
    except (ValueError, TypeError):
        return None
    return owner if _lives(owner, seen_at) else None


def _lives(owner: Owner, seen_at: float) -> bool:
    if owner.host != socket.gethostname():
        return time.time() - seen_at < _GONE_S
    if owner.pid == os.getpid():
        # By name: a registry of our own would be made anew whenever this module is loaded again.
        return any(thread.name == owner.thread for thread in threading.enumerate())
    return owner.started == started(owner.pid)
