"""The way through a client of the `openai` package (from 1.60 on): its own pool, headers and middleware."""

from __future__ import annotations

import importlib
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from pydantic_core import from_json

from ragas_nb.judges.openai.ways import Answered, NotReached, causes_of
from ragas_nb.judges.threads import in_thread

if TYPE_CHECKING:
    from collections.abc import Mapping

    import openai

CONNECTIONS = 1024
IDLE_SECONDS = 15.0


class _Response(Protocol):
    @property
    def status_code(self) -> int: ...
    @property
    def content(self) -> bytes: ...
    @property
    def headers(self) -> Mapping[str, str]: ...


_Post = Callable[[dict[str, object]], Awaitable[_Response]]
_Close = Callable[[], Awaitable[None]]


class ByClient:
    """Sends each request with a client; `close` frees what was opened for it besides."""

    def __init__(self, post: _Post, close: _Close | None) -> None:
        self._post = post
        self._close = close

    @classmethod
    def lent(cls, client: openai.AsyncOpenAI, path: str) -> ByClient:
        """By a user's client and its connections, which stay open."""
        return cls(_posting(client.with_options(max_retries=0), path), None)

    @classmethod
    def in_threads(cls, client: openai.OpenAI, path: str, timeout: float | None) -> ByClient:
        """By a user's blocking client, each request in a thread."""
        post = _posting(client.with_options(max_retries=0, timeout=timeout), path)
        return cls(lambda body: in_thread(partial(post, body)), None)

    @classmethod
    def owned(cls, client_with: Callable[[Any], openai.AsyncOpenAI], path: str) -> ByClient:
        """By a client with a pool of connections of its own."""
        http = _pool()
        return cls(_posting(client_with(http), path), http.aclose)

    async def send(self, body: bytes) -> Answered:
        """See `Way`."""
        import openai

        try:
            response = await self._post(from_json(body))
        except openai.APIStatusError as error:
            response = error.response
        except openai.APIConnectionError as error:
            if isinstance(error, openai.APITimeoutError) and not _was_dropped(error):
                raise TimeoutError from None
            raise NotReached(error) from None
        return Answered(response.status_code, response.content, response.headers)

    async def aclose(self) -> None:
        """See `Way`."""
        if self._close is not None:
            await self._close()


def _posting(client: Any, path: str) -> Callable[[dict[str, object]], Any]:
    return lambda body: client.post(path, cast_to=http_package().Response, body=body)


def http_package() -> Any:
    """The package that this `openai` sends requests with: httpx, or its successor."""
    import openai

    base = next(cls for cls in openai.DefaultAsyncHttpxClient.__mro__ if cls.__name__ == "AsyncClient")
    return importlib.import_module(base.__module__.partition(".")[0])


def _pool() -> Any:
    """A pool of connections over aiohttp, much faster with many of them; without it, the usual one."""
    import openai

    limits = http_package().Limits(
        max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS, keepalive_expiry=IDLE_SECONDS
    )
    try:
        return openai.DefaultAioHttpClient(limits=limits)
    except (AttributeError, RuntimeError):  # an older `openai`, or no aiohttp
        return openai.DefaultAsyncHttpxClient(limits=limits)


def _was_dropped(error: BaseException) -> bool:
    """Whether a "timeout" is a lost or refused connection, which the aiohttp transport reports as such."""
    causes = causes_of(error)
    return any(type(e).__module__.startswith("aiohttp") and not isinstance(e, TimeoutError) for e in causes)
