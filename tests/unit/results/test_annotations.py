"""Annotations: read, written, selected, split, and made from a run."""

from __future__ import annotations

import json
import math
import traceback
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from ragas_nb.errors import DatasetError
from ragas_nb.results.annotations.collection import MetricAnnotation, SingleMetricAnnotation
from ragas_nb.results.annotations.exchange import from_json, to_json
from ragas_nb.results.annotations.models import PromptAnnotation, SampleAnnotation
from ragas_nb.results.annotations.packet import evaluation_packet
from ragas_nb.schema import (
    AIMessage,
    EvaluationDataset,
    HumanMessage,
    MultiTurnSample,
    SampleId,
    SingleTurnSample,
    ToolCall,
    ToolMessage,
)
from ragas_nb.store.records import PromptRecord, StepRecord
from ragas_nb.testing import ScriptedJudge
from tests.unit.doubles import NO, YES, Computes, HeldJudge, Polite, Votes, new_run, responses

CHECK = PromptAnnotation(
    prompt_input={"text": "Hé"}, prompt_output={"verdict": 1}, edited_output={"verdict": 0}
)
RAW: dict[str, object] = {
    "metric_input": {"user_input": "Où?", "response": "Lima 🦙", "topic": "geo"},
    "metric_output": 0.5,
    "prompts": {
        "check": {
            "prompt_input": {"text": "Hé"},
            "prompt_output": {"verdict": 1},
            "edited_output": {"verdict": 0},
        }
    },
    "is_accepted": True,
    "target": None,
}


def annotated(
    score: float | str | None = 1.0, *, accepted: bool = True, **fields: object
) -> SampleAnnotation:
    return SampleAnnotation(metric_input=fields, metric_output=score, prompts={}, is_accepted=accepted)


def topics(*names: str) -> SingleMetricAnnotation:
    """One sample per topic; its response is its position."""
    samples = [annotated(topic=name, response=str(position)) for position, name in enumerate(names)]
    return SingleMetricAnnotation(name="polite", samples=samples)


def topics_of(samples: Sequence[SampleAnnotation] | SingleMetricAnnotation) -> Counter[str]:
    return Counter(sample["topic"] for sample in samples)


# ── samples and steps ──


def test_a_subscript_reads_a_field_or_else_the_input() -> None:
    sample = SampleAnnotation.model_validate(RAW | {"metric_input": {"topic": "geo", "target": "hidden"}})
    assert (sample["is_accepted"], sample["target"], sample["topic"]) == (True, None, "geo")
    assert sample["prompts"]["check"]["edited_output"] == {"verdict": 0}


def test_a_subscript_that_is_neither_names_what_there_is() -> None:
    with pytest.raises(
        KeyError, match=r"No 'model_dump' here; there is metric_input, .*, is_accepted, target, topic\."
    ):
        annotated(topic="geo")["model_dump"]
    with pytest.raises(KeyError, match=r"No 'x' here; there is prompt_input, prompt_output, edited_output\."):
        CHECK["x"]


@pytest.mark.parametrize(
    ("given_score", "score"),
    [
        (True, 1.0), (False, 0.0), (1, 1.0), (0.25, 0.25), ("good", "good"), ("1", "1"), (None, None),
        (math.nan, None), (math.inf, None), (np.float32(0.5), 0.5), (np.int64(2), 2.0), (np.nan, None),
        (pd.NA, None), (np.bool_(True), 1.0),
    ],
)  # fmt: skip
def test_a_score_is_a_number_a_text_or_none(given_score: Any, score: object) -> None:
    sample = SampleAnnotation(
        metric_input={}, metric_output=given_score, prompts={}, is_accepted=True, target=given_score
    )
    assert (sample.metric_output, sample.target) == (score, score)
    assert type(sample.metric_output) is type(score)


def test_annotations_do_not_change() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        annotated().is_accepted = False  # type: ignore[misc]


# ── files ──

