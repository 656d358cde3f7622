"""The way to an OpenAI-compatible server, through the `openai` package (from 1.60 on).

Nothing else imports that package, and this only at the first request, in a thread: it takes a second.
"""

from __future__ import annotations

import asyncio
import importlib
import os
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol
from weakref import WeakKeyDictionary, ref

from ragas_nb.errors import ConfigurationError, JudgeUnavailable
from ragas_nb.judges import prices, reading
from ragas_nb.judges.openai.refusals import Problem, read_problem
from ragas_nb.judges.openai.target import OPENAI_URL, Target, without_credentials
from ragas_nb.judges.threads import in_thread

if TYPE_CHECKING:
    import openai

    Client = openai.AsyncOpenAI | openai.OpenAI

_CONNECTIONS = 1024
_IDLE_SECONDS = 15.0
_NO_KEY = "none"
"""Sent to servers that need no key: the client insists on one."""

Body = dict[str, object]


class _Response(Protocol):
    @property
    def content(self) -> bytes: ...


_Send = Callable[[str, Body], Awaitable[_Response]]
_Close = Callable[[], Awaitable[None]]


@dataclass(slots=True)
class _Line:
    """The client of one event loop; connections cannot be shared between loops."""

    opening: asyncio.Lock = field(default_factory=asyncio.Lock)
    send: _Send | None = None
    close: _Close | None = None
    in_flight: int = 0
    is_closing: bool = False

    async def close_when_idle(self) -> None:
        self.is_closing = True
        if self.close is not None and not self.in_flight:
            await self.close()


_homes: WeakKeyDictionary[Client, ref[asyncio.AbstractEventLoop]] = WeakKeyDictionary()
"""The event loop in which each client of a user was first used: its connections belong to that one."""


def _is_at_home(client: Client) -> bool:
    loop = asyncio.get_running_loop()
    return _homes.setdefault(client, ref(loop))() is loop


class Connection:
    """The way to one server: a client per event loop, and every failure as a problem or a judge's error."""

    def __init__(self, target: Target, *, client: Client | None, url: str, timeout: float | None) -> None:
        self.target = target
        self.client = client
        self.url = url
        self.timeout = timeout
        self._lines: WeakKeyDictionary[asyncio.AbstractEventLoop, _Line] = WeakKeyDictionary()
        prices.preload()
        reading.preload()

    async def post(self, path: str, body: Body) -> bytes | Problem:
        """The bytes of a successful reply, or what the server answered instead.

        Raises:
            JudgeUnavailable: there was no answer at all.
        """
        line = self._lines.setdefault(asyncio.get_running_loop(), _Line())
        line.in_flight += 1
        try:
            send = line.send or await self._open(line)
            outcome = await self._attempt(send, path, body)
        finally:
            line.in_flight -= 1
            if line.is_closing:
                await line.close_when_idle()
        if isinstance(outcome, JudgeUnavailable):
            raise outcome  # here, where no exception of the client, with its headers, becomes its context
        return outcome

    async def aclose(self) -> None:
        """Close what was opened for this loop, once the requests under way are done."""
        line = self._lines.pop(asyncio.get_running_loop(), None)
        if line is not None:
            await line.close_when_idle()

    async def _attempt(self, send: _Send, path: str, body: Body) -> bytes | Problem | JudgeUnavailable:
        import openai

        try:
            async with asyncio.timeout(self.timeout):
                return (await send(path, body)).content
        except openai.APIStatusError as error:
            return read_problem(error.status_code, error.response.content, error.response.headers)
        except openai.APIConnectionError as error:
            causes = _causes(error)
            if isinstance(error, openai.APITimeoutError) and not _was_dropped(causes):
                return self._timed_out()
            return self._unreachable(causes[-1])
        except TimeoutError:
            return self._timed_out()

    def _timed_out(self) -> JudgeUnavailable:
        message = f"{self.target.base_url} did not answer in time (timeout={self.timeout} s, from sending)."
        return JudgeUnavailable(message, kind="timeout")

    def _unreachable(self, reason: BaseException) -> JudgeUnavailable:
        words = self.target.cleaned(str(reason)) or type(reason).__name__
        message = f"No connection to {self.target.base_url}: {words}. Is the server running?"
        return JudgeUnavailable(message, kind="connection")

    async def _open(self, line: _Line) -> _Send:
        """Make this loop's client, unless another request has just done so."""
        async with line.opening:
            if line.send is not None:
                return line.send
            is_lent = self.client is not None and _is_at_home(self.client)
            send, line.close = await in_thread(partial(self._opened, is_lent=is_lent))
            line.send = send
            return send

    def _opened(self, *, is_lent: bool) -> tuple[_Send, _Close | None]:
        """How to send, and how to close what was opened for it; a lent client stays open."""
        import openai

        response = _http_package().Response
        if isinstance(self.client, openai.OpenAI):
            blocking = self.client.with_options(max_retries=0, timeout=self.timeout)
            return lambda path, body: in_thread(
                partial(blocking.post, path, cast_to=response, body=body)
            ), None
        if is_lent and self.client is not None:
            client, close = self.client.with_options(max_retries=0), None
        else:
            http = _http_client()
            client, close = self._own_client(http), http.aclose
        return lambda path, body: client.post(path, cast_to=response, body=body), close

    def _own_client(self, http: Any) -> openai.AsyncOpenAI:
        """A client with connections of its own: like the user's, where there is one."""
        import openai

        if isinstance(self.client, openai.AsyncOpenAI):
            return self.client.with_options(max_retries=0, http_client=http)
        return openai.AsyncOpenAI(
            api_key=self.target.secret or _NO_KEY,
            base_url=self.url,
            timeout=self.timeout,
            max_retries=0,
            http_client=http,
        )


