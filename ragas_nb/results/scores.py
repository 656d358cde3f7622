"""Scores that come as a list of dicts, one per sample, read into findings."""

from __future__ import annotations

import math
import reprlib
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from decimal import Decimal
from numbers import Real

from ragas_nb.engine.events import JobScored
from ragas_nb.errors import DatasetError
from ragas_nb.results.contents import Contents
from ragas_nb.results.given_traces import read_runs, read_traces
from ragas_nb.results.spending.cost_callback import CostCallbackHandler
from ragas_nb.schema import Readable, SampleId, read_dataset
from ragas_nb.schema.values import plain
from ragas_nb.store.meta import ScoreColumn
from ragas_nb.store.state import SCORED, UNDEFINED, Column, Findings

_NOTHING = "the score is missing"


def contents_of_scores(
    scores: Sequence[Mapping[str, object]],
    data: Readable | None,
    *,
    binary: Collection[str],
    cost_cb: CostCallbackHandler | None,
    traces: Sequence[Mapping[str, object]],
    runs: Mapping[str, object] | None,
    run_id: str,
) -> Contents:
    """What a result holds that was made of scores; `runs` are traces in Ragas' own form, and go first.

    Raises:
        DatasetError: scores, dataset, traces and the names in `binary` do not fit each other.
    """
    dataset = None if data is None else read_dataset(data)
    findings = read_scores(scores, range(len(scores)) if dataset is None else dataset.ids)
    records = read_runs(runs, findings) if runs else read_traces(traces, findings)
    return Contents(
        run_id=run_id,
        name=(dataset.name if dataset is not None else None) or run_id,
        dataset=dataset,
        columns=_described(findings, binary),
        findings=findings,
        steps=lambda sample_id, metric: records.get((sample_id, metric), ()),
        counted=False,
        cost_cb=cost_cb,
    )


def read_scores(scores: Sequence[Mapping[str, object]], ids: Sequence[SampleId]) -> Findings:
    """The scores by sample and metric; what is missing is undefined, with a reason.

    Raises:
        DatasetError: not one dict per sample, or a value that is no score.
    """
    rows = _checked_rows(scores, len(ids))
    names = list(dict.fromkeys(name for row in rows for name in row))
    findings = Findings(ids, [str(name) for name in names])
    if len(findings.columns) < len(names):
        raise DatasetError(f"Two metrics read the same: {names!r}. Give one of them another name.")
    for name, (metric, column) in zip(names, findings.columns.items(), strict=True):
        for row, (sample_id, given) in enumerate(zip(findings.ids, rows, strict=True)):
            reason = _read(column, row, metric, given[name]) if name in given else _absent(metric)
            if reason is not None:
                column.statuses[row] = UNDEFINED
                findings.outcomes[sample_id, metric] = JobScored(
                    sample_id=sample_id, metric=metric, value=None, reason=reason
                )
    findings.status = "finished"
    return findings


def _checked_rows(scores: Sequence[Mapping[str, object]], length: int) -> list[Mapping[str, object]]:
    rows = list(scores)
    if len(rows) != length:
        raise DatasetError(
            f"{len(rows)} dicts of scores for {length} samples. Give one per sample, in order."
        )
    for position, row in enumerate(rows):
        if not isinstance(row, Mapping):
            raise DatasetError(
                f"The scores of sample {position} are a {type(row).__name__}, not a dict "
                "such as {'faithfulness': 0.5}."
            )
    return rows


def _absent(metric: str) -> str:
    return f"the scores of this sample have no {metric!r}"


def _read(column: Column, row: int, metric: str, given: object) -> str | None:
    """Put a score into its column; the reason why it is undefined, where it is."""
    value = plain(given)
    if value is None:
        return _NOTHING
    if isinstance(value, str):
        column.labels[row] = value
    else:
        number = _number(row, metric, value)
        if not math.isfinite(number):
            return f"the metric's value is {number}"
        column.values[row] = number
    column.statuses[row] = SCORED
    return None


def _number(row: int, metric: str, value: object) -> float:
    if isinstance(value, float | int | Real | Decimal):
        with suppress(OverflowError):
            return float(value)
    raise DatasetError(
        f"Sample {row}, metric {metric!r}: found {type(value).__name__} {reprlib.repr(value)}, which is no "
        "score. A score is a number, a text, or None."
    )


def _described(findings: Findings, binary: Collection[str]) -> tuple[ScoreColumn, ...]:
    """What the scores tell of their metrics: a range that holds 0, 1 and every score."""
    unknown = [name for name in binary if name not in findings.columns]
    if unknown and findings.metrics:
        raise DatasetError(
            f"binary_columns names {unknown[0]!r}, but the metrics are {', '.join(findings.metrics)}."
        )
    return tuple(
        ScoreColumn(name, "binary" if name in binary else "continuous", *_range(column))
        for name, column in findings.columns.items()
    )


def _range(column: Column) -> tuple[float, float]:
    return min([0.0, *column.values]), max([1.0, *column.values])
