"""How a blocking call waits for asynchronous work, wherever it is called. Only here event loops are nested.

| situation | strategy |
|---|---|
| no loop runs here | `asyncio.run` |
| a loop runs that can be nested (ipykernel 6, IPython, plain asyncio; Python < 3.14) | `nest_asyncio` |
| ipykernel ≥ 7, where the original `nest_asyncio` would lose queued cells | `nest_asyncio2` |
| ipykernel ≥ 7 where somebody applied the original; uvloop; Python ≥ 3.14 | a thread with its own loop |
"""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from signal import SIGINT, default_int_handler, getsignal, signal
from typing import Any, Literal, TypeVar

T = TypeVar("T")
Strategy = Literal["run", "nest_asyncio", "nest_asyncio2", "thread"]
Main = Callable[[], Coroutine[Any, Any, T]]

JOIN_S = 0.1
"""Seconds between two looks for an interrupt while a thread works."""


def choose_strategy() -> Strategy:
    """The way to wait that loses nothing here."""
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        return "run"
    if sys.version_info >= (3, 14) or not isinstance(loop, asyncio.BaseEventLoop):
        return "thread"
    if _ipykernel_major() < 7:
        return "nest_asyncio"
    return "thread" if _original_is_applied() else "nest_asyncio2"


def _ipykernel_major() -> int:
    kernel = sys.modules.get("ipykernel")
    return int(kernel.version_info[0]) if kernel else 0


def _original_is_applied() -> bool:
    """Whether somebody applied `nest_asyncio` (both packages mark asyncio, the second says which)."""
    return hasattr(asyncio, "_nest_patched") and not hasattr(asyncio, "_nest_asyncio2")


def wait_for(main: Main[T]) -> T:
    """The result of `main()`, waited for in the way that suits this place.

    Raises:
        KeyboardInterrupt: on an interrupt, after `main` was cancelled and has ended.
    """
    strategy = choose_strategy()
    if strategy == "run":
        return asyncio.run(main())
    with _interrupts_raised():
        return _in_thread(main) if strategy == "thread" else _nested(main, strategy)


@contextmanager
def _interrupts_raised() -> Iterator[None]:
    """Let an interrupt raise here. Who runs the outer loop may have it cancel the outer task instead, which
    would hear of it only when the blocking call is over."""
    if threading.current_thread() is not threading.main_thread() or not callable(getsignal(SIGINT)):
        yield
        return
    before = signal(SIGINT, default_int_handler)
    try:
        yield
    finally:
        signal(SIGINT, before)


def _nested(main: Main[T], package: Literal["nest_asyncio", "nest_asyncio2"]) -> T:
    loop = asyncio.get_running_loop()
    if package == "nest_asyncio":
        import nest_asyncio

        nest_asyncio.apply(loop)
    else:
        import nest_asyncio2

        nest_asyncio2.apply(loop)
    task = loop.create_task(main())
    try:
        return loop.run_until_complete(task)
    except KeyboardInterrupt:
        task.cancel()
        for _ in range(2):  # the interrupt may have hit a task of the run, which then raises it once more
            if not task.done():
                with suppress(asyncio.CancelledError, KeyboardInterrupt):
                    loop.run_until_complete(task)
        raise


class _Worker(threading.Thread):
    """A daemon with a loop of its own, which runs one coroutine to its end."""

    def __init__(self, main: Main[Any]) -> None:
        super().__init__(name="ragas_nb", daemon=True)
        self._main = main
        self._loop = asyncio.new_event_loop()
        self._task: asyncio.Task[Any] | None = None
        self._result: Any = None
        self._error: BaseException | None = None

    def run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._task = self._loop.create_task(self._main())
            self._result = self._loop.run_until_complete(self._task)
        except BaseException as error:  # noqa: BLE001  raised again in the thread that waits
            self._error = error
        finally:
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
            self._loop.run_until_complete(self._loop.shutdown_default_executor())
            asyncio.set_event_loop(None)
            self._loop.close()

    def cancel(self) -> None:
        """Cancel the coroutine from another thread."""
        with suppress(RuntimeError):  # the loop has just closed: it is over anyway
            self._loop.call_soon_threadsafe(lambda: self._task and self._task.cancel())

    def wait(self) -> Any:
        """Join in short steps, so that an interrupt gets through."""
        while self.is_alive():
            self.join(JOIN_S)
        if self._error is not None:
            raise self._error
        return self._result


def _in_thread(main: Main[T]) -> T:
    worker = _Worker(main)
    worker.start()
    try:
        result: T = worker.wait()
        return result
    except KeyboardInterrupt:
        worker.cancel()
        with suppress(asyncio.CancelledError):
            worker.wait()
        raise
