"""An HTTP connection to addresses that were checked before, which ends in time whatever the server does."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache
from http.client import HTTPConnection, HTTPResponse
from threading import Timer
from time import monotonic
from types import TracebackType
from typing import Final

from ragas_nb.judges.images.addresses import Address
from ragas_nb.judges.images.fetching import Place, Redirect
from ragas_nb.judges.images.image import ImageRefused, too_large

_CHUNK: Final = 64 * 1024
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_HEADERS: Final = {
    "Accept": "image/png, image/jpeg, image/gif, image/webp",
    "Accept-Encoding": "identity",
    "Connection": "close",
    "User-Agent": "ragas_nb",
}


class PinnedConnection(HTTPConnection):
    """A connection for one request, to the first of the addresses that answers; the host's name only goes
    into the request and the check of its certificate.

    At `ends` (a time of `monotonic`) the socket is shut down, so that a server which sends a byte now and
    then cannot hold it: whatever reads from it then sees its end, or an error.
    """

    def __init__(self, place: Place, addresses: Sequence[Address], ends: float) -> None:
        super().__init__(place.host, place.port)
        self.default_port = 443 if place.scheme == "https" else 80
        self._place = place
        self._addresses = addresses
        self._ends = ends
        self._line: socket.socket | None = None
        self._cut_off = Timer(max(0.0, ends - monotonic()), self._shut)
        self._cut_off.daemon = True
        self._cut_off.name = "ragas_nb-images"

    def __enter__(self) -> PinnedConnection:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._cut_off.cancel()
        self.close()
        if self._line is not None:
            self._line.close()

    def connect(self) -> None:
        """Connect to one of the addresses, none other; called by `request`."""
        line = self._line = self._opened()
        if self._place.scheme == "https":
            line = self._line = _trust().wrap_socket(line, server_hostname=self._place.host)
        self.sock = line
        self._cut_off.start()  # the handshake as a whole has kept to the socket's own limit

    def _opened(self) -> socket.socket:
        """A socket to the first address that answers; each gets its part of the time."""
        problem: OSError = TimeoutError("there is no time left")
        for place, address in enumerate(self._addresses):
            left = self._ends - monotonic()
            if left <= 0:
                break
            try:
                share = left / (len(self._addresses) - place)
                line = socket.create_connection((str(address), self._place.port), timeout=share)
            except OSError as error:
                problem = error
            else:
                line.settimeout(max(0.001, self._ends - monotonic()))
                return line
        raise problem

    def _shut(self) -> None:
        """End all reading and writing, in whichever thread it goes on."""
        if self._line is not None:
            with suppress(OSError):  # closed already
                socket.socket.shutdown(self._line, socket.SHUT_RDWR)  # below TLS, which would answer

    def get_image(self, max_bytes: int) -> bytes | Redirect:
        """Ask for the place, and return what is sent: the bytes, or where else to ask.

        Raises:
            ImageRefused: it is no image, or too large.
            OSError, HTTPException: the connection failed, or was cut off.
        """
        self.request("GET", self._place.target, headers=_HEADERS)
        with self.getresponse() as reply:
            if reply.status in _REDIRECTS and (location := reply.getheader("Location")):
                return Redirect(location)
            if reply.status != 200:
                raise ImageRefused(f"{self.host!r} answered with status {reply.status}")
            if reply.headers.get_content_maintype() != "image":
                raise ImageRefused(f"{self.host!r} sent {reply.headers.get_content_type()[:60]!r}, no image")
            return self._body(reply, max_bytes)

    def _body(self, reply: HTTPResponse, max_bytes: int) -> bytes:
        content = bytearray()
        while chunk := reply.read(_CHUNK):
            content += chunk
            if len(content) > max_bytes:
                raise too_large()
        if reply.length or monotonic() >= self._ends:
            raise ConnectionError("the connection ended before the image did")
        return bytes(content)


@lru_cache(maxsize=1)
def _trust() -> ssl.SSLContext:
    """The certificates that the system trusts; reading them takes a while."""
    return ssl.create_default_context()
