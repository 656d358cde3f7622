from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

import ragas_nb as rnb
from ragas_nb.errors import ConfigurationError, PlanError
from ragas_nb.metrics import resolve
from ragas_nb.metrics.adapters import adapt
from ragas_nb.metrics.base import MetricResult
from ragas_nb.schema import MultiTurnSample, SingleTurnSample
from ragas_nb.testing import measure
from tests.unit.metrics.packages import (
    AutoScore,
    BaseConversationalMetric,
    BaseMetric,
    ConversationalTestCase,
    Evaluator,
    LLMTestCase,
    PhoenixScore,
    RagasMulti,
    RagasPrompted,
    RagasSimple,
    RagasSingle,
    RunConfig,
    Scorer,
    TheirResult,
    ToolCall,
    Turn,
    parameters,
    provide_deepeval,
    provide_ragas,
)
from tests.unit.metrics.packages import MultiTurnSample as TheirConversation
from tests.unit.metrics.packages import SingleTurnSample as TheirSample

SAMPLE = SingleTurnSample(
    user_input="Where is Lima?",
    response="In Peru.",
    reference="Peru",
    retrieved_contexts=["Lima is in Peru.", "Quito is not."],
    reference_contexts=["Lima: capital of Peru"],
)
TALK = MultiTurnSample.model_validate(
    {
        "user_input": [
            {"type": "human", "content": "Rain?"},
            {"type": "ai", "content": "", "tool_calls": [{"name": "rain", "args": {"city": "Lima"}}]},
            {"type": "tool", "content": "dry"},
            {"type": "ai", "content": "No."},
        ],
        "reference": "It says that it is dry.",
    }
)


@pytest.fixture(autouse=True)
def packages(monkeypatch: pytest.MonkeyPatch) -> None:
    provide_ragas(monkeypatch)
    provide_deepeval(monkeypatch)


async def found(theirs: object, sample: SingleTurnSample | MultiTurnSample = SAMPLE) -> MetricResult:
    return await measure(resolve(theirs), sample)


# ── Ragas' metrics that take a sample ──


async def test_a_metric_of_ragas_gets_a_sample_of_ragas() -> None:
    seen: list[Any] = []
    await found(RagasSingle(seen.append))
    assert seen == [TheirSample(**SAMPLE.to_dict())]


async def test_a_conversation_reaches_ragas_as_its_conversation() -> None:
    seen: list[Any] = []
    await found(RagasMulti(seen.append, columns={"MULTI_TURN": {"user_input"}}), TALK)
    assert seen == [TheirConversation(**TALK.to_dict())]


def test_the_kinds_of_samples_and_their_columns_are_those_that_ragas_says() -> None:
    columns = {"SINGLE_TURN": {"response", "rubric"}, "MULTI_TURN": {"user_input"}}

    class Both(RagasSingle, RagasMulti):
        pass

    metric, single = resolve(Both(columns=columns)), resolve(RagasSingle(columns=columns))
    assert [metric.scores(kind) for kind in (SingleTurnSample, MultiTurnSample)] == [True, True]
    assert [single.scores(kind) for kind in (SingleTurnSample, MultiTurnSample)] == [True, False]
    assert metric.required(SingleTurnSample) == {"response", "rubrics"}
    assert metric.required(MultiTurnSample) == {"user_input"}


async def test_ragas_sets_up_a_copy_with_the_judges_timeouts_and_leaves_the_users_object() -> None:
    config = RunConfig(timeout=7)
    theirs = RagasSingle(llm=SimpleNamespace(run_config=config))
    await found(theirs)
    [(ready, used)] = theirs.inits
    assert ready is not theirs
    assert used is config


async def test_a_judge_without_timeouts_gets_those_of_ragas() -> None:
    theirs = RagasSingle(llm=SimpleNamespace())
    await found(theirs)
    assert [config for _, config in theirs.inits] == [RunConfig()]


def test_the_column_has_the_mode_as_in_ragas() -> None:
    assert resolve(RagasSingle(mode="f1")).column == "theirs(mode=f1)"
    assert resolve(RagasSingle()).column == "theirs"


