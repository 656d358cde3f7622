"""A metric in a file comes back as it was, and a file can do nothing but describe one."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import pytest

from ragas_nb.errors import ConfigurationError
from ragas_nb.metrics import (
    AnswerCorrectness,
    AspectCritic,
    DistanceMeasure,
    ExactMatch,
    Faithfulness,
    NonLLMStringSimilarity,
    SemanticSimilarity,
    faithfulness,
    names,
    resolve,
)
from ragas_nb.metrics._tool_call_accuracy import ToolCallAccuracy
from ragas_nb.metrics.base import Ask, Metric, MetricResult
from ragas_nb.metrics.discrete import DiscreteMetric, discrete_metric
from ragas_nb.metrics.numeric import NumericMetric
from ragas_nb.metrics.ranking import RankingMetric
from ragas_nb.schema import SingleTurnSample

TONE = DiscreteMetric(name="tone", prompt="Wie ist {response}? 😀", allowed_values=["höflich", "grob"])
OWN = [
    TONE,
    NumericMetric(name="n", prompt="{response}", allowed_values=(0, 2.5)),
    NumericMetric(name="n", prompt="{response}", allowed_values=range(1, 10, 2)),
    RankingMetric(name="r", prompt="{retrieved_contexts}", allowed_values=3),
]


class Brevity(Metric):
    """As somebody defines it in a cell."""

    name: str = "brevity"
    least: int = 3
    requires: ClassVar[frozenset[str]] = frozenset({"response"})

    async def measure(self, sample: SingleTurnSample, ask: Ask) -> MetricResult:
        return MetricResult(self.least)


@pytest.mark.parametrize("metric", OWN, ids=lambda metric: type(metric).__name__)
def test_a_metric_of_a_prompt_comes_back_as_it_was(metric: Metric, tmp_path: Path) -> None:
    path = metric.save(tmp_path / "metric.json")
    for back in (type(metric).load(path), Metric.load(path)):
        assert (back, type(back), back.score_range) == (metric, type(metric), metric.score_range)


@pytest.mark.parametrize("name", names())
def test_every_metric_that_has_a_name_comes_back_as_it_was(name: str, tmp_path: Path) -> None:
    metric = resolve(name)
    back = Metric.load(metric.save(tmp_path / "metric.json"))
    assert (back, type(back)) == (metric, type(metric))


@pytest.mark.parametrize(
    "metric",
    [
        AnswerCorrectness(weights=(1, 0), beta=2),
        AspectCritic(name="polite", definition="Is it polite?", strictness=3),
        NonLLMStringSimilarity(name="jaro", distance_measure=DistanceMeasure.JARO),
        SemanticSimilarity(threshold=0.5),
    ],
)
def test_parameters_come_back(metric: Metric, tmp_path: Path) -> None:
    assert Metric.load(metric.save(tmp_path)) == metric


def test_a_metric_among_the_parameters_comes_back(tmp_path: Path) -> None:
    metric = ToolCallAccuracy(
        arg_comparison_metric=NonLLMStringSimilarity(distance_measure=DistanceMeasure.JARO)
    )
    path = metric.save(tmp_path / "metric.json")
    nested = json.loads(path.read_text())["parameters"]["arg_comparison_metric"]
    assert nested["$metric"]["class"] == "NonLLMStringSimilarity"
    assert Metric.load(path) == metric


def test_changed_prompts_come_back_and_others_are_not_written(tmp_path: Path) -> None:
    split = faithfulness.get_prompts()["split_into_statements"]
    example = ({"question": "Wo?", "answer": "Da."}, {"statements": ["Es ist da."]})
    changed = faithfulness.set_prompts(
        split_into_statements=split.changed(instruction="Zerlege.", examples=[example], language="german")
    )
    path = changed.save(tmp_path / "metric.json")
    assert json.loads(path.read_text())["prompts"] == {
        "split_into_statements": {
            "instruction": "Zerlege.",
            "examples": [{"input": example[0], "output": example[1]}],
            "language": "german",
        }
    }
    back = Faithfulness.load(path)
    assert (back, back.get_prompts()) == (changed, changed.get_prompts())
    assert json.loads(faithfulness.save(tmp_path / "plain.json").read_text())["prompts"] == {}


def test_a_file_is_readable_json(tmp_path: Path) -> None:
    assert json.loads(TONE.save(tmp_path / "tone.json").read_text(encoding="utf-8")) == {
        "format": "ragas_nb metric",
        "version": 1,
        "class": "DiscreteMetric",
        "parameters": {
            "name": "tone",
            "prompt": "Wie ist {response}? 😀",
            "allowed_values": ["höflich", "grob"],
        },
        "prompts": {},
    }


@pytest.mark.parametrize(
    ("given", "written"),
    [
        (None, "brevity.json"),
        (".", "brevity.json"),
        ("short", "short.json"),
        ("short.json", "short.json"),
        ("short.json.gz", "short.json.gz"),
    ],
)
def test_a_file_is_named_after_the_metric_unless_told(
    given: str | None, written: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = Brevity().save(given)
    assert ([file.name for file in tmp_path.iterdir()], path.name) == ([written], written)
    assert Brevity.load(path) == Brevity.load("short" if given == "short" else written) == Brevity()


def test_a_name_that_no_file_can_have_is_made_one(tmp_path: Path) -> None:
    assert Brevity(name="a/b: c").save(tmp_path).name == "a_b__c.json"


def test_compressed_files_are_read_whatever_their_name(tmp_path: Path) -> None:
    path = Brevity(least=4).save(tmp_path / "brevity.json.gz")
    assert path.read_bytes().startswith(b"\x1f\x8b")
    path.rename(tmp_path / "brevity.json")
    assert Brevity.load(tmp_path / "brevity.json") == Brevity(least=4)


def test_a_class_of_ones_own_loads_its_own_files(tmp_path: Path) -> None:
    path = Brevity(least=4).save(tmp_path)
    assert Brevity.load(path) == Brevity(least=4)
    with pytest.raises(
        ConfigurationError, match=r"'Brevity'.* use Brevity\.load\(…\)\. There are: .*ExactMatch"
    ):
        Metric.load(path)


def test_a_file_of_another_class_is_refused(tmp_path: Path) -> None:
    path = Faithfulness().save(tmp_path)
    with pytest.raises(ConfigurationError, match="holds Faithfulness, not AspectCritic"):
        AspectCritic.load(path)


def test_a_class_loads_what_is_derived_from_it(tmp_path: Path) -> None:
    assert AspectCritic.load(resolve("harmfulness").save(tmp_path)) == resolve("harmfulness")


class HoldsFunction(Brevity):
    rule: Callable[[str], Any] = len


class HoldsAnything(Brevity):
    thing: Any = None


@pytest.mark.parametrize(
    ("metric", "problem"),
    [
        (
            discrete_metric(name="m")(lambda response: "pass"),
            "'m' is a Python function, and files hold no code",
        ),
        (HoldsFunction(), "'rule' is a builtin_function_or_method, which JSON cannot tell"),
        (HoldsAnything(thing=(1, 2)), "would not come back from a file as it is"),
    ],
)
def test_what_no_file_can_hold_is_not_saved(metric: Metric, problem: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=problem):
        metric.save(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_class_with_the_name_of_ours_is_not_saved(tmp_path: Path) -> None:
    own = type("ExactMatch", (Brevity,), {"__module__": __name__, "__annotations__": {}})
    with pytest.raises(ConfigurationError, match="has the name of one of ragas_nb"):
        own().save(tmp_path)  # type: ignore[attr-defined]


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"Cannot write .*nowhere"):
        Brevity().save(tmp_path / "nowhere" / "metric.json")


def document(**changes: object) -> dict[str, object]:
    whole = {
        "format": "ragas_nb metric",
        "version": 1,
        "class": "Brevity",
        "parameters": {"least": 4},
        "prompts": {},
    }
    return {name: value for name, value in {**whole, **changes}.items() if value is not ...}


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "no metric that ragas_nb saved"),
        (b"[1]", "no metric that ragas_nb saved"),
        (b"\xff\xfe", "no metric that ragas_nb saved"),
        (b"[" * 100_000, "no metric that ragas_nb saved"),
        (b"\x1f\x8b broken", "is damaged"),
        (gzip.compress(b"{}", mtime=0)[:-4], "is damaged"),
        (document(format="ragas_nb result"), "no metric that ragas_nb saved"),
        (document(version=2), "version 2 of the format; this ragas_nb reads up to 1"),
        (document(version="1"), "is damaged: version"),
        (document(parameters=...), "is damaged: parameters"),
        (document(code="import os"), "is damaged: code: Extra inputs"),
        (
            document(parameters={"least": "many"}),
            "no metric that can be made: least: Input should be a valid int",
        ),
        (document(parameters={"rule": "len"}), "no metric that can be made: rule: Extra inputs"),
        (document(parameters={"name": "response"}), "is a field of the samples"),
        (
            document(prompts={"s": {"instruction": "x", "examples": [], "language": "english"}}),
            "has no prompts",
        ),
        (document(**{"class": "os.system"}), "'os.system', which is none of ragas_nb's metrics"),
        (document(**{"class": "Metric"}), "'Metric', which is none of ragas_nb's metrics"),
        (document(**{"class": "__import__"}), "which is none of ragas_nb's metrics"),
        (
            document(parameters={"least": {"$metric": {"class": "Popen", "parameters": {}}}}),
            "'Popen', which is none",
        ),
    ],
)
def test_a_file_that_holds_no_metric_is_refused(content: Any, problem: str, tmp_path: Path) -> None:
    path = tmp_path / "metric.json"
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    with pytest.raises(ConfigurationError) as error:
        Brevity.load(path)
    assert problem in str(error.value)


def test_a_prompt_that_does_not_fit_its_step_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "metric.json"
    wording = {"instruction": "x", "examples": [{"input": {}, "output": {}}], "language": "english"}
    for step, problem in (("split_into_statements", "example 1, input"), ("other", "no step 'other'")):
        parts = {"class": "Faithfulness", "parameters": {}, "prompts": {step: wording}}
        path.write_text(json.dumps(document(**parts)))
        with pytest.raises(ConfigurationError, match=problem):
            Faithfulness.load(path)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    for missing in (tmp_path / "none.json", tmp_path / "none"):
        with pytest.raises(ConfigurationError, match="There is no file"):
            Metric.load(missing)
    with pytest.raises(ConfigurationError, match="Cannot read"):
        Metric.load(tmp_path)


def test_saving_replaces_the_file_at_once(tmp_path: Path) -> None:
    path = tmp_path / "metric.json"
    ExactMatch().save(path)
    Faithfulness().save(path)
    assert (Metric.load(path), list(tmp_path.iterdir())) == (Faithfulness(), [path])
