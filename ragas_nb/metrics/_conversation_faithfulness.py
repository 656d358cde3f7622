"""Conversation faithfulness: is what the assistant says to be found in what its tools put out?"""

from __future__ import annotations

from itertools import chain
from typing import ClassVar

from ragas_nb.metrics.asking import AskingMetric, Prompts
from ragas_nb.metrics.base import Ask, MetricResult, all_of
from ragas_nb.metrics.conversations import Said, Turn, ai_turns, shown
from ragas_nb.metrics.reading import joined
from ragas_nb.metrics.scoring import mean
from ragas_nb.metrics.statements import CHECK, SPLIT, statements_of, verdicts_on
from ragas_nb.schema import MultiTurnSample


class ConversationFaithfulness(AskingMetric):
    """Tells how much of what an assistant says is proven by its tools' outputs, and how much was made up.

    Fields: conversations with `user_input`, in which tools answer. Range 0 to 1, higher is better. Two
    requests for each AI message that has text and comes after a tool output; all messages at the same time.

    Score: per turn of the assistant, supported statements / all statements, each message checked against all
    tool outputs before it; then the mean over the turns. What is said before any tool output does not count,
    nor do turns that state nothing; None when nothing is left. This is Faithfulness, turn by turn.

    Differs from Ragas, which has no such metric.
    """

    name: str = "conversation_faithfulness"
    steps: ClassVar[Prompts] = (SPLIT, CHECK)

    async def measure_conversation(self, sample: MultiTurnSample, ask: Ask) -> MetricResult:
        """The mean share of supported statements over the assistant's turns."""
        turns = [turn for turn in ai_turns(sample.user_input) if any(said.tool_outputs for said in turn.said)]
        if not turns:
            return MetricResult(None, "the assistant says nothing after a tool output")
        found = [verdicts for verdicts in await all_of(_verdicts(ask, turn) for turn in turns) if verdicts]
        if not found:
            return MetricResult(None, "the assistant makes no statement after a tool output")
        shares = [sum(verdicts) / len(verdicts) for verdicts in found]
        supported, all_statements = sum(map(sum, found)), sum(map(len, found))
        return MetricResult(
            mean(shares), f"{supported} of {all_statements} statements supported, in turns: {shown(shares)}"
        )


async def _verdicts(ask: Ask, turn: Turn) -> list[int]:
    """The verdicts on all statements of a turn that come after a tool output."""
    grounded = (said for said in turn.said if said.tool_outputs)
    return list(chain(*await all_of(_checked(ask, turn.question, said) for said in grounded)))


async def _checked(ask: Ask, question: str, said: Said) -> list[int]:
    statements = await statements_of(ask, question, said.text)
    return await verdicts_on(ask, joined(said.tool_outputs), statements)
