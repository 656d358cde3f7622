"""All metrics: as classes with parameters, as ready-made instances, and by name.

>>> from ragas_nb.metrics import Faithfulness, faithfulness, resolve
>>> resolve("faithfulness") == faithfulness == Faithfulness()
True
"""

from __future__ import annotations

# The files of metrics begin with an underscore, because importing a module `metrics.faithfulness` would put
# it in the place of the instance.
from ragas_nb.metrics._agent_goal_accuracy import (
    AgentGoalAccuracyWithoutReference,
    AgentGoalAccuracyWithReference,
)
from ragas_nb.metrics._answer_accuracy import AnswerAccuracy
from ragas_nb.metrics._answer_correctness import AnswerCorrectness
from ragas_nb.metrics._aspect_critic import (
    AspectCritic,
    coherence,
    conciseness,
    correctness,
    harmfulness,
    maliciousness,
)
from ragas_nb.metrics._bleu import BleuScore
from ragas_nb.metrics._chrf import ChrfScore
from ragas_nb.metrics._context_entity_recall import ContextEntityRecall
from ragas_nb.metrics._context_precision import (
    ContextPrecision,
    ContextUtilization,
    LLMContextPrecisionWithoutReference,
    LLMContextPrecisionWithReference,
)
from ragas_nb.metrics._context_recall import ContextRecall, LLMContextRecall
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
from ragas_nb.metrics._response_relevancy import AnswerRelevancy, ResponseRelevancy
from ragas_nb.metrics._retrieval import MRR, NDCG, HitRate, PrecisionAtK, RecallAtK
from ragas_nb.metrics._rouge import RougeScore
from ragas_nb.metrics._rubrics import InstanceRubrics, RubricsScore
from ragas_nb.metrics._semantic_similarity import AnswerSimilarity, SemanticSimilarity
from ragas_nb.metrics._simple_criteria import SimpleCriteriaScore
from ragas_nb.metrics._sql_equivalence import LLMSQLEquivalence
from ragas_nb.metrics._string_presence import StringPresence
from ragas_nb.metrics._string_similarity import DistanceMeasure, NonLLMStringSimilarity
from ragas_nb.metrics._summarization import SummarizationScore
from ragas_nb.metrics._tool_call_accuracy import ToolCallAccuracy
from ragas_nb.metrics._tool_call_f1 import ToolCallF1
from ragas_nb.metrics._topic_adherence import TopicAdherence, TopicAdherenceScore
from ragas_nb.metrics.adapters import AdaptedMetric, adapt
from ragas_nb.metrics.base import Ask, Metric, MetricResult
from ragas_nb.metrics.computing import ComputedMetric
from ragas_nb.metrics.discrete import DiscreteMetric, discrete_metric
from ragas_nb.metrics.numeric import NumericMetric, numeric_metric
from ragas_nb.metrics.ranking import RankingMetric, ranking_metric
from ragas_nb.metrics.registry import DEFAULTS, names, resolve

answer_correctness = AnswerCorrectness()
answer_relevancy = ResponseRelevancy()
answer_similarity = AnswerSimilarity()
context_entity_recall = ContextEntityRecall()
context_precision = ContextPrecision()
context_recall = LLMContextRecall()
context_utilization = ContextUtilization()
faithfulness = Faithfulness()
multimodal_faithness = MultiModalFaithfulness()
multimodal_relevance = MultiModalRelevance()
summarization_score = SummarizationScore()

__all__ = [
    "DEFAULTS",
    "MRR",
    "NDCG",
    "AdaptedMetric",
    "AgentGoalAccuracyWithReference",
    "AgentGoalAccuracyWithoutReference",
    "AnswerAccuracy",
    "AnswerCorrectness",
    "AnswerRelevancy",
    "AnswerSimilarity",
    "Ask",
    "AspectCritic",
    "BleuScore",
    "ChrfScore",
    "ComputedMetric",
    "ContextEntityRecall",
    "ContextPrecision",
    "ContextRecall",
    "ContextRelevance",
    "ContextUtilization",
    "ConversationFaithfulness",
    "ConversationRelevancy",
    "DataCompyScore",
    "DiscreteMetric",
    "DistanceMeasure",
    "ExactMatch",
    "FactualCorrectness",
    "Faithfulness",
    "FaithfulnesswithHHEM",
    "HitRate",
    "IDBasedContextPrecision",
    "IDBasedContextRecall",
    "InstanceRubrics",
    "LLMContextPrecisionWithReference",
    "LLMContextPrecisionWithoutReference",
    "LLMContextRecall",
    "LLMSQLEquivalence",
    "Metric",
    "MetricResult",
    "MultiModalFaithfulness",
    "MultiModalRelevance",
    "NoiseSensitivity",
    "NonLLMContextPrecisionWithReference",
    "NonLLMContextRecall",
    "NonLLMStringSimilarity",
    "NumericMetric",
    "PrecisionAtK",
    "QuotedSpansAlignment",
    "RankingMetric",
    "RecallAtK",
    "ResponseGroundedness",
    "ResponseRelevancy",
    "RougeScore",
    "RubricsScore",
    "SemanticSimilarity",
    "SimpleCriteriaScore",
    "StringPresence",
    "SummarizationScore",
    "ToolCallAccuracy",
    "ToolCallF1",
    "TopicAdherence",
    "TopicAdherenceScore",
    "adapt",
    "answer_correctness",
    "answer_relevancy",
    "answer_similarity",
    "coherence",
    "conciseness",
    "context_entity_recall",
    "context_precision",
    "context_recall",
    "context_utilization",
    "correctness",
    "discrete_metric",
    "faithfulness",
    "harmfulness",
    "maliciousness",
    "multimodal_faithness",
    "multimodal_relevance",
    "names",
    "numeric_metric",
    "ranking_metric",
    "resolve",
    "summarization_score",
]
