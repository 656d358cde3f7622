from __future__ import annotations

import threading
from collections.abc import Sequence

import pytest

from ragas_nb.errors import ConfigurationError
from ragas_nb.metrics import Faithfulness, MetricResult
from ragas_nb.metrics import _faithfulness_hhem as module
from ragas_nb.metrics._faithfulness_hhem import FaithfulnesswithHHEM
from ragas_nb.metrics.classifiers import HHEM, Classify, Pair, TransformersClassifier, local_classifier
from ragas_nb.testing import ScriptedJudge, measure
from tests.unit.metrics.scripted import SAMPLE, changed, steps


class Double:
    """Gives the same probabilities whatever it is asked, and keeps the pairs and the thread."""

    def __init__(self, *probabilities: float) -> None:
        self._probabilities = probabilities
        self.pairs: list[Pair] = []
        self.thread: threading.Thread | None = None

    def probabilities(self, pairs: Sequence[Pair]) -> Sequence[float]:
        self.pairs += pairs
        self.thread = threading.current_thread()
        return self._probabilities


def judge(*statements: str) -> ScriptedJudge:
    return ScriptedJudge({"split_into_statements": {"statements": list(statements)}})


@pytest.mark.parametrize(
    ("probabilities", "expected"),
    [
        ((0.9, 0.51), MetricResult(1.0, "2 of 2 statements supported")),
        ((0.9, 0.1), MetricResult(0.5, "1 of 2 statements supported")),
        ((0.5, 0.0), MetricResult(0.0, "0 of 2 statements supported")),
        ((1, 1), MetricResult(1.0, "2 of 2 statements supported")),
    ],
)
async def test_faithfulness_is_the_mean_of_the_rounded_probabilities(
    probabilities: Sequence[float], expected: MetricResult
) -> None:
    metric = FaithfulnesswithHHEM(classifier=Double(*probabilities))
    assert await measure(metric, SAMPLE, judge=judge("A", "B")) == expected


async def test_each_statement_is_paired_with_the_joined_contexts_in_a_thread() -> None:
    double = Double(1, 1)
    asked = judge("A", " ", "B")
    await measure(FaithfulnesswithHHEM(classifier=double), SAMPLE, judge=asked)
    context = "Lima is the capital of Peru.\nQuito is in Ecuador."
    assert double.pairs == [(context, "A"), (context, "B")]
    assert double.thread is not threading.current_thread()
    assert steps(asked) == ["split_into_statements"]


async def test_without_statements_nothing_is_classified() -> None:
    double = Double()
    result = await measure(FaithfulnesswithHHEM(classifier=double), changed(response=" "), judge=judge())
    assert (result, double.thread) == (MetricResult(None, "the response makes no statement"), None)


@pytest.mark.parametrize("probabilities", [(1,), (1, 1, 1), (0.5, 1.5), (0.5, -0.1), (0.5, float("nan")), ()])
async def test_what_is_no_probability_per_statement_is_no_score(probabilities: Sequence[float]) -> None:
    metric = FaithfulnesswithHHEM(classifier=Double(*probabilities))
    with pytest.raises(ValueError, match="for 2 statements"):
        await measure(metric, SAMPLE, judge=judge("A", "B"))


def test_its_split_is_that_of_faithfulness() -> None:
    assert FaithfulnesswithHHEM().prompts == Faithfulness().prompts[:1]


@pytest.mark.parametrize(
    ("missing", "named"), [(["transformers", "torch"], "transformers, torch"), (["torch"], "torch")]
)
def test_without_its_packages_the_run_does_not_start(
    monkeypatch: pytest.MonkeyPatch, missing: list[str], named: str
) -> None:
    monkeypatch.setattr(module, "find_spec", lambda name: None if name in missing else object())
    with pytest.raises(ConfigurationError, match=rf"not installed: {named}\. .*ragas_nb\[local\]"):
        FaithfulnesswithHHEM().check_ready()
    FaithfulnesswithHHEM(classifier=Double()).check_ready()


@pytest.mark.parametrize("parameters", [{"classifier": "gpt"}, {"batch_size": 0}])
def test_what_cannot_classify_is_refused(parameters: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=next(iter(parameters))):
        FaithfulnesswithHHEM.model_validate(parameters)


def test_equal_settings_share_one_model() -> None:
    assert local_classifier("a", "cpu", 10, False) is local_classifier("a", "cpu", 10, False)
    assert local_classifier("a", "cpu", 10, False) is not local_classifier("b", "cpu", 10, False)


class Loaded(TransformersClassifier):
    """With a function in the place of a model."""

    def __init__(self, batch_size: int) -> None:
        super().__init__("none", "cpu", batch_size, False)
        self.loads = 0
        self.batches: list[int] = []
        self._load = self._load_function  # type: ignore[assignment]

    def _load_function(self) -> Classify:
        self.loads += 1
        return self._answer

    def _answer(self, pairs: Sequence[Pair]) -> list[float]:
        self.batches.append(len(pairs))
        return [float(statement) for _, statement in pairs]


def test_pairs_are_classified_in_batches_by_a_model_loaded_once() -> None:
    classifier = Loaded(batch_size=2)
    pairs = [("context", f"0.{place}") for place in range(5)]
    assert classifier.loads == 0
    assert classifier.probabilities(pairs) == [0.0, 0.1, 0.2, 0.3, 0.4]
    assert classifier.probabilities(pairs[:1]) == [0.0]
    assert (classifier.loads, classifier.batches) == (1, [2, 2, 1, 1])


@pytest.mark.parametrize(
    ("parameters", "trusted"),
    [
        ({}, True),
        ({"model": HHEM}, True),
        ({"model": "someone/else"}, False),
        ({"model": "someone/else", "trust_remote_code": True}, True),
    ],
)
async def test_code_that_comes_with_a_model_runs_only_when_it_is_trusted(
    monkeypatch: pytest.MonkeyPatch, parameters: dict[str, object], trusted: bool
) -> None:
    asked: list[tuple[object, ...]] = []

    def classifier(*settings: object) -> Double:
        asked.append(settings)
        return Double(1)

    monkeypatch.setattr(module, "local_classifier", classifier)
    await measure(FaithfulnesswithHHEM.model_validate(parameters), SAMPLE, judge=judge("A"))
    assert asked == [(parameters.get("model", HHEM), "cpu", 10, trusted)]
