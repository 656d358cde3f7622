"""What was asked for each score, and the plain records that tell it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from ragas_nb.engine.trace import Attempt
from ragas_nb.judges.base import Usage
from ragas_nb.metrics import ContextPrecision
from ragas_nb.metrics._context_precision import ContextForAnswer
from ragas_nb.metrics.base import MetricResult
from ragas_nb.results.explain import Item, items_of
from ragas_nb.results.result import EvaluationResult
from ragas_nb.schema import EvaluationDataset, SingleTurnSample
from ragas_nb.store.records import PromptRecord, StepRecord
from ragas_nb.testing import ScriptedEmbedder, ScriptedJudge
from tests.unit.doubles import (
    NO,
    YES,
    Computes,
    Embeds,
    HeldJudge,
    Polite,
    PoliteAndShort,
    Votes,
    new_run,
    responses,
)


async def judged() -> EvaluationResult:
    judge = ScriptedJudge({"is_polite": YES, "is_short": NO})
    return await new_run(responses("Hi!", "Go!"), [PoliteAndShort()], judge)


async def test_a_step_is_read_by_sample_metric_and_name():
    step = (await judged()).traces[1]["polite_and_short"]["is_short"]
    assert (step["input"], step["output"]) == ({"text": "Go!"}, {"verdict": 0})


async def test_a_sample_has_its_metrics_and_a_metric_its_steps_in_the_order_of_asking():
    trace = (await judged()).traces[0]
    assert {metric: list(steps) for metric, steps in trace.items()} == {
        "polite_and_short": ["is_polite", "is_short"]
    }


async def test_a_sample_has_its_scores():
    trace = (await judged()).traces[0]
    assert (trace.scores, repr(trace)) == ({"polite_and_short": 0.0}, "{'polite_and_short': 0.0}")


async def test_every_context_that_was_judged_is_a_call():
    def useful(asked: ContextForAnswer) -> dict[str, object]:
        return {"reason": "so", "verdict": int("Lima" in asked.context)}

    sample = SingleTurnSample(
        user_input="Where is Lima?", reference="In Peru.", retrieved_contexts=["Lima.", "Rome."]
    )
    judge = ScriptedJudge({"judge_context": useful})
    run = new_run(EvaluationDataset([sample]), [ContextPrecision()], judge)
    (calls,) = (await run).traces[0]["context_precision"].values()
    assert [(call.input["context"], call.output) for call in calls] == [
        ("Lima.", {"reason": "so", "verdict": 1}),
        ("Rome.", {"reason": "so", "verdict": 0}),
    ]
    assert (calls["output"], len(calls)) == ({"reason": "so", "verdict": 0}, 2)


async def test_every_vote_is_a_call_with_its_number():
    result = await new_run(responses("a"), [Votes()], ScriptedJudge({"is_polite": [YES, NO, YES]}))
    calls = result.traces[0]["votes"]["is_polite"]
    assert [(call.repeat, call.output) for call in calls] == [
        (0, {"verdict": 1}),
        (1, {"verdict": 0}),
        (2, {"verdict": 1}),
    ]


async def test_every_attempt_is_there_also_of_a_step_that_was_never_answered():
    judge = ScriptedJudge({"is_polite": ["{}", "{}", "no"]}, usage=Usage(input_tokens=4), price=0.5)
    result = await new_run(responses("a"), [Polite()], judge)
    call = result.traces[0]["polite"]["is_polite"]
    assert call["output"] is None
    assert [(a.outcome, a.reply, a.model, a.usage.input_tokens, a.cost) for a in call["attempts"]] == [
        ("invalid", "{}", "scripted", 4, 0.5),
        ("invalid", "{}", "scripted", 4, 0.5),
        ("invalid", "no", "scripted", 4, 0.5),
    ]


async def test_an_answer_of_another_job_says_so_and_has_no_attempts_of_this_one():
    result = await new_run(
        responses("a"), [Polite(), Polite(name="again")], ScriptedJudge({"is_polite": YES})
    )
    sources = [trace["is_polite"][0].source for trace in result.traces[0].values()]
    assert sources in (["asked", "shared"], ["asked", "remembered"])


async def test_embeddings_are_a_step_that_asks_nothing_in_words():
    dataset = EvaluationDataset([SingleTurnSample(response="a", reference="b")])
    embedder = ScriptedEmbedder(lambda text: [1.0])
    result = await new_run(dataset, [Embeds()], embedder=embedder)
    (call,) = result.traces[0]["embeds"]["embed"]
    assert (call.prompt.kind, call.input, call.output, len(call.attempts)) == (
        "embedding",
        {"texts": 2},
        None,
        1,
    )
    assert result.steps(0, "embeds") == ()


async def test_steps_are_the_prompts_of_a_job_in_order():
    steps = (await judged()).steps(0, "polite_and_short")
    assert [(step.step, step.input, step.output, step.repeat) for step in steps] == [
        ("is_polite", {"text": "Hi!"}, {"verdict": 1}, 0),
        ("is_short", {"text": "Hi!"}, {"verdict": 0}, 0),
    ]


async def test_a_step_shows_the_messages_that_the_judge_got():
    step = (await judged()).steps(0, "polite_and_short")[0]
    assert step.text.startswith("[system]\nSay whether the text is polite.")
    assert step.text.endswith('\n\n[user]\n{"text":"Hi!"}')


async def test_a_metric_that_asks_nobody_has_no_steps():
    result = await new_run(responses("a"), [Computes(rule=lambda text: MetricResult(1.0))])
    assert dict(result.traces[0]["computes"]) == {}


async def test_traces_follow_a_run_that_goes_on():
    judge = HeldJudge({"is_polite": YES})
    run = new_run(responses("a"), [Polite()], judge).start()
    await judge.arrived.wait()
    trace = run.result.traces[0]["polite"]
    judge.release.set()
    await run
    assert (list(trace), list(run.result.traces[0]["polite"])) == ([], ["is_polite"])


@pytest.mark.parametrize("key", [1, -1, np.int64(1)])
async def test_a_sample_is_found_by_its_place(key: int):
    assert (await judged()).traces[key]["polite_and_short"]["is_polite"]["input"] == {"text": "Go!"}


async def test_a_slice_of_traces_has_those_samples():
    traces = (await judged()).traces
    assert (len(traces), list(traces[1:]), list(traces)) == (2, [traces[1]], [traces[0], traces[1]])


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda r: r.traces[0]["x"], "No metric 'x' in this result; it has polite_and_short."),
        (
            lambda r: r.traces[0]["polite_and_short"]["x"],
            "No step 'x' in this job; it has is_polite, is_short.",
        ),
        (
            lambda r: r.traces[0]["polite_and_short"]["is_short"]["x"],
            "A step has 'input', 'output' and 'attempts', not 'x'.",
        ),
    ],
)
async def test_a_name_that_is_not_there_is_told_with_those_that_are(
    wrong: Callable[[EvaluationResult], object], message: str
):
    with pytest.raises(KeyError) as caught:
        wrong(await judged())
    assert caught.value.args == (message,)


def test_calls_show_the_last_one():
    step = StepRecord(PromptRecord("s"), {"a": 1}, {"b": 2}, attempts=(Attempt("ok", 1.0),))
    one = EvaluationResult([{"m": 1}], None, traces=[{"m": {"s": {"input": {"a": 1}, "output": {"b": 2}}}}])
    assert one.traces[0]["m"]["s"][0] == StepRecord(step.prompt, step.input, step.output)
    assert repr(one.traces[0]["m"]["s"]) == "{'input': {'a': 1}, 'output': {'b': 2}}"


# ── items, of records that may come from anywhere ──


@pytest.mark.parametrize(
    ("output", "items"),
    [
        (None, []),
        ({}, []),
        ({"verdict": 1, "reason": "so"}, [Item("asked", "so", 1, "good")]),
        ({"verdict": True}, [Item("asked", None, 1, "good")]),
        ({"verdict": "perhaps"}, [Item("asked", None, None, "perhaps")]),
        ({"verdict": None}, [Item("asked")]),
        ({"items": [{"statement": "x", "attributed": 0}]}, [Item("x", None, 0, "bad")]),
        ({"TP": ["x"], "FP": []}, [Item("x", word="in both (TP)")]),
        ({"TP": [{"statement": "x", "reason": 3}]}, [Item("x", "3", word="in both (TP)")]),
        ({"is_evasive": 1, "question": "Why?"}, [Item("Why?", word="good")]),
        ({"is_evasive": [], "question": "Why?"}, [Item("Why?", word="[]")]),
        ({"summary_text": "so"}, [Item("so", word="summary text")]),
    ],
)
def test_items_tell_what_an_answer_says(output: dict[str, object] | None, items: list[Item]):
    prompt = PromptRecord("s", words=("bad", "good"), verdict_field="is_evasive")
    assert items_of(StepRecord(prompt, {"text": "asked"}, output)) == items


def test_a_verdict_speaks_of_the_context_where_there_is_one():
    asked = {"context": "c" * 300, "question": "q"}
    (item,) = items_of(StepRecord(PromptRecord("s"), asked, {"verdict": 0}))
    assert item.text == "c" * 199 + "…"
