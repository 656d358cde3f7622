from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ragas_nb.errors import JudgeOutputInvalid
from ragas_nb.metrics import AnswerCorrectness, Faithfulness, MetricResult
from ragas_nb.metrics._noise_sensitivity import Mode, NoiseSensitivity, misled_by
from ragas_nb.metrics.statements import CHECK, SPLIT
from ragas_nb.testing import Line, ScriptedJudge, measure
from tests.unit.metrics.scripted import SAMPLE, InRounds, changed, check, inputs, split, steps

ONE, TWO = SAMPLE.retrieved_contexts or ["", ""]
REFERENCE = SAMPLE.reference or ""


def script(
    true: dict[str, Sequence[str]], said: Sequence[str] = ("A", "B", "C"), wanted: Sequence[str] = ("G", "H")
) -> dict[str, Line]:
    return {
        "split_into_statements": split({SAMPLE.response or "": said, REFERENCE: wanted}),
        "check_statements": check(true),
    }


CONTRACT = {ONE: "GAC", TWO: "BC", REFERENCE: "C"}
"""The example of the contract: G proven by the first context only, A wrong and from it, B wrong, from TWO."""


@pytest.mark.parametrize(
    ("mode", "true", "expected"),
    [
        ("relevant", CONTRACT, MetricResult(1 / 3, "1 of 3 statements wrong and from relevant contexts")),
        ("irrelevant", CONTRACT, MetricResult(1 / 3, "1 of 3 statements wrong and from irrelevant contexts")),
        (
            "relevant",
            {ONE: "GABC", TWO: "ABC"},
            MetricResult(1.0, "3 of 3 statements wrong and from relevant contexts"),
        ),
        # what a relevant context bears out is not put down to the others
        (
            "irrelevant",
            {ONE: "GABC", TWO: "ABC"},
            MetricResult(0.0, "0 of 3 statements wrong and from irrelevant contexts"),
        ),
        # wrong, but from no context: made up, not noise
        ("relevant", {ONE: "G"}, MetricResult(0.0, "0 of 3 statements wrong and from relevant contexts")),
        ("irrelevant", {ONE: "G"}, MetricResult(0.0, "0 of 3 statements wrong and from irrelevant contexts")),
        # all right
        (
            "relevant",
            {ONE: "GABC", REFERENCE: "ABC"},
            MetricResult(0.0, "0 of 3 statements wrong and from relevant contexts"),
        ),
    ],
)
async def test_noise_is_the_share_of_wrong_statements_from_contexts_of_a_kind(
    mode: Mode, true: dict[str, str], expected: MetricResult
) -> None:
    judge = ScriptedJudge(script(dict(true)))
    assert await measure(NoiseSensitivity(mode=mode), SAMPLE, judge=judge) == expected


@pytest.mark.parametrize(("mode", "expected"), [("relevant", 0.0), ("irrelevant", 1.0)])
@pytest.mark.parametrize("reference", [REFERENCE, " "])
async def test_without_reference_statements_every_context_is_irrelevant(
    mode: Mode, expected: float, reference: str
) -> None:
    judge = ScriptedJudge(script({ONE: "ABC"}, wanted=()))
    result = await measure(NoiseSensitivity(mode=mode), changed(reference=reference), judge=judge)
    assert result.value == expected


@pytest.mark.parametrize("response", [SAMPLE.response, ""])
async def test_a_response_without_statements_has_no_score(response: str) -> None:
    judge = ScriptedJudge(script({}, said=()))
    result = await measure(NoiseSensitivity(), changed(response=response), judge=judge)
    assert result == MetricResult(None, "the response makes no statement")
    assert "check_statements" not in steps(judge)


async def test_without_contexts_nothing_is_taken_from_them() -> None:
    judge = ScriptedJudge(script({}))
    result = await measure(NoiseSensitivity(), changed(retrieved_contexts=[]), judge=judge)
    assert result == MetricResult(0.0, "0 of 3 statements wrong and from relevant contexts")


async def test_two_rounds_of_requests_two_per_context_and_three_more() -> None:
    judge = InRounds([2, 5], script(dict(CONTRACT)))
    assert (await measure(NoiseSensitivity(), SAMPLE, judge=judge)).value == 1 / 3
    said, wanted = ["A", "B", "C"], ["G", "H"]
    assert inputs(judge, "check_statements") == [
        {"context": REFERENCE, "statements": said},
        {"context": ONE, "statements": said},
        {"context": TWO, "statements": said},
        {"context": ONE, "statements": wanted},
        {"context": TWO, "statements": wanted},
    ]


async def test_a_short_list_of_verdicts_is_no_score() -> None:
    lines = script({}) | {"check_statements": {"statements": []}}
    with pytest.raises(JudgeOutputInvalid, match="0 verdicts for"):
        await measure(NoiseSensitivity(), SAMPLE, judge=ScriptedJudge(lines))


async def test_its_splits_are_those_of_faithfulness_and_answer_correctness() -> None:
    compared = {name: [{"statement": s, "reason": "r"} for s in "ABC"[:n]] for name, n in
                (("TP", 3), ("FP", 0), ("FN", 0))}  # fmt: skip
    judge = ScriptedJudge(script({}) | {"compare_statements": compared})
    for metric in (NoiseSensitivity(), Faithfulness(), AnswerCorrectness(weights=(1, 0))):
        await measure(metric, SAMPLE, judge=judge)
    splits = [
        (request.prompt.digest, request.input.model_dump_json())
        for request in judge.requests
        if request.prompt is SPLIT
    ]
    assert (len(splits), len(set(splits))) == (5, 2)


def test_both_modes_are_named_and_lower_is_better() -> None:
    both = [NoiseSensitivity(mode=mode) for mode in ("relevant", "irrelevant")]
    assert [metric.column for metric in both] == [
        "noise_sensitivity(mode=relevant)",
        "noise_sensitivity(mode=irrelevant)",
    ]
    assert (NoiseSensitivity.higher_is_better, NoiseSensitivity().prompts) == (False, (SPLIT, CHECK))


def test_another_mode_is_refused() -> None:
    with pytest.raises(ValueError, match="mode"):
        NoiseSensitivity.model_validate({"mode": "both"})


BITS = st.integers(0, 1)


@settings(deadline=None)
@given(st.data(), st.integers(0, 4), st.integers(1, 5), st.integers(0, 4))
def test_the_arithmetic_is_that_of_the_matrices(
    data: st.DataObject, contexts: int, said: int, wanted: int
) -> None:
    """G[g, c], A[a, c], T[a] as boolean matrices: the formula of the contract in numpy."""

    def rows(width: int) -> list[list[int]]:
        one = st.lists(BITS, min_size=width, max_size=width)
        return data.draw(st.lists(one, min_size=contexts, max_size=contexts))

    bearing_out, proving = rows(said), rows(wanted)
    right = data.draw(st.lists(BITS, min_size=said, max_size=said))
    a = np.array(bearing_out, dtype=bool).reshape(contexts, said).T
    g = np.array(proving, dtype=bool).reshape(contexts, wanted).T
    relevant = g.any(axis=0)
    from_relevant = (a & relevant).any(axis=1)
    from_others = (a & ~relevant).any(axis=1) & ~from_relevant
    wrong = ~np.array(right, dtype=bool)
    assert misled_by("relevant", bearing_out, proving, right) == (from_relevant & wrong).astype(int).tolist()
    assert misled_by("irrelevant", bearing_out, proving, right) == (from_others & wrong).astype(int).tolist()
