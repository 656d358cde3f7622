"""Blocking calls off the event loop, in daemon threads: a call that hangs does not keep the process alive."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


async def in_thread(call: Callable[[], T]) -> T:
    """Run `call` in a thread of its own and wait for it; how many run at once is the caller's business.

    When the waiting task is cancelled the thread goes on, and what it returns is dropped.
    """
    loop = asyncio.get_running_loop()
    done = asyncio.Event()
    results: list[T] = []
    errors: list[BaseException] = []

    def work() -> None:
        try:
            results.append(call())
        except BaseException as error:  # noqa: BLE001  raised again where it is awaited
            errors.append(error)
        with contextlib.suppress(RuntimeError):  # the loop was closed in the meantime
            loop.call_soon_threadsafe(done.set)

    context = contextvars.copy_context()
    threading.Thread(target=context.run, args=(work,), name="ragas_nb-judge", daemon=True).start()
    await done.wait()
    if errors:
        raise errors[0]
    return results[0]
