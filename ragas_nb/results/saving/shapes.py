"""The shape of a result in a file: plain JSON, checked when it is read."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import BaseModel, Field, NonNegativeInt

from ragas_nb.engine.trace import Attempt, Source
from ragas_nb.metrics.result import Score
from ragas_nb.results.spending.tokens import TokenUsage
from ragas_nb.schema import SampleId
from ragas_nb.store.ledger import Payer
from ragas_nb.store.meta import ScoreColumn
from ragas_nb.store.records import JsonObject, PromptRecord
from ragas_nb.store.samples import SavedDataset
from ragas_nb.store.state import RunStatus, Status

FORMAT: Final = "ragas_nb result"
VERSION: Final = 1
"""Goes up when files of this version could not be read as they are any more."""
Number = Annotated[int, Field(ge=-(2**63), lt=2**63)]


class SavedMetric(BaseModel):
    """A metric with its scores, one per sample in their order."""

    column: ScoreColumn
    statuses: list[Status]
    scores: list[Score]


class SavedFailure(BaseModel):
    """Why a job could not be scored; see `JobFailed`."""

    kind: str
    message: str
    error: str = ""
    step: str | None
    raw: str | None


class SavedStep(BaseModel):
    """A step of a job; `prompt` is its place among the prompts of the file."""

    prompt: NonNegativeInt
    input: JsonObject
    output: JsonObject | None
    source: Source
    attempts: tuple[Attempt, ...]
    repeat: int
    turn: int = 0


class SavedJob(BaseModel):
    """What is known of a job besides its score; `row` and `metric` are places in the file."""

    row: NonNegativeInt
    metric: NonNegativeInt
    reason: str | None
    confidence: float | None
    failure: SavedFailure | None
    steps: list[SavedStep]
    repeats: tuple[Score, ...] = ()


class SavedMark(BaseModel):
    """What people left on a sample; `row` is its place in the file."""

    row: NonNegativeInt
    tags: tuple[str, ...]
    note: str | None


class SavedUsage(BaseModel):
    """Every request: a value of each column per request, in the order in which the replies came."""

    payers: list[Payer]
    row: list[NonNegativeInt]
    payer: list[NonNegativeInt]
    input_tokens: list[Number]
    output_tokens: list[Number]
    cached_tokens: list[Number]
    cost: list[float | None]


class SavedResult(BaseModel):
    """All of a result. `handler` is what its cost callback has counted, where it has one."""

    format: Literal["ragas_nb result"] = FORMAT
    version: Literal[1] = VERSION
    run_id: str
    name: str
    status: RunStatus
    message: str | None
    ids: list[SampleId]
    dataset: SavedDataset | None
    metrics: list[SavedMetric]
    prompts: list[PromptRecord]
    jobs: list[SavedJob]
    usage: SavedUsage
    counted: bool
    handler: list[TokenUsage] | None
    marks: list[SavedMark] = []
