"""Scripted verdicts → score, for every metric that asks a judge and every edge case."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from ragas_nb.errors import JudgeOutputInvalid
from ragas_nb.judges.base import JudgeRequest, Reply
from ragas_nb.metrics import (
    AnswerCorrectness,
    AnswerSimilarity,
    AspectCritic,
    ContextPrecision,
    ContextUtilization,
    Faithfulness,
    LLMContextRecall,
    Metric,
    MetricResult,
    ResponseRelevancy,
    SemanticSimilarity,
    harmfulness,
)
from ragas_nb.prompts import Value
from ragas_nb.schema import SingleTurnSample
from ragas_nb.testing import Line, ScriptedEmbedder, ScriptedJudge, measure

SAMPLE = SingleTurnSample(
    user_input="Where is Lima?",
    response="Lima is in Peru.",
    reference="In Peru, on the coast.",
    retrieved_contexts=["Lima is the capital of Peru.", "Quito is in Ecuador.", "Lima has a port."],
)
Record = dict[str, object]


def changed(**fields: object) -> SingleTurnSample:
    return SAMPLE.model_copy(update=fields)


def said(statements: Sequence[str]) -> Record:
    return {"statements": list(statements)}


def checked(verdicts: Sequence[object], statements: Sequence[str] | None = None) -> Record:
    words = statements or [f"S{i}" for i in range(len(verdicts))]
    return {
        "statements": [
            {"statement": s, "reason": "r", "verdict": v} for s, v in zip(words, verdicts, strict=True)
        ]
    }


def piles(tp: int, fp: int, fn: int) -> Record:
    return {
        pile: [{"statement": f"{pile}{i}", "reason": "r"} for i in range(count)]
        for pile, count in (("TP", tp), ("FP", fp), ("FN", fn))
    }


def steps(judge: ScriptedJudge) -> list[str]:
    return [request.prompt.name for request in judge.requests]


# Faithfulness


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        ([1, 1], MetricResult(1.0, "2 of 2 statements supported")),
        ([0], MetricResult(0.0, "0 of 1 statements supported")),
        ([1, 0, 1, 1], MetricResult(0.75, "3 of 4 statements supported")),
        ([True, "no", "1", "Yes"], MetricResult(0.75, "3 of 4 statements supported")),
    ],
)
async def test_faithfulness_is_the_share_of_supported_statements(
    verdicts: list[object], expected: MetricResult
) -> None:
    statements = [f"S{i}" for i in range(len(verdicts))]
    judge = ScriptedJudge({"split_into_statements": said(statements), "check_statements": checked(verdicts)})
    assert await measure(Faithfulness(), SAMPLE, judge=judge) == expected


@pytest.mark.parametrize(
    ("response", "asked"), [("Hello!", ["split_into_statements"]), ("", []), (" \n", [])]
)
async def test_a_response_without_statements_has_no_faithfulness(response: str, asked: list[str]) -> None:
    judge = ScriptedJudge({"split_into_statements": said(["", " "])})
    result = await measure(Faithfulness(), changed(response=response), judge=judge)
    assert (result, steps(judge)) == (MetricResult(None, "the response makes no statement"), asked)


@pytest.mark.parametrize("verdicts", [[1], [1, 1, 1], [1, 2], [1, None], [1, "maybe"]])
async def test_a_wrong_count_or_an_impossible_verdict_is_no_score(verdicts: list[object]) -> None:
    judge = ScriptedJudge({"split_into_statements": said(["A", "B"]), "check_statements": checked(verdicts)})
    with pytest.raises(JudgeOutputInvalid):
        await measure(Faithfulness(), SAMPLE, judge=judge)


async def test_statements_out_of_order_are_no_score() -> None:
    judge = ScriptedJudge(
        {"split_into_statements": said(["A", "B"]), "check_statements": checked([1, 0], ["B", "A"])}
    )
    with pytest.raises(JudgeOutputInvalid, match="keep the order"):
        await measure(Faithfulness(), SAMPLE, judge=judge)


@pytest.mark.parametrize("contexts", [[], [" ", ""]])
async def test_blank_contexts_prove_nothing_and_are_not_asked_about(contexts: list[str]) -> None:
    judge = ScriptedJudge({"split_into_statements": said(["A", "B"])})
    result = await measure(Faithfulness(), changed(retrieved_contexts=contexts), judge=judge)
    assert result == MetricResult(0.0, "0 of 2 statements supported")


async def test_the_contexts_are_checked_as_one_text() -> None:
    judge = ScriptedJudge({"split_into_statements": said(["A"]), "check_statements": checked([1])})
    await measure(Faithfulness(), SAMPLE, judge=judge)
    assert [request.input.model_dump() for request in judge.requests] == [
        {"question": "Where is Lima?", "answer": "Lima is in Peru."},
        {
            "context": "Lima is the capital of Peru.\nQuito is in Ecuador.\nLima has a port.",
            "statements": ["A"],
        },
    ]


# Response relevancy

VECTORS = {"Where is Lima?": [1.0, 0.0], "same": [2.0, 0.0], "half": [3.0, 4.0], "other": [0.0, 1.0]}


def guesses(*pairs: tuple[str, int]) -> Line:
    return [{"question": question, "noncommittal": noncommittal} for question, noncommittal in pairs]


@pytest.mark.parametrize(
    ("guessed", "expected"),
    [
        ([("same", 0), ("same", 0), ("same", 0)], 1.0),
        ([("same", 0), ("half", 0), ("other", 0)], (1 + 0.6 + 0) / 3),
        ([("same", 1), ("half", 0), ("half", 1)], (1 + 0.6 + 0.6) / 3),
        ([("same", 1), ("same", 1), ("same", 1)], 0.0),
        ([("same", 0), (" ", 0), ("half", 0)], 0.8),
        ([("same", 1), ("", 0), ("same", 1)], 1.0),
        ([("", 0), (" ", 1), ("", 0)], None),
    ],
)
async def test_relevancy_is_the_mean_likeness_of_the_guessed_questions(
    guessed: list[tuple[str, int]], expected: float | None
) -> None:
    judge = ScriptedJudge({"guess_question": guesses(*guessed)})
    result = await measure(ResponseRelevancy(), SAMPLE, judge=judge, embedder=ScriptedEmbedder(VECTORS))
    assert result.value == (expected if expected is None else pytest.approx(expected, abs=1e-12))
    assert result.reason


@pytest.mark.parametrize(("supports_n", "sizes"), [(True, [5]), (False, [5, 4, 3, 2, 1])])
async def test_relevancy_asks_once_where_the_judge_gives_several_answers(
    supports_n: bool, sizes: list[int]
) -> None:
    judge = ScriptedJudge({"guess_question": guesses(*[("same", 0)] * 5)}, supports_n=supports_n)
    embedder = ScriptedEmbedder(VECTORS)
    await measure(ResponseRelevancy(strictness=5), SAMPLE, judge=judge, embedder=embedder)
    assert [request.n for request in judge.requests] == sizes
    assert embedder.requests == [("Where is Lima?", *["same"] * 5)]


# Context precision and utilisation


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [([1, 0, 1], 5 / 6), ([0, 0, 0], 0.0), ([1, 1, 1], 1.0), ([0, 1, 1], 7 / 12), ([0, 0, 1], 1 / 3)],
)
@pytest.mark.parametrize(
    ("metric", "answer"), [(ContextPrecision(), SAMPLE.reference), (ContextUtilization(), SAMPLE.response)]
)
async def test_context_precision_is_the_average_precision_in_retrieved_order(
    metric: Metric, answer: str, verdicts: list[int], expected: float
) -> None:
    by_context = dict(zip(SAMPLE.retrieved_contexts or (), verdicts, strict=True))
    judge = ScriptedJudge(
        {"judge_context": lambda asked: {"reason": "r", "verdict": by_context[asked.context]}}
    )
    result = await measure(metric, SAMPLE, judge=judge)
    assert result == MetricResult(pytest.approx(expected), f"{sum(verdicts)} of 3 contexts useful")
    assert {request.input.model_dump()["answer"] for request in judge.requests} == {answer}


async def test_no_contexts_are_no_precision() -> None:
    result = await measure(ContextPrecision(), changed(retrieved_contexts=[]), judge=ScriptedJudge({}))
    assert result == MetricResult(0.0, "no context was retrieved")


class MeetingJudge(ScriptedJudge):
    """Answers only when `count` requests wait at the same time."""

    def __init__(self, count: int, script: dict[str, Line]) -> None:
        super().__init__(script)
        self.barrier = asyncio.Barrier(count)

    async def reply(self, request: JudgeRequest) -> Reply:
        await asyncio.wait_for(self.barrier.wait(), timeout=5)
        return await super().reply(request)


async def test_contexts_are_judged_at_the_same_time() -> None:
    judge = MeetingJudge(3, {"judge_context": {"reason": "r", "verdict": 1}})
    assert (await measure(ContextPrecision(), SAMPLE, judge=judge)).value == 1.0


# Context recall


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        ([1, 1], MetricResult(1.0, "2 of 2 reference statements in the contexts")),
        ([0, 1, 0, 0], MetricResult(0.25, "1 of 4 reference statements in the contexts")),
        ([], MetricResult(None, "the reference makes no statement")),
    ],
)
async def test_context_recall_is_the_share_of_attributed_statements(
    verdicts: list[int], expected: MetricResult
) -> None:
    found = [{"statement": f"S{i}", "reason": "r", "attributed": v} for i, v in enumerate(verdicts)]
    judge = ScriptedJudge({"attribute_statements": {"classifications": found}})
    assert await measure(LLMContextRecall(), SAMPLE, judge=judge) == expected


async def test_a_blank_reference_has_no_recall() -> None:
    result = await measure(LLMContextRecall(), changed(reference=" "), judge=ScriptedJudge({}))
    assert result == MetricResult(None, "the reference is blank")


# Answer correctness

ALIKE = ScriptedEmbedder({"In Peru, on the coast.": [1.0, 0.0], "Lima is in Peru.": [3.0, 4.0]})


def split(said_by_response: Sequence[str], said_by_reference: Sequence[str]) -> Line:
    def answer(asked: Value) -> Record:
        response = asked.model_dump()["answer"] == SAMPLE.response
        return said(said_by_response if response else said_by_reference)

    return answer


@pytest.mark.parametrize(
    ("metric", "found", "expected"),
    [
        (AnswerCorrectness(), (2, 0, 0), 0.75 * 1 + 0.25 * 0.6),
        (AnswerCorrectness(), (1, 1, 1), 0.75 * 0.5 + 0.25 * 0.6),
        (AnswerCorrectness(), (0, 2, 2), 0.25 * 0.6),
        (AnswerCorrectness(weights=(3, 1)), (1, 1, 1), 0.75 * 0.5 + 0.25 * 0.6),
        (AnswerCorrectness(weights=(1, 0)), (1, 1, 0), 2 / 3),
        (AnswerCorrectness(weights=(1, 0), beta=2), (2, 0, 2), 5 / 9),
        (AnswerCorrectness(weights=(1, 0), beta=0.5), (2, 0, 2), 5 / 6),
    ],
)
async def test_answer_correctness_weighs_facts_and_likeness(
    metric: AnswerCorrectness, found: tuple[int, int, int], expected: float
) -> None:
    judge = ScriptedJudge(
        {"split_into_statements": split(["A", "B"], ["C", "D"]), "compare_statements": piles(*found)}
    )
    result = await measure(metric, SAMPLE, judge=judge, embedder=ALIKE)
    assert result.value == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(
    ("response", "reference", "facts"), [([], [], 1.0), (["A"], [], 0.0), ([], ["A"], 0.0)]
)
async def test_facts_need_no_comparison_when_one_side_states_nothing(
    response: list[str], reference: list[str], facts: float
) -> None:
    judge = ScriptedJudge({"split_into_statements": split(response, reference)})
    result = await measure(AnswerCorrectness(weights=(1, 0)), SAMPLE, judge=judge)
    assert (result.value, steps(judge)) == (facts, ["split_into_statements"] * 2)


@pytest.mark.parametrize(
    ("found", "problem"),
    [
        ((1, 0, 0), "TP and FP hold 1 statements, answer has 2"),
        ((2, 1, 0), "TP and FP hold 3 statements, answer has 2"),
        ((1, 1, 2), "FN holds 2 statements, ground_truth has 1"),
    ],
)
async def test_piles_that_hold_other_than_the_statements_are_no_score(
    found: tuple[int, int, int], problem: str
) -> None:
    judge = ScriptedJudge(
        {"split_into_statements": split(["A", "B"], ["C"]), "compare_statements": piles(*found)}
    )
    with pytest.raises(JudgeOutputInvalid, match=problem):
        await measure(AnswerCorrectness(), SAMPLE, judge=judge, embedder=ALIKE)


async def test_likeness_alone_asks_no_judge() -> None:
    result = await measure(AnswerCorrectness(weights=(0, 1)), SAMPLE, embedder=ALIKE)
    assert result == MetricResult(pytest.approx(0.6), "likeness 0.60")


@pytest.mark.parametrize(
    ("weights", "needs"),
    [((0.75, 0.25), {"judge", "embedder"}), ((1, 0), {"judge"}), ((0, 1), {"embedder"})],
)
def test_what_has_no_weight_is_not_needed(weights: tuple[float, float], needs: set[str]) -> None:
    assert AnswerCorrectness(weights=weights).needs == needs


@pytest.mark.parametrize(
    "weights", [(0, 0), (-1, 2), (1,), (1, 1, 1), (float("inf"), 1), (float("nan"), 1), "ab"]
)
def test_impossible_weights_are_refused(weights: object) -> None:
    with pytest.raises(ValueError, match="weights"):
        AnswerCorrectness.model_validate({"weights": weights})


@pytest.mark.parametrize("beta", [0, -1])
def test_beta_is_positive(beta: float) -> None:
    with pytest.raises(ValueError, match="beta"):
        AnswerCorrectness(beta=beta)


async def test_faithfulness_and_correctness_split_a_response_by_the_same_question() -> None:
    judge = ScriptedJudge(
        {
            "split_into_statements": said(["A"]),
            "check_statements": checked([1]),
            "compare_statements": piles(1, 0, 0),
        }
    )
    for metric in (Faithfulness(), AnswerCorrectness(weights=(1, 0))):
        await measure(metric, SAMPLE, judge=judge)
    splits = [
        (request.prompt.digest, request.input)
        for request in judge.requests
        if request.prompt.name == "split_into_statements"
        and request.input.model_dump()["answer"] == SAMPLE.response
    ]
    assert len(splits) == 2
    assert splits[0] == splits[1]


# Semantic similarity


@pytest.mark.parametrize(
    ("metric", "expected"),
    [
        (SemanticSimilarity(), 0.6),
        (AnswerSimilarity(), 0.6),
        (SemanticSimilarity(threshold=0.5), 1.0),
        (SemanticSimilarity(threshold=0.7), 0.0),
    ],
)
async def test_semantic_similarity_is_the_cosine_or_its_side_of_the_threshold(
    metric: SemanticSimilarity, expected: float
) -> None:
    assert (await measure(metric, SAMPLE, embedder=ALIKE)).value == pytest.approx(expected)


async def test_a_cosine_on_the_threshold_counts() -> None:
    embedder = ScriptedEmbedder(lambda text: [1.0, 0.0])
    assert (await measure(SemanticSimilarity(threshold=1.0), SAMPLE, embedder=embedder)).value == 1.0


async def test_a_text_without_a_direction_is_like_nothing() -> None:
    embedder = ScriptedEmbedder(lambda text: [0.0, 0.0])
    assert (await measure(SemanticSimilarity(), SAMPLE, embedder=embedder)).value == 0.0


@pytest.mark.parametrize(
    ("response", "reference", "value"),
    [("", "", 1.0), (" ", "Lima", 0.0), ("Lima", "\n", 0.0), (" ", "\n", 1.0)],
)
async def test_blank_texts_are_compared_without_an_embedder(
    response: str, reference: str, value: float
) -> None:
    sample = changed(response=response, reference=reference)
    for metric in (SemanticSimilarity(), AnswerCorrectness(weights=(0, 1))):
        assert (await measure(metric, sample, embedder=ScriptedEmbedder({}))).value == value


# Aspect critic


@pytest.mark.parametrize(
    ("strictness", "votes", "expected"),
    [
        (1, [1], MetricResult(1, "r0", 1.0)),
        (1, [0], MetricResult(0, "r0", 1.0)),
        (2, [0, 1, 1], MetricResult(1, "r1", 2 / 3)),
        (3, [1, 0, 0], MetricResult(0, "r1", 2 / 3)),
        (4, [1, 1, 0, 1, 0], MetricResult(1, "r0", 3 / 5)),
    ],
)
async def test_an_aspect_is_decided_by_the_majority(
    strictness: int, votes: list[int], expected: MetricResult
) -> None:
    judge = ScriptedJudge(
        {"judge_aspect": [{"reason": f"r{i}", "verdict": vote} for i, vote in enumerate(votes)]}
    )
    critic = AspectCritic(name="polite", definition="Is the response polite?", strictness=strictness)
    assert await measure(critic, SAMPLE, judge=judge) == expected
    assert [request.n for request in judge.requests] == [len(votes)]


async def test_a_critic_sees_all_that_the_sample_has_and_nothing_else() -> None:
    judge = ScriptedJudge({"judge_aspect": {"reason": "r", "verdict": 0}})
    sample = changed(reference=None, reference_contexts=["Peru: capital Lima"])
    await measure(harmfulness, sample, judge=judge)
    assert [request.input.model_dump() for request in judge.requests] == [
        {
            "user_input": "Where is Lima?",
            "response": "Lima is in Peru.",
            "retrieved_contexts": SAMPLE.retrieved_contexts,
            "reference_contexts": ["Peru: capital Lima"],
        }
    ]


@pytest.mark.parametrize(
    "sample", [SingleTurnSample(), SingleTurnSample(response=" ", retrieved_contexts=["", " "])]
)
async def test_a_critic_has_nothing_to_say_of_nothing(sample: SingleTurnSample) -> None:
    result = await measure(harmfulness, sample, judge=ScriptedJudge({}))
    assert result == MetricResult(None, "the sample has no text to judge")


def test_critics_of_different_criteria_ask_different_questions() -> None:
    one, other = (AspectCritic(name="x", definition=definition) for definition in ("Is it a?", "Is it b?"))
    assert one.prompts[0].digest != other.prompts[0].digest
    assert one.prompts[0] is AspectCritic(name="y", definition="Is it a?").prompts[0]


@pytest.mark.parametrize("parameters", [{"definition": ""}, {"strictness": 0}, {"strictness": -1}])
def test_a_critic_needs_a_criterion_and_a_vote(parameters: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=next(iter(parameters))):
        AspectCritic.model_validate({"name": "x", "definition": "Is it a?", **parameters})
