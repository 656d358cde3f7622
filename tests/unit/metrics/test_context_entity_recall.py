from __future__ import annotations

from collections.abc import Sequence

import pytest

from ragas_nb.metrics import MetricResult
from ragas_nb.metrics._context_entity_recall import ContextEntityRecall
from ragas_nb.testing import Line, ScriptedJudge, measure
from tests.unit.metrics.scripted import SAMPLE, InRounds, changed, inputs


def entities(of_reference: Sequence[str], of_contexts: Sequence[str]) -> dict[str, Line]:
    by_text = {SAMPLE.reference: of_reference}
    return {"extract_entities": lambda asked: {"entities": list(by_text.get(asked.text, of_contexts))}}


@pytest.mark.parametrize(
    ("of_reference", "of_contexts", "expected"),
    [
        (["Peru"], ["Peru", "Lima"], MetricResult(1.0, "1 of 1 entities of the reference in the contexts")),
        (
            ["Peru", "Lima", "1535"],
            ["Lima"],
            MetricResult(1 / 3, "1 of 3 entities of the reference in the contexts; missing: 1535, peru"),
        ),
        (["Peru"], [], MetricResult(0.0, "0 of 1 entities of the reference in the contexts; missing: peru")),
        (
            [" PERU", "peru ", "Straße"],
            ["Peru", "STRASSE"],
            MetricResult(1.0, "2 of 2 entities of the reference in the contexts"),
        ),
        (["Peru", " "], ["Peru"], MetricResult(1.0, "1 of 1 entities of the reference in the contexts")),
        ([], ["Peru"], MetricResult(None, "the reference names no entity")),
        (["", " "], ["Peru"], MetricResult(None, "the reference names no entity")),
    ],
)
async def test_recall_is_the_share_of_the_references_entities(
    of_reference: list[str], of_contexts: list[str], expected: MetricResult
) -> None:
    judge = ScriptedJudge(entities(of_reference, of_contexts))
    assert await measure(ContextEntityRecall(), SAMPLE, judge=judge) == expected


async def test_reference_and_joined_contexts_are_read_at_the_same_time() -> None:
    judge = InRounds([2], entities(["Peru"], ["Peru"]))
    assert (await measure(ContextEntityRecall(), SAMPLE, judge=judge)).value == 1.0
    assert inputs(judge, "extract_entities") == [
        {"text": "In Peru, on the coast."},
        {"text": "Lima is the capital of Peru.\nQuito is in Ecuador."},
    ]


@pytest.mark.parametrize("contexts", [[], [" ", ""]])
async def test_blank_contexts_hold_nothing_and_are_not_read(contexts: list[str]) -> None:
    judge = ScriptedJudge(entities(["Peru"], ["Peru"]))
    result = await measure(ContextEntityRecall(), changed(retrieved_contexts=contexts), judge=judge)
    assert (result.value, len(judge.requests)) == (0.0, 1)


async def test_a_blank_reference_has_no_score_and_no_request() -> None:
    result = await measure(ContextEntityRecall(), changed(reference=" \n"), judge=ScriptedJudge({}))
    assert result == MetricResult(None, "the reference is blank")