TEXTS = st.text(st.characters(codec=None), max_size=8)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)
OBJECTS = st.dictionaries(TEXTS, JSON, max_size=3)
NAMES = st.text(max_size=8)
SCORES = st.none() | st.floats(allow_nan=False, allow_infinity=False) | NAMES
SAMPLES = st.builds(
    SampleAnnotation,
    metric_input=OBJECTS,
    metric_output=SCORES,
    prompts=st.dictionaries(
        NAMES,
        st.builds(
            PromptAnnotation, prompt_input=OBJECTS, prompt_output=OBJECTS, edited_output=st.none() | OBJECTS
        ),
        max_size=2,
    ),
    is_accepted=st.booleans(),
    target=SCORES,
)


@given(root=st.dictionaries(NAMES, st.lists(SAMPLES, max_size=3), max_size=3))
def test_what_is_written_is_read_again(
    root: dict[str, list[SampleAnnotation]], tmp_path_factory: Any
) -> None:
    path = tmp_path_factory.getbasetemp() / "annotations.json"
    annotation = MetricAnnotation(root=root)
    annotation.to_json(path)
    assert MetricAnnotation.from_json(path) == annotation
    for name in annotation:
        annotation[name].to_json(path)
        assert SingleMetricAnnotation.from_json(path) == annotation[name]
        assert MetricAnnotation.from_json(path, name)[name] == annotation[name]


def test_a_file_is_the_exchange_format_in_readable_utf_8(tmp_path: Path) -> None:
    path = tmp_path / "é.json"
    MetricAnnotation.model_validate({"root": {"polite": [RAW]}}).to_json(path)
    written = path.read_text(encoding="utf-8")
    assert json.loads(written) == {"polite": [RAW]}
    assert "Lima 🦙" in written


