"""Whether samples, ids and extra columns fit each other, where somebody makes a dataset of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ragas_nb.errors import DatasetError
from ragas_nb.schema.cells import clean_extra
from ragas_nb.schema.columns import stands_for
from ragas_nb.schema.samples import AnySample, BaseSample, SampleId
from ragas_nb.schema.values import as_ids, as_text


def checked_samples(samples: Iterable[AnySample]) -> list[AnySample]:
    """Return the samples as a list; raise unless all are samples of one type."""
    checked = list(samples)
    for position, sample in enumerate(checked):
        if not isinstance(sample, BaseSample):
            raise DatasetError(
                f"Item {position} is a {type(sample).__name__}, but an EvaluationDataset holds "
                "SingleTurnSample or MultiTurnSample. Use EvaluationDataset.from_list(…) for dicts."
            )
        if type(sample) is not type(checked[0]):
            raise DatasetError(
                f"Sample {position} is a {type(sample).__name__}, but sample 0 is a "
                f"{type(checked[0]).__name__}. Make two datasets of them."
            )
    return checked


def checked_ids(ids: Iterable[SampleId], length: int) -> Sequence[SampleId]:
    """Return the ids; raise if they are not one per sample, text or whole numbers, and unique."""
    given = ids if isinstance(ids, range) else list(ids)
    if len(given) != length:
        raise DatasetError(f"{length} samples but {len(given)} ids. Give one id per sample.")
    checked = as_ids(given)
    if checked is None:
        raise DatasetError(
            "The ids must be texts or whole numbers, and no two may read the same. "
            f"Found: {', '.join(repr(value) for value in given[:10])}{', …' if length > 10 else ''}."
        )
    return checked


def checked_extra(
    extra: Mapping[str, Iterable[object]], length: int, kind: type[AnySample]
) -> dict[str, Sequence[object]]:
    """Return the columns as plain data; raise if one has another length or the name of a field."""
    for name, values in extra.items():
        if isinstance(values, (str, bytes, Mapping)):
            raise DatasetError(
                f"The extra column '{name}' is a {type(values).__name__}. Give a list, one value per sample."
            )
    columns = {
        as_text(name): clean_extra(as_text(name), values if isinstance(values, Sequence) else list(values))
        for name, values in extra.items()
    }
    for name, values in columns.items():
        if field := stands_for(name, kind):
            raise DatasetError(f"The extra column '{name}' has the name of the field '{field}'. Rename it.")
        if len(values) != length:
            raise DatasetError(
                f"{length} samples but {len(values)} values in the extra column '{name}'. "
                "Give one value per sample."
            )
    return columns
