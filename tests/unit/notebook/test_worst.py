"""Which rows come first: those with the worst scores."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ragas_nb.metrics.base import MetricResult
from ragas_nb.notebook.worst import worst_rows
from ragas_nb.run import Run
from tests.unit.doubles import Computes, new_run, responses


def number(text: str) -> MetricResult:
    return MetricResult(None, "nothing to score") if text == "?" else MetricResult(float(text))


async def scored(*columns: tuple[str, ...]) -> Run:
    """A run of as many metrics as there are columns, one score in each row; `x` fails, `?` is undefined."""
    rows = ["|".join(row) for row in zip(*columns, strict=True)]
    metrics = [
        Computes(name=f"m{place}", rule=lambda text, place=place: number(text.split("|")[place]))
        for place in range(len(columns))
    ]
    run = new_run(responses(*rows), metrics)
    await run
    return run


@pytest.mark.parametrize(
    ("columns", "worst"),
    [
        ([("0.5", "0.1", "0.9")], [1, 0, 2]),
        ([("0.5", "0.5", "0.1")], [2, 0, 1]),
        ([("0.5", "0.4", "0.9"), ("0.9", "0.9", "0")], [2, 1, 0]),
        ([("?", "0.9", "x", "0.1")], [3, 1, 2, 0]),
        ([("0.5", "0.5"), ("1", "x")], [1, 0]),
        ([("x", "?")], [0, 1]),
    ],
    ids=[
        "by score",
        "ties",
        "by the worst",
        "without a score last",
        "failed before scored",
        "no score at all",
    ],
)
async def test_rows_are_as_bad_as_their_worst_score(columns: list[tuple[str, ...]], worst: list[int]):
    run = await scored(*columns)
    assert worst_rows(run, 9) == worst


async def test_where_lower_is_better_the_highest_score_is_the_worst():
    run = await scored(("0.5", "0.1", "0.9"))
    run.meta = replace(run.meta, columns=(replace(run.meta.columns[0], higher_is_better=False),))
    assert worst_rows(run, 2) == [2, 0]


async def test_scores_of_different_ranges_are_compared_by_their_place_in_them():
    run = await scored(("2", "4"), ("0.5", "0.1"))
    stars = replace(run.meta.columns[0], low=1.0, high=5.0)
    run.meta = replace(run.meta, columns=(stars, run.meta.columns[1]))
    assert worst_rows(run, 2) == [1, 0]
