"""What a run will do: which metrics on which samples. Everything that can be refused is refused here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from ragas_nb.errors import PlanError
from ragas_nb.metrics import DEFAULTS, AdaptedMetric, names, resolve
from ragas_nb.metrics.base import Metric, Need
from ragas_nb.metrics.computing import Computation, ComputedMetric
from ragas_nb.schema import AnySample, EvaluationDataset, MultiTurnSample, SampleId


class Job(NamedTuple):
    """One metric on one sample; `missing` names the fields that the sample lacks.

    `computation` tells how to score it where the metric asks nobody.
    """

    sample_id: SampleId
    sample: AnySample
    metric: Metric
    missing: tuple[str, ...]
    computation: Computation | None = None


class Part(NamedTuple):
    """A metric with what it reads of every sample."""

    metric: Metric
    fields: tuple[str, ...]
    computation: Computation | None

    def job(self, sample_id: SampleId, sample: AnySample) -> Job:
        """The metric on one sample."""
        return Job(sample_id, sample, self.metric, sample.missing(self.fields), self.computation)


@dataclass(frozen=True)
class Plan:
    """Samples and metrics that fit each other.

    `left_out` tells, for default metrics only, which were left out and why.
    """

    dataset: EvaluationDataset
    metrics: tuple[Metric, ...]
    left_out: tuple[str, ...] = ()

    @property
    def needs(self) -> frozenset[Need]:
        """Whom the metrics ask."""
        return frozenset(need for metric in self.metrics for need in metric.needs)

    @property
    def columns(self) -> tuple[str, ...]:
        """The score columns, in order."""
        return tuple(metric.column for metric in self.metrics)

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """What the jobs of each metric have in common."""
        kind = self.dataset.get_sample_type()
        return tuple(
            Part(
                metric,
                tuple(sorted(metric.required(kind))),
                metric.computation(kind) if isinstance(metric, ComputedMetric) else None,
            )
            for metric in self.metrics
        )

    @cached_property
    def ids(self) -> Sequence[SampleId]:
        """The id of every sample."""
        return self.dataset.ids

    def job(self, row: int, number: int) -> Job:
        """One metric, by its number, on one sample."""
        return self.parts[number].job(self.ids[row], self.dataset.samples[row])


def make_plan(dataset: EvaluationDataset, metrics: Sequence[object] | None) -> Plan:
    """The plan for these metrics, or for the defaults that the data has the fields for.

    Raises:
        PlanError: no samples, unknown metric, two metrics with one column, a metric for the other kind of
            samples, a field that no sample has.
        ConfigurationError: a metric needs a package that is not installed.
    """
    if not len(dataset):
        raise PlanError("There is nothing to evaluate: the data has 0 samples. Pass at least one row.")
    found = frozenset(dataset.features())
    if metrics is None:
        return _default_plan(dataset, found)
    chosen = tuple(resolve(metric) for metric in metrics)
    if not chosen:
        raise PlanError(
            "metrics=[] leaves nothing to do. "
            "Name at least one metric, or leave metrics out for the defaults."
        )
    _refuse_duplicates(chosen)
    for metric in chosen:
        _refuse_kind(metric, dataset)
        _refuse_missing(metric, dataset, found)
        metric.check_ready()
    return Plan(dataset, chosen)


def _default_plan(dataset: EvaluationDataset, found: frozenset[str]) -> Plan:
    defaults = [resolve(name) for name in DEFAULTS]
    if dataset.is_multi_turn():
        raise PlanError(
            "The data holds conversations, and the default metrics score single questions. "
            f"Name metrics that score conversations: metrics=[…]. There {_conversational()}."
        )
    kept = tuple(metric for metric in defaults if metric.requires <= found)
    left_out = tuple(
        f"{metric.column}: the data has no {_quoted(metric.requires - found)}"
        for metric in defaults
        if metric not in kept
    )
    if not kept:
        needed = "; ".join(f"{metric.column} needs {_quoted(metric.requires)}" for metric in defaults)
        raise PlanError(
            f"None of the default metrics can run: the data has {_quoted(found)}; {needed}. "
            "Pass column_map={'your column': 'user_input', …}, or metrics=[…] that fit."
        )
    return Plan(dataset, kept, left_out)


def _refuse_duplicates(metrics: Sequence[Metric]) -> None:
    twice = [column for column, count in Counter(metric.column for metric in metrics).items() if count > 1]
    if twice:
        raise PlanError(
            f"Two metrics would share the column {twice[0]!r}. "
            f"Give one of them another name: {_example(metrics, twice[0])}."
        )


def _example(metrics: Sequence[Metric], column: str) -> str:
    metric = next(metric for metric in metrics if metric.column == column)
    made = "adapt(metric, " if isinstance(metric, AdaptedMetric) else f"{type(metric).__name__}("
    return f"{made}name='{metric.name}_2')"


def _refuse_kind(metric: Metric, dataset: EvaluationDataset) -> None:
    if metric.scores(dataset.get_sample_type()):
        return
    if dataset.is_multi_turn():
        raise PlanError(
            f"Metric {metric.column!r} scores single questions, but the data holds conversations: "
            f"'user_input' is a list of messages. For conversations there {_conversational()}."
        )
    raise PlanError(
        f"Metric {metric.column!r} scores conversations, but the data holds single questions. "
        "Give lists of messages in 'user_input': [{'type': 'human', 'content': '…'}, …]."
    )


def _conversational() -> str:
    """What there is for conversations, in words."""
    fitting = [name for name in names() if resolve(name).scores(MultiTurnSample)]
    return f"are {', '.join(fitting)}" if fitting else "is none yet; write your own subclass of Metric"


def _refuse_missing(metric: Metric, dataset: EvaluationDataset, found: frozenset[str]) -> None:
    missing = metric.required(dataset.get_sample_type()) - found
    if missing:
        others = list(dataset.extra)
        column = others[0] if others else "your column"
        raise PlanError(
            f"Metric {metric.column!r} needs {_quoted(missing)}; "
            f"the data has {_quoted([*sorted(found), *others])}. "
            f"Pass column_map={{{column!r}: {min(missing)!r}}}, or leave the metric out."
        )


def _quoted(names: Sequence[str] | frozenset[str]) -> str:
    listed = sorted(names) if isinstance(names, frozenset) else names
    return ", ".join(repr(name) for name in listed) or "no columns"
