from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import pytest

from ragas_nb.errors import JudgeOutputInvalid
from ragas_nb.metrics import MetricResult
from ragas_nb.metrics._factual_correctness import FactualCorrectness
from ragas_nb.metrics.statements import CHECK
from ragas_nb.testing import Line, ScriptedJudge, measure
from tests.unit.metrics.scripted import SAMPLE, InRounds, changed, check, inputs, steps

RESPONSE, REFERENCE = SAMPLE.response or "", SAMPLE.reference or ""


def script(
    said: Sequence[str], wanted: Sequence[str], proven: str = "", recalled: str = ""
) -> dict[str, Line]:
    """Claims of both texts; `proven` ones of the response by the reference, `recalled` ones the other way."""
    claims = {RESPONSE: said, REFERENCE: wanted}
    return {
        "split_into_claims": lambda asked: {"claims": list(claims[asked.response])},
        "check_statements": check({REFERENCE: proven, RESPONSE: recalled}),
    }


@pytest.mark.parametrize(
    ("metric", "value"),
    [
        # tp 1, fp 2, fn 3
        (FactualCorrectness(), 0.29),
        (FactualCorrectness(mode="precision"), 0.33),
        (FactualCorrectness(mode="recall"), 0.25),
        (FactualCorrectness(beta=2), 0.26),
        (FactualCorrectness(beta=0.5), 0.31),
        (FactualCorrectness(mode="recall", beta=2), 0.25),
    ],
)
async def test_modes_and_beta_weigh_wrong_and_missing_claims(
    metric: FactualCorrectness, value: float
) -> None:
    judge = ScriptedJudge(script("ABC", "VWXYZ", proven="A", recalled="VW"))
    assert (await measure(metric, SAMPLE, judge=judge)).value == value


@pytest.mark.parametrize(
    ("said", "wanted", "proven", "recalled", "value", "kept", "missing"),
    [
        ("AB", "XY", "AB", "XY", 1.0, "2 of 2", 0),
        ("AB", "XY", "", "", 0.0, "0 of 2", 2),
        ("", "XY", "", "", 0.0, "0 of 0", 2),
        ("AB", "", "", "", 0.0, "0 of 2", 0),
        ("", "", "", "", 0.0, "0 of 0", 0),
        ("ABC", "X", "AB", "X", 0.8, "2 of 3", 0),
    ],
)
async def test_f1_of_claims(
    said: str, wanted: str, proven: str, recalled: str, value: float, kept: str, missing: int
) -> None:
    judge = ScriptedJudge(script(said, wanted, proven, recalled))
    assert await measure(FactualCorrectness(), SAMPLE, judge=judge) == MetricResult(
        value, f"{kept} claims of the response in the reference; {missing} of the reference missing"
    )


async def test_precision_does_not_look_at_the_references_claims() -> None:
    judge = ScriptedJudge(script("AB", "XY", proven="A"))
    result = await measure(FactualCorrectness(mode="precision"), SAMPLE, judge=judge)
    assert result == MetricResult(0.5, "1 of 2 claims of the response in the reference")
    assert steps(judge) == ["split_into_claims", "check_statements"]


async def test_both_directions_go_out_together() -> None:
    judge = InRounds([2, 2], script("AB", "XY", "AB", "XY"))
    assert (await measure(FactualCorrectness(), SAMPLE, judge=judge)).value == 1.0
    assert inputs(judge, "split_into_claims") == [{"response": RESPONSE}, {"response": REFERENCE}]
    checked = {asked["context"]: asked["statements"] for asked in inputs(judge, "check_statements")}
    assert checked == {REFERENCE: ["A", "B"], RESPONSE: ["X", "Y"]}


async def test_a_blank_text_claims_and_proves_nothing_without_a_request() -> None:
    judge = ScriptedJudge(script("AB", "XY", "AB", "XY"))
    result = await measure(FactualCorrectness(), changed(response=" "), judge=judge)
    assert (result.value, inputs(judge, "split_into_claims")) == (0.0, [{"response": REFERENCE}])
    assert steps(judge) == ["split_into_claims"]


async def test_blank_claims_do_not_count() -> None:
    judge = ScriptedJudge(script(["A", " ", ""], ["X"], "A", "X"))
    assert (await measure(FactualCorrectness(), SAMPLE, judge=judge)).value == 1.0


async def test_a_verdict_too_few_is_no_score() -> None:
    lines = script("AB", "X") | {"check_statements": {"statements": []}}
    with pytest.raises(JudgeOutputInvalid, match="0 verdicts for"):
        await measure(FactualCorrectness(), SAMPLE, judge=ScriptedJudge(lines))


def test_each_fineness_is_a_step_of_its_own_and_the_check_is_shared() -> None:
    metrics = [
        FactualCorrectness.model_validate({"atomicity": atomicity, "coverage": coverage})
        for atomicity, coverage in product(("low", "high"), repeat=2)
    ]
    assert len({metric.prompts[0].digest for metric in metrics}) == 4
    assert {metric.prompts[1] for metric in metrics} == {CHECK}
    assert FactualCorrectness(mode="recall").prompts == FactualCorrectness().prompts


def test_the_mode_is_in_the_column() -> None:
    assert FactualCorrectness().column == "factual_correctness(mode=f1)"
    assert FactualCorrectness(name="facts", mode="recall").column == "facts(mode=recall)"


@pytest.mark.parametrize(
    "parameters", [{"mode": "f2"}, {"beta": 0}, {"beta": -1}, {"atomicity": "medium"}, {"coverage": "all"}]
)
def test_impossible_parameters_are_refused(parameters: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=next(iter(parameters))):
        FactualCorrectness.model_validate(parameters)
