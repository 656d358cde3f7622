"""Images from the internet. The addresses come from the data, so every step of the way is checked."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from time import monotonic
from typing import Final
from urllib.parse import quote, urljoin, urlsplit

from ragas_nb.judges.images.addresses import Address, addresses_of, is_public
from ragas_nb.judges.images.image import MAX_BYTES, ImageRefused
from ragas_nb.judges.threads import in_thread

MAX_REDIRECTS: Final = 3
_PORTS: Final = {"http": 80, "https": 443}
_KEPT_IN_PATHS: Final = "%/:=&?~#+!$,;'@()*[]"
_SHOWN: Final = 100


@dataclass(frozen=True, slots=True)
class Place:
    """Where an address leads: `target` is the path with the query."""

    scheme: str
    host: str
    port: int
    target: str


@dataclass(frozen=True, slots=True)
class Redirect:
    """A reply that names another address."""

    location: str


@dataclass(frozen=True, slots=True)
class Fetcher:
    """Fetches images over http(s): at most `max_bytes`, within `seconds` in all, from hosts of which all
    addresses may be reached.

    A host is looked up once for each request; the connection goes to the very addresses that were checked, so
    that a name cannot change its meaning in between. Redirects are checked like the first address. Proxies of
    the environment are not used: they would look the host up again. Nothing is sent but the address.
    """

    may_reach: Callable[[Address], bool] = is_public
    look_up: Callable[[str, int], list[Address]] = addresses_of
    seconds: float = 10.0
    max_bytes: int = MAX_BYTES

    async def fetch(self, url: str) -> bytes:
        """The content at an address; all that blocks happens in a thread.

        Raises:
            ImageRefused: it must not be fetched, is no image, too large, too slow, or cannot be had.
        """
        try:
            async with asyncio.timeout(self.seconds):  # looking up a host cannot be cut short in the thread
                return await in_thread(partial(self._follow, url, monotonic() + self.seconds))
        except TimeoutError:
            raise self._too_slow() from None

    def _follow(self, url: str, ends: float) -> bytes:
        for _ in range(MAX_REDIRECTS + 1):
            reply = self._get(place_of(url), ends)
            if isinstance(reply, bytes):
                return reply
            url = _joined(url, reply.location)
        raise ImageRefused(f"it was redirected more than {MAX_REDIRECTS} times")

    def _get(self, place: Place, ends: float) -> bytes | Redirect:
        """One request."""
        from http.client import HTTPException

        from ragas_nb.judges.images.pinned import PinnedConnection

        addresses = self._checked(place)
        try:
            with PinnedConnection(place, addresses, ends) as connection:
                return connection.get_image(self.max_bytes)
        except (OSError, HTTPException, ValueError) as error:
            if isinstance(error, ImageRefused):
                raise
            if monotonic() >= ends:
                raise self._too_slow() from None
            words = " ".join(str(error).split()) or type(error).__name__
            raise ImageRefused(f"{place.host!r} does not deliver it: {words[:_SHOWN]}") from None

    def _checked(self, place: Place) -> list[Address]:
        """The addresses of a host, when all of them may be reached."""
        addresses = self.look_up(place.host, place.port)
        if not addresses:
            raise ImageRefused(f"the host {place.host!r} is not known")
        if not all(map(self.may_reach, addresses)):
            raise ImageRefused(f"{place.host!r} is not on the public internet, and nothing else is fetched")
        return addresses

    def _too_slow(self) -> ImageRefused:
        return ImageRefused(f"it did not arrive within {self.seconds:g} s")


def _joined(url: str, location: str) -> str:
    """Where a redirect leads; what is no address stays as it is, and is refused as such."""
    try:
        return urljoin(url, location)
    except ValueError:
        return location


def place_of(url: str) -> Place:
    """Where an address leads.

    Raises:
        ImageRefused: it is no address, holds a password, or is not of the web.

    >>> place_of("http://images.example/a cat.png?size=1#top")
    Place(scheme='http', host='images.example', port=80, target='/a%20cat.png?size=1')
    """
    try:
        parts = urlsplit(url)
        scheme, host = parts.scheme, parts.hostname or ""
        port = parts.port or _PORTS.get(scheme, 0)
        host = host if ":" in host else host.encode("idna").decode("ascii")
    except ValueError:
        raise ImageRefused("it is no valid address") from None
    if scheme not in _PORTS:
        raise ImageRefused(f"it leads to an address that begins with {scheme[:_SHOWN]!r}, not http or https")
    if "@" in parts.netloc:
        raise ImageRefused("its address holds a user name or a password")
    if not host:
        raise ImageRefused("it is no valid address")
    query = f"?{parts.query}" if parts.query else ""
    return Place(scheme, host, port, quote((parts.path or "/") + query, safe=_KEPT_IN_PATHS))
