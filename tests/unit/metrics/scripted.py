"""What the tests of judge metrics share: a sample, and scripted answers to the steps that metrics share."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from ragas_nb.judges.base import JudgeRequest, Reply
from ragas_nb.schema import SingleTurnSample
from ragas_nb.testing import Line, ScriptedJudge

SAMPLE = SingleTurnSample(
    user_input="Where is Lima?",
    response="Lima is in Peru.",
    reference="In Peru, on the coast.",
    retrieved_contexts=["Lima is the capital of Peru.", "Quito is in Ecuador."],
)
Record = dict[str, object]


def changed(**fields: object) -> SingleTurnSample:
    return SAMPLE.model_copy(update=fields)


def split(by_answer: Mapping[str, Sequence[str]]) -> Line:
    """Statements by the answer that makes them."""
    return lambda asked: {"statements": list(by_answer[asked.answer])}


def check(true: Mapping[str, Sequence[str]]) -> Line:
    """1 for the statements that a context is said to prove; a context that is not named proves none."""

    def answer(asked: Any) -> Record:
        proven = true.get(asked.context, ())
        return {
            "statements": [
                {"statement": statement, "reason": "r", "verdict": int(statement in proven)}
                for statement in asked.statements
            ]
        }

    return answer


def steps(judge: ScriptedJudge) -> list[str]:
    """The steps asked, in order."""
    return [request.prompt.name for request in judge.requests]


def inputs(judge: ScriptedJudge, step: str) -> list[Record]:
    """The inputs of one step, in the order of asking."""
    return [request.input.model_dump() for request in judge.requests if request.prompt.name == step]


class InRounds(ScriptedJudge):
    """Answers only when all requests of a round have come; `rounds` has the number of each round."""

    def __init__(self, rounds: Sequence[int], script: Mapping[str, Line]) -> None:
        super().__init__(script)
        self._barriers = [barrier for size in rounds for barrier in [asyncio.Barrier(size)] * size]
        self._arrived: list[JudgeRequest] = []

    async def reply(self, request: JudgeRequest) -> Reply:
        self._arrived.append(request)
        await asyncio.wait_for(self._barriers.pop(0).wait(), timeout=5)
        reply = await super().reply(request)
        self.requests = list(self._arrived)  # in the order of asking, not of answering
        return reply
