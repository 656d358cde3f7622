"""Metrics of one's own made of a Python function, sync or async, by a decorator."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import partial
from time import perf_counter
from typing import Any, TypeAlias, TypeVar

from pydantic import ConfigDict

from ragas_nb.judges.threads import in_thread
from ragas_nb.metrics.allowed import Allowed, Bounds, Places
from ragas_nb.metrics.base import Ask, Metric, MetricResult, Need
from ragas_nb.metrics.definition import unknown_field
from ragas_nb.schema import AnySample, MultiTurnSample, SingleTurnSample
from ragas_nb.schema.columns import FIELDS, KNOWN_NAMES
from ragas_nb.schema.values import plain

Function: TypeAlias = Callable[..., Any]
T = TypeVar("T")

LONGEST_S = 0.01
"""Seconds that a function may hold the event loop; one that takes longer is called in a thread."""
_SAMPLE = "sample"
_ASK = frozenset({"ask", "llm"})


@dataclass(frozen=True, slots=True)
class Parameters:
    """What a function wants: parameters that get fields (`needed` those without a default), the whole sample,
    and `ask`."""

    fields: Mapping[str, str]
    needed: frozenset[str]
    kinds: tuple[type[AnySample], ...]
    takes_sample: bool
    asks: tuple[str, ...]

    def filled(self, sample: AnySample, ask: Ask) -> dict[str, object]:
        """Return the arguments for one sample; parameters with a default get only what the sample has."""
        arguments: dict[str, object] = {}
        for name, field in self.fields.items():
            value = getattr(sample, field, None)
            if value is not None or name in self.needed:
                arguments[name] = value
        if self.takes_sample:
            arguments[_SAMPLE] = sample
        return arguments | dict.fromkeys(self.asks, ask)


def read_parameters(function: Function, shown: str) -> Parameters:
    """Return what a function wants, by the names of its parameters.

    Raises:
        TypeError: it takes nothing, or something that is no field of a sample; it wants to ask and cannot.
    """
    signature = inspect.signature(function)
    named = {name: _field(shown, parameter) for name, parameter in signature.parameters.items()}
    fields = {name: field for name, field in named.items() if field in FIELDS}
    needed = frozenset(
        name for name in fields if signature.parameters[name].default is inspect.Parameter.empty
    )
    asks = tuple(name for name in named if name in _ASK)
    if asks and not is_async(function):
        raise TypeError(
            f"{shown} takes {asks[0]!r}, which only `async def` can await. Write async def {shown}."
        )
    kinds = tuple(
        kind
        for kind in (SingleTurnSample, MultiTurnSample)
        if {fields[name] for name in needed} <= set(kind.model_fields) and _accepts(signature, kind)
    )
    if not fields and _SAMPLE not in named:
        raise TypeError(
            f"{shown} takes nothing of a sample. Name a field or the sample: def {shown}(response)."
        )
    if not kinds:
        raise TypeError(
            f"{shown} takes {', '.join(sorted(needed))}: neither single questions nor conversations have all "
            "of them."
        )
    return Parameters(fields, needed, kinds, _SAMPLE in named, asks)


def _field(function: str, parameter: inspect.Parameter) -> str | None:
    """The field, `sample` or `ask` that a parameter gets; None where it keeps its default."""
    name = parameter.name
    if parameter.kind not in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY):
        raise TypeError(f"{function} takes {parameter}; name each parameter, as arguments go by their names.")
    if name in KNOWN_NAMES:
        return KNOWN_NAMES[name]
    if name == _SAMPLE or name in _ASK:
        return name
    if parameter.default is not parameter.empty and not get_close_matches(name, FIELDS, cutoff=0.8):
        return None
    raise TypeError(f"{function} takes {unknown_field(name, [*FIELDS, _SAMPLE, *sorted(_ASK)])}")


def _accepts(signature: inspect.Signature, kind: type[AnySample]) -> bool:
    """Whether the parameter `sample`, if it is annotated as one kind of sample, is of this kind."""
    if _SAMPLE not in signature.parameters:
        return True
    annotation = signature.parameters[_SAMPLE].annotation
    name = getattr(annotation, "__name__", str(annotation))  # a text, where annotations are postponed
    return name == kind.__name__ or name not in (SingleTurnSample.__name__, MultiTurnSample.__name__)


def is_async(function: Function) -> bool:
    """Whether calling the function, or the object, gives something to await."""
    return inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(
        getattr(function, "__call__", None)  # noqa: B004  an object may be called like an async function
    )


class Caller:
    """Calls a function without ever holding the event loop for long.

    An async function is awaited. Another one is called in a thread at first, as it may load a model or wait
    for a server; after a short call the next one is made right here, as most functions take less time than
    a thread to start. What must stay in the notebook's thread (a database connection) has to be async.
    """

    def __init__(self, function: Function) -> None:
        self.function = function
        self._async = is_async(function)
        self._takes_long = True

    async def __call__(self, arguments: Mapping[str, object]) -> object:
        """Return what the function returns."""
        if self._async:
            return await self.function(**arguments)
        call = partial(_timed, partial(self.function, **arguments))
        returned, seconds = await in_thread(call) if self._takes_long else call()
        self._takes_long = seconds > LONGEST_S
        return await returned if inspect.isawaitable(returned) else returned


def _timed(call: Callable[[], T]) -> tuple[T, float]:
    started = perf_counter()
    returned = call()
    return returned, perf_counter() - started


class FunctionMetric(Metric):
    """A metric that a function computes; calling it calls the function.

    The function's parameters are fields of the sample (a sample without one of them, unless the parameter has
    a default, is undefined), `sample`, or `ask` (also `llm`), which gets the run's `Ask`. It returns a value,
    `(value, reason)` or a `MetricResult`; `(None, reason)` where there is nothing to score. A value that is
    not allowed fails the job.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    caller: Caller
    allowed: Allowed
    parameters: Parameters

    @classmethod
    def of(cls, function: Function, name: str | None, allowed: Allowed) -> FunctionMetric:
        """Make a metric of a function, under its own name unless told.

        Raises:
            TypeError, ValueError: the function, or its name, does not make a metric.
        """
        if not callable(function):
            raise TypeError(
                f"{function!r} is no function. Write the decorator above one, with name=… in (…)."
            )
        shown = getattr(function, "__name__", None) or type(function).__name__
        if name is None and not shown.isidentifier():
            raise ValueError(f"{shown} does not name the metric. Pass name=….")
        parameters = read_parameters(function, shown)
        return cls(
            name=shown if name is None else name,
            caller=Caller(function),
            allowed=allowed,
            parameters=parameters,
        )

    @property
    def __wrapped__(self) -> Function:
        return self.caller.function

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function itself, whatever its parameters are."""
        return self.caller.function(*args, **kwargs)

    def __repr__(self) -> str:
        return f"<metric {self.name}({', '.join(self.parameters.fields)}): {self.allowed.told}>"

    __str__ = __repr__

    @property
    def needs(self) -> frozenset[Need]:
        """A judge, where the function takes `ask`."""
        return frozenset({"judge"} if self.parameters.asks else ())

    @property
    def requires(self) -> frozenset[str]:  # type: ignore[override]  # here the function says it
        """The fields that the function has to be given."""
        return frozenset(self.parameters.fields[name] for name in self.parameters.needed)

    @property
    def conversation_requires(self) -> frozenset[str]:  # type: ignore[override]  # here the function says it
        """The fields that the function has to be given."""
        return self.requires

    @property
    def score_range(self) -> tuple[float, float]:  # type: ignore[override]  # here the values say it
        """The lowest and the highest number, where values are numbers."""
        return self.allowed.ends if isinstance(self.allowed, Bounds) else (0.0, 1.0)

    def scores(self, kind: type[AnySample]) -> bool:  # type: ignore[override]  # here the function says it
        """Whether samples of this kind have what the function takes."""
        return any(issubclass(kind, accepted) for accepted in self.parameters.kinds)

    async def measure(self, sample: SingleTurnSample, ask: Ask) -> MetricResult:
        """What the function says of one question."""
        return self._read(await self.caller(self.parameters.filled(sample, ask)))

    async def measure_conversation(self, sample: MultiTurnSample, ask: Ask) -> MetricResult:
        """What the function says of one conversation."""
        return self._read(await self.caller(self.parameters.filled(sample, ask)))

    def _read(self, returned: object) -> MetricResult:
        """The result that the function means.

        Raises:
            ValueError: it is none, or not allowed.
        """
        result = self._told(returned)
        value = plain(result.value)
        if value is not None:
            try:
                return MetricResult(self.allowed.read(value), result.reason, result.confidence)
            except ValueError as error:
                raise ValueError(f"{self.name} returned what it may not: {error}.") from None
        if result.value is None and result.reason is None:
            raise ValueError(
                f"{self.name} returned None. Return {self.allowed.told}; "
                "or (None, 'why') for a sample that cannot be scored."
            )
        return MetricResult(None, result.reason or f"the metric's value is {result.value}")

    def _told(self, returned: Any) -> MetricResult:
        """A result with all that the function said, whatever the value."""
        if isinstance(returned, MetricResult):
            return returned
        if isinstance(returned, tuple) and len(returned) == 2 and isinstance(returned[1], str | None):
            value, reason = returned
            if value is None or isinstance(value, list | tuple) or not isinstance(self.allowed, Places):
                return MetricResult(value, reason)
        return MetricResult(returned)


Decorator: TypeAlias = Callable[[Function], FunctionMetric]


def decorated(function: Function | None, name: str | None, allowed: Allowed) -> FunctionMetric | Decorator:
    """Return what a decorator gives: a metric where it stands above a function without (…), else itself."""
    if function is None:
        return lambda function: FunctionMetric.of(function, name, allowed)
    return FunctionMetric.of(function, name, allowed)
