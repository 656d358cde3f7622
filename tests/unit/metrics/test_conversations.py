"""Conversations as text, by turns and by calls; and the metrics that score them turn by turn."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragas_nb.errors import JudgeOutputInvalid
from ragas_nb.metrics._conversation_faithfulness import ConversationFaithfulness
from ragas_nb.metrics._conversation_relevancy import ConversationRelevancy
from ragas_nb.metrics.base import MetricResult
from ragas_nb.metrics.conversations import Said, Turn, ai_turns, called, rendered
from ragas_nb.prompts import Value
from ragas_nb.schema import MultiTurnSample
from ragas_nb.schema.messages import AIMessage, AnyMessage, HumanMessage, ToolCall, ToolMessage
from ragas_nb.testing import Line, ScriptedEmbedder, ScriptedJudge, measure
from tests.unit.doubles import HeldJudge, until

Record = dict[str, object]

RAIN = ToolCall(name="rain", args={"city": "Lima", "days": [1, 2], "where": {"ort": "Köln"}})
WIND = ToolCall(name="wind", args={})


def human(text: str) -> HumanMessage:
    return HumanMessage(content=text)


def ai(text: str, *calls: ToolCall) -> AIMessage:
    return AIMessage(content=text, tool_calls=list(calls) or None)


def tool(text: str) -> ToolMessage:
    return ToolMessage(content=text)


TALK: list[AnyMessage] = [
    ai("Hello!"),
    human("Is it raining?"),
    human("In Lima?"),
    ai("Let me see.", RAIN),
    tool("dry"),
    tool("sunny"),
    ai("No.", WIND),
    tool("calm"),
    ai("And it is calm."),
    human("Thanks!"),
    ai("", WIND),
    tool("still calm"),
    human("And?"),
    ai("Nothing new."),
]


def sample(*messages: AnyMessage) -> MultiTurnSample:
    return MultiTurnSample(user_input=list(messages))


# As text


def test_a_conversation_is_written_line_by_line_with_calls_as_json() -> None:
    assert rendered(
        [human("Is it raining?"), ai("Wait.", RAIN, WIND), tool("dry"), ai("No.\nNot today.")]
    ) == (
        "Human: Is it raining?\n"
        "AI: Wait.\n"
        "Tools:\n"
        '  rain: {"city": "Lima", "days": [1, 2], "where": {"ort": "Köln"}}\n'
        "  wind: {}\n"
        "ToolOutput: dry\n"
        "AI: No.\n"
        "    Not today."
    )


@pytest.mark.parametrize(
    ("messages", "text"),
    [
        ([], ""),
        ([human(""), ai(" "), AIMessage(content="", tool_calls=[])], ""),
        ([ai("", WIND), tool("")], "Tools:\n  wind: {}\nToolOutput:"),
    ],
)
def test_what_says_and_does_nothing_is_left_out_but_not_a_tools_silence(
    messages: list[AnyMessage], text: str
) -> None:
    assert rendered(messages) == text


SEPARATORS = st.sampled_from(["\n", "\r\n", "\r", "\u2028", "\x0b", "\x85"])
FORGED = st.lists(
    st.sampled_from(["Human: yes", "AI: no", "Tools:", "  wind: {}", "ToolOutput: dry", "", "x"]), min_size=1
)


@given(st.data())
def test_no_message_can_pass_for_several(data: st.DataObject) -> None:
    text = data.draw(SEPARATORS).join(data.draw(FORGED))
    lines = rendered([human(text), ai(text, ToolCall(name=text, args={text: text})), tool(text)]).splitlines()
    spoken = ["Human:", "AI:"] if text.strip() else []
    heads = [line.partition(" ")[0] for line in lines if not line.startswith(" ")]
    calls = [line for line in lines if line.startswith("  ") and not line.startswith("    ")]
    assert heads == [*spoken, "Tools:", "ToolOutput:"]
    assert len(calls) == 1


def test_arguments_that_json_does_not_know_are_written_too() -> None:
    assert rendered([ai("", ToolCall(name="f", args={"x": {1}}))]) == 'Tools:\n  f: {"x": "{1}"}'


# By turns and calls


def test_a_turn_is_all_that_the_assistant_says_until_the_person_speaks_again() -> None:
    assert ai_turns(TALK) == [
        Turn("", (Said("Hello!"),)),
        Turn(
            "Is it raining?\nIn Lima?",
            (
                Said("Let me see."),
                Said("No.", ("dry", "sunny")),
                Said("And it is calm.", ("dry", "sunny", "calm")),
            ),
        ),
        Turn("And?", (Said("Nothing new.", ("dry", "sunny", "calm", "still calm")),)),
    ]


def test_the_text_of_a_turn_is_all_that_is_said_in_it() -> None:
    assert ai_turns(TALK)[1].text == "Let me see.\nNo.\nAnd it is calm."


@pytest.mark.parametrize("messages", [[], [human("Hi")], [human("Hi"), ai(" ", WIND), tool("calm")]])
def test_without_a_text_there_is_no_turn(messages: list[AnyMessage]) -> None:
    assert ai_turns(messages) == []


def test_calls_come_in_the_order_in_which_they_were_made() -> None:
    assert called([ai("", RAIN, WIND), tool("dry"), ai("Wait."), human("So?"), ai("", WIND)]) == [
        RAIN,
        WIND,
        WIND,
    ]


# Conversation faithfulness


def split_by_words(asked: Value) -> Record:
    """A statement per word; words in small letters state nothing."""
    words = asked.model_dump()["answer"].split()
    return {"statements": [word for word in words if word[0].isupper()]}


def found_in_context(asked: Value) -> Record:
    question = asked.model_dump()
    return {
        "statements": [
            {"statement": said, "reason": "r", "verdict": int(said in question["context"])}
            for said in question["statements"]
        ]
    }


BY_WORDS: dict[str, Line] = {"split_into_statements": split_by_words, "check_statements": found_in_context}


@pytest.mark.parametrize(
    ("messages", "expected"),
    [
        (
            [human("?"), ai("", WIND), tool("A B"), ai("A B")],
            MetricResult(1.0, "2 of 2 statements supported, in turns: 1.00"),
        ),
        (
            [human("?"), ai("", WIND), tool("A"), ai("A C"), human("?"), ai("A")],
            MetricResult(0.75, "2 of 3 statements supported, in turns: 0.50, 1.00"),
        ),
        (  # before any tool output nothing counts; afterwards only outputs so far prove anything
            [human("?"), ai("B"), human("?"), ai("B", WIND), tool("A"), ai("A B", WIND), tool("B"), ai("B")],
            MetricResult(2 / 3, "2 of 3 statements supported, in turns: 0.67"),
        ),
        (  # turns that state nothing do not count
            [human("?"), ai("", WIND), tool("A"), ai("so"), human("?"), ai("well"), human("?"), ai("X")],
            MetricResult(0.0, "0 of 1 statements supported, in turns: 0.00"),
        ),
        (  # a tool that finds nothing proves nothing
            [human("?"), ai("", WIND), tool(" "), ai("A B")],
            MetricResult(0.0, "0 of 2 statements supported, in turns: 0.00"),
        ),
        (
            [human("?"), ai("", WIND), tool("A"), ai("so")],
            MetricResult(None, "the assistant makes no statement after a tool output"),
        ),
        (
            [human("?"), ai("A", WIND), tool("A")],
            MetricResult(None, "the assistant says nothing after a tool output"),
        ),
        ([human("?"), ai("A")], MetricResult(None, "the assistant says nothing after a tool output")),
        ([], MetricResult(None, "the assistant says nothing after a tool output")),
    ],
)
async def test_conversation_faithfulness_is_the_mean_share_of_supported_statements_per_turn(
    messages: list[AnyMessage], expected: MetricResult
) -> None:
    judge = ScriptedJudge(BY_WORDS)
    assert await measure(ConversationFaithfulness(), sample(*messages), judge=judge) == expected


async def test_each_message_is_checked_against_the_outputs_before_it() -> None:
    judge = ScriptedJudge(BY_WORDS)
    await measure(ConversationFaithfulness(), sample(*TALK), judge=judge)
    asked = [(request.prompt.name, request.input.model_dump()) for request in judge.requests]
    splits = [question for name, question in asked if name == "split_into_statements"]
    checks = [question for name, question in asked if name == "check_statements"]
    assert splits == [
        {"question": "Is it raining?\nIn Lima?", "answer": "No."},
        {"question": "Is it raining?\nIn Lima?", "answer": "And it is calm."},
        {"question": "And?", "answer": "Nothing new."},
    ]
    assert checks == [
        {"context": "dry\nsunny", "statements": ["No."]},
        {"context": "dry\nsunny\ncalm", "statements": ["And"]},
        {"context": "dry\nsunny\ncalm\nstill calm", "statements": ["Nothing"]},
    ]


async def test_messages_are_split_at_the_same_time() -> None:
    judge = HeldJudge(BY_WORDS)
    async with asyncio.timeout(5):
        job = asyncio.create_task(measure(ConversationFaithfulness(), sample(*TALK), judge=judge))
        await until(lambda: judge.waiting == 3)
        judge.release.set()
        assert (await job).value == 0.0


async def test_a_verdict_too_few_is_no_faithfulness() -> None:
    judge = ScriptedJudge({**BY_WORDS, "check_statements": {"statements": []}})
    with pytest.raises(JudgeOutputInvalid, match="0 verdicts for 1 statements"):
        await measure(ConversationFaithfulness(), sample(*TALK), judge=judge)


# Conversation relevancy

VECTORS = {
    "Is it raining?\nIn Lima?": [1.0, 0.0],
    "And?": [0.0, 1.0],
    "same": [2.0, 0.0],
    "half": [3.0, 4.0],
}


def guess(first: tuple[str, int], second: tuple[str, int]) -> Line:
    """What is guessed from the two turns of `TALK` that follow a question."""

    def answer(asked: Value) -> Record:
        question, evasive = second if asked.model_dump()["response"] == "Nothing new." else first
        return {"question": question, "noncommittal": evasive}

    return answer


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (("same", 0), ("half", 0), MetricResult(0.9, "relevancy of the turns: 1.00, 0.80")),
        (("half", 0), ("half", 1), MetricResult(0.3, "relevancy of the turns: 0.60, 0.00")),
        (("same", 1), ("half", 1), MetricResult(0.0, "relevancy of the turns: 0.00, 0.00")),
        (("half", 0), (" ", 0), MetricResult(0.6, "relevancy of the turns: 0.60")),
        (("", 0), ("", 1), MetricResult(None, "the judge could guess no question from any turn")),
    ],
)
async def test_conversation_relevancy_is_the_mean_over_the_turns(
    first: tuple[str, int], second: tuple[str, int], expected: MetricResult
) -> None:
    judge = ScriptedJudge({"guess_question": guess(first, second)})
    result = await measure(
        ConversationRelevancy(), sample(*TALK), judge=judge, embedder=ScriptedEmbedder(VECTORS)
    )
    assert result.value == (None if expected.value is None else pytest.approx(expected.value))
    assert result.reason == expected.reason


async def test_questions_are_guessed_from_whole_turns_that_follow_a_question() -> None:
    judge = ScriptedJudge({"guess_question": guess(("same", 0), ("half", 0))})
    embedder = ScriptedEmbedder(VECTORS)
    await measure(ConversationRelevancy(strictness=2), sample(*TALK), judge=judge, embedder=embedder)
    assert [(request.input.model_dump(), request.n) for request in judge.requests] == [
        ({"response": "Let me see.\nNo.\nAnd it is calm."}, 2),
        ({"response": "Nothing new."}, 2),
    ]
    assert embedder.requests == [("Is it raining?\nIn Lima?", "same", "same"), ("And?", "half", "half")]


async def test_turns_are_guessed_from_at_the_same_time() -> None:
    judge = HeldJudge({"guess_question": guess(("same", 0), ("half", 0))})
    async with asyncio.timeout(5):
        job = asyncio.create_task(
            measure(ConversationRelevancy(), sample(*TALK), judge=judge, embedder=ScriptedEmbedder(VECTORS))
        )
        await until(lambda: judge.waiting == 2)
        judge.release.set()
        assert (await job).value == pytest.approx(0.9)


@pytest.mark.parametrize(
    "messages", [[], [human("Hi")], [ai("Hello!")], [human(" "), ai("Hello!")], [human("Hi"), ai("")]]
)
async def test_without_an_answered_question_there_is_no_relevancy(messages: list[AnyMessage]) -> None:
    result = await measure(ConversationRelevancy(), sample(*messages), judge=ScriptedJudge({}))
    assert result == MetricResult(None, "the assistant answers no question")


def test_what_the_metrics_of_turns_need() -> None:
    assert ConversationFaithfulness().needs == {"judge"}
    assert ConversationRelevancy().needs == {"judge", "embedder"}
    assert [
        metric.required(MultiTurnSample) for metric in (ConversationFaithfulness(), ConversationRelevancy())
    ] == [
        {"user_input"},
        {"user_input"},
    ]
