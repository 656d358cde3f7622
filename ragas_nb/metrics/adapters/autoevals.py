"""Scorers of autoevals, known by their methods; autoevals is never imported here."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from functools import partial
from typing import Any, Final

from ragas_nb.judges.threads import in_thread
from ragas_nb.metrics.adapters.foreign import AdaptedMetric, Foreign, result_of
from ragas_nb.metrics.base import Metric, MetricResult
from ragas_nb.metrics.reading import joined
from ragas_nb.schema import AnySample

_METHODS: Final = ("eval", "eval_async", "_run_eval_sync", "_run_eval_async")
_MEANINGS: Final = {
    "output": "response",
    "expected": "reference",
    "input": "user_input",
    "context": "retrieved_contexts",
}
_PLACEHOLDER: Final = re.compile(r"\{\{[{&]?\s*(\w+)")
_REASONS: Final = ("rationale", "reason", "reasons", "choice")


def fits(value: object) -> bool:
    """Whether it has the methods of a scorer of autoevals."""
    return all(hasattr(value, name) for name in _METHODS)


def adapt(scorer: Any) -> Metric:
    """Autoevals' scorer as a metric: `output` is the response, `expected` the reference, `input` the user's
    input and `context` the retrieved contexts as one text.

    It needs the response and what its prompt names; a scorer without a prompt does not tell what else, and
    raises where it lacks something.
    """
    foreign = Foreign(
        package="autoevals",
        measure=partial(_measure, scorer),
        requires=frozenset({"response", *_in_prompt(scorer)}),
    )
    return AdaptedMetric(name=str(scorer._name()), foreign=foreign)


def _in_prompt(scorer: Any) -> Iterator[str]:
    """The fields that the prompt names, if it has one; a template leaves a gap where one is missing."""
    for message in getattr(scorer, "messages", ()):
        for name in _PLACEHOLDER.findall(message["content"]):
            if name in _MEANINGS:
                yield _MEANINGS[name]


async def _measure(scorer: Any, sample: AnySample) -> MetricResult:
    given = {name: getattr(sample, field) for name, field in _MEANINGS.items()}
    if given["context"] is not None:
        given["context"] = joined(given["context"])
    arguments = {name: given[name] for name in _taken(scorer) if given[name] is not None}
    if _blocks(scorer):
        found = await in_thread(partial(scorer.eval, **arguments))
    else:
        found = await scorer.eval_async(**arguments)
    if found.error is not None:
        raise found.error
    metadata = found.metadata or {}
    reason = next((metadata[name] for name in _REASONS if metadata.get(name)), None)
    return result_of(found.score, reason)


def _blocks(scorer: Any) -> bool:
    """Whether it is written synchronously: then its asynchronous form would hold up the event loop."""
    kinds = type(scorer).__mro__

    def written(method: str) -> int:
        return next(place for place, kind in enumerate(kinds) if method in vars(kind))

    return written("_run_eval_sync") < written("_run_eval_async")


def _taken(scorer: Any) -> list[str]:
    """Which of the values it can be called with."""
    method = scorer._run_eval_sync if _blocks(scorer) else scorer._run_eval_async
    parameters = inspect.signature(method).parameters
    takes_all = any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters.values())
    return [name for name in _MEANINGS if takes_all or name in parameters]
