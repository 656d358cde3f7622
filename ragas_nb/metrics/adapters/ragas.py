"""Metrics of Ragas 0.2 to 0.4, known by their methods; Ragas is never imported here.

There are two kinds: those that take a sample (`single_turn_ascore`, `multi_turn_ascore`), and those that take
its fields (`ascore(**fields)`), of `ragas.metrics.collections`, of a prompt (`DiscreteMetric` …), or of a
decorated function, which is called as a function here, so that what it raises is a failure.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from copy import copy
from dataclasses import replace
from functools import partial
from typing import Any, Final

from ragas_nb.errors import ConfigurationError, PlanError
from ragas_nb.judges.threads import in_thread
from ragas_nb.metrics.adapters.foreign import (
    AdaptedMetric,
    Fields,
    Foreign,
    our_fields,
    part_of_package,
    result_of,
)
from ragas_nb.metrics.adapters.functions import ANYTHING, function_metric
from ragas_nb.metrics.allowed import Allowed, Bounds, Labels, Places
from ragas_nb.metrics.base import Metric, MetricResult
from ragas_nb.metrics.functions import Function, Parameters, read_parameters
from ragas_nb.schema import AnySample, MultiTurnSample, SingleTurnSample
from ragas_nb.schema.columns import KNOWN_NAMES

_BY_SAMPLE: Final = ("single_turn_ascore", "multi_turn_ascore")
_BY_FIELDS: Final = ("ascore", "abatch_score")
_OF_A_QUESTION: Final = {
    name: field for name, field in KNOWN_NAMES.items() if field in SingleTurnSample.model_fields
}
_ALLOWED: Final[dict[type, Callable[[object], Allowed]]] = {
    list: Labels.of,
    tuple: Bounds.of,
    range: Bounds.of,
    int: Places.of,
}


def fits(value: object) -> bool:
    """Whether it has the methods of a metric of Ragas."""
    return any(hasattr(value, name) for name in _BY_SAMPLE) or all(
        hasattr(value, name) for name in _BY_FIELDS
    )


def adapt(metric: Any) -> Metric:
    """Ragas' metric as one of ours.

    Raises:
        PlanError: it reads what no sample has.
    """
    if any(hasattr(metric, name) for name in _BY_SAMPLE):
        return AdaptedMetric(name=_column(metric), foreign=_by_sample(metric))
    if callable(function := getattr(metric, "_func", None)):
        return _decorated(metric, function)
    return AdaptedMetric(name=_column(metric), foreign=_by_fields(metric))


def _decorated(metric: Any, function: Function) -> Metric:
    if "llm" in inspect.signature(function).parameters:
        raise PlanError(
            f"{_shown(metric)} is a function that takes 'llm', which a run has none of for Ragas. Use the "
            "decorator of the same name of ragas_nb.metrics: its functions ask the run's judge."
        )
    return function_metric(function, metric.name, _allowed(metric))


def _column(metric: Any) -> str:
    """The name of its column in a result of Ragas."""
    name, mode = metric.name, getattr(metric, "mode", None)
    return f"{name}(mode={mode})" if isinstance(mode, str) else str(name)


# ── those that take a sample ──


def _by_sample(metric: Any) -> Foreign:
    def required(method: str, kind: str) -> Fields | None:
        if not hasattr(metric, method):
            return None
        return our_fields(metric.required_columns.get(kind, ()), KNOWN_NAMES, _shown(metric))

    output = getattr(getattr(metric, "output_type", None), "value", None)
    return Foreign(
        package="Ragas",
        measure=partial(_score_sample, metric),
        requires=required("single_turn_ascore", "SINGLE_TURN"),
        conversation_requires=required("multi_turn_ascore", "MULTI_TURN"),
        check=partial(_check_has_judge, metric),
        kind="binary" if output == "binary" else "continuous",
    )


async def _score_sample(metric: Any, sample: AnySample) -> MetricResult:
    """The score of a copy that is set up as Ragas does before each evaluation; the user's object stays."""
    ready = copy(metric)
    ready.init(_run_config(metric))
    multi_turn = isinstance(sample, MultiTurnSample)
    score = ready.multi_turn_ascore if multi_turn else ready.single_turn_ascore
    return _result(await score(_their_sample(metric, "required_columns", sample)))


def _run_config(metric: Any) -> object:
    """The timeouts and retries that its judge has already, or Ragas' own."""
    models = (getattr(metric, name, None) for name in ("llm", "embeddings"))
    configs = (getattr(model, "run_config", None) for model in models)
    given = next((config for config in configs if config is not None), None)
    return given or part_of_package(metric, "required_columns", "run_config", "RunConfig")()


