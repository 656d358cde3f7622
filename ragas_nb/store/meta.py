"""What is the same during a whole run: what it judges, by what and by whom."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

JsonObject = dict[str, object]


@dataclass(frozen=True, slots=True)
class ScoreColumn:
    """What is known of a metric besides its scores."""

    name: str
    kind: Literal["continuous", "binary"] = "continuous"
    low: float = 0.0
    high: float = 1.0
    higher_is_better: bool = True
    asks_elsewhere: bool = False
    """Whether it asks judges of its own, of whose requests nothing is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunMeta:
    """A run as the store knows it, without samples and scores.

    `fingerprint` is the same for runs that would find the same: data, metrics, judge, embedder, repeats; None
    where that cannot be told. `metrics` holds, for each column, the metric as JSON where it can be made again
    from that, else None. `judge` and `embedder` are labels for people.
    """

    run_id: str
    name: str
    created_at: datetime
    fingerprint: str | None
    columns: tuple[ScoreColumn, ...]
    metrics: tuple[JsonObject | None, ...]
    judge: str | None = None
    embedder: str | None = None
    judge_model: JsonObject | None = None
    """How to make the judge again (model, base URL; never a key), where that can be told."""
    embedder_model: JsonObject | None = None
    repeats: int = 1
    budget: JsonObject | None = None
    config: JsonObject = field(default_factory=dict)
