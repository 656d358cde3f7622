"""A run whose every text is hostile: ids, samples, names, the judge's answers and errors."""

from __future__ import annotations

import pandas as pd

import ragas_nb as rnb
from ragas_nb.errors import JudgeRefused
from ragas_nb.metrics import AspectCritic, faithfulness
from ragas_nb.metrics.statements import Answer, StatementsInContext
from ragas_nb.run import Run
from ragas_nb.testing import Line, ScriptedJudge
from tests.browser.payloads import PAYLOADS

ALL = " ".join(PAYLOADS)
PRINTABLE = "".join(character for character in ALL if character.isprintable()).strip()
"""All that the name of a metric may hold; what cannot be printed is refused there."""
INVALID, REFUSED = 1, 2
"""The samples about which the judge gives no usable reply, and refuses one."""


class HostileJudge(ScriptedJudge):
    """Repeats what it is asked about, names itself badly, and fails badly."""

    def __init__(self) -> None:
        script: dict[str, Line] = {
            "split_into_statements": self._split,
            "check_statements": self._check,
            "judge_aspect": {"reason": ALL, "verdict": 1},
        }
        super().__init__(script, identity=ALL)

    def _split(self, answer: Answer) -> dict[str, object] | str | Exception:
        if answer.answer == PAYLOADS[INVALID]:
            return ALL
        if answer.answer == PAYLOADS[REFUSED]:
            return JudgeRefused(ALL, kind="content_filter")
        return {"statements": [answer.answer]}

    def _check(self, asked: StatementsInContext) -> dict[str, object]:
        return {
            "statements": [{"statement": text, "reason": text, "verdict": 0} for text in asked.statements]
        }


def start() -> Run:
    """Start the run: a sample for each payload, which is its id and all its texts."""
    samples = pd.DataFrame(
        {
            "id": PAYLOADS,
            "user_input": PAYLOADS,
            "response": PAYLOADS,
            "retrieved_contexts": [list(PAYLOADS)] * len(PAYLOADS),
        }
    )
    critic = AspectCritic(name=PRINTABLE, definition=ALL)
    return rnb.start(samples, [faithfulness, critic], llm=HostileJudge(), name=ALL)
