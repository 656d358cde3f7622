"""What is wrong with a metric as somebody has defined it, told when the class is made and not in a run."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection
from difflib import get_close_matches

from ragas_nb.schema import MultiTurnSample, SingleTurnSample
from ragas_nb.schema.columns import FIELDS

_METHODS = ("measure", "measure_conversation")
_FIELDS_OF = {
    "requires": tuple(SingleTurnSample.model_fields),
    "conversation_requires": tuple(MultiTurnSample.model_fields),
}


def check_class(kind: type, base: type) -> None:
    """Make sure that a metric's class can score, by methods that are not those of the base of all metrics.

    Raises:
        TypeError: it has no such methods, one is not `async` or takes other arguments, or the fields that it
            requires are none of a sample.
    """
    methods = {name: getattr(kind, name) for name in _METHODS}
    written = {name: method for name, method in methods.items() if method is not getattr(base, name)}
    if not written:
        raise TypeError(
            f"{kind.__name__} scores nothing. Write `async def measure(self, sample, ask)` for single "
            "questions or `async def measure_conversation(self, sample, ask)`; what is only the base of "
            f"other metrics says so: class {kind.__name__}(…, abstract=True)."
        )
    for name, method in written.items():
        _check_method(f"{kind.__name__}.{name}", method)
    for name, fields in _FIELDS_OF.items():
        if name in vars(kind) and not isinstance(vars(kind)[name], property):
            _check_fields(f"{kind.__name__}.{name}", vars(kind)[name], fields)


def _check_method(name: str, method: Callable[..., object]) -> None:
    wanted = f"Write `async def {name.rpartition('.')[2]}(self, sample, ask)`."
    if not inspect.iscoroutinefunction(method):
        raise TypeError(f"{name} is not async, so it could not ask anybody. {wanted}")
    try:
        inspect.signature(method).bind("self", "sample", "ask")
    except TypeError as error:
        raise TypeError(f"{name} cannot be called with a sample and ask: {error}. {wanted}") from None


def _check_fields(name: str, required: object, fields: Collection[str]) -> None:
    if isinstance(required, str) or not isinstance(required, Collection):
        raise TypeError(f"{name} is {required!r}; it has to be a set of fields, such as {{'response'}}.")
    for field in required:
        if field not in fields:
            raise TypeError(f"{name} names {unknown_field(field, fields)}")


def unknown_field(name: object, fields: Collection[str]) -> str:
    """What to say of a name that is no field: the name, what was probably meant, and what there is."""
    close = get_close_matches(str(name), fields, n=1)
    hint = f" Did you mean {close[0]!r}?" if close else ""
    return f"{name!r}, which is no field of such a sample.{hint} There are: {', '.join(fields)}."


def checked_name(name: str) -> str:
    """The name of a metric, fit to be a column beside those of the samples.

    Raises:
        ValueError: it is blank, begins or ends with a space, or is the name of a sample's field.
    """
    if not name.strip() or name != name.strip() or not name.isprintable():
        raise ValueError(f"{name!r} cannot name a column. Use a short name such as 'brevity'.")
    if name in FIELDS:
        raise ValueError(
            f"{name!r} is a field of the samples, whose column it would hide. Name it otherwise."
        )
    return name
