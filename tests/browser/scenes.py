"""What the tests' cells import into their kernels: data, and judges that wait for a later cell."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pandas as pd

from ragas_nb.errors import JudgeRefused
from ragas_nb.judges.base import JudgeRequest, Reply, Usage
from ragas_nb.metrics.statements import Answer, StatementsInContext
from ragas_nb.testing import Line, ScriptedJudge

USAGE = Usage(input_tokens=100, output_tokens=20)
PRICE = 0.25
"""Dollars of each request."""
NOT_JSON = "I would rather not say."


def samples(*ids: str) -> pd.DataFrame:
    """A sample for each id; its texts name the id. Every other reference is the response."""
    return pd.DataFrame(
        {
            "id": list(ids),
            "user_input": [f"question {name}" for name in ids],
            "response": [f"answer {name}" for name in ids],
            "retrieved_contexts": [[f"context {name}", "another context"] for name in ids],
            "reference": [f"answer {name}" if place % 2 == 0 else "other" for place, name in enumerate(ids)],
        }
    )


def split(answer: Answer) -> dict[str, object] | str:
    """Two statements; none for an answer about `silent`, no JSON for one about `broken`."""
    if "broken" in answer.answer:
        return NOT_JSON
    statements = [] if "silent" in answer.answer else [f"{answer.answer} is true", f"{answer.answer} is new"]
    return {"statements": statements}


def check(asked: StatementsInContext) -> dict[str, object]:
    """Support for the first statement only."""
    return {
        "statements": [
            {"statement": text, "reason": f"reason {place}", "verdict": int(place == 0)}
            for place, text in enumerate(asked.statements)
        ]
    }


SCRIPT: dict[str, Line] = {"split_into_statements": split, "check_statements": check}


class GatedJudge(ScriptedJudge):
    """Answers at once about the samples in `free`, about all others when `gate` is set."""

    def __init__(self, free: Sequence[str] = ()) -> None:
        super().__init__(SCRIPT, usage=USAGE, price=PRICE)
        self.gate = asyncio.Event()
        self._free = frozenset(f"question {name}" for name in free)

    async def reply(self, request: JudgeRequest) -> Reply:
        """The scripted reply, when it may be given."""
        if isinstance(request.input, Answer) and request.input.question not in self._free:
            await self.gate.wait()
        return await super().reply(request)


class MoodyJudge(ScriptedJudge):
    """Gives no JSON about `broken` and declines to speak about `rude`, until it is `well`."""

    def __init__(self) -> None:
        super().__init__(SCRIPT | {"split_into_statements": self._split}, usage=USAGE, price=PRICE)
        self.well = False

    def _split(self, answer: Answer) -> dict[str, object] | str | Exception:
        if not self.well and "rude" in answer.answer:
            return JudgeRefused("Flagged by the content filter.", kind="content_filter")
        return split(answer.model_copy(update={"answer": "fine"}) if self.well else answer)


def scripted() -> ScriptedJudge:
    """A judge that waits for nothing."""
    return ScriptedJudge(SCRIPT, usage=USAGE, price=PRICE)
