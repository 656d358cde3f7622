"""What the tests of stored runs share: one call, made again and again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import ragas_nb as rnb
from ragas_nb.engine.settings import RunConfig
from ragas_nb.metrics import AspectCritic, numeric_metric
from ragas_nb.run import Run
from ragas_nb.testing import Line, ScriptedJudge
from tests.unit.doubles import HeldJudge, until

ROWS = [{"question": f"How is {number}?", "answer": f"Number {number} is well."} for number in range(8)]
KIND = AspectCritic(name="kind", definition="Is it kind?")
VERDICTS = {"judge_aspect": {"reason": "It says so.", "verdict": 1}}
ONE_BY_ONE = RunConfig(max_workers=1, max_wait=0.0, max_retries=0)


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "runs.sqlite"


def judge_named(
    identity: str = "small", script: dict[str, Line] | None = None, **options: Any
) -> ScriptedJudge:
    return ScriptedJudge(script or VERDICTS, identity=identity, **options)


def evaluated(store: Path | None, **changed: Any) -> tuple[rnb.EvaluationResult, ScriptedJudge]:
    """The same call every time, but for what is changed in it."""
    asked = {"dataset": ROWS, "metrics": [KIND], "llm": judge_named(), "show_progress": False} | changed
    return rnb.evaluate(**asked, store=store), asked["llm"]


def started(store: Path | None, judge: ScriptedJudge, **changed: Any) -> Run:
    return rnb.start(ROWS, [KIND], **{"llm": judge, "store": store, "show_progress": False} | changed)


async def cancelled(store: Path, after: int = 3) -> tuple[Run, HeldJudge]:
    """A run that was cancelled when some of its samples were judged."""
    verdicts = iter([VERDICTS["judge_aspect"]] * after)
    judge = HeldJudge({"judge_aspect": lambda _: next(verdicts)}, identity="small")
    run = started(store, judge, run_config=ONE_BY_ONE)
    run.listen(lambda event: judge.release.clear() if len(judge.requests) == after else None)
    judge.release.set()
    await until(lambda: run.result["kind"].count(1.0) == after)
    run.cancel()
    await run
    return run, judge


def size_of(share: float) -> Any:
    @numeric_metric
    def size(response: str) -> float:
        return share

    return size
