"""How a run is carried out, as one frozen value."""

from __future__ import annotations

import math
from dataclasses import KW_ONLY, dataclass
from functools import cached_property
from operator import index
from typing import TYPE_CHECKING, SupportsFloat, SupportsIndex

if TYPE_CHECKING:
    from numpy.random import Generator

_LOWEST = {"timeout": 0.001, "max_retries": 0, "max_wait": 0.0, "max_workers": 1, "max_invalid": 0, "seed": 0}
_WHOLE = ("max_retries", "max_workers", "max_invalid", "seed")


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

    def __post_init__(self) -> None:
        for name, low in _LOWEST.items():
            object.__setattr__(self, name, _number(name, getattr(self, name), low=low))
        _check_exceptions(self.exception_types)

    @cached_property
    def rng(self) -> Generator:
        """A NumPy generator that starts from `seed`."""
        import numpy as np

        return np.random.default_rng(self.seed)


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
    if number >= low and (not whole or float(number).is_integer()):
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
