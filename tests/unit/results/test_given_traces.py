"""Traces that are given with scores, in both of Ragas' shapes."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import pytest
from pydantic import BaseModel

from ragas_nb.errors import DatasetError
from ragas_nb.results.result import EvaluationResult
from tests.unit.doubles import responses

STEP = {"input": {"statements": ["A", "B"]}, "output": {"statements": [{"statement": "A", "verdict": 1}]}}


def test_traces_are_read_as_those_of_a_run():
    result = EvaluationResult([{"m": 0.5}], responses("a"), traces=[{"m": {"check": STEP}}])
    assert result.traces[0]["m"]["check"]["input"] == {"statements": ["A", "B"]}
    assert repr(result.explain(0, "m")) == "m of sample 0: 0.5\n  check\n    ✓ A [yes]"


def test_a_step_may_have_several_calls():
    result = EvaluationResult(
        [{"m": 1}], None, traces=[{"m": {"check": [STEP, {"input": {}, "output": None}]}}]
    )
    assert [call.output is None for call in result.traces[0]["m"]["check"]] == [False, True]


def test_traces_of_another_result_are_taken_as_they_are():
    first = EvaluationResult([{"m": 1}], None, traces=[{"m": {"check": [STEP, STEP]}}])
    second = EvaluationResult(first.scores, None, traces=first.traces)
    assert list(second.traces) == list(first.traces)


@pytest.mark.parametrize(
    ("traces", "message"),
    [
        ([{}], r"1 traces for 2 samples"),
        ([{}, {"x": {}}], r"The traces have a metric 'x'; the scores have m, f1\(mode=f1\)\."),
        ([{}, 3], r"The trace of sample 1 is a int, not a dict"),
        ([{}, {"m": 3}], r"The trace of sample 1, metric 'm' is a int, not a dict"),
        ([{}, {"m": {"s": "text"}}], r"The trace of sample 1, metric 'm', step 's' is a str, not a dict"),
    ],
)
def test_traces_that_do_not_fit_are_refused(traces: list[dict[str, object]], message: str):
    with pytest.raises(DatasetError, match=message):
        EvaluationResult([{"m": 1, "f1(mode=f1)": 0}] * 2, None, traces=traces)


class Statements(BaseModel):
    statements: list[str]


@dataclass
class ChainRun:
    """A run as Ragas' tracer has it."""

    run_id: str
    parent_run_id: str | None
    name: str
    inputs: dict[str, object] = field(default_factory=dict)
    metadata: dict[str, object] = field(default_factory=dict)
    outputs: dict[str, object] = field(default_factory=dict)
    children: list[str] = field(default_factory=list)


def ragas_runs(parent: str | None = None) -> dict[str, object]:
    """Two samples, the second one first; the metric of the first asks one prompt for two answers."""
    runs = [
        ChainRun("root", parent, "ragas evaluation", children=["row1", "row0"]),
        ChainRun("row0", "root", "row 0", metadata={"row_index": 0}, children=["m0"]),
        ChainRun("row1", "root", "row 1", metadata={"row_index": 1}, children=["m1"]),
        ChainRun("m0", "row0", "factual_correctness", children=["p0"]),
        ChainRun("m1", "row1", "factual_correctness"),
        ChainRun(
            *("p0", "m0", "claims"),
            inputs={"data": Statements(statements=["A"])},
            outputs={"output": [Statements(statements=["B"]), {"statements": ["C"], "weight": math.nan}]},
        ),
    ]
    return {run.run_id: run for run in runs}


COLUMN = "factual_correctness(mode=f1)"


def traced(runs: dict[str, object], **options: str) -> EvaluationResult:
    return EvaluationResult([{COLUMN: 1}, {COLUMN: 0}], None, ragas_traces=runs, **options)


@pytest.mark.parametrize("as_dicts", [False, True], ids=["objects", "dicts"])
def test_traces_of_ragas_are_read_by_row_and_metric_with_every_answer(as_dicts: bool):
    runs = ragas_runs()
    result = traced({key: vars(run) for key, run in runs.items()} if as_dicts else runs)
    assert [(call.input, call.output, call.repeat) for call in result.traces[0][COLUMN]["claims"]] == [
        ({"statements": ["A"]}, {"statements": ["B"]}, 0),
        ({"statements": ["A"]}, {"statements": ["C"], "weight": None}, 1),
    ]
    assert dict(result.traces[1][COLUMN]) == {}


def test_the_root_may_belong_to_a_run_of_the_caller():
    assert list(traced(ragas_runs("outer"), run_id="outer").traces[0][COLUMN]) == ["claims"]


@pytest.mark.parametrize(
    ("data", "shown"),
    [("a text", {"input": "a text"}), (None, {}), ({3: {1, 2}}, {"3": "{1, 2}"}), ([1], {"input": [1]})],
)
def test_inputs_of_every_kind_are_shown_as_a_dict(data: object, shown: dict[str, object]):
    runs = ragas_runs()
    runs["p0"] = ChainRun("p0", "m0", "claims", inputs={"data": data}, outputs={"output": ["B"]})
    call = traced(runs).traces[0][COLUMN]["claims"]
    assert (call["input"], call["output"]) == (shown, {"output": "B"})


def test_a_prompt_that_was_not_answered_has_no_output():
    runs = ragas_runs()
    runs["p0"] = ChainRun("p0", "m0", "claims")
    call = traced(runs).traces[0][COLUMN]["claims"]
    assert (call["input"], call["output"], len(call)) == ({}, None, 1)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"p0": None}, r"ragas_traces lacks the run 'p0', a child of 'factual_correctness'\."),
        ({"other": ChainRun("other", None, "x")}, r"ragas_traces has 2 runs without a parent"),
        ({"row0": ChainRun("row0", "root", "r", metadata={"row_index": 5})}, r"has a row 5, but there are 2"),
        ({"m0": ChainRun("m0", "row0", "x")}, r"The traces have a metric 'x'; the scores have factual"),
    ],
)
def test_traces_of_ragas_that_do_not_fit_are_refused(change: dict[str, object], message: str):
    runs = {key: run for key, run in (ragas_runs() | change).items() if run is not None}
    with pytest.raises(DatasetError, match=message):
        traced(runs)