def _their_sample(metric: Any, method: str, sample: AnySample) -> Any:
    kind = MultiTurnSample if isinstance(sample, MultiTurnSample) else SingleTurnSample
    return part_of_package(metric, method, "dataset_schema", kind.__name__)(**sample.to_dict())


# ── those that take fields ──


def _by_fields(metric: Any) -> Foreign:
    parameters = _parameters(metric)
    needed = frozenset(parameters.fields[name] for name in parameters.needed)
    allowed = _allowed(metric)
    return Foreign(
        package="Ragas",
        measure=partial(_score_fields, metric, parameters),
        requires=needed if SingleTurnSample in parameters.kinds else None,
        conversation_requires=needed if MultiTurnSample in parameters.kinds else None,
        check=partial(_check_has_judge, metric, takes_judge=bool(parameters.asks)),
        score_range=allowed.ends if isinstance(allowed, Bounds) else (0.0, 1.0),
    )


def _parameters(metric: Any) -> Parameters:
    """What it wants to be called with: the fields that its prompt names, or those that `ascore` takes."""
    if hasattr(metric, "get_variables"):
        names = frozenset(metric.get_variables())
        our_fields(names, _OF_A_QUESTION, _shown(metric))
        fields = {name: _OF_A_QUESTION[name] for name in names}
        return Parameters(fields, names, (SingleTurnSample,), takes_sample=False, asks=("llm",))
    try:
        parameters = read_parameters(metric.ascore, f"{_shown(metric)}: ascore")
    except TypeError as error:
        raise PlanError(str(error)) from None
    if "user_input" not in parameters.fields:
        return parameters
    annotation = str(inspect.signature(metric.ascore).parameters["user_input"].annotation)
    kind = MultiTurnSample if re.search("Message|[Ll]ist", annotation) else SingleTurnSample
    return replace(parameters, kinds=tuple(one for one in parameters.kinds if one is kind))


async def _score_fields(metric: Any, parameters: Parameters, sample: AnySample) -> MetricResult:
    theirs = _their_sample(metric, "abatch_score", sample)
    found = {name: getattr(theirs, field, None) for name, field in parameters.fields.items()}
    arguments = {name: value for name, value in found.items() if value is not None}
    if not parameters.asks:
        return _result(await metric.ascore(**arguments))
    arguments.update(dict.fromkeys(parameters.asks, metric.llm))
    if getattr(metric.llm, "is_async", True):
        return _result(await metric.ascore(**arguments))
    return _result(await in_thread(partial(metric.score, **arguments)))


def _allowed(metric: Any) -> Allowed:
    """The values that it may find; anything, where it allows other ones than ours could."""
    values = getattr(metric, "allowed_values", None)
    kind = _ALLOWED.get(type(values))
    try:
        return kind(values) if kind else ANYTHING
    except ValueError:
        return ANYTHING


# ── both ──


def _result(found: Any) -> MetricResult:
    """A plain score, or one with a reason."""
    return result_of(found.value, found.reason) if hasattr(found, "reason") else result_of(found)


def _shown(metric: Any) -> str:
    return f"Ragas' metric {metric.name!r}"


def _check_has_judge(metric: Any, *, takes_judge: bool = False) -> None:
    lacking = list(_lacking(metric, takes_judge))
    if lacking:
        raise ConfigurationError(
            f"{_shown(metric)} asks models of its own and has no {' and no '.join(lacking)}. Set it: "
            f"metric.{lacking[0]} = …{_instead(metric)}."
        )


def _lacking(metric: Any, takes_judge: bool) -> Iterator[str]:
    """Which of its models are missing; embeddings may be where nothing of the score comes from them."""
    if getattr(metric, "llm", None if takes_judge else metric) is None:
        yield "llm"
    similar = getattr(metric, "weights", (1,))[-1] != 0 and getattr(metric, "answer_similarity", None) is None
    if getattr(metric, "embeddings", metric) is None and similar:
        yield "embeddings"


def _instead(metric: Any) -> str:
    """How to take the metric of ours that has the same name, if there is one."""
    from ragas_nb import metrics as ours

    if metric.name in ours.names():
        return f"; or take ours, which asks the run's judge: metrics=[{metric.name!r}]"
    if type(metric).__name__ in ours.__all__:
        return f"; or take ours, which asks the run's judge: ragas_nb.metrics.{type(metric).__name__}"
    return ""
