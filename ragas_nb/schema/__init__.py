"""The data to judge: messages, samples, datasets, and reading them from anything."""

from __future__ import annotations

from ragas_nb.schema.dataset import EvaluationDataset
from ragas_nb.schema.messages import AIMessage, HumanMessage, Message, ToolCall, ToolMessage
from ragas_nb.schema.reading import Readable, read_dataset
from ragas_nb.schema.samples import AnySample, BaseSample, MultiTurnSample, SampleId, SingleTurnSample

__all__ = [
    "AIMessage",
    "AnySample",
    "BaseSample",
    "EvaluationDataset",
    "HumanMessage",
    "Message",
    "MultiTurnSample",
    "Readable",
    "SampleId",
    "SingleTurnSample",
    "ToolCall",
    "ToolMessage",
    "read_dataset",
]
