"""Evaluators of Arize Phoenix, known by their methods; Phoenix is never imported here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final

from ragas_nb.metrics.adapters.foreign import AdaptedMetric, Foreign, our_fields, result_of
from ragas_nb.metrics.base import Metric, MetricResult
from ragas_nb.metrics.reading import joined
from ragas_nb.schema import AnySample, SingleTurnSample

_METHODS: Final = ("evaluate", "async_evaluate", "input_schema", "direction")
_MEANINGS: Final = {name: name for name in SingleTurnSample.model_fields} | {
    "input": "user_input",
    "output": "response",
    "expected": "reference",
    "context": "retrieved_contexts",
}


def fits(value: object) -> bool:
    """Whether it has what an evaluator of Phoenix has."""
    return all(hasattr(value, name) for name in _METHODS)


def adapt(evaluator: Any) -> Metric:
    """Phoenix's evaluator as a metric of single questions.

    `input` is the user's input, `output` the response, `expected` the reference and `context` the retrieved
    contexts as one text; our own names work too, and `evaluator.bind({…})` maps others to them. The score is
    the number, or the label where there is none; of several scores the one that bears the evaluator's name,
    or else the first.

    Raises:
        PlanError: it reads what no sample has.
    """
    foreign = Foreign(
        package="Phoenix",
        measure=partial(_measure, evaluator),
        requires=our_fields(_read(evaluator), _MEANINGS, f"Phoenix's evaluator {evaluator.name!r}"),
        higher_is_better=evaluator.direction != "minimize",
    )
    return AdaptedMetric(name=evaluator.name, foreign=foreign)


def _read(evaluator: Any) -> list[str]:
    """What it takes out of its input: what its schema needs, under the names that it is bound to."""
    bound: Mapping[str, object] = getattr(evaluator, "_input_mapping", None) or {}
    schema = evaluator.input_schema
    needed = [name for name, field in schema.model_fields.items() if field.is_required()] if schema else bound
    paths = [bound.get(name) or name for name in needed]
    return [_first_step(path) for path in paths if isinstance(path, str)]


def _first_step(path: str) -> str:
    """The name that a path into the input begins with."""
    return path.removeprefix("$.").partition(".")[0].partition("[")[0]


async def _measure(evaluator: Any, sample: AnySample) -> MetricResult:
    found = {name: getattr(sample, field) for name, field in _MEANINGS.items()}
    given = {name: value for name, value in found.items() if value is not None}
    if "context" in given:
        given["context"] = joined(given["context"])
    return _result(evaluator.name, await evaluator.async_evaluate(given))


def _result(name: str, scores: Sequence[Any]) -> MetricResult:
    if not scores:
        return MetricResult(None, "the evaluator gave no score")
    chosen = next((score for score in scores if score.name == name), scores[0])
    others = ", ".join(f"{score.name}: {_value(score)}" for score in scores if score is not chosen)
    told = chosen.explanation or (chosen.label if chosen.score is not None else None)
    return result_of(_value(chosen), "; ".join(filter(None, [told, others and f"also {others}"])))


def _value(score: Any) -> object:
    return score.label if score.score is None else score.score
