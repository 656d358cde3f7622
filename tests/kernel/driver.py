"""Drives a real Jupyter kernel of the running interpreter: cells in, messages out."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty
from typing import Any

from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager

PATIENCE_S = 60
"""How long a test waits for what must come; only a fault makes it wait that long."""
TRANSPORT = "ipc" if os.name == "posix" else "tcp"
"""Sockets with names of their own: a TCP port that was found free may be taken before the kernel listens."""


@contextmanager
def settings_of_kernels() -> Iterator[dict[str, str]]:
    """Settings of a manager of one kernel, whose sockets stand in a folder that goes with the block."""
    with tempfile.TemporaryDirectory() as folder:  # a short path: that of a socket has 107 bytes at most
        yield {"transport": TRANSPORT, "connection_file": f"{folder}/kernel.json"}


@dataclass
class Outcome:
    """What one cell did."""

    status: str
    text: str = ""
    error: str | None = None
    traceback: str = ""
    displays: list[dict[str, Any]] = field(default_factory=list)


class Kernel:
    """One kernel and its client."""

    def __init__(self, manager: KernelManager, client: BlockingKernelClient) -> None:
        self._manager = manager
        self._client = client
        self._outcomes: dict[str, Outcome] = {}
        self._idle: set[str] = set()
        self.said: list[str] = []
        """Everything the kernel published, widget messages and their buffers included."""

    def submit(self, code: str) -> str:
        """Queue a cell; its id. A kernel drops what comes shortly after a cell's error unless told not to."""
        number: str = self._client.execute(code, allow_stdin=False, stop_on_error=False)
        self._outcomes[number] = Outcome("queued")
        return number

    def run(self, code: str) -> Outcome:
        """Run a cell to its end; an error in it is an error here."""
        outcome = self.finish(self.submit(code))
        assert outcome.status == "ok", outcome.error
        return outcome

    def finish(self, number: str) -> Outcome:
        """What a queued cell did, once it has ended."""
        while number not in self._idle:
            self._take()
        reply = self._client.get_shell_msg(timeout=PATIENCE_S)
        while reply["parent_header"].get("msg_id") != number:
            reply = self._client.get_shell_msg(timeout=PATIENCE_S)
        outcome = self._outcomes[number]
        outcome.status = reply["content"]["status"]
        return outcome

    def wait_for_text(self, number: str, text: str) -> None:
        """Wait until a running cell has printed `text`."""
        while text not in self._outcomes[number].text:
            assert number not in self._idle, (
                f"the cell ended without printing {text!r}: {self._outcomes[number]}"
            )
            self._take()

    def interrupt(self) -> None:
        """What the stop button does."""
        self._manager.interrupt_kernel()

    def _take(self) -> None:
        try:
            message = self._client.get_iopub_msg(timeout=PATIENCE_S)
        except Empty:
            raise AssertionError(
                f"the kernel said nothing for {PATIENCE_S} s; so far: {self._outcomes}"
            ) from None
        self.said.append(repr((message["content"], [bytes(part) for part in message["buffers"]])))
        number = message["parent_header"].get("msg_id", "")
        outcome = self._outcomes.get(number)
        if outcome is None:
            return
        content = message["content"]
        match message["msg_type"]:
            case "stream":
                outcome.text += content["text"]
            case "error":
                outcome.error = f"{content['ename']}: {content['evalue']}"
                outcome.traceback = "\n".join(content["traceback"])
            case "display_data" | "execute_result" | "update_display_data":
                outcome.displays.append(content["data"])
            case "status" if content["execution_state"] == "idle":
                self._idle.add(number)


@contextmanager
def kernel(home: Path) -> Iterator[Kernel]:
    """A fresh kernel that knows nothing of the user's settings and keys."""
    env = {k: v for k, v in os.environ.items() if not k.startswith(("OPENAI_", "RAGAS_NB_"))}
    env |= {"IPYTHONDIR": str(home / "ipython"), "JUPYTER_RUNTIME_DIR": str(home / "runtime")}
    with settings_of_kernels() as settings:
        manager = KernelManager(kernel_name="python3", **settings)
        manager.start_kernel(env=env, cwd=str(home))
        client = manager.client()
        client.start_channels()
        try:
            client.wait_for_ready(timeout=PATIENCE_S)
            yield Kernel(manager, client)
        finally:
            client.stop_channels()
            manager.shutdown_kernel(now=True)
            manager.cleanup_resources()
