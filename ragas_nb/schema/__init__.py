"""The data to judge: samples, datasets, and reading them from anything."""

from __future__ import annotations

from ragas_nb.schema.dataset import EvaluationDataset
from ragas_nb.schema.reading import Readable, read_dataset
from ragas_nb.schema.samples import BaseSample, SampleId, SingleTurnSample

__all__ = ["BaseSample", "EvaluationDataset", "Readable", "SampleId", "SingleTurnSample", "read_dataset"]
