"""What an evaluation found: scores, failures with their reasons, tokens and cost, as pandas and as text."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterator, Mapping, Sequence
from operator import index
from os import PathLike
from typing import TYPE_CHECKING, Literal, Self, overload
from uuid import UUID

from ragas_nb.engine.events import FailureKind, JobFailed, JobScored
from ragas_nb.errors import ConfigurationError, DatasetError
from ragas_nb.metrics.result import Score
from ragas_nb.results.annotations.packet import evaluation_packet
from ragas_nb.results.annotations.service import upload_evaluation
from ragas_nb.results.contents import Contents
from ragas_nb.results.explain import Explanation, explain_job
from ragas_nb.results.frames import checked_size, error_frame, score_frame, score_frames, usage_frame
from ragas_nb.results.saving.files import read_result, write_result
from ragas_nb.results.scores import contents_of_scores
from ragas_nb.results.spending.cost_callback import CostCallbackHandler
from ragas_nb.results.spending.costs import token_usages, total_cost
from ragas_nb.results.spending.tokens import Prices, TokenUsage, tokens_by_model
from ragas_nb.results.summary import Summary, summaries, told
from ragas_nb.results.traces import Traces
from ragas_nb.schema import EvaluationDataset, Readable, SampleId
from ragas_nb.schema.selection import Rows, is_rows, positions
from ragas_nb.store.records import StepRecord
from ragas_nb.store.state import RunStatus

if TYPE_CHECKING:
    import pandas as pd


class EvaluationResult:
    """The scores of an evaluation. A missing score is None; `errors` and `explain` say why it is missing.

    `len` is the number of samples and iterating gives one dict of scores per sample. `result["faithfulness"]`
    is one metric's scores in the order of the samples, `result[3]` the scores of one sample, and
    `result[2:5]` or `result[mask]` a result of those samples alone. Runs make results; with scores of your
    own, make one yourself: `dataset` may be None, `traces` are dicts {metric: {step: {"input": …,
    "output": …}}}, `ragas_traces` are runs by their ids, as Ragas keeps them.

    >>> dataset = EvaluationDataset.from_list([{"question": "1 + 1?"}, {"question": "1 + 2?"}])
    >>> result = EvaluationResult([{"exact_match": 1.0}, {"exact_match": None}], dataset)
    >>> result
    {'exact_match': 1.0000 (1 of 2 scored, 1 undefined)}
    >>> result["exact_match"], result[0], len(result[:1])
    ([1.0, None], {'exact_match': 1.0}, 1)
    """

    def __init__(
        self,
        scores: Sequence[Mapping[str, object]],
        dataset: Readable | None,
        binary_columns: Sequence[str] = (),
        cost_cb: CostCallbackHandler | None = None,
        traces: Sequence[Mapping[str, object]] = (),
        ragas_traces: Mapping[str, object] | None = None,
        run_id: str | UUID | None = None,
    ) -> None:
        """Raise `DatasetError` (a `ValueError`) where scores, dataset and traces do not fit each other."""
        self._contents = contents_of_scores(
            scores,
            dataset,
            binary=binary_columns,
            cost_cb=cost_cb,
            traces=traces,
            runs=ragas_traces,
            run_id=secrets.token_hex(4) if run_id is None else str(run_id),
        )

    @classmethod
    def of(cls, contents: Contents) -> Self:
        """The result that holds these contents: those of a run, of a file, of some samples."""
        result = cls.__new__(cls)
        result._contents = contents
        return result

    # ── what it is of ──

    @property
    def run_id(self) -> str:
        """The id of the run that it is of."""
        return self._contents.run_id

    @property
    def name(self) -> str:
        """The name of the run, or of the dataset."""
        return self._contents.name

    @property
    def status(self) -> RunStatus:
        """How the run ended: `finished`, `cancelled`, `failed` or `budget_reached`; or that it goes on."""
        return self._contents.findings.status

    @property
    def dataset(self) -> EvaluationDataset:
        """The samples that were evaluated.

        Raises:
            DatasetError: the result was made of scores alone.
        """
        if self._contents.dataset is None:
            raise DatasetError(
                "This result has scores and no dataset. Give it one: EvaluationResult(scores, dataset)."
            )
        return self._contents.dataset

    @property
    def metrics(self) -> tuple[str, ...]:
        """The score columns."""
        return self._contents.findings.metrics

    @property
    def binary_columns(self) -> list[str]:
        """The metrics whose scores are 0 or 1."""
        return [column.name for column in self._contents.columns if column.kind == "binary"]

    @property
    def cost_cb(self) -> CostCallbackHandler | None:
        """The callback that counted tokens, where one was given."""
        return self._contents.cost_cb

    # ── scores ──

    @property
    def scores(self) -> list[dict[str, Score]]:
        """One dict per sample: metric → score."""
        columns = {name: self._contents.findings.scores(name) for name in self.metrics}
        return [{name: column[row] for name, column in columns.items()} for row in range(len(self))]

    def __len__(self) -> int:
        """Return the number of samples."""
        return len(self._contents.findings.ids)

    def __iter__(self) -> Iterator[dict[str, Score]]:
        """Give the scores of one sample after the other."""
        return iter(self.scores)

    @overload
    def __getitem__(self, key: str) -> list[Score]: ...
    @overload
    def __getitem__(self, key: int) -> dict[str, Score]: ...
    @overload
    def __getitem__(self, key: Rows) -> EvaluationResult: ...
    def __getitem__(self, key: str | int | Rows) -> list[Score] | dict[str, Score] | EvaluationResult:
        """Return a metric's scores, a sample's scores, or the result of some samples."""
        if isinstance(key, str):
            self._contents.check_metric(key)
            return self._contents.findings.scores(key)
        if is_rows(key):
            return self.of(self._contents.part(positions(key, len(self))))
        row = range(len(self))[index(key)]  # type: ignore[arg-type]  # or TypeError
        return {name: column.scores((row,))[0] for name, column in self._contents.findings.columns.items()}

    def summary(self) -> dict[str, Summary]:
        """Mean, interval, counts and histogram of every metric whose scores are numbers.

        Metrics whose scores are texts are left out: count those with `to_pandas()[metric].value_counts()`.
        """
        return summaries(self._contents)

    @overload
    def to_pandas(self, batch_size: int | None = None, batched: Literal[False] = False) -> pd.DataFrame: ...
    @overload
    def to_pandas(
        self, batch_size: int | None = None, *, batched: Literal[True]
    ) -> Iterator[pd.DataFrame]: ...
    def to_pandas(
        self, batch_size: int | None = None, batched: bool = False
    ) -> pd.DataFrame | Iterator[pd.DataFrame]:
        """The samples with a column per score, extra columns included; a missing score is NaN.

        `batched=True` gives frames of `batch_size` rows (1,000 unless told), one after the other, whose
        labels go on where the last one ended; without it there is one frame and `batch_size` says nothing.
        Where jobs were done several times, `{metric}_std` is the standard deviation of their scores, or
        `{metric}_agreement` the share of the most frequent one. Where people left some, `tags` has a list of
        them for each sample and `note` a text or None; if the data have such columns themselves, ours are
        `run_tags` and `run_note`.

        Raises:
            ValueError: there is no dataset, or `batch_size` is below 1.
        """
        size, findings = checked_size(batch_size), self._contents.findings
        return score_frames(self.dataset, findings, size) if batched else score_frame(self.dataset, findings)

    @property
    def errors(self) -> pd.DataFrame:
        """Every job without a score, by sample: sample_id, metric, kind, message, raw (a reply of no use).

        Kinds of failures: `rate_limited`, `server_error`, `connection`, `timeout`, `refused` (a content
        filter), `invalid_output`, `misconfigured` (key, model, quota), `metric_error`. Also `undefined`
        (there was nothing to score), and `cancelled` or `budget` for what a run left undone.
        """
        return error_frame(self._contents.findings)

    def retry_failed(self, kind: FailureKind | Collection[FailureKind] | None = None) -> EvaluationResult:
        """Do the failed jobs of the run again (all, or those of a kind), wait, and return the new result.

        With a loop at hand, `await run.retry_failed()` does the same without blocking.

        Raises:
            ConfigurationError: the result is of no run of this kernel.
        """
        if self._contents.retry is None:
            raise ConfigurationError(
                "This result cannot ask again: it is not of a run of this kernel. "
                f"rnb.resume({self.run_id!r}) goes on with a run that the store keeps."
            )
        return self._contents.retry(kind)

    # ── tokens and cost ──

    @property
    def usage(self) -> pd.DataFrame:
        """Tokens and dollars by sample, metric, step and model, failed attempts included.

        Columns: sample_id, metric, step, model, requests, input_tokens, output_tokens, cached_tokens (a part
        of the input), cost (NaN where a price is not known). A request stands with the job that asked first.
        """
        return usage_frame(self._contents.findings)

    def total_tokens(self) -> TokenUsage | list[TokenUsage]:
        """Tokens of all requests, failed attempts included: one figure, or a list for several models.

        Raises:
            ValueError: no usage was counted.
        """
        if self.cost_cb is not None:
            return self.cost_cb.total_tokens()
        return tokens_by_model(token_usages(self._contents.counted_usage()))

    def total_cost(
        self,
        cost_per_input_token: float | None = None,
        cost_per_output_token: float | None = None,
        per_model_costs: Prices | None = None,
    ) -> float:
        """Dollars spent on all requests, failed attempts included.

        Without prices it is what they were charged, by `ragas_nb.set_price` and the price table; a sum that
        lacks requests says so: it is a `LowerBound`, shown as `≥ $0.42 (118 calls unpriced: my-model)`. So is
        one without the requests of other packages' metrics, which ask judges of their own.
        Prices are dollars per token: one or two for the one model, or a pair for every model.

        Raises:
            ValueError: nothing was counted, a model has no price, or several models have one price.
        """
        if self.cost_cb is not None:
            return self.cost_cb.total_cost(cost_per_input_token, cost_per_output_token, per_model_costs or {})
        return total_cost(
            self._contents.counted_usage(),
            cost_per_input_token,
            cost_per_output_token,
            per_model_costs,
            uncounted=[column.name for column in self._contents.columns if column.asks_elsewhere],
        )

    @property
    def unpriced(self) -> int:
        """Requests whose price is not known: `total_cost()` is then a lower bound."""
        return sum(spent.unpriced for spent in self._contents.findings.ledger.by_model().values())

    # ── why ──

    @property
    def traces(self) -> Traces:
        """What was asked for each score, by sample, metric and step.

        `result.traces[3]["faithfulness"]["check_statements"]` has every call of that step in order; its
        `["input"]` and `["output"]` are those of the last.
        """
        findings = self._contents.findings
        return Traces(findings.ids, findings, self._contents.steps)

    def steps(self, sample_id: SampleId, metric: str) -> tuple[StepRecord, ...]:
        """The prompts that were answered for a score, in order; embeddings are left out.

        Raises:
            KeyError: no such sample or metric.
        """
        self._contents.check_job(sample_id, metric)
        steps = self._contents.steps(sample_id, metric)
        return tuple(step for step in steps if step.prompt.kind == "prompt")

    def explain(self, sample_id: SampleId, metric: str) -> Explanation:
        """Why a score is what it is: the judge's steps and verdicts, or the failure.

        Raises:
            KeyError: no such sample or metric.
        """
        steps = self.steps(sample_id, metric)
        return explain_job(sample_id, metric, self.outcome(sample_id, metric), steps)

    def outcome(self, sample_id: SampleId, metric: str) -> JobScored | JobFailed | None:
        """How one job ended; None when the run ended before.

        Raises:
            KeyError: no such sample or metric.
        """
        self._contents.check_job(sample_id, metric)
        return self._contents.findings.outcome(sample_id, metric)

    # ── on the disk ──

    def save(self, path: str | PathLike[str]) -> None:
        """Write all of it into one JSON file, compressed where the name ends in `.gz`.

        An older file of that name stays as it was until the new one is complete.

        Raises:
            ValueError: the file cannot be written.
        """
        write_result(self._contents, path)

    @classmethod
    def load(cls, path: str | PathLike[str]) -> Self:
        """Read a saved result; it tells what it told when it was saved. Nothing in the file is executed.

        Raises:
            ValueError: there is no such file, it is none of ours, of a newer version, or damaged.
        """
        return cls.of(read_result(path))

    def upload(self, verbose: bool = True) -> str:
        """Send the result to the annotation service at `RAGAS_API_URL`, and return where to look at it.

        Raises:
            ValueError: `RAGAS_API_URL` or `RAGAS_APP_TOKEN` is not set.
            UploadException: the service did not take it.
        """
        address = upload_evaluation(evaluation_packet(self))
        if verbose:
            print(f"See it at {address}")  # noqa: T201 - the answer to the call, in its own cell
        return address

    def __repr__(self) -> str:
        if not len(self):
            return "EvaluationResult(0 samples)"
        columns = self._contents.findings.columns
        return "{" + ",\n ".join(f"{name!r}: {told(column)}" for name, column in columns.items()) + "}"