def test_values_of_numpy_and_pandas_are_written_as_json_has_them(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    strange = annotated(
        a=np.array([1.5, np.nan]),
        b=pd.NA,
        c=math.inf,
        d=np.int64(3),
        e=("x",),
        f=datetime(2030, 1, 2, tzinfo=UTC),
    )
    SingleMetricAnnotation(name="polite", samples=[strange]).to_json(path)
    [read] = SingleMetricAnnotation.from_json(path)
    assert read.metric_input == {
        "a": [1.5, None], "b": None, "c": None, "d": 3, "e": ["x"], "f": "2030-01-02 00:00:00+00:00",
    }  # fmt: skip


def test_nan_and_a_byte_order_mark_in_a_file_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    text = '{"m": [{"metric_input": {"x": NaN}, "metric_output": NaN, "prompts": {}, "is_accepted": true}]}'
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert MetricAnnotation.from_json(str(path)).root == {"m": [annotated(None, x=None)]}


def test_one_metric_of_a_file_is_read_and_a_metric_that_is_not_there_names_those_that_are(
    tmp_path: Path,
) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(to_json({"polite": [RAW], "short": [{"is_accepted": "nonsense"}]}))
    assert list(MetricAnnotation.from_json(path, metric_name="polite")) == ["polite"]
    with pytest.raises(DatasetError) as caught:
        MetricAnnotation.from_json(path, "x")
    assert str(caught.value) == (
        f"{str(path)!r} has no annotations of the metric 'x'. There are those of: 'polite', 'short'."
    )


@pytest.mark.parametrize("names", [[], ["polite", "short"]])
def test_a_file_of_several_metrics_or_none_is_no_single_metric(tmp_path: Path, names: list[str]) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(to_json({name: [] for name in names}))
    shown = ", ".join(map(repr, names)) or "none"
    with pytest.raises(DatasetError) as caught:
        SingleMetricAnnotation.from_json(path)
    assert str(caught.value) == (
        f"{str(path)!r} must hold one metric; it holds {len(names)}: {shown}. Read it with "
        "MetricAnnotation.from_json(…) and take one by its name."
    )


WITHOUT_INPUT = {key: value for key, value in RAW.items() if key != "metric_input"}
STEP: dict[str, object] = {"prompt_input": {}, "prompt_output": {}}
NEEDED = "a dict with metric_input, metric_output, prompts and is_accepted"


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ([], " holds list []; it must be a dict of lists: {metric: [samples]}."),
        ("x", " holds str 'x'; it must be a dict of lists: {metric: [samples]}."),
        (None, " holds null; it must be a dict of lists: {metric: [samples]}."),
        ({"m": {}}, ", metric 'm': found dict {}; it must be a list of samples."),
        ({"name": "m", "samples": 1}, ", metric 'm': found int 1; it must be a list of samples."),
        ({"m": [RAW, 7]}, f", metric 'm', sample 1: found int 7; it must be {NEEDED}."),
        (
            {"m": [RAW, WITHOUT_INPUT]},
            ", metric 'm', sample 1: there is no 'metric_input'; it is a dict of a sample's fields.",
        ),
        (
            {"m": [RAW | {"metric_input": "x"}]},
            ", metric 'm', sample 0, 'metric_input': found str 'x'; it must be a dict of a sample's fields.",
        ),
        (
            {"m": [RAW | {"metric_output": [1]}]},
            ", metric 'm', sample 0, 'metric_output': found list [1]; it must be a number, a text or null.",
        ),
        (
            {"m": [RAW | {"is_accepted": "perhaps"}]},
            ", metric 'm', sample 0, 'is_accepted': found str 'perhaps'; it must be true or false.",
        ),
        (
            {"m": [RAW | {"prompts": {"check": 3}}]},
            ", metric 'm', sample 0, 'prompts', 'check': found int 3; it must be a dict with prompt_input "
            "and prompt_output.",
        ),
        (
            {"m": [RAW | {"prompts": {"check": STEP | {"edited_output": 3}}}]},
            ", metric 'm', sample 0, 'prompts', 'check', 'edited_output': found int 3; it must be a dict "
            "or null.",
        ),
        (
            {"m": [RAW | {"prompts": {"check": {"prompt_output": {}}}}]},
            ", metric 'm', sample 0, 'prompts', 'check': there is no 'prompt_input'; it is a dict.",
        ),
    ],
)
def test_what_is_wrong_in_a_file_is_named_with_its_place(
    tmp_path: Path, content: object, problem: str
) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(to_json(content))
    with pytest.raises(DatasetError) as caught:
        MetricAnnotation.from_json(path)
    assert str(caught.value) == f"{str(path)!r}{problem}"
    assert "pydantic" not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"{", "is not JSON (Expecting property name"),
        (b"", "is not JSON (Expecting value"),
        (b"[" * 100_000, "is not JSON (maximum recursion depth"),
        ("{'m': []}".encode("utf-16"), "is not UTF-8 ("),
    ],
)
def test_a_file_that_is_no_json_is_named(tmp_path: Path, content: bytes, problem: str) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(content)
    with pytest.raises(DatasetError) as caught:
        SingleMetricAnnotation.from_json(path)
    assert str(caught.value).startswith(f"{str(path)!r} {problem}")


def test_a_file_that_is_not_there_or_no_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(
        DatasetError, match=r"^There is no file '.*none\.json'\. Check the name; relative ones"
    ):
        MetricAnnotation.from_json(tmp_path / "none.json")
    with pytest.raises(
        DatasetError, match=r"^Cannot read '.*': .+\. Check what it is and who may read it\.$"
    ):
        MetricAnnotation.from_json(tmp_path)


# ── reading and choosing ──


def test_a_metric_annotation_is_read_by_metric() -> None:
    annotation = MetricAnnotation(root={"polite": [annotated(), annotated(accepted=False)], "short": []})
    assert annotation["polite"] == SingleMetricAnnotation(name="polite", samples=annotation.root["polite"])
    assert (len(annotation), list(annotation), "short" in annotation, "x" in annotation) == (
        2, ["polite", "short"], True, False,
    )  # fmt: skip
    text = "MetricAnnotation(polite: 2 samples, 1 accepted; short: 0 samples, 0 accepted)"
    assert (repr(annotation), str(annotation)) == (text, text)
    with pytest.raises(KeyError, match=r"No metric 'x' here; there is polite, short\."):
        annotation["x"]


def test_an_empty_annotation_says_so() -> None:
    empty = MetricAnnotation(root={})
    assert (repr(empty), len(empty)) == ("MetricAnnotation(empty)", 0)
    with pytest.raises(KeyError, match=r"there is none\."):
        empty["x"]


