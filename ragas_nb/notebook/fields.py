"""What samples have besides question and response: columns that the grid can show too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from ragas_nb.errors import ProtocolError
from ragas_nb.judges.images.data_uris import described
from ragas_nb.notebook.protocol import MOST_FIELDS
from ragas_nb.schema import EvaluationDataset, Message, ToolCall

SHOWN_ANYWAY = ("user_input", "response")


def further_fields(dataset: EvaluationDataset) -> list[str]:
    """The fields that have a value somewhere, then the columns that travel along; the first of them.

    >>> further_fields(EvaluationDataset.from_list([{"question": "?", "reference": "2", "topic": "sums"}]))
    ['reference', 'topic']
    """
    fields = [name for name in dataset.features() if name not in SHOWN_ANYWAY]
    return [*fields, *dataset.extra][:MOST_FIELDS]


def field_texts(dataset: EvaluationDataset, row: int, fields: Sequence[str], width: int) -> list[str]:
    """These fields of a sample, each as one short text.

    Raises:
        ProtocolError: the samples have no such field.
    """
    return [_cut(_parts(_cell(dataset, row, field)), width) for field in fields]


def _cell(dataset: EvaluationDataset, row: int, field: str) -> object:
    if field in dataset.extra:
        return dataset.extra[field][row]
    if field in dataset.get_sample_type().model_fields:
        return dataset.column(field)[row]
    raise ProtocolError(f"The samples have no field {field!r}.")


def _parts(value: object) -> Iterator[str]:
    """The texts of which a value is made, as a person reads them."""
    if value is None:
        return
    if isinstance(value, Message):
        yield value.pretty_repr()
    elif isinstance(value, ToolCall):
        yield f"{value.name}: {value.args}"
    elif isinstance(value, Mapping):
        for name, part in value.items():
            yield f"{name}: {' · '.join(_parts(part))}"
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _parts(part)
    else:
        yield described(value) if isinstance(value, str) else str(value)


def _cut(parts: Iterable[str], width: int) -> str:
    """The parts in one text; what would not be seen is not joined."""
    text = ""
    for part in parts:
        text = f"{text} · {part}" if text else part
        if len(text) > width:
            return f"{text[: width - 1]}…"
    return text
