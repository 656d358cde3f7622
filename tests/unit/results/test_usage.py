"""What a result says of tokens and money."""

from __future__ import annotations

import copy
import math
import pickle
from typing import ClassVar

import pandas as pd
import pytest

from ragas_nb.judges.base import JudgeRequest, Reply, Usage
from ragas_nb.metrics.base import MetricResult
from ragas_nb.results.result import EvaluationResult
from ragas_nb.results.spending.cost_callback import CostCallbackHandler
from ragas_nb.results.spending.costs import LowerBound
from ragas_nb.results.spending.tokens import TokenUsage
from ragas_nb.schema import EvaluationDataset, SingleTurnSample
from ragas_nb.testing import ScriptedEmbedder, ScriptedJudge
from tests.unit.doubles import YES, Computes, Embeds, Polite, PoliteAndShort, new_run, responses

COLUMNS = [
    "sample_id",
    "metric",
    "step",
    "model",
    "requests",
    "input_tokens",
    "output_tokens",
    "cached_tokens",
    "cost",
]


class Routed(ScriptedJudge):
    """Answers in the name of a model for each text; `b` has no price."""

    async def reply(self, request: JudgeRequest) -> Reply:
        reply = await super().reply(request)
        return Reply(reply.choices, reply.usage, f"model {request.input.text}")

    def cost(self, usage: Usage, model: str) -> float | None:
        return None if model == "model b" else 0.25


async def of_two_models() -> EvaluationResult:
    return await new_run(responses("a", "b"), [Polite()], Routed({"is_polite": YES}))


async def of_one_model() -> EvaluationResult:
    judge = ScriptedJudge({"is_polite": YES}, usage=Usage(input_tokens=7, output_tokens=3), price=0.5)
    return await new_run(responses("a", "b"), [Polite()], judge)


# ── by sample, metric, step and model ──


async def test_usage_has_a_row_per_sample_metric_step_and_model():
    judge = ScriptedJudge(
        {"is_polite": ["{}", YES], "is_short": YES},
        usage=Usage(input_tokens=10, output_tokens=2, cached_tokens=4),
        price=0.5,
    )
    dataset = EvaluationDataset([SingleTurnSample(response="a", reference="b")], ids=["s"])
    embedder = ScriptedEmbedder(lambda text: [1.0])
    metrics = [PoliteAndShort(), Polite(), Embeds()]
    usage = (await new_run(dataset, metrics, judge, embedder=embedder)).usage
    assert list(usage.columns) == COLUMNS
    assert usage.to_numpy().tolist() == [
        ["s", "polite_and_short", "is_polite", "scripted", 2, 20, 4, 8, 1.0],
        ["s", "polite_and_short", "is_short", "scripted", 1, 10, 2, 4, 0.5],
        ["s", "embeds", "embed", "scripted", 1, *embedded(usage), 0.0],
    ]


def embedded(usage: pd.DataFrame) -> list[int]:
    row = usage[usage["step"] == "embed"].iloc[0]
    return [row["input_tokens"], row["output_tokens"], row["cached_tokens"]]


async def test_usage_stands_in_the_order_of_the_samples_and_the_metrics():
    judge = Routed({"is_polite": YES, "is_short": YES})
    run = new_run(responses("b", "a"), [Polite(), PoliteAndShort()], judge)
    usage = (await run).usage
    assert [tuple(row) for row in usage[["sample_id", "metric", "step", "model"]].to_numpy()] == [
        (0, "polite", "is_polite", "model b"),
        (0, "polite_and_short", "is_short", "model b"),
        (1, "polite", "is_polite", "model a"),
        (1, "polite_and_short", "is_short", "model a"),
    ]


async def test_the_cost_of_a_row_is_nan_where_the_price_is_not_known():
    costs = (await of_two_models()).usage["cost"].tolist()
    assert (costs[0], math.isnan(costs[1])) == (0.25, True)


async def test_usage_of_a_run_that_asked_nobody_is_an_empty_frame_with_its_columns():
    usage = (await new_run(responses("a"), [Computes(rule=float)])).usage
    assert (len(usage), list(usage.columns)) == (0, COLUMNS)


# ── tokens ──


async def test_tokens_of_one_model_are_one_figure():
    tokens = (await of_one_model()).total_tokens()
    assert tokens == TokenUsage(input_tokens=14, output_tokens=6, model="scripted")


async def test_tokens_of_several_models_are_told_apart():
    assert (await of_two_models()).total_tokens() == [
        TokenUsage(input_tokens=10, output_tokens=5, model="model a"),
        TokenUsage(input_tokens=10, output_tokens=5, model="model b"),
    ]


async def test_a_run_that_asked_nobody_used_nothing():
    result = await new_run(responses("a"), [Computes(rule=float)])
    assert (result.total_tokens(), result.total_cost(), result.unpriced) == (
        TokenUsage(input_tokens=0, output_tokens=0),
        0.0,
        0,
    )


# ── cost ──

PER_MODEL = {"scripted": (0.5, 2.0)}