def test_samples_are_read_by_position_slice_mask_and_list() -> None:
    polite = topics("a", "b", "c")
    assert (len(polite), list(polite)) == (3, polite.samples)
    assert (polite[1], polite[-1], polite[np.int64(0)]) == tuple(polite.samples[i] for i in (1, 2, 0))  # type: ignore[call-overload]
    assert polite[1:] == polite.select([1, 2]) == polite[np.array([False, True, True])] == polite[[-2, -1]]
    assert str(polite) == repr(polite) == "SingleMetricAnnotation(polite: 3 samples, 3 accepted)"


def test_a_position_that_is_not_there_is_refused() -> None:
    with pytest.raises(ValueError, match="There is no row 3: there are 3, counted from 0"):
        topics("a", "b", "c").select([0, 3])


def test_select_keeps_the_order_asked_for_and_filter_that_of_the_samples() -> None:
    polite = topics("a", "b", "a")
    assert [sample["response"] for sample in polite.select([2, 0])] == ["2", "0"]
    assert polite.filter(lambda sample: sample["topic"] == "a") == polite.select([0, 2])
    assert polite.filter() == polite


def test_inputs_become_a_dataset_with_other_keys_as_columns() -> None:
    dataset = topics("a", "b").to_evaluation_dataset()
    assert dataset == EvaluationDataset.from_list(
        [{"response": "0", "topic": "a"}, {"response": "1", "topic": "b"}]
    )
    assert dataset.extra == {"topic": ["a", "b"]}


def test_conversations_survive_the_way_to_annotations_and_back() -> None:
    call = AIMessage(content="", tool_calls=[ToolCall(name="rain", args={"city": "Lima"})])
    said = [HumanMessage(content="Is it raining?"), call, ToolMessage(content="no")]
    dataset = EvaluationDataset([MultiTurnSample(user_input=said, reference_topics=["rain"])])
    result = Result(dataset, scores=(1.0,), told={})
    assert MetricAnnotation.from_run(result)["polite"].to_evaluation_dataset() == dataset


def test_no_annotations_are_a_dataset_of_nothing() -> None:
    assert len(SingleMetricAnnotation(name="polite", samples=[]).to_evaluation_dataset()) == 0


def test_prompts_of_accepted_samples_are_gathered_by_prompt() -> None:
    one, two, three = (
        PromptAnnotation(prompt_input={"n": n}, prompt_output={"verdict": 1}) for n in range(3)
    )

    def sample(accepted: bool, **prompts: PromptAnnotation) -> SampleAnnotation:
        return SampleAnnotation(metric_input={}, metric_output=1, prompts=prompts, is_accepted=accepted)

    polite = SingleMetricAnnotation(
        name="polite",
        samples=[
            sample(True, **{"check": one, "check#2": two, "split": two, "odd#2": one}),
            sample(False, check=two, other=two),
            sample(True, check=three),
        ],
    )
    assert polite.get_prompt_annotations() == {"check": [one, two, three], "split": [two], "odd#2": [one]}


# ── chance ──


def test_a_sample_is_exact_and_by_default_the_same_again() -> None:
    polite = topics(*"aaaabbbbcc")
    drawn = polite.sample(5, "topic")
    assert topics_of(drawn) == {"a": 2, "b": 2, "c": 1}
    assert drawn == polite.sample(n=5, stratify_key="topic")
    assert drawn.name == "polite"
    assert len({sample["response"] for sample in polite.sample(10)}) == 10
    assert polite.sample(10, seed=1) != polite.sample(10, seed=2)


def test_samples_are_stratified_by_a_field_as_well() -> None:
    samples = [annotated(score) for score in (1.0, 1.0, "1", None, None, None)]
    drawn = SingleMetricAnnotation(name="polite", samples=samples).sample(3, "metric_output")
    found = Counter(sample.metric_output for sample in drawn)
    assert (found[1.0], found[None], found.total()) in {(1, 1, 3), (1, 2, 3)}


