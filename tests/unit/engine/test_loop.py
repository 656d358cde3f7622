"""How a blocking call waits, outside of kernels (tests/kernel has the rest)."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace

import pytest

from ragas_nb.engine import loop as loops
from ragas_nb.engine.loop import choose_strategy, wait_for

requires_nesting = pytest.mark.skipif(sys.version_info >= (3, 14), reason="Python 3.14 always takes a thread")


@pytest.fixture
def _never_nested(monkeypatch: pytest.MonkeyPatch) -> None:
    """asyncio as if nobody had patched it."""
    for mark in ("_nest_patched", "_nest_asyncio2"):
        monkeypatch.delattr(asyncio, mark, raising=False)


async def answer() -> tuple[str, bool]:
    """The answer, and whether it was computed in the main thread."""
    await asyncio.sleep(0)
    return "answer", threading.current_thread() is threading.main_thread()


def test_without_a_loop_it_runs_one():
    assert choose_strategy() == "run"
    assert wait_for(answer) == ("answer", True)


@requires_nesting
@pytest.mark.usefixtures("_never_nested")
@pytest.mark.parametrize(
    ("kernel", "marks", "strategy"),
    [
        (None, (), "nest_asyncio"),
        (6, (), "nest_asyncio"),
        (6, ("_nest_patched",), "nest_asyncio"),
        (7, (), "nest_asyncio2"),
        (7, ("_nest_patched", "_nest_asyncio2"), "nest_asyncio2"),
        (7, ("_nest_patched",), "thread"),
    ],
)
def test_each_place_gets_the_strategy_that_loses_nothing(
    kernel: int | None, marks: tuple[str, ...], strategy: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delitem(sys.modules, "ipykernel", raising=False)
    if kernel is not None:
        monkeypatch.setitem(sys.modules, "ipykernel", SimpleNamespace(version_info=(kernel, 1, 0)))
    for mark in marks:
        monkeypatch.setattr(asyncio, mark, True, raising=False)

    async def choose() -> str:
        return choose_strategy()

    assert asyncio.run(choose()) == strategy


def test_uvloop_gets_a_thread():
    uvloop = pytest.importorskip("uvloop")

    async def main() -> tuple[str, tuple[str, bool]]:
        return choose_strategy(), wait_for(answer)

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        assert runner.run(main()) == ("thread", ("answer", False))


def test_a_thread_raises_what_its_coroutine_raises_and_leaves_no_thread():
    async def fail() -> None:
        raise ValueError("no")

    before = threading.active_count()
    with pytest.raises(ValueError, match="no"):
        loops._in_thread(fail)
    assert threading.active_count() == before


def test_an_interrupt_cancels_what_a_thread_does_and_waits_for_its_end(monkeypatch: pytest.MonkeyPatch):
    ended: list[str] = []
    under_way = threading.Event()

    async def long() -> None:
        try:
            under_way.set()
            await asyncio.Event().wait()
        finally:
            ended.append("cleaned up")

    join = threading.Thread.join
    interrupts = iter([KeyboardInterrupt()])

    def interrupted(self: threading.Thread, timeout: float | None = None) -> None:
        under_way.wait()
        for interrupt in interrupts:
            raise interrupt
        join(self, timeout)

    monkeypatch.setattr(threading.Thread, "join", interrupted)
    with pytest.raises(KeyboardInterrupt):
        loops._in_thread(long)
    assert ended == ["cleaned up"]


NESTED = """
import asyncio
from ragas_nb.engine.loop import choose_strategy, wait_for

async def answer():
    await asyncio.sleep(0.01)
    return "answer"

async def main():
    ticks = 0
    async def tick():
        nonlocal ticks
        while True:
            ticks += 1
            await asyncio.sleep(0)
    ticker = asyncio.ensure_future(tick())
    first = choose_strategy(), wait_for(answer), wait_for(answer)
    ticker.cancel()
    return first, ticks > 1

print(asyncio.run(main()))
"""

INTERRUPTED = """
import asyncio, sys
import ragas_nb as rnb
from ragas_nb.testing import ScriptedJudge
from ragas_nb.metrics import AspectCritic

class Stuck(ScriptedJudge):
    async def reply(self, request):
        if request.input.response == "b":
            print("ready", flush=True)
            await asyncio.Event().wait()
        return await super().reply(request)

def call():
    try:
        rnb.evaluate(
            [{"question": "q", "answer": "a"}, {"question": "q", "answer": "b"}],
            [AspectCritic(name="kind", definition="Kind?")],
            llm=Stuck({"judge_aspect": {"reason": "r", "verdict": 1}}),
            run_config=rnb.RunConfig(max_workers=1),
        )
    except rnb.RunCancelled as cancelled:
        print(cancelled)
        print(cancelled.result.scores)

async def nested():
    call()
    print(len(asyncio.all_tasks()))

asyncio.run(nested()) if sys.argv[1:] else call()
"""


@contextmanager
def python(code: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A Python that runs this code, and has ended afterwards."""
    command = [sys.executable, "-c", code, *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


@requires_nesting
def test_within_a_plain_loop_the_other_tasks_go_on():
    with python(NESTED) as process:
        out, err = process.communicate(timeout=60)
    assert (out, err) == ("(('nest_asyncio', 'answer', 'answer'), True)\n", "")


@pytest.mark.skipif(sys.platform == "win32", reason="interrupts are sent as signals")
@pytest.mark.parametrize(("arguments", "tasks"), [((), ""), (("nested",), "1\n")])
def test_an_interrupt_of_evaluate_in_a_script_gives_the_partial_result(
    arguments: tuple[str, ...], tasks: str
):
    with python(INTERRUPTED, *arguments) as process:
        if process.stdout:
            process.stdout.readline()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert (out, err) == (
        "The run was interrupted: 1 of 2 samples are scored, and kept in this error's .result.\n"
        f"[{{'kind': 1.0}}, {{'kind': None}}]\n{tasks}",
        "",
    )