def _http_package() -> Any:
    """The package that this `openai` sends requests with: httpx, or its successor."""
    import openai

    base = next(cls for cls in openai.DefaultAsyncHttpxClient.__mro__ if cls.__name__ == "AsyncClient")
    return importlib.import_module(base.__module__.partition(".")[0])


def _http_client() -> Any:
    """A pool of connections over aiohttp, much faster with many of them; without it, the usual one."""
    import openai

    limits = _http_package().Limits(
        max_connections=_CONNECTIONS, max_keepalive_connections=_CONNECTIONS, keepalive_expiry=_IDLE_SECONDS
    )
    try:
        return openai.DefaultAioHttpClient(limits=limits)
    except (AttributeError, RuntimeError):  # an older `openai`, or no aiohttp
        return openai.DefaultAsyncHttpxClient(limits=limits)


def _causes(error: BaseException) -> list[BaseException]:
    """An error and what caused it, the first cause last."""
    causes = [error]
    while (cause := causes[-1].__cause__) is not None:
        causes.append(cause)
    return causes


def _was_dropped(causes: list[BaseException]) -> bool:
    """Whether a "timeout" is a lost or refused connection, which the aiohttp transport reports as such."""
    return any(type(e).__module__.startswith("aiohttp") and not isinstance(e, TimeoutError) for e in causes)


def is_openai_client(value: object) -> bool:
    """Whether a value is a client of the `openai` package; does not import it (who has a client has)."""
    api = sys.modules.get("openai")
    return api is not None and isinstance(value, (api.OpenAI, api.AsyncOpenAI))


def connect(
    model: str, client: Client | None, base_url: str | None, api_key: str | None, timeout: float | None
) -> Connection:
    """The way to a server by the user's client, or by a base URL and a key, or by the environment's."""
    if client is not None:
        if base_url is not None or api_key is not None:
            raise ConfigurationError(
                "Pass client=, or base_url= and api_key=, not both: a client has its own."
            )
        url, key = str(client.base_url), str(client.api_key or "")
    else:
        url = base_url or os.environ.get("OPENAI_BASE_URL") or OPENAI_URL
        key = api_key or os.environ.get("OPENAI_API_KEY") or ""
        if not url.startswith(("http://", "https://")):
            raise ConfigurationError(
                f"The base URL must begin with http:// or https://; got '{url.rpartition('@')[2]}'."
            )
    target = Target(model, without_credentials(url), key)
    if client is None and not key and target.base_url == OPENAI_URL:
        raise ConfigurationError(
            f"'{model}' at {OPENAI_URL} needs a key: set OPENAI_API_KEY or pass api_key=. "
            "For a server of your own set OPENAI_BASE_URL or pass base_url=."
        )
    return Connection(target, client=client, url=url, timeout=timeout)
