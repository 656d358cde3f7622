"""What an evaluation found: scores, failures with their reasons, tokens and cost, as pandas and as text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, overload

from ragas_nb.engine.events import JobFailed, JobScored
from ragas_nb.engine.plan import Plan
from ragas_nb.judges.base import Usage
from ragas_nb.results.explain import Explanation, explain_job
from ragas_nb.results.summary import Summary, summarise
from ragas_nb.schema import EvaluationDataset, SampleId
from ragas_nb.store.state import FAILED, SCORED, UNDEFINED, State

if TYPE_CHECKING:
    import pandas as pd

Score = float | str | None


@dataclass(frozen=True, slots=True)
class TokenUsage:
    """Tokens of one model (or of all, with an empty name)."""

    input_tokens: int
    output_tokens: int
    model: str = ""


class EvaluationResult:
    """The scores of a run. A missing score is None; `errors` and `explain` say why it is missing.

    `len` is the number of samples, iterating gives one dict of scores per sample, `result["faithfulness"]` is
    one metric's scores in the order of the samples.
    """

    def __init__(self, plan: Plan, state: State, *, run_id: str, name: str) -> None:
        self.run_id = run_id
        self.name = name
        self._plan = plan
        self._state = state

    @property
    def dataset(self) -> EvaluationDataset:
        """The samples that were evaluated."""
        return self._plan.dataset

    @property
    def metrics(self) -> tuple[str, ...]:
        """The score columns."""
        return self._state.metrics

    @property
    def scores(self) -> list[dict[str, Score]]:
        """One dict per sample: metric → score."""
        columns = {name: self._state.scores(name) for name in self.metrics}
        return [{name: column[row] for name, column in columns.items()} for row in range(len(self))]

    def __len__(self) -> int:
        return len(self._state.ids)

    def __iter__(self) -> Iterator[dict[str, Score]]:
        return iter(self.scores)

    @overload
    def __getitem__(self, key: str) -> list[Score]: ...
    @overload
    def __getitem__(self, key: int) -> dict[str, Score]: ...
    def __getitem__(self, key: str | int) -> list[Score] | dict[str, Score]:
        if isinstance(key, int):
            sample_id = self._state.ids[key]
            return {name: self._state.score(sample_id, name) for name in self.metrics}
        self._check_metric(key)
        return self._state.scores(key)

    def _check_metric(self, name: str) -> None:
        if name not in self._state.columns:
            raise KeyError(f"No metric {name!r} in this result; it has {', '.join(self.metrics)}.")

    def summary(self) -> dict[str, Summary]:
        """Mean, interval, counts and histogram of every metric whose scores are numbers."""
        return {
            metric.column: summarise(self._state.columns[metric.column], metric.score_range)
            for metric in self._plan.metrics
            if not self._state.columns[metric.column].labels
        }

    def to_pandas(self) -> pd.DataFrame:
        """The samples with a column per score, extra columns included; a missing score is NaN."""
        import pandas as pd

        frame = self.dataset.to_pandas()
        for name in self.metrics:
            scores = self._state.scores(name)
            numeric = not self._state.columns[name].labels
            frame[name] = pd.Series(scores, index=frame.index, dtype="float64" if numeric else "object")
        return frame

    @property
    def errors(self) -> pd.DataFrame:
        """Every failed job: sample_id, metric, kind, message, raw (the reply that could not be used)."""
        import pandas as pd

        rows = [
            (event.sample_id, event.metric, event.kind, event.message, event.raw)
            for event in self._state.outcomes.values()
            if isinstance(event, JobFailed)
        ]
        return pd.DataFrame(rows, columns=["sample_id", "metric", "kind", "message", "raw"])

    def total_tokens(self) -> TokenUsage | list[TokenUsage]:
        """Tokens of all requests, failed attempts included: one figure, or a list for several models."""
        models = [
            TokenUsage(spent.usage.input_tokens, spent.usage.output_tokens, model)
            for model, spent in self._state.by_model.items()
        ]
        return models[0] if len(models) == 1 else models or TokenUsage(0, 0)

    def total_cost(self) -> float:
        """Dollars spent, of the requests whose price is known; `unpriced` counts the others."""
        return self._state.total.cost

    @property
    def unpriced(self) -> int:
        """Requests whose price is not known: `total_cost` is then a lower bound."""
        return self._state.total.unpriced

    @property
    def usage(self) -> Usage:
        """Tokens of all requests together."""
        return self._state.total.usage

    def explain(self, sample_id: SampleId, metric: str) -> Explanation:
        """Why a score is what it is: the judge's steps and verdicts, or the failure.

        Raises:
            KeyError: no such sample or metric.
        """
        if sample_id not in self._state.row_of:
            some = ", ".join(repr(i) for i in self._state.ids[:5])
            raise KeyError(f"No sample {sample_id!r} in this result; the first ids are {some}.")
        self._check_metric(metric)
        return explain_job(sample_id, metric, self.outcome(sample_id, metric))

    def outcome(self, sample_id: SampleId, metric: str) -> JobScored | JobFailed | None:
        """How one job ended, with its trace; None when the run ended before."""
        return self._state.outcomes.get((sample_id, metric))

    def __repr__(self) -> str:
        if not len(self):
            return "EvaluationResult(0 samples)"
        lines = [f"{name!r}: {_mean(name, self._state)}" for name in self.metrics]
        return "{" + ",\n ".join(lines) + "}"


def _mean(name: str, state: State) -> str:
    """A mean with its counts: `0.91 (97 of 100 scored, 2 failed, 1 undefined)`."""
    column = state.columns[name]
    mean = None if column.labels else summarise(column).mean
    counts = [(column.count(status), word) for status, word in _COUNTED]
    left = len(state.ids) - sum(count for count, _ in counts)
    scored, *others = [*counts, (left, "not run")]
    parts = [f"{scored[0]} of {len(state.ids)} scored", *(f"{n} {word}" for n, word in others if n)]
    return f"{'–' if mean is None else f'{mean:.4f}'} ({', '.join(parts)})"


_COUNTED = ((SCORED, "scored"), (FAILED, "failed"), (UNDEFINED, "undefined"))