@pytest.mark.parametrize(
    ("attributes", "message"),
    [
        ({"llm": None}, r"has no llm\. Set it: metric\.llm = …\.$"),
        ({"llm": None, "embeddings": None}, "has no llm and no embeddings"),
        ({"llm": 1, "embeddings": None}, "Set it: metric.embeddings = …"),
        ({"llm": None, "name": "faithfulness"}, r"take ours, .*: metrics=\['faithfulness'\]"),
    ],
)
def test_a_metric_without_a_judge_is_refused_before_the_run(attributes: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        rnb.evaluate([SAMPLE], [RagasSingle(**attributes)], show_progress=False)  # type: ignore[list-item]


def test_a_metric_of_rubrics_is_told_of_our_class_of_the_same_name() -> None:
    class AspectCritic(RagasSingle):
        pass

    with pytest.raises(ConfigurationError, match=r"take ours, .*: ragas_nb\.metrics\.AspectCritic"):
        resolve(AspectCritic(llm=None)).check_ready()


def test_embeddings_may_be_missing_where_they_do_not_count() -> None:
    resolve(RagasSingle(llm=1, embeddings=None, weights=[1, 0])).check_ready()
    resolve(RagasSingle(llm=1, embeddings=None, answer_similarity=object())).check_ready()


@pytest.mark.parametrize(
    ("value", "result"),
    [
        (float("nan"), MetricResult(None, "the metric gave nan")),
        (None, MetricResult(None, "the metric gave no score")),
        (TheirResult(None, "nothing to judge"), MetricResult(None, "nothing to judge")),
        (TheirResult(0.25, "one of four"), MetricResult(0.25, "one of four")),
        (True, MetricResult(1.0)),
        (["b", "a"], MetricResult(["b", "a"])),
        ("good", MetricResult("good")),
    ],
)
async def test_what_it_finds_is_read(value: object, result: MetricResult) -> None:
    assert await found(RagasSingle(lambda sample: value)) == result


async def test_what_is_no_score_fails_the_job() -> None:
    with pytest.raises(TypeError, match=r"gave \{\}, which is no score"):
        await found(RagasSingle(lambda sample: {}))


def test_what_it_raises_is_a_failed_job_with_its_message_and_the_others_go_on() -> None:
    def scored(sample: Any) -> float:
        if sample.response == "bad":
            raise AssertionError("llm is not set")
        return 1.0

    data = [{"response": "bad"}, {"response": "good"}]
    result = rnb.evaluate(data, [RagasSingle(scored)], show_progress=False)  # type: ignore[list-item]
    assert result["theirs"] == [None, 1.0]
    assert result.errors[["metric", "kind", "message"]].to_numpy().tolist() == [
        ["theirs", "metric_error", "llm is not set"]
    ]


# ── Ragas' metrics that take fields ──


async def test_ascore_gets_the_fields_that_its_parameters_name() -> None:
    class Simple(RagasSimple):
        async def ascore(
            self, user_input: str, answer: str, rubrics: object = None, top: int = 3
        ) -> TheirResult:
            return TheirResult(f"{user_input} {answer} {rubrics} {top}", "r")

    assert await found(Simple()) == MetricResult("Where is Lima? In Peru. None 3", "r")
    assert resolve(Simple()).requires == {"user_input", "response"}


async def test_the_annotation_of_user_input_says_whether_it_is_a_conversation() -> None:
    class Talks(RagasSimple):
        async def ascore(self, user_input: list[str], reference: str) -> TheirResult:
            return TheirResult(len(user_input))

    class Asks(RagasSimple):
        async def ascore(self, user_input: str | None = None) -> TheirResult:
            return TheirResult(1)

    kinds = (SingleTurnSample, MultiTurnSample)
    assert [resolve(Talks()).scores(kind) for kind in kinds] == [False, True]
    assert [resolve(Asks()).scores(kind) for kind in kinds] == [True, False]
    assert await found(Talks(), TALK) == MetricResult(4)


@pytest.mark.parametrize(("is_async", "reason"), [(True, "by the async judge"), (False, "by the sync judge")])
async def test_a_prompts_judge_is_the_one_set_on_the_metric(is_async: bool, reason: str) -> None:
    async def agenerate(asked: dict[str, Any]) -> str:
        return f"good: {asked['response']}"

    def generate(asked: dict[str, Any]) -> str:
        assert threading.current_thread() is not threading.main_thread()
        return f"good: {asked['response']}"

    judge = SimpleNamespace(is_async=is_async, agenerate=agenerate, generate=generate)
    assert await found(RagasPrompted(llm=judge)) == MetricResult("good: In Peru.", reason)


def test_a_prompt_without_a_judge_is_refused_before_the_run() -> None:
    with pytest.raises(ConfigurationError, match=r"Ragas' metric 'theirs' .* has no llm"):
        resolve(RagasPrompted()).check_ready()


def test_a_placeholder_that_no_sample_has_is_refused() -> None:
    with pytest.raises(PlanError, match="Ragas' metric 'theirs' reads 'tone', which no sample has"):
        resolve(RagasPrompted(names=("response", "tone")))


def test_a_parameter_that_no_sample_has_is_refused() -> None:
    class Simple(RagasSimple):
        async def ascore(self, tone: str) -> TheirResult:
            return TheirResult(1)

    with pytest.raises(PlanError, match="'tone', which is no field"):
        resolve(Simple())


def test_the_range_is_that_of_the_allowed_values() -> None:
    class Simple(RagasSimple):
        async def ascore(self, response: str) -> TheirResult:
            return TheirResult(1)

    assert resolve(Simple(allowed_values=(1, 5))).score_range == (1.0, 5.0)
    assert resolve(Simple()).score_range == (0.0, 1.0)


@pytest.mark.parametrize(
    ("returned", "allowed_values", "outcome"),
    [
        ("yes", ["yes", "no"], MetricResult("yes")),
        (3, (0, 5), MetricResult(3)),
        (["a", "b"], 2, MetricResult(["a", "b"])),
        (1, [0, 1], MetricResult(1)),
        ("perhaps", ["yes", "no"], ValueError),
    ],
)
async def test_a_decorated_function_is_called_as_a_function(
    returned: object, allowed_values: object, outcome: MetricResult | type[Exception]
) -> None:
    class Decorated(RagasSimple):
        async def ascore(self, *args: Any, **kwargs: Any) -> TheirResult:
            return TheirResult(None, "Error executing metric: hidden")

    theirs = Decorated(_func=lambda response: returned, allowed_values=allowed_values)
    if isinstance(outcome, MetricResult):
        assert await found(theirs) == outcome
    else:
        with pytest.raises(outcome, match="theirs returned what it may not"):
            await found(theirs)


def test_a_decorated_function_that_takes_a_judge_is_refused() -> None:
    class Decorated(RagasSimple):
        async def ascore(self, *args: Any, **kwargs: Any) -> TheirResult:
            return TheirResult(1)

    async def asks(llm: object, response: str) -> int:
        return 1

    with pytest.raises(PlanError, match=r"takes 'llm'.*Use the decorator of the same name of ragas_nb"):
        resolve(Decorated(_func=asks))


# ── DeepEval ──


class Rated(BaseMetric):
    """Keeps its test case; the score is the length of the answer, told after others had their turn."""

    _required_params = parameters("input", "actual_output", "retrieval_context")

    async def a_measure(self, test_case: Any, _show_indicator: bool = True) -> float:
        self.score = float(len(test_case.actual_output))
        await asyncio.sleep(0)
        self.reason = f"{test_case.actual_output}, indicator: {_show_indicator}"
        return self.score


async def test_a_metric_of_deepeval_gets_a_test_case_of_deepeval() -> None:
    cases: list[Any] = []

    class Keeps(BaseMetric):
        async def a_measure(self, test_case: Any, _show_indicator: bool = True) -> float:
            cases.append(test_case)
            return 0.5

    assert await found(Keeps()) == MetricResult(0.5)
    assert cases == [
        LLMTestCase(
            input="Where is Lima?",
            actual_output="In Peru.",
            expected_output="Peru",
            context=["Lima: capital of Peru"],
            retrieval_context=["Lima is in Peru.", "Quito is not."],
        )
    ]


async def test_every_sample_is_measured_by_a_copy_without_a_progress_bar() -> None:
    theirs = Rated()
    samples = [SingleTurnSample(response=text) for text in ("a", "bb")]
    results = await asyncio.gather(*(found(theirs, sample) for sample in samples))
    assert results == [MetricResult(1.0, "a, indicator: False"), MetricResult(2.0, "bb, indicator: False")]
    assert (theirs.score, theirs.reason) == (None, None)


def test_its_name_and_what_it_reads_are_those_that_deepeval_says() -> None:
    metric = resolve(Rated())
    assert metric.column == "Their Metric"
    assert metric.requires == {"user_input", "response", "retrieved_contexts"}
    assert resolve(BaseMetric(evaluation_params=parameters("expected_output"))).requires == {"reference"}


async def test_a_metric_that_blocks_is_measured_in_a_thread() -> None:
    class Blocks(BaseMetric):
        async_mode = False

        def measure(self, test_case: Any, _show_indicator: bool = True) -> float:
            assert threading.current_thread() is not threading.main_thread()
            self.score, self.reason = 0.5, "in a thread"
            return 0.5

    assert await found(Blocks()) == MetricResult(0.5, "in a thread")


async def test_a_metric_of_ones_own_need_not_know_of_the_indicator() -> None:
    class Own(BaseMetric):
        async def a_measure(self, test_case: Any) -> float:  # type: ignore[override]
            self.score = 0.5
            return 0.5

    assert await found(Own()) == MetricResult(0.5)


async def test_a_conversation_becomes_turns_with_their_tools() -> None:
    cases: list[Any] = []

    class Talks(BaseConversationalMetric):
        _required_test_case_params = parameters("content", "role", "expected_outcome")

        async def a_measure(self, test_case: Any, _show_indicator: bool = True) -> float:
            cases.append(test_case)
            return 1.0

    metric = resolve(Talks())
    assert [metric.scores(kind) for kind in (SingleTurnSample, MultiTurnSample)] == [False, True]
    assert metric.required(MultiTurnSample) == {"user_input", "reference"}
    assert await measure(metric, TALK) == MetricResult(1.0)
    called = ToolCall(name="rain", input_parameters={"city": "Lima"})
    assert cases == [
        ConversationalTestCase(
            turns=[
                Turn(role="user", content="Rain?"),
                Turn(role="assistant", content="", tools_called=[called], retrieval_context=None),
                Turn(role="assistant", content="No.", tools_called=None, retrieval_context=["dry"]),
            ],
            expected_outcome="It says that it is dry.",
        )
    ]


async def test_a_graph_that_keeps_verdicts_is_copied_too() -> None:
    class Graph(BaseMetric):
        async def a_measure(self, test_case: Any, _show_indicator: bool = True) -> float:
            self.reason = str(vars(self)["dag"])
            return 1.0

    assert (await found(Graph(dag=["node"]))).reason == "['node', 'copied']"


def test_a_metric_of_tools_is_refused_for_single_questions() -> None:
    with pytest.raises(PlanError, match="DeepEval's metric 'Their Metric' reads 'tools_called'"):
        resolve(BaseMetric(_required_params=parameters("tools_called")))


# ── autoevals ──


class Closeness(Scorer):
    """Written synchronously."""

    def _run_eval_sync(self, output: Any, expected: Any = None, **kwargs: Any) -> AutoScore:
        assert threading.current_thread() is not threading.main_thread()
        return AutoScore(0.5, {"output": output, "expected": expected, **kwargs, "rationale": f"{kwargs}"})


class Judged(Scorer):
    """Written both ways, with a prompt."""

    messages = (
        {"role": "user", "content": "{{input}}: {{{output}}}, {{#context}}{{context}}{{/context}} {{x}}"},
    )

    async def _run_eval_async(self, output: Any, expected: Any = None, **kwargs: Any) -> AutoScore:
        assert threading.current_thread() is threading.main_thread()
        return AutoScore(1.0, {"choice": "A"})

    def _run_eval_sync(self, output: Any, expected: Any = None, **kwargs: Any) -> AutoScore:
        raise NotImplementedError


async def test_a_scorer_gets_what_it_calls_output_expected_input_and_context() -> None:
    result = await found(Closeness())
    said = {"input": "Where is Lima?", "context": "Lima is in Peru.\nQuito is not."}
    assert result == MetricResult(0.5, str(said))


async def test_what_the_sample_lacks_is_not_passed() -> None:
    assert await found(Closeness(), SingleTurnSample(response="x")) == MetricResult(0.5, "{}")


async def test_a_scorer_gets_only_what_it_takes() -> None:
    class Strict(Closeness):
        def _run_eval_sync(self, output: Any, expected: Any = None, input: Any = None) -> AutoScore:  # type: ignore[override]  # noqa: A002
            return AutoScore(0.5, {"reason": input})

    assert await found(Strict()) == MetricResult(0.5, "Where is Lima?")


async def test_an_asynchronous_scorer_stays_on_the_loop() -> None:
    assert await found(Judged()) == MetricResult(1.0, "A")


def test_a_scorer_needs_the_response_and_what_its_prompt_names() -> None:
    assert resolve(Closeness()).requires == {"response"}
    assert resolve(Judged()).requires == {"response", "user_input", "retrieved_contexts"}
    assert resolve(Judged()).column == "Judged"


async def test_a_scorer_that_passes_over_a_sample_leaves_it_undefined() -> None:
    class Skips(Scorer):
        def _run_eval_sync(self, output: Any, expected: Any = None, **kwargs: Any) -> AutoScore:
            return AutoScore(None)

    assert await found(Skips()) == MetricResult(None, "the metric gave no score")


async def test_an_error_within_a_score_is_raised() -> None:
    class Fails(Scorer):
        def _run_eval_sync(self, output: Any, expected: Any = None, **kwargs: Any) -> AutoScore:
            return AutoScore(0, error=ValueError("no such model"))

    with pytest.raises(ValueError, match="no such model"):
        await found(Fails())


async def test_a_class_that_needs_no_parameters_will_do() -> None:
    assert (await found(Closeness)).value == 0.5


# ── Phoenix ──


async def test_an_evaluator_gets_both_its_names_and_ours() -> None:
    theirs = Evaluator(PhoenixScore(0.5, "half", "some of it"), needs=("output", "reference"))
    assert await found(theirs) == MetricResult(0.5, "some of it")
    assert theirs.given == {
        **SAMPLE.to_dict(),
        "input": "Where is Lima?",
        "output": "In Peru.",
        "expected": "Peru",
        "context": "Lima is in Peru.\nQuito is not.",
    }
    assert resolve(theirs).requires == {"response", "reference"}


@pytest.mark.parametrize(
    ("scores", "result"),
    [
        ((PhoenixScore(label="polite", explanation="please"),), MetricResult("polite", "please")),
        ((PhoenixScore(1.0, "polite"),), MetricResult(1.0, "polite")),
        (
            (PhoenixScore(0.5, name="precision"), PhoenixScore(1.0, name="recall")),
            MetricResult(0.5, "also recall: 1.0"),
        ),
        ((PhoenixScore(0.5, name="recall"), PhoenixScore(1.0)), MetricResult(1.0, "also recall: 0.5")),
        ((PhoenixScore(),), MetricResult(None, "the metric gave no score")),
        ((), MetricResult(None, "the evaluator gave no score")),
    ],
)
async def test_scores_and_labels_of_an_evaluator_are_read(
    scores: tuple[PhoenixScore, ...], result: MetricResult
) -> None:
    assert await found(Evaluator(*scores, needs=("output",))) == result


def test_a_bound_evaluator_needs_what_it_is_bound_to() -> None:
    theirs = Evaluator(needs=("text", "facts", "made"))
    theirs.bind({"text": "response", "facts": "$.retrieved_contexts[0]", "made": lambda given: 1})
    assert resolve(theirs).requires == {"response", "retrieved_contexts"}
    with pytest.raises(PlanError, match="Phoenix's evaluator 'theirs' reads 'text', which no sample has"):
        resolve(Evaluator(needs=("text",)))


def test_a_direction_is_kept() -> None:
    directions = ("maximize", "minimize", "neutral")
    found = [resolve(Evaluator(needs=("output",), direction=one)).higher_is_better for one in directions]
    assert found == [True, False, True]


# ── functions ──


def letters(response: str) -> int:
    return len(response)


async def polite(question: str, answer: str) -> str:
    return "no"


async def test_a_function_of_fields_is_a_metric() -> None:
    assert await found(letters) == MetricResult(8)
    assert await found(polite) == MetricResult("no")
    assert resolve(polite).requires == {"user_input", "response"}


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda response: 1, r"<lambda>.* has no name for its column.*adapt\(function, name='…'\)"),
        (lambda: 1, "has no name"),
        (print, "The function 'print' is no metric"),
    ],
)
def test_a_function_that_cannot_be_a_metric_is_refused(function: Callable[..., Any], message: str) -> None:
    with pytest.raises(PlanError, match=message):
        resolve(function)


