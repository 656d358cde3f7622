"""A metric as a JSON file: its class by name, its parameters, and the prompts that were changed.

Nothing in a file is executed or imported: a class is looked up among those that ragas_nb has.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Final, TypeVar

from pydantic import ValidationError
from pydantic_core import PydanticSerializationError

from ragas_nb.errors import ConfigurationError
from ragas_nb.metrics.asking import AskingMetric
from ragas_nb.metrics.base import Metric
from ragas_nb.metrics.functions import FunctionMetric
from ragas_nb.metrics.metric_file import SavedMetric, first_problem, read, write

M = TypeVar("M", bound=Metric)

_NESTED: Final = "$metric"


# ── out ──


def save(metric: Metric, path: str | PathLike[str] | None) -> Path:
    """Write a metric and return where: `{name}.json` in a folder, or here; compressed where it ends in `.gz`.

    Raises:
        ConfigurationError: it holds what no file can (a function), or the file cannot be written.
    """
    target = _target(metric, path)
    write(_saved(metric), target)
    return target


def _target(metric: Metric, path: str | PathLike[str] | None) -> Path:
    file = re.sub(r"[^\w.()=-]", "_", metric.name) + ".json"
    target = Path(file if path is None else path).expanduser()
    if target.is_dir():
        return target / file
    return target if target.suffix else target.with_suffix(".json")


def _saved(metric: Metric) -> SavedMetric:
    """What a file holds of a metric; made sure that it comes back from it as it is."""
    _refuse_unsaveable(metric)
    kind = type(metric)
    saved = SavedMetric.model_validate(
        {"class": kind.__name__, "parameters": _parameters(metric), "prompts": _prompts(metric)}
    )
    if _restored(saved, {**loadable(), kind.__name__: kind}) != metric:
        raise ConfigurationError(
            f"Metric {metric.name!r} would not come back from a file as it is: {kind.__name__} has a "
            "parameter that JSON cannot tell. Save metrics with texts, numbers, lists and the like."
        )
    return saved


def _refuse_unsaveable(metric: Metric) -> None:
    kind = type(metric)
    if isinstance(metric, FunctionMetric):
        raise ConfigurationError(
            f"Metric {metric.name!r} is a Python function, and files hold no code. Keep it in a module that "
            "you import; metrics made of a prompt can be saved."
        )
    if loadable().get(kind.__name__, kind) is not kind:
        raise ConfigurationError(
            f"Your class {kind.__name__} has the name of one of ragas_nb, which a file could not tell apart. "
            "Rename yours."
        )


def _parameters(metric: Metric) -> dict[str, object]:
    """The parameters under the names by which they are passed."""
    found: dict[str, object] = {}
    for name, field in type(metric).model_fields.items():
        value = getattr(metric, name)
        found[field.alias or name] = (
            {_NESTED: _saved(value).model_dump(mode="json", by_alias=True)}
            if isinstance(value, Metric)
            else _plain(metric, name)
        )
    return found


def _plain(metric: Metric, name: str) -> object:
    try:
        return metric.model_dump(mode="json", include={name})[name]
    except PydanticSerializationError:
        kind = type(getattr(metric, name)).__name__
        raise ConfigurationError(
            f"Metric {metric.name!r} cannot be saved: its parameter {name!r} is a {kind}, which JSON cannot "
            "tell. Save metrics whose parameters are texts, numbers, lists and the like."
        ) from None


def _prompts(metric: Metric) -> dict[str, object]:
    """The wording of the steps that do not say what the code says."""
    if not isinstance(metric, AskingMetric):
        return {}
    ours = {prompt.name: prompt for prompt in metric.prompts}
    return {
        name: {
            "instruction": prompt.instruction,
            "examples": [
                {"input": asked.model_dump(mode="json"), "output": answer.model_dump(mode="json")}
                for asked, answer in prompt.examples
            ],
            "language": prompt.language,
        }
        for name, prompt in metric.get_prompts().items()
        if prompt != ours[name]
    }


def described(metric: Metric) -> dict[str, object]:
    """What a file would hold of a metric.

    Raises:
        ConfigurationError: it holds what no file can.
    """
    return _saved(metric).model_dump(mode="json", by_alias=True)


def is_ours(metric: Metric) -> bool:
    """Whether its class is one of ragas_nb's, so that its code changes with the version only."""
    return loadable().get(type(metric).__name__) is type(metric)


# ── in ──


def of_description(told: Mapping[str, object]) -> Metric:
    """Make the metric that `described` tells of.

    Raises:
        ConfigurationError: it is none of ragas_nb's, or no description.
    """
    try:
        return _restored(SavedMetric.model_validate(told), loadable())
    except (ValidationError, ValueError, TypeError) as error:
        raise ConfigurationError(f"This is no metric that can be made: {first_problem(error)}.") from None


def loadable() -> dict[str, type[Metric]]:
    """The classes that a file may name."""
    import ragas_nb.metrics as public
    from ragas_nb.metrics.registry import names, resolve

    listed = (getattr(public, name) for name in public.__all__)
    classes = [kind for kind in listed if isinstance(kind, type) and issubclass(kind, Metric)]
    classes += [type(resolve(name)) for name in names()]
    return {kind.__name__: kind for kind in classes if kind is not Metric}


def load(kind: type[M], path: str | PathLike[str]) -> M:
    """Read a metric of this class, or of one derived from it.

    Raises:
        ConfigurationError: there is no such file, it is none of ours or damaged, or names another class.
    """
    file = read(path)
    classes: dict[str, type[Metric]] = loadable()
    if kind is not Metric:
        classes[kind.__name__] = kind
    try:
        metric = _restored(file, classes)
    except (ValidationError, ValueError, TypeError) as error:
        raise ConfigurationError(
            f"{str(path)!r} holds no metric that can be made: {first_problem(error)}."
        ) from None
    if not isinstance(metric, kind):
        raise ConfigurationError(
            f"{str(path)!r} holds {file.kind}, not {kind.__name__}. Load it with {file.kind}.load(…)."
        )
    return metric


def _restored(saved: SavedMetric, classes: Mapping[str, type[Metric]]) -> Metric:
    kind = classes.get(saved.kind)
    if kind is None:
        raise ConfigurationError(
            f"The file holds a {saved.kind!r}, which is none of ragas_nb's metrics. If it is a class of "
            f"yours, define it and use {saved.kind}.load(…). There are: {', '.join(sorted(classes))}."
        )
    metric = kind.model_validate({name: _value(told, classes) for name, told in saved.parameters.items()})
    if not saved.prompts:
        return metric
    if not isinstance(metric, AskingMetric):
        raise ValueError(f"{saved.kind} has no prompts, and the file has some")
    steps = metric.get_prompts()
    unknown = [name for name in saved.prompts if name not in steps]
    if unknown:
        raise ValueError(f"{saved.kind} has no step {unknown[0]!r}; it has {', '.join(steps)}")
    return metric.set_prompts(
        {
            name: steps[name].changed(
                instruction=told.instruction,
                examples=[(shot.input, shot.output) for shot in told.examples],
                language=told.language,
            )
            for name, told in saved.prompts.items()
        }
    )


def _value(told: object, classes: Mapping[str, type[Metric]]) -> object:
    if isinstance(told, dict) and set(told) == {_NESTED}:
        return _restored(SavedMetric.model_validate(told[_NESTED]), classes)
    return told
