"""Metrics by name: what a string in `metrics=[…]` or on a `%ragas` line stands for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from types import MappingProxyType

from ragas_nb.errors import PlanError
from ragas_nb.metrics import _aspect_critic as aspects
from ragas_nb.metrics._answer_correctness import AnswerCorrectness
from ragas_nb.metrics._context_precision import (
    ContextPrecision,
    ContextUtilization,
    LLMContextPrecisionWithoutReference,
    LLMContextPrecisionWithReference,
)
from ragas_nb.metrics._context_recall import LLMContextRecall
from ragas_nb.metrics._exact_match import ExactMatch
from ragas_nb.metrics._faithfulness import Faithfulness
from ragas_nb.metrics._response_relevancy import ResponseRelevancy
from ragas_nb.metrics._semantic_similarity import AnswerSimilarity, SemanticSimilarity
from ragas_nb.metrics._string_similarity import NonLLMStringSimilarity
from ragas_nb.metrics.base import Metric

REGISTRY: Mapping[str, Callable[[], Metric]] = MappingProxyType(
    {
        "answer_correctness": AnswerCorrectness,
        "answer_relevancy": ResponseRelevancy,
        "answer_similarity": AnswerSimilarity,
        "coherence": lambda: aspects.coherence,
        "conciseness": lambda: aspects.conciseness,
        "context_precision": ContextPrecision,
        "context_recall": LLMContextRecall,
        "context_utilization": ContextUtilization,
        "correctness": lambda: aspects.correctness,
        "exact_match": ExactMatch,
        "faithfulness": Faithfulness,
        "harmfulness": lambda: aspects.harmfulness,
        "llm_context_precision_with_reference": LLMContextPrecisionWithReference,
        "llm_context_precision_without_reference": LLMContextPrecisionWithoutReference,
        "llm_context_recall": LLMContextRecall,
        "maliciousness": lambda: aspects.maliciousness,
        "non_llm_string_similarity": NonLLMStringSimilarity,
        "response_relevancy": ResponseRelevancy,
        "semantic_similarity": SemanticSimilarity,
    }
)
"""Every name that can be asked for, with what makes the metric in its default form."""

DEFAULTS: tuple[str, ...] = ("answer_relevancy", "context_precision", "faithfulness", "context_recall")
"""The metrics of a run that names none."""


def names() -> list[str]:
    """Every name a metric can be asked for by, in alphabetical order.

    >>> "faithfulness" in names()
    True
    """
    return sorted(REGISTRY)


def resolve(spec: object) -> Metric:
    """The metric that a name, a class or a metric itself stands for.

    Raises:
        PlanError: there is no metric of that name, or this is no metric, or its class needs parameters.

    >>> resolve("answer_relevancy").column
    'answer_relevancy'
    """
    if isinstance(spec, Metric):
        return spec
    if isinstance(spec, str):
        return _by_name(spec.strip())
    if isinstance(spec, type) and issubclass(spec, Metric):
        return _by_class(spec)
    raise PlanError(
        f"{spec!r} is not a metric. Pass a name, a metric class or a metric; names: {', '.join(names())}."
    )


def _by_name(name: str) -> Metric:
    if make := REGISTRY.get(name):
        return make()
    close = get_close_matches(name.lower().replace("-", "_").replace(" ", "_"), names(), n=3, cutoff=0.6)
    hint = f" Did you mean {' or '.join(map(repr, close))}?" if close else ""
    raise PlanError(f"There is no metric {name!r}.{hint} There are: {', '.join(names())}.")


def _by_class(kind: type[Metric]) -> Metric:
    needed = [name for name, field in kind.model_fields.items() if field.is_required()]
    if needed:
        shown = ", ".join(f"{name}=…" for name in needed)
        raise PlanError(f"{kind.__name__} cannot be used without parameters. Pass {kind.__name__}({shown}).")
    return kind.model_validate({})
