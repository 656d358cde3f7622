"""The way to an OpenAI-compatible server: chosen and opened at the first request on each event loop.

The `openai` package (from 1.60 on) is imported then, in a thread: it takes a second.
"""

from __future__ import annotations

import asyncio
import os
import sys
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary, ref

from ragas_nb.errors import ConfigurationError, JudgeUnavailable
from ragas_nb.judges import prices, reading
from ragas_nb.judges.openai import direct
from ragas_nb.judges.openai.by_client import ByClient
from ragas_nb.judges.openai.refusals import Problem, read_problem
from ragas_nb.judges.openai.target import OPENAI_URL, Target, without_credentials
from ragas_nb.judges.openai.ways import Answered, NotReached, Way
from ragas_nb.judges.threads import in_thread

if TYPE_CHECKING:
    import openai

    Client = openai.AsyncOpenAI | openai.OpenAI

_NO_KEY = "none"
"""Sent to servers that need no key: the client insists on one."""


@dataclass(slots=True)
class _Line:
    """The way of one event loop; connections cannot be shared between loops."""

    opening: asyncio.Lock = field(default_factory=asyncio.Lock)
    way: Way | None = None
    in_flight: int = 0
    is_closing: bool = False

    async def close_when_idle(self) -> None:
        self.is_closing = True
        if self.way is not None and not self.in_flight:
            await self.way.aclose()


_homes: WeakKeyDictionary[Client, ref[asyncio.AbstractEventLoop]] = WeakKeyDictionary()
"""The event loop in which each client of a user was first used: its connections belong to that one."""


def _is_at_home(client: Client) -> bool:
    loop = asyncio.get_running_loop()
    return _homes.setdefault(client, ref(loop))() is loop


class Connection:
    """The way to one path of one server for each event loop, and every failure as a problem or a judge's
    error."""

    def __init__(
        self, target: Target, path: str, *, client: Client | None, url: str, timeout: float | None
    ) -> None:
        self.target = target
        self.client = client
        self.url = url
        self.timeout = timeout
        self._path = path
        self._lines: WeakKeyDictionary[asyncio.AbstractEventLoop, _Line] = WeakKeyDictionary()
        prices.preload()
        reading.preload()

    async def post(self, body: bytes) -> Answered | Problem:
        """The successful reply to this JSON, or what the server answered instead.

        Raises:
            JudgeUnavailable: there was no answer at all.
        """
        loop = asyncio.get_running_loop()
        line = self._lines.get(loop) or self._lines.setdefault(loop, _Line())
        line.in_flight += 1
        try:
            way = line.way or await self._open(line)
            outcome = await self._attempt(way, body)
        finally:
            line.in_flight -= 1
            if line.is_closing:
                await line.close_when_idle()
        if isinstance(outcome, JudgeUnavailable):
            raise outcome  # here, where no exception of the client, with its headers, becomes its context
        if 200 <= outcome.status < 300:
            return outcome
        return read_problem(*outcome)

    async def aclose(self) -> None:
        """Close what was opened for this loop, once the requests under way are done."""
        line = self._lines.pop(asyncio.get_running_loop(), None)
        if line is not None:
            await line.close_when_idle()

    async def _attempt(self, way: Way, body: bytes) -> Answered | JudgeUnavailable:
        try:
            async with asyncio.timeout(self.timeout):
                return await way.send(body)
        except NotReached as error:
            return self._unreachable(error.reason)
        except TimeoutError:
            return self._timed_out()

    def _timed_out(self) -> JudgeUnavailable:
        message = f"{self.target.base_url} did not answer in time (timeout={self.timeout} s, from sending)."
        return JudgeUnavailable(message, kind="timeout")

    def _unreachable(self, reason: BaseException) -> JudgeUnavailable:
        words = self.target.cleaned(str(reason)) or type(reason).__name__
        message = f"No connection to {self.target.base_url}: {words}. Is the server running?"
        return JudgeUnavailable(message, kind="connection")

    async def _open(self, line: _Line) -> Way:
        """Open this loop's way, unless another request has just done so."""
        async with line.opening:
            if line.way is None:
                line.way = await self._opened()
            return line.way

    async def _opened(self) -> Way:
        """A new way: the short one where a user has no client that could have something to say."""
        if self.client is None and direct.is_open(self.url):
            return await direct.open_way(self._client_with, self._path)
        is_lent = self.client is not None and _is_at_home(self.client)
        return await in_thread(partial(self._by_client, is_lent=is_lent))

    def _by_client(self, *, is_lent: bool) -> Way:
        import openai

        if isinstance(self.client, openai.OpenAI):
            return ByClient.in_threads(self.client, self._path, self.timeout)
        if is_lent and self.client is not None:
            return ByClient.lent(self.client, self._path)
        return ByClient.owned(self._client_with, self._path)

    def _client_with(self, http: Any) -> openai.AsyncOpenAI:
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


def is_openai_client(value: object) -> bool:
    """Whether a value is a client of the `openai` package; does not import it (who has a client has)."""
    api = sys.modules.get("openai")
    return api is not None and isinstance(value, (api.OpenAI, api.AsyncOpenAI))


def connect(
    model: str,
    path: str,
    *,
    client: Client | None,
    base_url: str | None,
    api_key: str | None,
    timeout: float | None,
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
    return Connection(target, path, client=client, url=url, timeout=timeout)
