"""What a metric finds: a score that counts as its value, with the reason for it."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import DTypeLike, NDArray

Ranking: TypeAlias = list[str | int | float]
"""Things in an order, or their names."""
Score: TypeAlias = float | int | str | Ranking | None
"""What a metric may find: a number, a text out of a few, a ranking; None is undefined."""


def _forward(compute: Callable[[Any, Any], Any]) -> Callable[[MetricResult, object], Any]:
    """An operator with the result on its left side."""
    return lambda result, other: compute(_defined(result), _defined(other))


def _backward(compute: Callable[[Any, Any], Any]) -> Callable[[MetricResult, object], Any]:
    """An operator with the result on its right side."""
    return lambda result, other: compute(other, _defined(result))


def _defined(operand: object) -> Any:
    """What to compute with: the value of a result, anything else as it is.

    Raises:
        TypeError: the score is undefined.
    """
    if not isinstance(operand, MetricResult):
        return operand
    if operand.value is None:
        why = f" ({operand.reason})" if operand.reason else ""
        raise TypeError(
            f"The score is undefined{why}: there is nothing to compute with. Look at .value first."
        )
    return operand.value


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class MetricResult:
    """A score with its reason; `value` is None when there is nothing to score, and `reason` says why.

    It counts, compares and prints as its value; two results are equal when value, reason and confidence are.
    Computing with an undefined one is a `TypeError` that says why it is undefined. `confidence` is the share
    of votes that agree with the value, where a metric takes votes. `traces` has the steps by name, each with
    its `"input"` and `"output"`, where the metric was asked to score by itself.

    >>> result = MetricResult(0.75, "3 of 4 statements supported")
    >>> result > 0.5, result + 1, round(result), f"{result:.0%}"
    (True, 1.75, 1, '75%')
    >>> MetricResult("pass") == "pass", MetricResult(["b", "a"])[0]
    (True, 'b')
    """

    value: Score
    reason: str | None = None
    confidence: float | None = None
    traces: Mapping[str, object] | None = None

    __add__ = _forward(operator.add)
    __radd__ = _backward(operator.add)
    __sub__ = _forward(operator.sub)
    __rsub__ = _backward(operator.sub)
    __mul__ = _forward(operator.mul)
    __rmul__ = _backward(operator.mul)
    __truediv__ = _forward(operator.truediv)
    __rtruediv__ = _backward(operator.truediv)
    __floordiv__ = _forward(operator.floordiv)
    __rfloordiv__ = _backward(operator.floordiv)
    __mod__ = _forward(operator.mod)
    __rmod__ = _backward(operator.mod)
    __pow__ = _forward(operator.pow)
    __rpow__ = _backward(operator.pow)
    __divmod__ = _forward(divmod)
    __rdivmod__ = _backward(divmod)
    __lt__ = _forward(operator.lt)
    __le__ = _forward(operator.le)
    __gt__ = _forward(operator.gt)
    __ge__ = _forward(operator.ge)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, MetricResult):
            return self.value == other
        return (self.value, self.reason, self.confidence) == (other.value, other.reason, other.confidence)

    def __hash__(self) -> int:
        return hash(tuple(self.value) if isinstance(self.value, list) else self.value)

    def __neg__(self) -> Any:
        return -_defined(self)

    def __pos__(self) -> Any:
        return +_defined(self)

    def __abs__(self) -> Any:
        return abs(_defined(self))

    def __round__(self, digits: int | None = None) -> Any:
        return round(_defined(self), digits)

    def __float__(self) -> float:
        return float(_defined(self))

    def __int__(self) -> int:
        return int(_defined(self))

    def __bool__(self) -> bool:
        return bool(self.value)

    # Without `__iter__`, which would make pandas take a number's result for a list; Python iterates over
    # texts and rankings by `__getitem__`.

    def __len__(self) -> int:
        return len(_defined(self))

    def __getitem__(self, place: int | slice) -> Any:
        return _defined(self)[place]

    def __contains__(self, part: object) -> bool:
        return part in _defined(self)

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> NDArray[np.generic]:
        """Give NumPy the value, a text in one piece."""
        import numpy as np

        whole = dtype is None and isinstance(self.value, str)
        return np.array(self.value, dtype=object if whole else dtype)

    def __str__(self) -> str:
        if self.value is None:
            return f"undefined ({self.reason})" if self.reason else "undefined"
        return str(self.value)

    def __format__(self, spec: str) -> str:
        return format(_defined(self), spec) if spec else str(self)

    def __repr__(self) -> str:
        return f"MetricResult({', '.join(self._told())})"

    def _told(self) -> Iterator[str]:
        yield repr(self.value)
        if self.reason is not None:
            yield f"reason={self.reason!r}"
        if self.confidence is not None:
            yield f"confidence={self.confidence!r}"

    def _repr_html_(self) -> str:
        value = "undefined" if self.value is None else str(self.value)
        reason = f" – {escape(self.reason)}" if self.reason else ""
        return f"<b>{escape(value)}</b>{reason}"

    def to_dict(self) -> dict[str, object]:
        """Return value and reason under the names that Ragas gives them.

        >>> MetricResult(1.0, "equal").to_dict()
        {'result': 1.0, 'reason': 'equal'}
        """
        return {"result": self.value, "reason": self.reason}
