from __future__ import annotations

import pytest

from ragas_nb.errors import ConfigurationError, JudgeOutputInvalid, JudgeRefused, JudgeUnavailable
from ragas_nb.judges.base import Choice, JudgeRequest, Reply, Usage
from ragas_nb.metrics import ContextPrecision, SemanticSimilarity
from ragas_nb.prompts import Prompt, Value
from ragas_nb.schema import SingleTurnSample
from ragas_nb.testing import Line, ScriptedEmbedder, ScriptedJudge, measure


class Text(Value):
    text: str


ECHO = Prompt("echo", "Repeat the text.", Text, Text)
SAMPLE = SingleTurnSample(user_input="q", response="a", reference="b", retrieved_contexts=["c"])


async def replies(line: Line, *sizes: int) -> list[tuple[str, ...]]:
    judge = ScriptedJudge({"echo": line})
    found = [await judge.reply(JudgeRequest(ECHO, Text(text="hi"), size)) for size in sizes]
    return [tuple(choice.text for choice in reply.choices) for reply in found]


@pytest.mark.parametrize(
    ("line", "sizes", "expected"),
    [
        ({"text": "é"}, (1, 2), [('{"text": "é"}',), ('{"text": "é"}',) * 2]),
        (Text(text="a"), (1,), [('{"text":"a"}',)]),
        ("not JSON", (1,), [("not JSON",)]),
        ([{"text": "1"}, "2", Text(text="3")], (2, 1), [('{"text": "1"}', "2"), ('{"text":"3"}',)]),
        (lambda asked: {"text": asked.text * 2}, (1,), [('{"text": "hihi"}',)]),
    ],
)
async def test_a_line_is_one_answer_a_list_in_turn_or_a_function(
    line: Line, sizes: tuple[int, ...], expected: list[tuple[str, ...]]
) -> None:
    assert await replies(line, *sizes) == expected


async def test_a_scripted_error_is_raised_in_its_turn() -> None:
    busy = JudgeUnavailable("busy", kind="rate_limited")
    judge = ScriptedJudge({"echo": [busy, "ok"]})
    request = JudgeRequest(ECHO, Text(text="hi"))
    with pytest.raises(JudgeUnavailable, match="busy"):
        await judge.reply(request)
    assert (await judge.reply(request)).choices == (Choice("ok"),)
    assert judge.requests == [request, request]


@pytest.mark.parametrize(
    ("script", "problem"),
    [
        ({"other": "x"}, "the script has 'other'"),
        ({}, "the script has no steps"),
        ({"echo": []}, "all 0 answers"),
    ],
)
async def test_an_unscripted_step_is_refused_by_name(script: dict[str, Line], problem: str) -> None:
    with pytest.raises(JudgeRefused, match=f"no answer to step 'echo': {problem}"):
        await ScriptedJudge(script).reply(JudgeRequest(ECHO, Text(text="hi")))


async def test_replies_report_the_scripted_usage_and_price() -> None:
    usage = Usage(input_tokens=7, output_tokens=2)
    judge = ScriptedJudge({"echo": "x"}, identity="mine", usage=usage, price=0.5)
    reply = await judge.reply(JudgeRequest(ECHO, Text(text="hi")))
    assert reply == Reply((Choice("x"),), usage, "mine")
    assert judge.cost(reply.usage, reply.model) == 0.5


async def test_an_embedder_takes_a_table_or_a_function() -> None:
    table, function = ScriptedEmbedder({"a": [1.0]}), ScriptedEmbedder(lambda text: [float(len(text))])
    assert (await table.embed(["a", "a"])).vectors == ([1.0], [1.0])
    assert (await function.embed(["abc"])).vectors == ([3.0],)
    assert (table.requests, function.requests) == ([("a", "a")], [("abc",)])
    with pytest.raises(JudgeRefused, match="no vector for 'b'"):
        await table.embed(["b"])


async def test_a_metric_without_its_judge_or_embedder_says_what_to_pass() -> None:
    with pytest.raises(ConfigurationError, match="judge=ScriptedJudge"):
        await measure(ContextPrecision(), SAMPLE)
    with pytest.raises(ConfigurationError, match="embedder=ScriptedEmbedder"):
        await measure(SemanticSimilarity(), SAMPLE)


async def test_an_answer_that_does_not_fit_is_an_error_with_the_raw_text() -> None:
    with pytest.raises(JudgeOutputInvalid, match="step 'judge_context'") as caught:
        await measure(ContextPrecision(), SAMPLE, judge=ScriptedJudge({"judge_context": "dunno"}))
    assert (caught.value.raw, caught.value.step) == ("dunno", "judge_context")
