"""What people say of scores, and the JSON in which that is exchanged."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import index
from os import PathLike
from typing import Final, Self, overload

from pydantic import BaseModel, ConfigDict

from ragas_nb.errors import DatasetError
from ragas_nb.results.annotations import sampling
from ragas_nb.results.annotations.exchange import read_json, write_json
from ragas_nb.results.annotations.judged import HasResult, Judged
from ragas_nb.results.annotations.models import PromptAnnotation, SampleAnnotation, annotate_job, prompt_name
from ragas_nb.results.annotations.reading import read_metrics
from ragas_nb.schema import EvaluationDataset
from ragas_nb.schema.selection import Rows, is_rows, positions, take

SEED: Final = 42
"""What random operations start from unless told otherwise, so that a cell run again gives the same."""


class SingleMetricAnnotation(BaseModel):
    """The annotated samples of one metric, in order.

    `len`, iteration and a position read the samples; a slice, a mask or a list of positions gives another
    `SingleMetricAnnotation`. Whatever is random takes a `seed`; None gives something else every time.

    >>> thanks, bye = (
    ...     SampleAnnotation(metric_input={"response": text}, metric_output=1, prompts={}, is_accepted=agreed)
    ...     for text, agreed in [("Thanks!", True), ("Bye.", False)]
    ... )
    >>> polite = SingleMetricAnnotation(name="polite", samples=[thanks, bye])
    >>> polite
    SingleMetricAnnotation(polite: 2 samples, 1 accepted)
    >>> polite.filter(lambda sample: sample["is_accepted"]).to_evaluation_dataset().to_list()
    [{'response': 'Thanks!'}]
    """

    model_config = ConfigDict(frozen=True)

    name: str
    samples: list[SampleAnnotation]

    @classmethod
    def from_json(cls, path: str | PathLike[str]) -> Self:
        """Read a file of one metric: `{"name": …, "samples": […]}` or `{metric: […]}`.

        Raises `DatasetError` that says where the file is wrong.
        """
        found = MetricAnnotation.from_json(path)
        if len(found.root) != 1:
            names = ", ".join(map(repr, found)) or "none"
            raise DatasetError(
                f"{str(path)!r} must hold one metric; it holds {len(found.root)}: {names}. Read it with "
                "MetricAnnotation.from_json(…) and take one by its name."
            )
        [(name, samples)] = found.root.items()
        return cls(name=name, samples=samples)

    def to_json(self, path: str | PathLike[str]) -> None:
        """Write `{"name": …, "samples": […]}` in UTF-8."""
        write_json(path, self)

    def to_evaluation_dataset(self) -> EvaluationDataset:
        """Return the samples to be judged again; what is no field of a sample becomes an extra column."""
        return EvaluationDataset.from_list([sample.metric_input for sample in self.samples])

    def __len__(self) -> int:
        return len(self.samples)

    def __iter__(self) -> Iterator[SampleAnnotation]:  # type: ignore[override]
        return iter(self.samples)

    @overload
    def __getitem__(self, key: int) -> SampleAnnotation: ...
    @overload
    def __getitem__(self, key: Rows) -> Self: ...
    def __getitem__(self, key: int | Rows) -> SampleAnnotation | Self:
        """Return the sample at a position, or the samples of a slice, a mask or a list of positions."""
        if is_rows(key):
            return self._take(positions(key, len(self)))
        return self.samples[index(key)]  # type: ignore[arg-type]  # what is no position is refused

    def select(self, indices: Iterable[int]) -> Self:
        """Return the samples at these positions, in this order."""
        return self._take(positions(indices, len(self)))

    def filter(self, function: Callable[[SampleAnnotation], object] | None = None) -> Self:
        """Return the samples of which the function says yes; all of them without one."""
        kept = [sample for sample in self.samples if function is None or function(sample)]
        return self._with(kept)

    def sample(self, n: int, stratify_key: str | None = None, *, seed: int | None = SEED) -> Self:
        """Return exactly n samples in random order, none twice.

        With a key (a field, or a key of `metric_input`) samples that have the same value are a class, and
        every class has its share of n, rounded up or down. Raises `ValueError` where there are fewer than n,
        or a sample lacks the key.
        """
        return self._take(sampling.draw(self._labels(stratify_key), n, seed=seed))

    def batch(
        self, batch_size: int, drop_last_batch: bool = False, *, seed: int | None = SEED
    ) -> list[list[SampleAnnotation]]:
        """Return the samples in random order, `batch_size` at a time; the last batch may hold fewer.

        `drop_last_batch` leaves the last one out if it does.
        """
        batches = sampling.deal(self._labels(None), batch_size, drop_last=drop_last_batch, seed=seed)
        return [take(self.samples, batch) for batch in batches]

    def stratified_batches(
        self,
        batch_size: int,
        stratify_key: str,
        drop_last_batch: bool = False,
        replace: bool = False,
        *,
        seed: int | None = SEED,
    ) -> list[list[SampleAnnotation]]:
        """Return every sample once, in batches that each hold every class's share, rounded up or down.

        Classes are as in `sample`. The last batch may hold fewer: `replace` fills it with samples of other
        batches, `drop_last_batch` leaves it out unless it is filled. A batch that was filled holds less than
        1 sample more and less than 2 fewer than a class's share.
        """
        batches = sampling.deal(
            self._labels(stratify_key), batch_size, drop_last=drop_last_batch, replace=replace, seed=seed
        )
        return [take(self.samples, batch) for batch in batches]

    def train_test_split(
        self,
        test_size: float = 0.2,
        seed: int | None = SEED,
        stratify: str | Iterable[object] | None = None,
    ) -> tuple[Self, Self]:
        """Return two parts that share no sample and together are all of them: for training, and for testing.

        `stratify` is a key as in `sample`, or one value per sample. Of every class the part `test_size` is
        for testing, rounded up or down, and at least one sample is in each part. Raises `ValueError` where
        `test_size` is not between 0 and 1 or a class has a single sample.
        """
        train, test = sampling.split(self._labels(stratify), test_size, seed=seed)
        return self._take(train), self._take(test)

    def get_prompt_annotations(self) -> dict[str, list[PromptAnnotation]]:
        """Return the steps of the accepted samples by the name of the prompt; `check#2` is one of `check`."""
        found: defaultdict[str, list[PromptAnnotation]] = defaultdict(list)
        for sample in self.samples:
            if sample.is_accepted:
                for key, step in sample.prompts.items():
                    found[prompt_name(key, sample.prompts)].append(step)
        return dict(found)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({_counted(self.name, self.samples)})"

    __str__ = __repr__

    def _with(self, samples: list[SampleAnnotation]) -> Self:
        return type(self)(name=self.name, samples=samples)

    def _take(self, rows: Sequence[int]) -> Self:
        return self._with(take(self.samples, rows))

    def _labels(self, stratify: str | Iterable[object] | None) -> sampling.Labels:
        """Return the class of every sample: by a key, as given, or one for all."""
        if stratify is None:
            return [None] * len(self)
        values = self._values(stratify) if isinstance(stratify, str) else list(stratify)
        if len(values) != len(self):
            raise ValueError(
                f"stratify has {len(values)} values, but there are {len(self)} samples. Give one per sample."
            )
        return sampling.labels_of(values)

    def _values(self, key: str) -> list[object]:
        values = []
        for position, sample in enumerate(self.samples):
            try:
                values.append(sample[key])
            except KeyError as error:
                raise DatasetError(
                    f"Sample {position} of {self.name!r} cannot be stratified. {error.args[0]} Choose one of "
                    "these, or leave such samples out with filter(…)."
                ) from None
        return values


class MetricAnnotation(BaseModel):
    """Annotated samples by metric: `annotation["faithfulness"]` are those of one, iterating gives the names.

    `len` is the number of samples of all metrics.

    >>> sample = SampleAnnotation(metric_input={}, metric_output=1, prompts={}, is_accepted=True)
    >>> annotation = MetricAnnotation(root={"polite": [sample]})
    >>> len(annotation), list(annotation), annotation["polite"][0] == sample
    (1, ['polite'], True)
    """

    model_config = ConfigDict(frozen=True)

    root: dict[str, list[SampleAnnotation]]

    @classmethod
    def from_json(cls, path: str | PathLike[str], metric_name: str | None = None) -> Self:
        """Read a file of annotations, or one metric of it.

        Raises `DatasetError` that says where the file is wrong, or which metrics it holds.
        """
        return cls(root=read_metrics(read_json(path), repr(str(path)), metric_name))

    @classmethod
    def from_app(cls, run_id: object, metric_name: str | None = None) -> Self:
        """Read the annotations of a run, or of one of its metrics, from the annotation service.

        The service is at `RAGAS_API_URL`, and `RAGAS_APP_TOKEN` is the token for it (environment variables).
        Raises `ValueError` where one of them is missing, where there are no annotations, or where they are
        wrong, and `UploadException` where the service does not give them.
        """
        from ragas_nb.results.annotations.service import fetch_annotations

        return cls(root=read_metrics(fetch_annotations(run_id), "The service's reply", metric_name))

    @classmethod
    def from_run(cls, run: HasResult | Judged) -> Self:
        """Return a run's scores and failures (or those of a result) as annotations that nobody has made yet.

        The format wants a yes or no for every sample; as no person has agreed yet, `is_accepted` is False and
        `get_prompt_annotations` gives nothing: `sample.model_copy(update={"is_accepted": True})` accepts one.
        Jobs that a run ended before are left out. `prompts` holds every answered step; one that was asked
        several times in a job (once per context, or repeated) is there as `check`, `check#2`, `check#3` and
        so on, in the order of the job.
        """
        result = run.result if isinstance(run, HasResult) else run
        return cls(root={metric: _annotate_metric(result, metric) for metric in result.metrics})

    def to_json(self, path: str | PathLike[str]) -> None:
        """Write `{metric: [samples]}` in UTF-8."""
        write_json(path, self.root)

    def __getitem__(self, metric: str) -> SingleMetricAnnotation:
        """Return the annotated samples of a metric."""
        if metric not in self.root:
            raise KeyError(f"No metric {metric!r} here; there is {', '.join(self) or 'none'}.")
        return SingleMetricAnnotation(name=metric, samples=self.root[metric])

    def __iter__(self) -> Iterator[str]:  # type: ignore[override]
        return iter(self.root)

    def __contains__(self, metric: object) -> bool:
        return metric in self.root

    def __len__(self) -> int:
        return sum(map(len, self.root.values()))

    def __repr__(self) -> str:
        parts = [_counted(name, samples) for name, samples in self.root.items()]
        return f"{type(self).__name__}({'; '.join(parts) or 'empty'})"

    __str__ = __repr__


def _counted(name: str, samples: Sequence[SampleAnnotation]) -> str:
    accepted = sum(sample.is_accepted for sample in samples)
    return f"{name}: {len(samples)} sample{'s' * (len(samples) != 1)}, {accepted} accepted"


def _annotate_metric(result: Judged, metric: str) -> list[SampleAnnotation]:
    """Return the jobs of a metric that have ended, in the order of the samples."""
    rows = zip(result.dataset.ids, result.dataset, result[metric], strict=True)
    return [
        annotate_job(sample, score, result.steps(sample_id, metric))
        for sample_id, sample, score in rows
        if score is not None or result.outcome(sample_id, metric) is not None
    ]
