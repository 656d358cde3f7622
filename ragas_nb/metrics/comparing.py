"""Comparing two sequences with `rapidfuzz`, without stopping everybody else where they are long."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Protocol, TypeAlias

Comparison: TypeAlias = Callable[[Sequence[str], Sequence[str]], float]
"""What compares two texts letter by letter, or two lists of words."""


class Scorer(Protocol):
    """A comparison of `rapidfuzz`."""

    def __call__(
        self, one: Sequence[Hashable], other: Sequence[Hashable], /, *, score_cutoff: float | None = None
    ) -> float:
        """The distance or the similarity."""


_PAIRS_AT_ONCE = 10_000_000
"""Pairs of letters that are compared in about a millisecond."""


def patient(scorer: Scorer) -> Comparison:
    """A scorer of `rapidfuzz` that lets other threads go on while it compares long sequences.

    The scorer itself keeps Python's lock to its end; `cpdist`, which gives the same values, does not.
    """
    import numpy as np
    from rapidfuzz.process import cpdist

    def compare(one: Sequence[str], other: Sequence[str]) -> float:
        if len(one) * len(other) <= _PAIRS_AT_ONCE:
            return scorer(one, other)
        return float(cpdist([one], [other], scorer=scorer, dtype=np.float64)[0])

    return compare
