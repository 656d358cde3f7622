"""Pytest fixtures that run the loopback server; import them in a conftest.py of the tests that need them."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import pytest

from tests.loopback.config import Config

_ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Loopback:
    """A running loopback server, and what a test can tell it and ask it."""

    port: int

    @property
    def base_url(self) -> str:
        """The base URL for an OpenAI client."""
        return f"http://127.0.0.1:{self.port}/v1"

    def configure(self, **settings: object) -> None:
        """Set fields of `Config`; the others stay."""
        self._call("/config", settings)

    def script(self, *replies: dict[str, object]) -> None:
        """The replies to give to the next chat requests, in order."""
        self._call("/script", replies)

    def requests(self) -> list[dict[str, object]]:
        """The bodies of the chat and embedding requests since the last reset, oldest first."""
        found = self._call("/requests")
        return found if isinstance(found, list) else []

    def stats(self) -> dict[str, object]:
        """The server's counters."""
        found = self._call("/stats")
        return found if isinstance(found, dict) else {}

    def reset(self) -> None:
        """Back to the default settings, no script, all counters at 0."""
        self._call("/config", asdict(Config()))
        self._call("/reset", {})

    def _call(self, path: str, body: object = None) -> object:
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", data, timeout=10) as reply:
            return json.loads(reply.read())


def start_loopback(*options: str) -> tuple[subprocess.Popen[str], Loopback]:
    """Start a server on a free port; it stops when its process is told to, or when ours dies."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.loopback.server", "--until-eof", *options],
        cwd=_ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    if process.stdout is None or not (line := process.stdout.readline()).strip():
        raise RuntimeError(f"the loopback server did not start (exit code {process.wait(10)})")
    return process, Loopback(int(line))


def stop_loopback(process: subprocess.Popen[str]) -> None:
    """Stop a server that `start_loopback` started, and wait for its end."""
    process.terminate()
    process.communicate(timeout=10)


@pytest.fixture(scope="session")
def loopback_process() -> Iterator[Loopback]:
    """One server for all tests of a worker."""
    process, loopback = start_loopback()
    yield loopback
    stop_loopback(process)


@pytest.fixture
def loopback(loopback_process: Loopback) -> Loopback:
    """The server with default settings and empty counters."""
    loopback_process.reset()
    return loopback_process
