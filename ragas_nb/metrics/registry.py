"""Metrics by name: what a string in `metrics=[…]` or on a `%ragas` line stands for."""

from __future__ import annotations

import reprlib
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from types import MappingProxyType

from ragas_nb.errors import PlanError
from ragas_nb.metrics import _aspect_critic as aspects
from ragas_nb.metrics._agent_goal_accuracy import (
    AgentGoalAccuracyWithoutReference,
    AgentGoalAccuracyWithReference,
)
from ragas_nb.metrics._answer_accuracy import AnswerAccuracy
from ragas_nb.metrics._answer_correctness import AnswerCorrectness
from ragas_nb.metrics._bleu import BleuScore
from ragas_nb.metrics._chrf import ChrfScore
from ragas_nb.metrics._context_entity_recall import ContextEntityRecall
from ragas_nb.metrics._context_precision import (
    ContextPrecision,
    ContextUtilization,
    LLMContextPrecisionWithoutReference,
    LLMContextPrecisionWithReference,
)
from ragas_nb.metrics._context_recall import LLMContextRecall
from ragas_nb.metrics._context_relevance import ContextRelevance
from ragas_nb.metrics._conversation_faithfulness import ConversationFaithfulness
from ragas_nb.metrics._conversation_relevancy import ConversationRelevancy
from ragas_nb.metrics._data_compy import DataCompyScore
from ragas_nb.metrics._exact_match import ExactMatch
from ragas_nb.metrics._factual_correctness import FactualCorrectness
from ragas_nb.metrics._faithfulness import Faithfulness
from ragas_nb.metrics._faithfulness_hhem import FaithfulnesswithHHEM
from ragas_nb.metrics._id_based_context import IDBasedContextPrecision, IDBasedContextRecall
from ragas_nb.metrics._multi_modal import MultiModalFaithfulness, MultiModalRelevance
from ragas_nb.metrics._noise_sensitivity import NoiseSensitivity
from ragas_nb.metrics._non_llm_context import NonLLMContextPrecisionWithReference, NonLLMContextRecall
from ragas_nb.metrics._quoted_spans import QuotedSpansAlignment
from ragas_nb.metrics._response_groundedness import ResponseGroundedness
from ragas_nb.metrics._response_relevancy import ResponseRelevancy
from ragas_nb.metrics._retrieval import MRR, NDCG, HitRate, PrecisionAtK, RecallAtK
from ragas_nb.metrics._rouge import RougeScore
from ragas_nb.metrics._rubrics import InstanceRubrics, RubricsScore
from ragas_nb.metrics._semantic_similarity import AnswerSimilarity, SemanticSimilarity
from ragas_nb.metrics._sql_equivalence import LLMSQLEquivalence
from ragas_nb.metrics._string_presence import StringPresence
from ragas_nb.metrics._string_similarity import NonLLMStringSimilarity
from ragas_nb.metrics._summarization import SummarizationScore
from ragas_nb.metrics._tool_call_accuracy import ToolCallAccuracy
from ragas_nb.metrics._tool_call_f1 import ToolCallF1
from ragas_nb.metrics._topic_adherence import TopicAdherence
from ragas_nb.metrics.adapters import UNDERSTOOD, adapted
from ragas_nb.metrics.base import Metric

_CLASSES: tuple[type[Metric], ...] = (
    AgentGoalAccuracyWithReference,
    AnswerAccuracy,
    AnswerCorrectness,
    AnswerSimilarity,
    BleuScore,
    ChrfScore,
    ContextEntityRecall,
    ContextPrecision,
    ContextRelevance,
    ContextUtilization,
    ConversationFaithfulness,
    ConversationRelevancy,
    DataCompyScore,
    ExactMatch,
    FactualCorrectness,
    Faithfulness,
    FaithfulnesswithHHEM,
    HitRate,
    IDBasedContextPrecision,
    IDBasedContextRecall,
    InstanceRubrics,
    LLMContextPrecisionWithReference,
    LLMContextPrecisionWithoutReference,
    LLMContextRecall,
    LLMSQLEquivalence,
    MRR,
    MultiModalFaithfulness,
    MultiModalRelevance,
    NDCG,
    NoiseSensitivity,
    NonLLMContextPrecisionWithReference,
    NonLLMContextRecall,
    NonLLMStringSimilarity,
    QuotedSpansAlignment,
    ResponseGroundedness,
    ResponseRelevancy,
    RougeScore,
    RubricsScore,
    SemanticSimilarity,
    StringPresence,
    SummarizationScore,
    ToolCallAccuracy,
    ToolCallF1,
    TopicAdherence,
)
"""The metrics that go by the name that they have without parameters."""
_OTHER_NAMES: dict[str, Callable[[], Metric]] = {
    "agent_goal_accuracy_with_reference": AgentGoalAccuracyWithReference,
    "agent_goal_accuracy_without_reference": AgentGoalAccuracyWithoutReference,
    "answer_accuracy": AnswerAccuracy,
    "coherence": lambda: aspects.coherence,
    "conciseness": lambda: aspects.conciseness,
    "context_relevance": ContextRelevance,
    "correctness": lambda: aspects.correctness,
    "harmfulness": lambda: aspects.harmfulness,
    "llm_context_recall": LLMContextRecall,
    "maliciousness": lambda: aspects.maliciousness,
    "precision_at_k": PrecisionAtK,
    "recall_at_k": RecallAtK,
    "response_groundedness": ResponseGroundedness,
    "response_relevancy": ResponseRelevancy,
    "summarization_score": SummarizationScore,
}
REGISTRY: Mapping[str, Callable[[], Metric]] = MappingProxyType(
    {str(kind.model_fields["name"].default): kind for kind in _CLASSES} | _OTHER_NAMES
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
    """The metric that a name, a class, a metric itself, another package's metric or a function stands for.

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
    if (metric := adapted(spec)) is not None:
        return metric
    raise PlanError(
        f"{reprlib.repr(spec)} is not a metric. Pass a name, a metric class, a metric, or {UNDERSTOOD}; "
        f"names: {', '.join(names())}."
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
