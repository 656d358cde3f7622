"""A web server on loopback that sends, byte by byte, what a test tells it to."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

Chunks = Callable[[threading.Event], Iterable[bytes]]
"""What to send, piece after piece; the event is set when the test is over."""
Reply = bytes | Chunks

PNG = b"\x89PNG\r\n\x1a\n" + bytes(24)
JPEG = b"\xff\xd8\xff\xe0" + bytes(24)
GIF = b"GIF89a" + bytes(24)
WEBP = b"RIFF\x20\x00\x00\x00WEBPVP8 " + bytes(24)


def reply(body: bytes = PNG, status: int = 200, **headers: str) -> bytes:
    """A whole HTTP reply; headers are named with underscores, `content_type` is image/png by default."""
    told = {"content_type": "image/png", "content_length": str(len(body)), **headers}
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in told.items() if value)
    return f"HTTP/1.1 {status} So\r\n{lines}\r\n".encode() + body


def redirect(location: str, status: int = 302) -> bytes:
    """A reply that leads elsewhere."""
    return reply(b"", status, location=location)


def dripping(start: bytes, rest: bytes, every: float = 0.02) -> Chunks:
    """`start` at once, then `rest` over and over, a byte at a time."""

    def chunks(over: threading.Event) -> Iterator[bytes]:
        yield start
        while True:
            for byte in rest:
                if over.wait(every):
                    return
                yield bytes([byte])

    return chunks


@dataclass
class ImageServer:
    """Serves `replies` by path until closed; the one for "" is given before anything is asked.

    `heard` are the heads of the requests, oldest first.
    """

    replies: Mapping[str, Reply] = field(default_factory=dict)
    tls: ssl.SSLContext | None = None
    heard: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def url(self, path: str, host: str = "127.0.0.1", scheme: str = "http") -> str:
        """The address of a path, by whichever name a test has for this computer."""
        return f"{scheme}://{host}:{self.port}{path}"

    @property
    def paths(self) -> list[str]:
        """The paths that were asked for."""
        return [head.split(" ")[1] for head in self.heard]

    def close(self) -> None:
        """Stop serving; replies under way end."""
        self._over.set()
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for thread in self._threads:
            thread.join(timeout=10)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                line, _ = self._socket.accept()
                thread = threading.Thread(target=self._serve, args=(line,), daemon=True)
                self._threads.append(thread)
                thread.start()

    def _serve(self, line: socket.socket) -> None:
        line.settimeout(10)
        with contextlib.suppress(OSError), contextlib.ExitStack() as stack:
            stack.enter_context(line)
            if self.tls is not None:
                line = stack.enter_context(self.tls.wrap_socket(line, server_side=True))
            answer = self.replies.get("") or self._asked(line)
            for chunk in [answer] if isinstance(answer, bytes) else answer(self._over):
                line.sendall(chunk)

    def _asked(self, line: socket.socket) -> Reply:
        """The reply to the request that comes; nothing where none comes."""
        head = b""
        while b"\r\n\r\n" not in head:
            got = line.recv(4096)
            if not got:
                return b""
            head += got
        self.heard.append(head.decode("latin-1"))
        return self.replies.get(self.paths[-1].partition("?")[0], reply(b"", 404))
