"""How a run is carried out, as one frozen value."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, fields, replace
from functools import cached_property
from operator import index
from typing import TYPE_CHECKING, Any, SupportsFloat, SupportsIndex

from ragas_nb.engine.limits import KEEP, Keep

if TYPE_CHECKING:
    from numpy.random import Generator

Json = bool | int | float | None

_LOWEST = {
    "timeout": 0.001,
    "max_retries": 0,
    "max_wait": 0.0,
    "max_workers": 1,
    "max_invalid": 0,
    "seed": 0,
    "requests_per_minute": 0.01,
    "tokens_per_minute": 1.0,
}
_WHOLE = ("max_retries", "max_workers", "max_invalid", "seed")
_OPTIONAL = ("requests_per_minute", "tokens_per_minute")
_MAY_BE_ENDLESS = ("timeout", "max_wait")


@dataclass(frozen=True)
class RunConfig:
    """How hard to try: the names that Ragas users know, in their order.

    `timeout` (seconds, from the moment a request is sent), `max_retries` (of one request), `max_wait` (the
    longest pause between two of them, seconds), `max_workers` (requests in flight at once), `max_invalid`
    (how often an answer that does not fit is asked again).

    Rate limits, server errors, lost connections and timeouts are always retried, refusals (a wrong key, no
    such model) never. `exception_types` are further errors to retry, a class or a tuple of classes: those
    that your own judge or embedder raises, a function or a wrapped model. There are none unless you name
    them, so that a mistake in a function fails at once; `Exception` retries all of them, as Ragas does.

    `log_tenacity` logs every retry: logger `ragas_nb`, level INFO. `seed` makes the random part of the pauses
    the same in every run.

    `adaptive` finds out by itself how many requests at once the server takes, with `max_workers` as the upper
    bound; False sends as many at once as `max_workers` allows, always. `requests_per_minute` and
    `tokens_per_minute` (input and output) are what your account allows, for the judge and for the embedder
    each; without them only the server's own words count.

    Raises:
        ValueError: a setting that cannot work; it is named.

    >>> RunConfig(max_workers=8).timeout
    180.0
    """

    timeout: float = 180.0
    max_retries: int = 6
    max_wait: float = 60.0
    max_workers: int = 32
    exception_types: type[Exception] | tuple[type[Exception], ...] = ()
    log_tenacity: bool = False
    seed: int = 42
    _: KW_ONLY
    max_invalid: int = 2
    adaptive: bool = True
    requests_per_minute: float | None = None
    tokens_per_minute: float | None = None

    def __post_init__(self) -> None:
        for name, low in _LOWEST.items():
            value = getattr(self, name)
            if value is not None or name not in _OPTIONAL:
                object.__setattr__(self, name, _number(name, value, low=low))
        if not isinstance(self.adaptive, bool):
            raise ValueError(f"RunConfig: adaptive must be True or False, not {self.adaptive!r}.")
        _check_exceptions(self.exception_types)

    def limited(
        self,
        max_workers: int | Keep = KEEP,
        *,
        requests_per_minute: float | Keep | None = KEEP,
        tokens_per_minute: float | Keep | None = KEEP,
    ) -> RunConfig:
        """The same with other limits; what is not named stays, None is no limit.

        Raises:
            ValueError: a limit that cannot work; it is named.

        >>> RunConfig(requests_per_minute=60).limited(8, requests_per_minute=None) == RunConfig(max_workers=8)
        True
        """
        return replace(
            self,
            max_workers=self.max_workers if max_workers is KEEP else max_workers,
            requests_per_minute=(
                self.requests_per_minute if requests_per_minute is KEEP else requests_per_minute
            ),
            tokens_per_minute=self.tokens_per_minute if tokens_per_minute is KEEP else tokens_per_minute,
        )

    def to_dict(self) -> dict[str, Json]:
        """The settings as plain JSON, without `exception_types`: classes are not data.

        A time without end is None.

        >>> RunConfig(timeout=float("inf"), max_workers=8).to_dict()["timeout"] is None
        True
        """
        values = {name: getattr(self, name) for name in _KEPT}
        return {name: None if value == math.inf else value for name, value in values.items()}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> RunConfig:
        """The settings that `to_dict` wrote; what is not there has its default, other names are passed over.

        Raises:
            ValueError: a setting that cannot work; it is named.

        >>> RunConfig.from_dict(RunConfig(max_workers=8).to_dict()) == RunConfig(max_workers=8)
        True
        """
        known = {name: values[name] for name in _KEPT if name in values}
        endless = {name: math.inf for name in _MAY_BE_ENDLESS if name in known and known[name] is None}
        return cls(**(known | endless))

    @cached_property
    def rng(self) -> Generator:
        """A NumPy generator that starts from `seed`."""
        import numpy as np

        return np.random.default_rng(self.seed)


_KEPT = tuple(field.name for field in fields(RunConfig) if field.name != "exception_types")


def _number(name: str, value: object, *, low: float) -> float:
    """The value of a setting.

    Raises:
        ValueError: it is no number, too small, or not whole where it has to be.
    """
    whole = name in _WHOLE
    number = math.nan
    if isinstance(value, SupportsIndex):
        number = index(value)
    elif isinstance(value, SupportsFloat):
        number = float(value)
    endless = number == math.inf and name not in _MAY_BE_ENDLESS
    if number >= low and not endless and (not whole or float(number).is_integer()):
        return int(number) if whole else number
    kind = "a whole number, " if whole else ""
    raise ValueError(f"RunConfig: {name} must be {kind}at least {low:g}, not {value!r}.")


def _check_exceptions(listed: object) -> None:
    """Refuse what no `except` could name, and what has to end a run: interrupts and cancellations."""
    for kind in listed if isinstance(listed, tuple) else (listed,):
        if not (isinstance(kind, type) and issubclass(kind, Exception)):
            raise ValueError(
                "RunConfig: exception_types must be Exception, a class derived from it or a tuple of such "
                f"classes, not {listed!r}."
            )