def test_lists_can_tell_the_classes() -> None:
    samples = [annotated(topics=["a", "b"]), annotated(topics=["a", "b"]), annotated(topics=["c"])]
    train, test = SingleMetricAnnotation(name="polite", samples=[*samples, *samples]).train_test_split(
        0.5, stratify="topics"
    )
    assert Counter(str(sample["topics"]) for sample in train) == {"['a', 'b']": 2, "['c']": 1}
    assert len(test) == 3


def test_batches_are_lists_of_samples_that_lose_none() -> None:
    polite = topics(*"aaaaabb")
    batches = polite.batch(3)
    assert [*map(len, batches)] == [3, 3, 1]
    assert sorted(sample["response"] for batch in batches for sample in batch) == list("0123456")
    assert [*map(len, polite.batch(batch_size=3, drop_last_batch=True))] == [3, 3]
    assert polite.batch(3) == batches != polite.batch(3, seed=1)


def test_stratified_batches_keep_proportions() -> None:
    polite = topics(*"aaaaaabbb", "a")
    batches = polite.stratified_batches(batch_size=3, stratify_key="topic")
    assert [topics_of(batch) for batch in batches] == [{"a": 2, "b": 1}] * 3 + [{"a": 1}]
    assert batches[:3] == polite.stratified_batches(3, "topic", drop_last_batch=True)
    filled = polite.stratified_batches(3, "topic", replace=True)
    assert [topics_of(batch) for batch in filled] == [{"a": 2, "b": 1}] * 4


@given(names=st.lists(st.sampled_from("aab"), min_size=4), stratify=st.booleans(), seed=st.integers(0, 9))
def test_a_split_is_disjoint_whole_and_reproducible(names: list[str], stratify: bool, seed: int) -> None:
    polite = topics(*names, *"aabb")
    key = "topic" if stratify else None
    train, test = polite.train_test_split(0.25, seed, key)
    assert sorted(int(sample["response"]) for sample in [*train, *test]) == list(range(len(polite)))
    assert abs(len(test) - len(polite) / 4) <= 1
    assert (train, test) == polite.train_test_split(test_size=0.25, seed=seed, stratify=key)


def test_a_split_is_stratified_by_values_of_any_kind_as_by_a_key() -> None:
    polite = topics(*"aaaabbbb")
    by_key = polite.train_test_split(0.25, stratify="topic")
    assert [topics_of(part) for part in by_key] == [{"a": 3, "b": 3}, {"a": 1, "b": 1}]
    for values in (list("aaaabbbb"), np.array(list("aaaabbbb")), pd.Series(list("aaaabbbb"))):
        assert polite.train_test_split(0.25, stratify=values) == by_key


def test_values_to_stratify_by_that_are_not_one_per_sample_are_refused() -> None:
    with pytest.raises(
        ValueError, match=r"^stratify has 1 values, but there are 2 samples\. Give one per sample\.$"
    ):
        topics("a", "b").train_test_split(stratify=["a"])


def test_a_key_that_a_sample_lacks_is_refused_with_the_keys_that_it_has() -> None:
    polite = SingleMetricAnnotation(name="polite", samples=[annotated(topic="a"), annotated(theme="b")])
    message = (
        "Sample 1 of 'polite' cannot be stratified. No 'topic' here; there is metric_input, metric_output, "
        "prompts, is_accepted, target, theme. Choose one of these, or leave such samples out with filter(…)."
    )
    for call in (
        lambda: polite.sample(1, "topic"),
        lambda: polite.stratified_batches(1, "topic"),
        lambda: polite.train_test_split(stratify="topic"),
    ):
        with pytest.raises(DatasetError) as caught:
            call()
        assert str(caught.value) == message


def test_sizes_that_cannot_be_are_refused() -> None:
    polite = topics(*"ab")
    for call, message in (
        (lambda: polite.sample(3), "3 samples cannot be drawn from 2"),
        (lambda: polite.batch(0), "batch_size is 0"),
        (lambda: polite.stratified_batches(0, "topic"), "batch_size is 0"),
        (lambda: polite.train_test_split(1.0), r"test_size is 1\.0"),
        (lambda: polite.train_test_split(0.5, stratify="topic"), "only 1 sample, .*: '[ab]', '[ab]'"),
    ):
        with pytest.raises(ValueError, match=message):
            call()


