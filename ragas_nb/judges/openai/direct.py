"""The short way to a server: the openai client says once how a request looks, aiohttp sends all of them.

The client makes options, headers, URL and two requests anew each time, four times the work of sending. So it
is asked once, before a connection is opened: it posts to a transport that only listens. What was heard (URL
and headers, with key, organisation and whatever else the environment sets) is sent with every body.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from urllib.request import getproxies

from ragas_nb.judges.openai.by_client import CONNECTIONS, IDLE_SECONDS, http_package
from ragas_nb.judges.openai.ways import Answered, NotReached
from ragas_nb.judges.threads import in_thread

if TYPE_CHECKING:
    import aiohttp
    import openai
    from multidict import CIMultiDict
    from yarl import URL

_MADE_PER_REQUEST = frozenset({"host", "content-length", "accept-encoding"})
_ENCODINGS = "gzip, deflate"
"""What aiohttp decodes without further packages."""
_LARGE = 1 << 20
"""Bytes from which on aiohttp wants a body in a file-like object, which it sends in pieces."""


def is_open(url: str) -> bool:
    """Whether the short way leads to this URL: aiohttp is installed, and no proxy of the environment stands
    between."""
    proxies = getproxies()
    is_proxied = any(scheme in proxies for scheme in (urlsplit(url).scheme, "all"))
    return not is_proxied and find_spec("aiohttp") is not None


@dataclass(slots=True, repr=False)
class Direct:
    """Sends bodies to one URL with the same headers; opens its connections with the first one."""

    url: URL
    headers: CIMultiDict[str]
    context: ssl.SSLContext
    _session: aiohttp.ClientSession | None = None

    async def send(self, body: bytes) -> Answered:
        """See `Way`."""
        import aiohttp

        session = self._session or self._open()
        data = body if len(body) < _LARGE else BytesIO(body)
        try:
            async with session.post(self.url, data=data, headers=self.headers) as response:
                return Answered(response.status, await response.read(), response.headers)
        except aiohttp.ClientError as error:
            raise NotReached(error) from None

    def _open(self) -> aiohttp.ClientSession:
        import aiohttp

        connector = aiohttp.TCPConnector(limit=CONNECTIONS, keepalive_timeout=IDLE_SECONDS, ssl=self.context)
        self._session = aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout())
        return self._session

    async def aclose(self) -> None:
        """See `Way`."""
        if self._session is not None:
            await self._session.close()


async def open_way(client_with: Callable[[Any], openai.AsyncOpenAI], path: str) -> Direct:
    """The short way to where this client posts to; `client_with` makes it, given its HTTP client."""
    context = await in_thread(_loaded)
    from multidict import CIMultiDict
    from yarl import URL

    request = await _rehearsed(client_with, path)
    headers = CIMultiDict(
        (name, value) for name, value in request.headers.multi_items() if name not in _MADE_PER_REQUEST
    )
    headers["accept-encoding"] = _ENCODINGS
    url = URL(str(request.url), encoded=True).with_user(None)  # the client has made a header of it
    return Direct(url, headers, context)


def _loaded() -> ssl.SSLContext:
    """What the client trusts; to be called in a thread, for this and both packages take their time."""
    import aiohttp  # noqa: F401  so that it is there

    context: ssl.SSLContext = http_package().create_ssl_context()
    return context


async def _rehearsed(client_with: Callable[[Any], openai.AsyncOpenAI], path: str) -> Any:
    """The request that this client would send, from a transport that hears it and connects to nobody."""
    import openai

    package = http_package()
    heard: list[Any] = []

    def hear(request: Any) -> Any:
        heard.append(request)
        raise package.ConnectError("a rehearsal", request=request)

    async with package.AsyncClient(transport=package.MockTransport(hear), trust_env=False) as http:
        with suppress(openai.APIConnectionError):
            await client_with(http).post(path, cast_to=package.Response, body={})
    return heard[0]
