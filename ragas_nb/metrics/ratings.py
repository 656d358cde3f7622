"""Ratings on a short scale, each taken twice by differently worded questions."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Annotated, Literal, TypeVar

from pydantic import BeforeValidator

from ragas_nb.errors import JudgeOutputInvalid
from ragas_nb.metrics.base import MetricResult, together
from ragas_nb.metrics.scoring import mean
from ragas_nb.prompts import Value


def _whole(value: object) -> object:
    """Read `"2"` as 2; leave the rest to be checked."""
    return int(value) if isinstance(value, str) and value.strip().isdecimal() else value


class UpToTwo(Value):
    """A rating of 0, 1 or 2."""

    rating: Annotated[Literal[0, 1, 2], BeforeValidator(_whole)]


class UpToFour(Value):
    """A rating of 0, 2 or 4."""

    rating: Annotated[Literal[0, 2, 4], BeforeValidator(_whole)]


RatedT = TypeVar("RatedT", UpToTwo, UpToFour)


async def mean_rating(*asked: Coroutine[object, object, RatedT], best: int) -> MetricResult:
    """The mean of the ratings as a share of the best one; None when no judge gave one on the scale."""
    found = await together(*map(_on_scale, asked))
    ratings = [rating for rating in found if rating is not None]
    told = " and ".join(map(str, ratings))
    return MetricResult(
        mean([rating / best for rating in ratings]),
        f"rated {told} of {best}" if ratings else "no judge gave a rating on the scale",
    )


async def _on_scale(asked: Coroutine[object, object, RatedT]) -> int | None:
    """The rating, or None where the judge gave none that is on the scale, however often it was asked."""
    try:
        return (await asked).rating
    except JudgeOutputInvalid:
        return None
