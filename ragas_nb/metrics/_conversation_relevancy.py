"""Conversation relevancy: does the assistant answer what it was asked, turn by turn?"""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from ragas_nb.metrics._response_relevancy import GUESS_QUESTION, ResponseRelevancy
from ragas_nb.metrics.asking import AskingMetric, Prompts
from ragas_nb.metrics.base import Ask, MetricResult, Need, all_of
from ragas_nb.metrics.conversations import ai_turns, shown
from ragas_nb.metrics.scoring import mean
from ragas_nb.schema import MultiTurnSample, SingleTurnSample


class ConversationRelevancy(AskingMetric):
    """Tells whether an assistant speaks to what it was just asked, be it right or wrong.

    Fields: conversations with `user_input`; needs an embedder. Range 0 to 1 (below 0 only for opposite
    meanings), higher is better. Requests for each turn as for ResponseRelevancy; all turns at the same time.

    Score: the relevancy of each turn of the assistant (all it says until the person speaks again) to the
    person's turn before it; then the mean over the turns. Turns without a text or without a question before
    them do not count; None when nothing is left. This is ResponseRelevancy, turn by turn.

    Differs from Ragas, which has no such metric.
    """

    name: str = "conversation_relevancy"
    strictness: int = Field(default=3, ge=1)
    """How many questions are guessed from each turn."""
    asks: ClassVar[frozenset[Need]] = frozenset({"judge", "embedder"})
    steps: ClassVar[Prompts] = (GUESS_QUESTION,)

    async def measure_conversation(self, sample: MultiTurnSample, ask: Ask) -> MetricResult:
        """The mean relevancy of the assistant's turns."""
        turns = [turn for turn in ai_turns(sample.user_input) if turn.question.strip()]
        if not turns:
            return MetricResult(None, "the assistant answers no question")
        one_turn = ResponseRelevancy(strictness=self.strictness)
        results = await all_of(
            one_turn.measure(SingleTurnSample(user_input=turn.question, response=turn.text), ask)
            for turn in turns
        )
        values = [result.value for result in results if isinstance(result.value, float)]
        if not values:
            return MetricResult(None, "the judge could guess no question from any turn")
        return MetricResult(mean(values), f"relevancy of the turns: {shown(values)}")
