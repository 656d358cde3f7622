"""Ragas' name for where samples, datasets and results live."""

from __future__ import annotations

from ragas_nb.results.result import EvaluationResult
from ragas_nb.schema import BaseSample, EvaluationDataset, SingleTurnSample

__all__ = ["BaseSample", "EvaluationDataset", "EvaluationResult", "SingleTurnSample"]
