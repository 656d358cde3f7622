"""The measures of information retrieval, by the ids of contexts: how good is the retriever's ranking?

All know relevant and not relevant only. A context id that is retrieved again counts where it came first, and
what follows moves up. Source: Manning, Raghavan, Schütze, Introduction to Information Retrieval (2008),
chapter 8; Järvelin, Kekäläinen, Cumulated gain-based evaluation of IR techniques (2002). The values are those
of trec_eval.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from math import fsum, log2
from typing import ClassVar, Literal

from pydantic import Field

from ragas_nb.metrics._id_based_context import ranked_ids, relevant_ids
from ragas_nb.metrics.base import MetricResult
from ragas_nb.metrics.computing import ComputedMetric
from ragas_nb.schema import SingleTurnSample


class _RankingMetric(ComputedMetric, abstract=True):
    """What is computed from the places of the relevant contexts; None without reference ids."""

    requires: ClassVar[frozenset[str]] = frozenset({"retrieved_context_ids", "reference_context_ids"})

    def compute(self, sample: SingleTurnSample) -> MetricResult:
        """The score of one ranking."""
        relevant = relevant_ids(sample)
        if not relevant:
            return MetricResult(None, "there are no reference ids")
        looked_at = islice(ranked_ids(sample), self.depth)
        places = [place for place, found in enumerate(looked_at, start=1) if found in relevant]
        first = f"the first at place {places[0]}" if places else "none"
        return MetricResult(self.value_of(places, len(relevant)), f"{len(places)} relevant, {first}")

    @property
    def depth(self) -> int | None:
        """How far down the ranking it looks; None: to the end."""
        return None

    def value_of(self, places: Sequence[int], relevant: int) -> float:
        """The score, of the places (from 1) of the relevant contexts and the number of reference ids."""
        raise NotImplementedError


class _RankingMetricAtK(_RankingMetric, abstract=True):
    """What looks at the first `k` contexts only."""

    k: int = Field(5, ge=1)

    @property
    def column(self) -> str:
        """The name with the cut-off."""
        return f"{self.name}@{self.k}"

    @property
    def depth(self) -> int:
        """How far down the ranking it looks."""
        return self.k


class HitRate(_RankingMetricAtK):
    """Tells whether at least one of the first `k` retrieved contexts is relevant.

    Fields: `retrieved_context_ids`, `reference_context_ids`. 1.0 or 0.0, higher is better; the mean over
    samples is the hit rate. None without reference ids. No request. Also known as success at k.
    """

    name: str = "hit_rate"
    kind: ClassVar[Literal["continuous", "binary"]] = "binary"

    def value_of(self, places: Sequence[int], relevant: int) -> float:
        """1.0 if there is a relevant one."""
        return float(bool(places))


class MRR(_RankingMetric):
    """Tells how far up the first relevant context stands.

    Fields: `retrieved_context_ids`, `reference_context_ids`. Range 0 to 1, higher is better; the mean over
    samples is the mean reciprocal rank. None without reference ids. No request.

    Score: 1 / place of the first relevant context; 0.0 if there is none.
    """

    name: str = "mrr"

    def value_of(self, places: Sequence[int], relevant: int) -> float:
        """The reciprocal of the first place."""
        return 1 / places[0] if places else 0.0


class NDCG(_RankingMetricAtK):
    """Tells how close the first `k` retrieved contexts come to the best ranking there is.

    Fields: `retrieved_context_ids`, `reference_context_ids`. Range 0 to 1, higher is better. None without
    reference ids. No request.

    Score: Σ 1/log₂(1 + place) over the relevant contexts, by what it is when all of them stand first.
    """

    name: str = "ndcg"

    def value_of(self, places: Sequence[int], relevant: int) -> float:
        """The discounted gain by that of the best ranking."""
        return _gain(places) / _gain(range(1, min(self.k, relevant) + 1))


def _gain(places: Sequence[int]) -> float:
    """The discounted cumulative gain of relevant contexts at these places."""
    return fsum(1 / log2(1 + place) for place in places)


class PrecisionAtK(_RankingMetricAtK):
    """Tells how many of the first `k` retrieved contexts are relevant.

    Fields: `retrieved_context_ids`, `reference_context_ids`. Range 0 to 1, higher is better. None without
    reference ids. No request.

    Score: relevant contexts among the first `k` / `k`, also where fewer than `k` were retrieved.
    """

    name: str = "precision"

    def value_of(self, places: Sequence[int], relevant: int) -> float:
        """The share of the first `k` places."""
        return len(places) / self.k


class RecallAtK(_RankingMetricAtK):
    """Tells how many of the relevant contexts are among the first `k` retrieved.

    Fields: `retrieved_context_ids`, `reference_context_ids`. Range 0 to 1, higher is better. None without
    reference ids. No request.

    Score: relevant contexts among the first `k` / all reference ids.
    """

    name: str = "recall"

    def value_of(self, places: Sequence[int], relevant: int) -> float:
        """The share of the reference ids."""
        return len(places) / relevant
