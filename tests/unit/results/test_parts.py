"""Results of some of the samples."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ragas_nb.errors import DatasetError
from ragas_nb.results.result import EvaluationResult
from ragas_nb.results.spending.tokens import TokenUsage
from ragas_nb.schema import EvaluationDataset, SingleTurnSample
from ragas_nb.testing import Output, ScriptedJudge
from tests.unit.doubles import NO, YES, Polite, Text, new_run


def say(asked: Text) -> Output:
    return {"a": YES, "b": NO, "c": "no", "d": YES}[asked.text]


async def judged() -> EvaluationResult:
    """The samples w to z: 1, 0, failed, 1; the failed one took three requests."""
    samples = [SingleTurnSample(response=text) for text in "abcd"]
    dataset = EvaluationDataset(samples, "letters", ids=list("wxyz"), extra={"upper": list("ABCD")})
    return await new_run(dataset, [Polite()], ScriptedJudge({"is_polite": say}, price=0.25))


@pytest.mark.parametrize(
    "key",
    [
        slice(1, 3),
        [False, True, True, False],
        np.array([False, True, True, False]),
        pd.Series([False, True, True, False], index=list("wxyz")),
        pd.Series([False, True, True, False], dtype="boolean"),
        [1, 2],
        [-3, -2],
    ],
    ids=["slice", "list", "numpy", "pandas", "nullable", "places", "from the end"],
)
async def test_a_part_has_all_that_is_known_of_its_samples_and_nothing_else(key: object):
    whole = await judged()
    part = whole[key]  # type: ignore[call-overload]
    assert isinstance(part, EvaluationResult)
    assert part.scores == [{"polite": 0.0}, {"polite": None}]
    assert part.dataset == whole.dataset[1:3]
    assert part.usage["requests"].tolist() == [1, 3]
    assert list(part.traces) == list(whole.traces[1:3])
    assert part.errors["sample_id"].tolist() == ["y"]
    assert repr(part) == "{'polite': 0.0000 (1 of 2 scored, 1 failed)}"
    assert (part.total_tokens(), part.total_cost()) == (
        TokenUsage(input_tokens=40, output_tokens=20, model="scripted"),
        1.0,
    )
    assert (part.run_id, part.name, part.metrics) == (whole.run_id, whole.name, whole.metrics)


async def test_samples_keep_their_ids_in_a_part():
    whole = await judged()
    part = whole[2:]
    assert part.explain("y", "polite") == whole.explain("y", "polite")
    with pytest.raises(KeyError, match=r"No sample 'w' in this result; the first ids are 'y', 'z'\."):
        part.explain("w", "polite")


async def test_the_summary_of_a_part_is_that_of_its_scores():
    summary = (await judged())[[True, True, False, False]].summary()["polite"]
    assert (summary.n, summary.failed, summary.mean) == (2, 0, 0.5)


async def test_a_part_of_a_part_is_the_part():
    whole = await judged()
    assert whole[1:][1:].to_pandas().equals(whole[2:].to_pandas())


async def test_an_empty_part_is_legal():
    part = (await judged())[4:]
    assert (len(part), part.scores, repr(part)) == (0, [], "EvaluationResult(0 samples)")
    assert (len(part.usage), len(part.errors), len(part.to_pandas()), part.total_cost()) == (0, 0, 0, 0.0)


@pytest.mark.parametrize("key", [1, np.int64(1), -3])
async def test_a_place_gives_the_scores_of_one_sample(key: int):
    assert (await judged())[key] == {"polite": 0.0}


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ([True], r"The mask has 1 booleans, but there are 4 rows\."),
        ([0, 9], r"There is no row 9: there are 4"),
        ([0.5], r"0\.5 selects no row"),
    ],
)
async def test_a_key_that_does_not_fit_is_refused(key: list[float], message: str):
    with pytest.raises(DatasetError, match=message):
        (await judged())[key]  # type: ignore[call-overload]


async def test_there_is_no_place_beyond_the_last():
    with pytest.raises(IndexError):
        (await judged())[4]


def test_a_part_of_scores_without_a_dataset_has_their_places_as_ids():
    part = EvaluationResult([{"m": 1}, {"m": "good"}, {"m": None}], None)[1:]
    assert (part["m"], repr(part.explain(2, "m"))) == (
        ["good", None],
        "m of sample 2: undefined (the score is missing)",
    )
