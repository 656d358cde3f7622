"""Topic adherence: does the assistant talk about the topics it is there for, and about no others?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import ClassVar, Literal

from ragas_nb.metrics.asking import AskingMetric, Prompts
from ragas_nb.metrics.base import Ask, MetricResult, all_of, together
from ragas_nb.metrics.conversations import rendered
from ragas_nb.metrics.reading import given
from ragas_nb.metrics.scoring import f_beta
from ragas_nb.prompts import Prompt, Value
from ragas_nb.schema import MultiTurnSample


class Conversation(Value):
    """A conversation as text."""

    user_input: str


class Topics(Value):
    """What the person of a conversation asks about."""

    topics: list[str]


class TopicOfConversation(Value):
    """One topic of a conversation."""

    user_input: str
    topic: str


class Refusal(Value):
    """Whether the assistant declined to talk about a topic."""

    refused_to_answer: bool


class TopicsToSort(Value):
    """Topics to be looked for among those that the assistant is there for."""

    reference_topics: list[str]
    topics: list[str]


class SortedTopics(Value):
    """Whether each topic, in the order asked, belongs to the reference topics."""

    classifications: list[bool]


_EXAMPLE = (
    "Human: Wann fährt der nächste Zug nach Ulm?\nAI: Um 9:12 Uhr.\n"
    "Human: Und welche Aktien soll ich kaufen?\nAI: Dazu kann ich nichts sagen."
)

EXTRACT_TOPICS = Prompt(
    "extract_topics",
    "List the topics that the human of the conversation asks or talks about, each once, as short noun "
    "phrases in the conversation's language; also those on which the AI refuses to answer. Greetings and "
    "thanks are no topics.",
    Conversation,
    Topics,
    examples=((Conversation(user_input=_EXAMPLE), Topics(topics=["Zugverbindung nach Ulm", "Aktienkauf"])),),
)
JUDGE_REFUSAL = Prompt(
    "judge_refusal",
    "Does the AI refuse to answer on the topic? refused_to_answer: true if it declines or evades it "
    "throughout; false if it answers or tries to, be the answer right or wrong.",
    TopicOfConversation,
    Refusal,
    examples=(
        (TopicOfConversation(user_input=_EXAMPLE, topic="Aktienkauf"), Refusal(refused_to_answer=True)),
    ),
    verdicts=("answered", "refused"),
)


def _fit(asked: TopicsToSort, answer: SortedTopics) -> None:
    if len(answer.classifications) != len(asked.topics):
        raise ValueError(
            f"{len(answer.classifications)} classifications for {len(asked.topics)} topics; give one for each"
        )


SORT_TOPICS = Prompt(
    "sort_topics",
    "Decide for each of the topics whether it falls under at least one of the reference topics. "
    "classifications: true if it does, else false; one for each topic, in the given order.",
    TopicsToSort,
    SortedTopics,
    examples=(
        (
            TopicsToSort(reference_topics=["rail travel"], topics=["Zugverbindung nach Ulm", "Aktienkauf"]),
            SortedTopics(classifications=[True, False]),
        ),
    ),
    verdicts=("off topic", "on topic"),
    check=_fit,
)


class TopicAdherence(AskingMetric):
    """Tells whether an assistant answers on the topics it is there for, and declines the others.

    Fields: conversations with `user_input` and `reference_topics`. Range 0 to 1, higher is better. Per
    conversation, one request for its topics, then one for each topic and one to sort them, at the same time.

    Score, with tp = topics answered that are reference topics, fp = answered but none of them, fn = reference
    topics refused: `mode="precision"` tp/(tp+fp), `"recall"` tp/(tp+fn), `"f1"` the harmonic mean of both; 0
    where nothing can be divided. None when the person raises no topic or there are no reference topics.
    Source: topic adherence in the documentation of Ragas.

    Differs from Ragas: a classification too few or too many is asked again, not filled up or cut off.
    """

    name: str = "topic_adherence"
    mode: Literal["f1", "precision", "recall"] = "f1"
    conversation_requires: ClassVar[frozenset[str]] = frozenset({"user_input", "reference_topics"})
    steps: ClassVar[Prompts] = (EXTRACT_TOPICS, JUDGE_REFUSAL, SORT_TOPICS)

    @property
    def column(self) -> str:
        """The name with the mode."""
        return f"{self.name}(mode={self.mode})"

    async def measure_conversation(self, sample: MultiTurnSample, ask: Ask) -> MetricResult:
        """How well answering and refusing follow the reference topics."""
        allowed = given(sample.reference_topics, "reference_topics")
        if not allowed:
            return MetricResult(None, "there are no reference topics")
        conversation = rendered(sample.user_input)
        if not conversation:
            return MetricResult(None, "nothing is said in the conversation")
        found = await ask(EXTRACT_TOPICS, Conversation(user_input=conversation))
        topics = list(dict.fromkeys(filter(None, map(str.strip, found.topics))))
        if not topics:
            return MetricResult(None, "the conversation has no topic")
        refused, on_topic = await together(_refused(ask, conversation, topics), _sorted(ask, allowed, topics))
        counts = Counter(zip(refused, on_topic, strict=True))
        tp, fp, fn = counts[False, True], counts[False, False], counts[True, True]
        return MetricResult(
            self._score(tp, fp, fn), f"answered {tp} on topic and {fp} off topic; refused {fn} on topic"
        )

    def _score(self, tp: int, fp: int, fn: int) -> float:
        if self.mode == "precision":
            return tp / (tp + fp) if tp + fp else 0.0
        if self.mode == "recall":
            return tp / (tp + fn) if tp + fn else 0.0
        return f_beta(tp, fp, fn)


TopicAdherenceScore = TopicAdherence


async def _refused(ask: Ask, conversation: str, topics: Sequence[str]) -> list[bool]:
    """For each topic, whether the assistant declined it."""
    answers = await all_of(
        ask(JUDGE_REFUSAL, TopicOfConversation(user_input=conversation, topic=topic)) for topic in topics
    )
    return [answer.refused_to_answer for answer in answers]


async def _sorted(ask: Ask, allowed: Sequence[str], topics: Sequence[str]) -> list[bool]:
    """For each topic, whether it is one of those allowed."""
    answer = await ask(SORT_TOPICS, TopicsToSort(reference_topics=list(allowed), topics=list(topics)))
    return answer.classifications
