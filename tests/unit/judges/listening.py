"""A server in the test's own event loop that keeps whole requests, head and body."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from tests.loopback.image_server import reply
from tests.unit.judges.asking import GOOD_JSON, dumps

CHOICE = {"message": {"role": "assistant", "content": GOOD_JSON}, "finish_reason": "stop"}
COMPLETION = dumps({"choices": [CHOICE], "model": "judge"}).encode()
"""What a chat completion says at least."""
ANSWERED = reply(COMPLETION, content_type="application/json")


@dataclass(frozen=True, slots=True)
class Heard:
    """One request: its first line, its headers by small names, its body."""

    line: str
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class Listener:
    """Gives its replies in turn, the last one again and again; each closes its connection."""

    replies: list[bytes]
    port: int = 0
    heard: list[Heard] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Hear one request and answer it."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        line, *lines = head.strip().split("\r\n")
        pairs = (header.split(": ", 1) for header in lines)
        headers = {name.lower(): value for name, value in pairs}
        self.heard.append(Heard(line, headers, await reader.readexactly(int(headers["content-length"]))))
        answer = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        writer.write(answer.replace(b"\r\n", b"\r\nconnection: close\r\n", 1))
        await writer.drain()
        writer.close()
        await writer.wait_closed()


@asynccontextmanager
async def listening(*replies: bytes, tls: ssl.SSLContext | None = None) -> AsyncIterator[Listener]:
    """A server at a free port of this computer, for as long as the block lasts."""
    listener = Listener(list(replies or (ANSWERED,)))
    server = await asyncio.start_server(listener.serve, "127.0.0.1", 0, ssl=tls)
    listener.port = server.sockets[0].getsockname()[1]
    async with server:
        yield listener
