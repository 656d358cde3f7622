"""What tells whether two runs would find the same: the same data, metrics, judge, embedder and repeats."""

from __future__ import annotations

import hashlib
import json
from importlib.metadata import version

from pydantic_core import to_json

from ragas_nb.engine.plan import Plan
from ragas_nb.errors import ConfigurationError
from ragas_nb.judges.base import Embedder, Judge
from ragas_nb.judges.code import code_digest
from ragas_nb.metrics import AdaptedMetric
from ragas_nb.metrics.base import Metric
from ragas_nb.metrics.functions import FunctionMetric
from ragas_nb.metrics.saving import described, is_ours
from ragas_nb.schema import EvaluationDataset


def fingerprint(plan: Plan, judge: Judge | None, embedder: Embedder | None, repeats: int) -> str | None:
    """A hash of all that shapes the scores; None where a metric does not tell what it computes.

    Another version of ragas_nb may compute something else, so it counts too.
    """
    metrics = [told_metric(metric) for metric in plan.metrics]
    if None in metrics:
        return None
    words = [
        version("ragas_nb"),
        judge.identity if judge else None,
        embedder.identity if embedder else None,
        repeats,
        metrics,
        dataset_digest(plan.dataset),
    ]
    return hashlib.blake2b(json.dumps(words).encode(), digest_size=16).hexdigest()


def dataset_digest(dataset: EvaluationDataset) -> str:
    """A hash of samples, ids and extra columns, in their order."""
    digest = hashlib.blake2b(dataset.get_sample_type().__name__.encode(), digest_size=16)
    columns = {name: dataset.column(name) for name in sorted(dataset.features())}
    columns |= {f"extra {name}": values for name, values in dataset.extra.items()}
    for name, values in {"ids": dataset.ids, **columns}.items():
        digest.update(f"\0{name}\0".encode("utf-8", "surrogatepass"))
        digest.update(to_json(list(values), fallback=repr, inf_nan_mode="constants", bytes_mode="hex"))
    return digest.hexdigest()


def told_metric(metric: Metric) -> str | None:
    """All that a metric computes by, as text; None where that cannot be told."""
    if isinstance(metric, AdaptedMetric):
        return None
    if isinstance(metric, FunctionMetric):
        code = code_digest(metric.caller.function)
        return code and f"{metric.name} {metric.allowed!r} {code}"
    try:
        told = json.dumps(described(metric), sort_keys=True, ensure_ascii=False)
    except ConfigurationError:
        return None
    if is_ours(metric):
        return told
    code = code_digest(type(metric))
    return code and f"{told} {code}"
