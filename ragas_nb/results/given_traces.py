"""Traces that come with a list of scores, in the two shapes that Ragas has for them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from pydantic import BaseModel

from ragas_nb.errors import DatasetError
from ragas_nb.results.traces import Calls
from ragas_nb.schema import SampleId
from ragas_nb.store.records import JsonObject, PromptRecord, StepRecord
from ragas_nb.store.state import Findings

Records: TypeAlias = "dict[tuple[SampleId, str], tuple[StepRecord, ...]]"


def read_traces(traces: Sequence[Mapping[str, object]], findings: Findings) -> Records:
    """The steps of `[{metric: {step: {"input": …, "output": …}}}, …]`, one dict per sample.

    Instead of one call, a step may have a list of them.

    Raises:
        DatasetError: not one per sample, a metric without scores, or another shape.
    """
    if len(traces) not in (0, len(findings.ids)):
        raise DatasetError(f"{len(traces)} traces for {len(findings.ids)} samples. Give one per sample.")
    records: Records = {}
    for row, (sample_id, metrics) in enumerate(zip(findings.ids, traces, strict=False)):
        for name, steps in _mapping(metrics, f"the trace of sample {row}").items():
            where = f"the trace of sample {row}, metric {name!r}"
            found = [
                record
                for step, calls in _mapping(steps, where).items()
                for record in _records(str(step), calls, where)
            ]
            records[sample_id, _metric(str(name), findings)] = tuple(found)
    return records


def _records(step: str, calls: object, where: str) -> Sequence[StepRecord]:
    if isinstance(calls, Calls):
        return calls.records
    several = calls if isinstance(calls, list | tuple) else [calls]
    pairs = [_mapping(call, f"{where}, step {step!r}") for call in several]
    return [_record(step, pair.get("input"), pair.get("output")) for pair in pairs]


def read_runs(runs: Mapping[str, object], findings: Findings) -> Records:
    """The steps of Ragas' tree of runs: an evaluation, its rows, their metrics, their prompts, by run id.

    Raises:
        DatasetError: the tree has not one root, lacks a run, or has other rows or metrics than the scores.
    """
    by_id = {str(key): run for key, run in runs.items()}
    records: Records = {}
    for position, row in enumerate(_children(_root(by_id), by_id)):
        number = _place(row, position)
        if not 0 <= number < len(findings.ids):
            raise DatasetError(f"ragas_traces has a row {number}, but there are {len(findings.ids)} samples.")
        for metric in _children(row, by_id):
            name = _metric(str(_field(metric, "name")), findings)
            prompts = [record for run in _children(metric, by_id) for record in _answers(run)]
            records[findings.ids[number], name] = tuple(prompts)
    return records


def _root(runs: Mapping[str, object]) -> object:
    """The run that belongs to no other one here: its parent may be a run of the caller's."""
    roots = [run for run in runs.values() if str(_field(run, "parent_run_id")) not in runs]
    if len(roots) != 1:
        raise DatasetError(
            f"ragas_traces has {len(roots)} runs without a parent among them. Pass those of one evaluation."
        )
    return roots[0]


def _children(run: object, runs: Mapping[str, object]) -> Iterator[object]:
    children = _field(run, "children")
    for key in children if isinstance(children, list | tuple) else ():
        if str(key) not in runs:
            raise DatasetError(
                f"ragas_traces lacks the run {str(key)!r}, a child of {_field(run, 'name')!r}."
            )
        yield runs[str(key)]


def _place(row: object, position: int) -> int:
    """The row's number: as its metadata has it, else its place among the others."""
    metadata = _field(row, "metadata")
    number = metadata.get("row_index") if isinstance(metadata, Mapping) else None
    return number if isinstance(number, int) else position


def _answers(run: object) -> list[StepRecord]:
    """A prompt's answers, one record each."""
    step, inputs, outputs = str(_field(run, "name")), _field(run, "inputs"), _field(run, "outputs")
    asked = inputs.get("data") if isinstance(inputs, Mapping) else None
    answer = outputs.get("output") if isinstance(outputs, Mapping) else None
    answers = answer if isinstance(answer, list) and answer else [answer]
    return [_record(step, asked, one, repeat) for repeat, one in enumerate(answers)]


def _field(run: object, name: str) -> object:
    return run.get(name) if isinstance(run, Mapping) else getattr(run, name, None)


def _metric(name: str, findings: Findings) -> str:
    """The column of a metric; Ragas' traces leave the mode out of its name."""
    if name in findings.columns:
        return name
    modes = [column for column in findings.metrics if column.startswith(f"{name}(")]
    if len(modes) == 1:
        return modes[0]
    raise DatasetError(f"The traces have a metric {name!r}; the scores have {', '.join(findings.metrics)}.")


def _mapping(value: object, what: str) -> Mapping[object, object]:
    if isinstance(value, Mapping):
        return value
    raise DatasetError(f"{what[0].upper()}{what[1:]} is a {type(value).__name__}, not a dict.")


def _record(step: str, asked: object, answer: object, repeat: int = 0) -> StepRecord:
    output = None if answer is None or answer == {} else _plain(answer, "output")
    return StepRecord(PromptRecord(step), _plain(asked, "input"), output, repeat=repeat)


def _plain(value: object, name: str) -> JsonObject:
    """The value as a JSON object; one that is no object becomes the only field of one."""
    try:
        text = json.dumps({} if value is None else value, default=_jsonable)
        plain = json.loads(text, parse_constant=lambda word: None)
    except (TypeError, ValueError, RecursionError):  # keys of odd types, a list within itself
        plain = str(value)
    return plain if isinstance(plain, dict) else {name: plain}


def _jsonable(value: object) -> object:
    return value.model_dump(mode="json") if isinstance(value, BaseModel) else str(value)