# ── from a run ──


def step(name: str, text: str, verdict: int | None, **fields: Any) -> StepRecord:
    return StepRecord(
        PromptRecord(name, **fields), {"text": text}, None if verdict is None else {"verdict": verdict}
    )


@dataclass
class Result:
    """What annotations read of a result."""

    dataset: EvaluationDataset = field(
        default_factory=lambda: EvaluationDataset(
            [SingleTurnSample(response=text) for text in ("Thanks!", "Bye.", "No.")], ids=["x", "y", "z"]
        )
    )
    run_id: str = "r1"
    name: str = "first"
    metrics: tuple[str, ...] = ("polite",)
    scores: tuple[float | None, ...] = (0.5, None, None)
    told: dict[SampleId, tuple[StepRecord, ...]] = field(
        default_factory=lambda: {
            "x": (
                step("check", "one", 1),
                step("check", "two", 0),
                step("split", "one", 1),
                step("check", "3", 1),
            ),
            "y": (
                step("check", "one", 1),
                step("split", "one", None),
                step("embed", "2", None, kind="embedding"),
            ),
        }
    )

    def __getitem__(self, key: str) -> tuple[float | None, ...]:
        return {"polite": self.scores}[key]

    def steps(self, sample_id: SampleId, metric: str) -> tuple[StepRecord, ...]:
        return self.told.get(sample_id, ())

    def outcome(self, sample_id: SampleId, metric: str) -> object | None:
        return "failed" if sample_id == "y" else None


@dataclass
class Running:
    """What annotations read of a run."""

    result: Result


def asked(text: str, verdict: int) -> PromptAnnotation:
    return PromptAnnotation(prompt_input={"text": text}, prompt_output={"verdict": verdict})


@pytest.mark.parametrize("source", [Result(), Running(Result())])
def test_a_run_becomes_annotations_that_lose_no_answer_and_nobody_has_accepted(
    source: Result | Running,
) -> None:
    annotation = MetricAnnotation.from_run(source)
    assert annotation.root == {
        "polite": [
            SampleAnnotation(
                metric_input={"response": "Thanks!"},
                metric_output=0.5,
                prompts={
                    "check": asked("one", 1),
                    "check#2": asked("two", 0),
                    "split": asked("one", 1),
                    "check#3": asked("3", 1),
                },
                is_accepted=False,
            ),
            SampleAnnotation(
                metric_input={"response": "Bye."},
                metric_output=None,
                prompts={"check": asked("one", 1)},
                is_accepted=False,
            ),
        ]
    }
    assert annotation["polite"].get_prompt_annotations() == {}


def test_a_step_whose_name_is_taken_gets_another() -> None:
    told = (step("check", "1", 1), step("check#2", "2", 1), step("check", "3", 1), step("check", "4", 1))
    [sample, _] = MetricAnnotation.from_run(Result(told={"x": told}))["polite"]
    assert {key: prompt.prompt_input["text"] for key, prompt in sample.prompts.items()} == {
        "check": "1", "check#2": "2", "check#3": "3", "check#4": "4",
    }  # fmt: skip


# ── as the service takes it ──


