"""From what a JSON file or a service says to annotated samples, or to words for what is wrong with it."""

from __future__ import annotations

import reprlib
from collections.abc import Iterable
from typing import Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from ragas_nb.errors import DatasetError
from ragas_nb.results.annotations.models import SampleAnnotation

_SINGLE: Final = {"name", "samples"}
_SCORE: Final = "a number, a text or null"
_NEEDED: Final = {
    "metric_input": "a dict of a sample's fields",
    "metric_output": _SCORE,
    "prompts": "a dict of steps by name",
    "is_accepted": "true or false",
    "target": _SCORE,
    "prompt_input": "a dict",
    "prompt_output": "a dict",
    "edited_output": "a dict or null",
}
_NEEDED_OF_SAMPLE: Final = "a dict with metric_input, metric_output, prompts and is_accepted"
_NEEDED_OF_STEP: Final = "a dict with prompt_input and prompt_output"


def read_metrics(
    data: object, where: str, metric_name: str | None = None
) -> dict[str, list[SampleAnnotation]]:
    """Return the samples of every metric, or of one, from `{metric: […]}` or `{"name": …, "samples": […]}`.

    `where` begins the message of the `DatasetError` that is raised where the data is something else.

    >>> read_metrics({"polite": [{"metric_input": {}}]}, "'a.json'")
    Traceback (most recent call last):
    ragas_nb.errors.DatasetError: 'a.json', metric 'polite', sample 0: there is no 'metric_output'; it is
    a number, a text or null.
    """
    if not isinstance(data, dict):
        raise DatasetError(
            f"{where} holds {_shown(data)}; it must be a dict of lists: {{metric: [samples]}}."
        )
    if data.keys() == _SINGLE and isinstance(data["name"], str):
        data = {data["name"]: data["samples"]}
    if metric_name is not None:
        data = {metric_name: _chosen(data, where, metric_name)}
    return {metric: _samples(raw, f"{where}, metric {metric!r}") for metric, raw in data.items()}


def _chosen(data: dict[str, object], where: str, metric_name: str) -> object:
    if metric_name in data:
        return data[metric_name]
    names = ", ".join(map(repr, data)) or "none"
    raise DatasetError(
        f"{where} has no annotations of the metric {metric_name!r}. There are those of: {names}."
    )


def _samples(raw: object, where: str) -> list[SampleAnnotation]:
    if not isinstance(raw, list):
        raise DatasetError(f"{where}: found {_shown(raw)}; it must be a list of samples.")
    return [_sample(sample, f"{where}, sample {position}") for position, sample in enumerate(raw)]


def _sample(raw: object, where: str) -> SampleAnnotation:
    try:
        return SampleAnnotation.model_validate(raw)
    except ValidationError as error:
        raise DatasetError(f"{where}{_problem(error.errors(include_url=False)[0])}") from None


def _problem(error: ErrorDetails) -> str:
    """Return where within a sample something is wrong, what was found, and what is needed."""
    path = [str(part) for part in error["loc"]]
    if path and path[0] != "prompts":
        path = path[:1]  # what follows are the kinds of value that were tried
    needed = _needed(path)
    if error["type"] == "missing":
        return f"{_place(path[:-1])}: there is no {path[-1]!r}; it is {needed}."
    return f"{_place(path)}: found {_shown(error['input'])}; it must be {needed}."


def _needed(path: list[str]) -> str:
    if not path:
        return _NEEDED_OF_SAMPLE
    return _NEEDED_OF_STEP if len(path) == 2 else _NEEDED[path[-1]]


def _place(path: Iterable[str]) -> str:
    return "".join(f", {part!r}" for part in path)


def _shown(value: object) -> str:
    return "null" if value is None else f"{type(value).__name__} {reprlib.repr(value)}"
