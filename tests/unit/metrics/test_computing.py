"""Metrics that ask nobody: what makes one, and which samples take long."""

from __future__ import annotations

from typing import ClassVar

import pytest

from ragas_nb.metrics.base import MetricResult
from ragas_nb.metrics.computing import ComputedMetric
from ragas_nb.schema import MultiTurnSample, SingleTurnSample
from ragas_nb.schema.messages import HumanMessage
from ragas_nb.testing import measure


class Both(ComputedMetric):
    """Counts words, or messages."""

    name: str = "both"
    requires: ClassVar[frozenset[str]] = frozenset({"response", "retrieved_contexts"})
    longest_at_once: ClassVar[int | None] = 10

    def compute(self, sample: SingleTurnSample) -> MetricResult:
        return MetricResult(len((sample.response or "").split()))

    def compute_conversation(self, sample: MultiTurnSample) -> MetricResult:
        return MetricResult(len(sample.user_input))


class Unhurried(Both):
    """The same, however long."""

    longest_at_once: ClassVar[int | None] = None


TALK = MultiTurnSample(user_input=[HumanMessage(content="Hi!"), HumanMessage(content="Anybody there?")])


async def test_it_scores_both_kinds_of_samples_without_a_run():
    assert await measure(Both(), SingleTurnSample(response="two words")) == MetricResult(2)
    assert await measure(Both(), TALK) == MetricResult(2)


def test_it_scores_the_kinds_that_it_has_a_method_for():
    class Talks(ComputedMetric):
        name: str = "talks"

        def compute_conversation(self, sample: MultiTurnSample) -> MetricResult:
            return MetricResult(1.0)

    assert [kind.scores(SingleTurnSample) for kind in (Both, Talks)] == [True, False]
    assert [kind.scores(MultiTurnSample) for kind in (Both, Talks)] == [True, True]


@pytest.mark.parametrize(
    ("sample", "takes_long"),
    [
        (SingleTurnSample(response="ten......."), False),
        (SingleTurnSample(response="eleven....."), True),
        (SingleTurnSample(response="abc", retrieved_contexts=["abcd", "abcd"]), True),
        (SingleTurnSample(response="abc", reference="what is not read does not count"), False),
        (SingleTurnSample(), False),
    ],
)
def test_the_letters_that_it_reads_tell_whether_a_sample_takes_long(
    sample: SingleTurnSample, takes_long: bool
):
    assert Both().computation(SingleTurnSample).takes_long(sample) == takes_long
    assert not Unhurried().computation(SingleTurnSample).takes_long(sample)


def test_a_class_that_computes_nothing_is_refused_when_it_is_defined():
    with pytest.raises(TypeError, match=r"Nothing computes nothing\. Write `def compute"):
        type("Nothing", (ComputedMetric,), {"__module__": __name__, "__annotations__": {}})


def test_an_async_computation_is_refused_when_it_is_defined():
    async def compute(self: ComputedMetric, sample: SingleTurnSample) -> MetricResult:
        return MetricResult(1.0)

    with pytest.raises(TypeError, match=r"Waits\.compute is async, and a ComputedMetric waits for nobody"):
        type("Waits", (ComputedMetric,), {"__module__": __name__, "__annotations__": {}, "compute": compute})