def test_a_packet_is_a_tree_of_evaluation_rows_metrics_and_prompts() -> None:
    at = datetime(2030, 1, 2, tzinfo=UTC)
    packet = evaluation_packet(Result(), created_at=at)
    assert {key: packet[key] for key in ("run_id", "created_at")} == {
        "run_id": "r1",
        "created_at": at.isoformat(),
    }
    runs: Any = packet["evaluation_run"]
    by_id = {run["run_id"]: run for run in runs}
    assert len(by_id) == len(runs) == 1 + 3 + 3 + 6
    for run in runs:
        assert [by_id[child]["parent_run_id"] for child in run["children"]] == [run["run_id"]] * len(
            run["children"]
        )

    def told(run: dict[str, Any]) -> list[Any]:
        """A run without its ids, and its children."""
        shown = {key: run[key] for key in ("name", "inputs", "metadata", "outputs")}
        return [shown, *(told(by_id[child]) for child in run["children"])]

    root, first, second, third = told(runs[0])
    assert root == {
        "name": "first",
        "inputs": {},
        "metadata": {"type": "evaluation"},
        "outputs": {"scores": [{"polite": 0.5}, {"polite": None}, {"polite": None}]},
    }
    row, [metric, prompt, *_] = first
    assert row == {
        "name": "row 0",
        "inputs": SingleTurnSample(response="Thanks!").model_dump(),
        "metadata": {"type": "row", "row_index": 0},
        "outputs": {"polite": 0.5},
    }
    assert metric == {
        "name": "polite",
        "inputs": {"response": "Thanks!"},
        "metadata": {"type": "metric"},
        "outputs": {"output": 0.5},
    }
    assert prompt == [
        {
            "name": "check",
            "inputs": {"data": {"text": "one"}},
            "metadata": {"type": "ragas_prompt"},
            "outputs": {"output": [{"verdict": 1}]},
        }
    ]
    prompts = [(prompt["name"], prompt["outputs"]) for [prompt] in second[1][1:]]
    assert prompts == [("check", {"output": [{"verdict": 1}]}), ("split", {})]
    assert third[1][1:] == []


def test_a_packet_of_the_same_result_has_the_same_ids_and_is_json() -> None:
    at = datetime(2030, 1, 2, tzinfo=UTC)
    packet = evaluation_packet(Result(scores=(math.nan, None, 1.0)), created_at=at)
    again = evaluation_packet(Result(scores=(None, None, 1.0)), created_at=at)
    assert from_json(to_json(packet)) == again


def test_a_packet_is_made_now_unless_told_otherwise() -> None:
    before = datetime.now(UTC)
    created = datetime.fromisoformat(str(evaluation_packet(Result())["created_at"]))
    assert before <= created <= datetime.now(UTC)


# ── from a real run ──


async def test_a_real_run_becomes_annotations_with_its_answers_failures_and_repeats() -> None:
    judge = ScriptedJudge({"is_polite": [YES, NO, NO, YES, "what?"]})
    run = new_run(responses("a", None), [Votes(), Computes(rule=lambda text: 1 / 0)], judge)
    result = await run
    annotation = MetricAnnotation.from_run(run)
    assert annotation == MetricAnnotation.from_run(result)
    question = {"user_input": "How?", "response": "a"}
    votes = {
        key: PromptAnnotation(prompt_input={"text": "a"}, prompt_output=answer)
        for key, answer in (("is_polite", YES), ("is_polite#2", NO), ("is_polite#3", NO))
    }
    nothing = SampleAnnotation(
        metric_input={"user_input": "How?"}, metric_output=None, prompts={}, is_accepted=False
    )
    assert annotation.root == {
        "votes": [
            SampleAnnotation(metric_input=question, metric_output=1.0, prompts=votes, is_accepted=False),
            nothing,
        ],
        "computes": [
            SampleAnnotation(metric_input=question, metric_output=None, prompts={}, is_accepted=False),
            nothing,
        ],
    }


async def test_jobs_that_a_cancelled_run_never_ended_are_left_out() -> None:
    judge = HeldJudge({"is_polite": YES})
    run = new_run(responses("a", "b"), [Polite()], judge).start()
    await judge.arrived.wait()
    assert MetricAnnotation.from_run(run).root == {"polite": []}
    run.cancel()
    assert MetricAnnotation.from_run(await run).root == {"polite": []}


async def test_a_packet_of_a_real_run_is_json_and_names_the_run() -> None:
    result = await new_run(responses("a"), [Votes()], ScriptedJudge({"is_polite": [YES, NO, NO]}))
    packet: Any = from_json(to_json(evaluation_packet(result)))
    assert packet["run_id"] == result.run_id
    assert [run["name"] for run in packet["evaluation_run"]] == ["test", "row 0", "votes", *["is_polite"] * 3]