async def test_a_function_that_returns_no_score_fails() -> None:
    def all_of_it(response: str) -> dict[str, str]:
        return {"response": response}

    with pytest.raises(ValueError, match="it has to be a number, a text or a list of them"):
        await found(all_of_it)


# ── all of them ──


def test_a_run_takes_theirs_and_ours_side_by_side_under_names_of_ones_own() -> None:
    theirs = RagasSingle(lambda sample: 0.25, name="exact_match")
    metrics = ["exact_match", adapt(theirs, name="theirs"), letters]
    result = rnb.evaluate([SAMPLE], metrics, show_progress=False)  # type: ignore[arg-type]
    assert dict(result.scores[0]) == {"exact_match": 0.0, "theirs": 0.25, "letters": 8}


def test_as_many_are_measured_at_once_as_the_run_has_workers() -> None:
    running: list[int] = []
    most = 0

    class Counts(BaseMetric):
        async def a_measure(self, test_case: Any, _show_indicator: bool = True) -> float:
            nonlocal most
            running.append(1)
            most = max(most, len(running))
            await asyncio.sleep(0)
            running.pop()
            return 1.0

    data = [{"response": str(row)} for row in range(10)]
    rnb.evaluate(data, [Counts()], run_config=rnb.RunConfig(max_workers=3), show_progress=False)  # type: ignore[list-item]
    assert most == 3


