"""Agent goal accuracy: did the conversation reach what the person wanted, or what the reference says?"""

from __future__ import annotations

from typing import ClassVar, Literal

from ragas_nb.metrics.asking import AskingMetric, Prompts
from ragas_nb.metrics.base import Ask, MetricResult
from ragas_nb.metrics.conversations import rendered
from ragas_nb.metrics.reading import given
from ragas_nb.prompts import Prompt, Value, Verdict
from ragas_nb.schema import MultiTurnSample


class Workflow(Value):
    """A conversation of a person, an assistant and its tools, as text."""

    workflow: str


class GoalAndEnd(Value):
    """What the person wanted, and what came of it."""

    user_goal: str
    end_state: str


class Outcomes(Value):
    """What should have come of a conversation, and what came of it."""

    desired_outcome: str
    arrived_outcome: str


class Reached(Value):
    """Whether what came is what should have come."""

    reason: str
    verdict: Verdict


def _both(asked: Workflow, answer: GoalAndEnd) -> None:
    for field in ("user_goal", "end_state"):
        if not getattr(answer, field).strip():
            raise ValueError(f"{field} is blank; say it in one sentence")


INFER_GOAL = Prompt(
    "infer_goal",
    "user_goal: what the human of the conversation wants, in one sentence, with the details given and any "
    "change of mind. end_state: what is so at its end, in one sentence; tool outputs count more than what "
    "the AI claims. Keep the conversation's language.",
    Workflow,
    GoalAndEnd,
    examples=(
        (
            Workflow(
                workflow='Human: A table at Rosa for 8 pm, please.\nTools:\n  book: {"at": "20:00"}\n'
                "ToolOutput: full until 9 pm\nAI: They are full until 9.\nHuman: 9 is fine.\nAI: Done!"
            ),
            GoalAndEnd(
                user_goal="A table at Rosa at 9 pm.",
                end_state="No table is booked, though the AI says so.",
            ),
        ),
    ),
    check=_both,
)
COMPARE_OUTCOMES = Prompt(
    "compare_outcomes",
    "Does the arrived outcome fulfil the desired one? verdict: 1 if all that is desired is reached (more "
    "detail does no harm); 0 if anything of it is missing, different, uncertain or only promised. "
    "reason: one sentence.",
    Outcomes,
    Reached,
    examples=(
        (
            Outcomes(
                desired_outcome="Ein Tisch in einem italienischen Lokal um 20 Uhr.",
                arrived_outcome="A table is booked at Rosa, an Italian place, at 8 pm.",
            ),
            Reached(reason="Italian, and 8 pm is 20 Uhr.", verdict=1),
        ),
        (
            Outcomes(
                desired_outcome="The order is cancelled.", arrived_outcome="The AI offers to cancel it."
            ),
            Reached(reason="It was offered, not done.", verdict=0),
        ),
    ),
    verdicts=("goal missed", "goal reached"),
)


async def _compared(ask: Ask, desired: str, arrived: str) -> MetricResult:
    """1.0 if what came is what was desired, else 0.0."""
    found = await ask(COMPARE_OUTCOMES, Outcomes(desired_outcome=desired, arrived_outcome=arrived))
    return MetricResult(float(found.verdict), found.reason)


_SILENT = MetricResult(None, "nothing is said in the conversation")


class AgentGoalAccuracyWithReference(AskingMetric):
    """Tells, yes or no, whether a conversation ended as the reference says that it should.

    Fields: conversations with `user_input` and `reference` (the outcome that was wanted, in words). 1.0 if
    it was reached, else 0.0; higher is better; None when nothing is said or the reference is blank. Two
    requests per conversation, one after the other.

    Score: the verdict on the end state against the reference. Source: agent goal accuracy in the
    documentation of Ragas.
    """

    name: str = "agent_goal_accuracy"
    conversation_requires: ClassVar[frozenset[str]] = frozenset({"user_input", "reference"})
    kind: ClassVar[Literal["continuous", "binary"]] = "binary"
    steps: ClassVar[Prompts] = (INFER_GOAL, COMPARE_OUTCOMES)

    async def measure_conversation(self, sample: MultiTurnSample, ask: Ask) -> MetricResult:
        """Whether the end state is the one that the reference describes."""
        reference = given(sample.reference, "reference")
        if not reference.strip():
            return MetricResult(None, "the reference is blank")
        workflow = rendered(sample.user_input)
        if not workflow:
            return _SILENT
        found = await ask(INFER_GOAL, Workflow(workflow=workflow))
        return await _compared(ask, reference, found.end_state)


class AgentGoalAccuracyWithoutReference(AskingMetric):
    """Tells, yes or no, whether a conversation ended as the person in it wanted.

    Fields: conversations with `user_input`. 1.0 if the person's goal was reached, else 0.0; higher is better;
    None when nothing is said. Two requests per conversation, one after the other; the first is the one of
    `AgentGoalAccuracyWithReference`.

    Score: the verdict on the end state against the goal, both taken from the conversation. Source: agent
    goal accuracy in the documentation of Ragas.
    """

    name: str = "agent_goal_accuracy"
    kind: ClassVar[Literal["continuous", "binary"]] = "binary"
    steps: ClassVar[Prompts] = (INFER_GOAL, COMPARE_OUTCOMES)

    async def measure_conversation(self, sample: MultiTurnSample, ask: Ask) -> MetricResult:
        """Whether the end state is the one that the person wanted."""
        workflow = rendered(sample.user_input)
        if not workflow:
            return _SILENT
        found = await ask(INFER_GOAL, Workflow(workflow=workflow))
        return await _compared(ask, found.user_goal, found.end_state)
