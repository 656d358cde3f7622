"""The text of a prompt of one's own: which fields of a sample its placeholders name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from string import Formatter
from types import NoneType
from typing import Any, Union, get_args

from pydantic import create_model

from ragas_nb.metrics.conversations import rendered
from ragas_nb.metrics.definition import unknown_field
from ragas_nb.prompts import Value
from ragas_nb.schema import AnySample, MultiTurnSample, SingleTurnSample
from ragas_nb.schema.columns import FIELDS, KNOWN_NAMES

_BRACES = "Write {{ and }} for braces that are meant as such."


@dataclass(frozen=True, slots=True)
class Template:
    """A text in which fields of a sample are named, in backticks, and the fields in order."""

    text: str
    fields: tuple[str, ...]

    def fits(self, kind: type[AnySample]) -> bool:
        """Whether samples of this kind have all the fields."""
        return set(self.fields) <= set(kind.model_fields)

    @property
    def input(self) -> type[Value]:
        """The type of what a judge is given: the fields, by name."""
        return _input_of(self.fields)

    def filled(self, sample: AnySample) -> Value:
        """Return the sample's fields; a conversation is one text."""
        return self.input.model_validate({field: _value(sample, field) for field in self.fields})


@cache
def read_template(prompt: str) -> Template:
    """Return what a text with `{placeholders}` says.

    Raises:
        ValueError: there is no placeholder, or one that is no field of a sample; no kind of sample has all.

    >>> read_template("Is {response} an answer to {question}?")
    Template(text='Is `response` an answer to `user_input`?', fields=('response', 'user_input'))
    """
    text, fields = "", dict[str, None]()
    try:
        for literal, name, spec, conversion in Formatter().parse(prompt):
            text += literal
            if name is not None:
                field = _field(name, spec, conversion)
                fields[field] = None
                text += f"`{field}`"
    except ValueError as error:
        raise ValueError(f"{str(error).rstrip('.')}. {_BRACES}") from None
    template = Template(text, tuple(fields))
    _check(template)
    return template


def _field(name: str, spec: str | None, conversion: str | None) -> str:
    if name not in KNOWN_NAMES:
        raise ValueError(f"it names {unknown_field(name, FIELDS)}")
    if spec or conversion:
        raise ValueError(f"the placeholder of {name!r} has a format, and fields are given as they are")
    return KNOWN_NAMES[name]


def _check(template: Template) -> None:
    if not template.fields:
        raise ValueError("it names no field of the sample, so there is nothing to judge. Write {response}.")
    if not (template.fits(SingleTurnSample) or template.fits(MultiTurnSample)):
        named = ", ".join(template.fields)
        raise ValueError(f"it names {named}: neither single questions nor conversations have all of them.")


def _value(sample: AnySample, field: str) -> object:
    if field == "user_input" and isinstance(sample, MultiTurnSample):
        return rendered(sample.user_input)
    return getattr(sample, field)


@cache  # prompts are equal only if their types are the same
def _input_of(fields: Iterable[str]) -> type[Value]:
    types: Mapping[str, Any] = {field: (_type(field), ...) for field in fields}
    return create_model("NamedFields", __base__=Value, **types)


def _type(field: str) -> Any:
    """The type of a field that has a value; of a conversation as text."""
    found = SingleTurnSample.model_fields.get(field) or MultiTurnSample.model_fields[field]
    kinds = [kind for kind in get_args(found.annotation) if kind is not NoneType]
    return Union[tuple(kinds)]  # noqa: UP007  made of a list