def test_a_sample_without_a_field_that_theirs_reads_is_undefined_and_never_measured() -> None:
    data = [{"response": "x", "reference": None}, {"response": "x", "reference": "y"}]
    theirs = RagasSingle(columns={"SINGLE_TURN": {"response", "reference"}})
    result = rnb.evaluate(data, [theirs], show_progress=False)  # type: ignore[list-item]
    assert result["theirs"] == [None, 1.0]
    assert len(theirs.inits) == 1


def test_an_adapted_metric_tells_nothing_of_what_its_object_holds() -> None:
    metric = resolve(RagasSingle(llm=SimpleNamespace(api_key="sk-secret")))
    assert repr(metric) == "<metric theirs of Ragas>"
    assert "secret" not in str(metric)


def test_an_adapted_metric_is_not_saved() -> None:
    with pytest.raises(
        ConfigurationError, match="'theirs' is an object of Ragas, which our files cannot hold"
    ):
        resolve(RagasSingle()).save()


def test_an_adapted_metric_can_be_a_key() -> None:
    metric = resolve(RagasSingle())
    assert {metric: 1}[metric] == 1


def test_a_class_that_needs_parameters_is_refused_with_the_way_out() -> None:
    class Needy(RagasSingle):
        def __init__(self, llm: object) -> None:
            super().__init__(llm=llm)

    with pytest.raises(PlanError, match=r"Needy cannot be used without parameters .*'llm'.* Pass Needy\(…\)"):
        resolve(Needy)


@pytest.mark.parametrize("spec", [object(), 7, int])
def test_what_fits_nothing_is_refused_with_what_is_understood(spec: object) -> None:
    understood = "a function of fields .*Ragas or DeepEval, a scorer of autoevals, an evaluator of Phoenix"
    with pytest.raises(PlanError, match=f"is not a metric.*{understood}"):
        resolve(spec)
    with pytest.raises(PlanError, match=f"cannot be adapted.*{understood}"):
        adapt(spec)


def test_a_name_that_cannot_be_a_column_is_refused() -> None:
    with pytest.raises(ValueError, match="'response' is a field of the samples"):
        adapt(RagasSingle(), name="response")