@pytest.mark.parametrize(
    ("prices", "cost"),
    [
        ({}, 1.0),
        ({"cost_per_input_token": 0.5}, 10.0),
        ({"cost_per_input_token": 0.5, "cost_per_output_token": 0.0}, 7.0),
        ({"cost_per_input_token": 0.5, "cost_per_output_token": 2.0}, 19.0),
        ({"per_model_costs": PER_MODEL}, 19.0),
        ({"cost_per_input_token": 9.0, "per_model_costs": PER_MODEL | {"other": (1.0, 1.0)}}, 19.0),
        ({"per_model_costs": {}}, 1.0),
    ],
)
async def test_the_cost_of_one_model(prices: dict[str, float], cost: float):
    assert (await of_one_model()).total_cost(**prices) == cost


async def test_prices_may_be_given_by_position_as_in_ragas():
    assert (await of_one_model()).total_cost(0.5, 2.0) == 19.0


async def test_the_cost_of_several_models():
    costs = {"model a": (1.0, 0.0), "model b": (0.0, 1.0)}
    assert (await of_two_models()).total_cost(per_model_costs=costs) == 15.0


@pytest.mark.parametrize(
    ("prices", "message"),
    [
        ({"per_model_costs": {"model a": (1.0, 1.0)}}, r"per_model_costs has no price for 'model b'"),
        ({"cost_per_input_token": 1.0}, r"several models: 'model a', 'model b'\. Pass per_model_costs="),
        ({"cost_per_output_token": 1.0}, r"cost_per_output_token is given without cost_per_input_token"),
    ],
)
async def test_a_price_that_is_missing_is_named(prices: dict[str, float], message: str):
    with pytest.raises(ValueError, match=message):
        (await of_two_models()).total_cost(**prices)


async def test_requests_without_a_known_price_are_stated_not_taken_as_free():
    result = await of_two_models()
    cost = result.total_cost()
    assert isinstance(cost, LowerBound)
    assert (cost, cost.unpriced, result.unpriced) == (0.25, {"model b": 1}, 1)
    assert repr(cost) == str(cost) == f"{cost}" == "≥ $0.25 (1 call unpriced: model b)"


@pytest.mark.parametrize(
    ("cost", "shown"),
    [
        (LowerBound(0.42, {"mine": 118}), "≥ $0.42 (118 calls unpriced: mine)"),
        (
            LowerBound(0.0, {"mine": 2000, "": 1}),
            "≥ $0.00 (2,001 calls unpriced: mine, a model without a name)",
        ),
        (LowerBound(0.00042, {"mine": 1}), "≥ $0.00042 (1 call unpriced: mine)"),
    ],
)
def test_a_lower_bound_reads_as_one(cost: LowerBound, shown: str):
    assert repr(cost) == shown


def test_a_lower_bound_is_a_number_that_keeps_its_sign_in_a_formatted_text():
    cost = LowerBound(0.42, {"mine": 1})
    assert (cost + 1, f"{cost:.1f}", f"{cost:8.2f}") == (1.42, "≥0.4", "≥    0.42")


@pytest.mark.parametrize("clone", [copy.copy, copy.deepcopy, lambda c: pickle.loads(pickle.dumps(c))])
def test_a_lower_bound_that_is_copied_stays_one(clone: object):
    copied = clone(LowerBound(0.42, {"mine": 1}))  # type: ignore[operator]
    assert (copied, copied.unpriced) == (0.42, {"mine": 1})


# ── results that no run made ──


def test_without_a_handler_nothing_was_counted():
    result = EvaluationResult([{"m": 1.0}], responses("a"))
    for ask in (result.total_tokens, result.total_cost):
        with pytest.raises(ValueError, match=r"No usage was counted for this result\."):
            ask()
    assert (len(result.usage), result.unpriced) == (0, 0)


def counted() -> CostCallbackHandler:
    handler = CostCallbackHandler(lambda reply: TokenUsage(input_tokens=10, output_tokens=5, model=reply))
    handler.on_llm_end("m")
    return handler


def test_a_handler_tells_what_it_counted():
    result = EvaluationResult([{"m": 1.0}], responses("a"), cost_cb=counted())
    assert result.total_tokens() == TokenUsage(input_tokens=10, output_tokens=5, model="m")
    assert (result.total_cost(0.5), result.total_cost(per_model_costs={"m": (1.0, 2.0)})) == (7.5, 20.0)


def test_a_handler_of_all_samples_says_nothing_of_some():
    result = EvaluationResult([{"m": 1.0}, {"m": 0.0}], responses("a", "b"), cost_cb=counted())
    with pytest.raises(ValueError, match="a handler counts for all samples together"):
        result[:1].total_tokens()


async def test_what_a_metric_asks_elsewhere_makes_the_cost_a_lower_bound():
    class Elsewhere(Computes):
        name: str = "elsewhere"
        asks_elsewhere: ClassVar[bool] = True

    result = await new_run(responses("1"), [Elsewhere(rule=lambda text: MetricResult(1.0))])
    assert repr(result.total_cost()) == "≥ $0.00 (not counted: the calls of elsewhere)"
