"""All metrics: as classes with parameters, as ready-made instances, and by name.

>>> from ragas_nb.metrics import Faithfulness, faithfulness, resolve
>>> resolve("faithfulness") == faithfulness == Faithfulness()
True
"""

from __future__ import annotations

# The files of metrics begin with an underscore, because importing a module `metrics.faithfulness` would put
# it in the place of the instance.
from ragas_nb.metrics._answer_correctness import AnswerCorrectness
from ragas_nb.metrics._aspect_critic import (
    AspectCritic,
    coherence,
    conciseness,
    correctness,
    harmfulness,
    maliciousness,
)
from ragas_nb.metrics._context_precision import (
    ContextPrecision,
    ContextUtilization,
    LLMContextPrecisionWithoutReference,
    LLMContextPrecisionWithReference,
)
from ragas_nb.metrics._context_recall import ContextRecall, LLMContextRecall
from ragas_nb.metrics._exact_match import ExactMatch
from ragas_nb.metrics._faithfulness import Faithfulness
from ragas_nb.metrics._response_relevancy import AnswerRelevancy, ResponseRelevancy
from ragas_nb.metrics._semantic_similarity import AnswerSimilarity, SemanticSimilarity
from ragas_nb.metrics._string_similarity import DistanceMeasure, NonLLMStringSimilarity
from ragas_nb.metrics.base import Ask, Metric, MetricResult
from ragas_nb.metrics.registry import DEFAULTS, names, resolve

answer_correctness = AnswerCorrectness()
answer_relevancy = ResponseRelevancy()
answer_similarity = AnswerSimilarity()
context_precision = ContextPrecision()
context_recall = LLMContextRecall()
context_utilization = ContextUtilization()
faithfulness = Faithfulness()

__all__ = [
    "DEFAULTS",
    "AnswerCorrectness",
    "AnswerRelevancy",
    "AnswerSimilarity",
    "Ask",
    "AspectCritic",
    "ContextPrecision",
    "ContextRecall",
    "ContextUtilization",
    "DistanceMeasure",
    "ExactMatch",
    "Faithfulness",
    "LLMContextPrecisionWithReference",
    "LLMContextPrecisionWithoutReference",
    "LLMContextRecall",
    "Metric",
    "MetricResult",
    "NonLLMStringSimilarity",
    "ResponseRelevancy",
    "SemanticSimilarity",
    "answer_correctness",
    "answer_relevancy",
    "answer_similarity",
    "coherence",
    "conciseness",
    "context_precision",
    "context_recall",
    "context_utilization",
    "correctness",
    "faithfulness",
    "harmfulness",
    "maliciousness",
    "names",
    "resolve",
]
