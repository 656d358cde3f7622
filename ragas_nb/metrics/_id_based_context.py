"""Contexts beside reference contexts, by their ids: the cheapest way to tell whether retrieval works."""

from __future__ import annotations

from typing import ClassVar

from ragas_nb.metrics.base import MetricResult
from ragas_nb.metrics.computing import ComputedMetric
from ragas_nb.metrics.reading import given
from ragas_nb.schema import SingleTurnSample


def ranked_ids(sample: SingleTurnSample) -> dict[str, None]:
    """The ids of the retrieved contexts as texts, in order, each where it first stands."""
    return dict.fromkeys(map(str, given(sample.retrieved_context_ids, "retrieved_context_ids")))


def relevant_ids(sample: SingleTurnSample) -> set[str]:
    """The ids of the reference contexts as texts."""
    return set(map(str, given(sample.reference_context_ids, "reference_context_ids")))


class _ComparesIds(ComputedMetric, abstract=True):
    """What looks at the ids of contexts; 7 and "7" are the same id."""

    requires: ClassVar[frozenset[str]] = frozenset({"retrieved_context_ids", "reference_context_ids"})


class IDBasedContextPrecision(_ComparesIds):
    """Tells how many of the retrieved contexts are reference contexts, by their ids.

    Fields: `retrieved_context_ids`, `reference_context_ids`. Range 0 to 1, higher is better. No request.

    Score: different ids in both lists / different ids retrieved; None if nothing was retrieved.
    """

    name: str = "id_based_context_precision"

    def compute(self, sample: SingleTurnSample) -> MetricResult:
        """The share of retrieved ids that are reference ids."""
        retrieved, relevant = ranked_ids(sample), relevant_ids(sample)
        if not retrieved:
            return MetricResult(None, "no context was retrieved")
        found = len(relevant & retrieved.keys())
        return MetricResult(found / len(retrieved), f"{found} of {len(retrieved)} contexts relevant")


class IDBasedContextRecall(_ComparesIds):
    """Tells how many of the reference contexts were retrieved, by their ids.

    Fields: `retrieved_context_ids`, `reference_context_ids`. Range 0 to 1, higher is better. No request.

    Score: different ids in both lists / different reference ids; None without reference ids.
    """

    name: str = "id_based_context_recall"

    def compute(self, sample: SingleTurnSample) -> MetricResult:
        """The share of reference ids that were retrieved."""
        retrieved, relevant = ranked_ids(sample), relevant_ids(sample)
        if not relevant:
            return MetricResult(None, "there are no reference ids")
        found = len(relevant & retrieved.keys())
        return MetricResult(found / len(relevant), f"{found} of {len(relevant)} reference contexts found")
