"""Which values a metric of one's own may find: labels, numbers within bounds, or rankings of some length."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cache
from math import isfinite
from operator import index
from typing import Annotated, Any, Literal, Self, SupportsIndex

from pydantic import BeforeValidator, create_model

from ragas_nb.metrics.result import Ranking, Score
from ragas_nb.prompts import Value
from ragas_nb.schema.values import plain


class Judgement(Value):
    """What a judge says: a value, and before it the reason, so that it thinks first."""

    reason: str
    value: str | float | list[str]


class Allowed(ABC):
    """The values that there may be."""

    @property
    @abstractmethod
    def told(self) -> str:
        """What a value has to be, in words."""

    @property
    @abstractmethod
    def answer(self) -> type[Judgement]:
        """The type of a judge's answer; equal for equal values."""

    @abstractmethod
    def read(self, value: object) -> Score:
        """Return the value in its own type.

        Raises:
            ValueError: it is not allowed.
        """

    def _refusal(self, value: object) -> ValueError:
        return ValueError(f"value is {value!r}; it has to be {self.told}")


@dataclass(frozen=True, slots=True)
class Labels(Allowed):
    """A few texts."""

    texts: tuple[str, ...]

    @classmethod
    def of(cls, allowed_values: object) -> Self:
        """Read what somebody passed.

        Raises:
            ValueError: it is no list of different texts.

        >>> Labels.of(["pass", "fail"]).told
        'one of "pass", "fail"'
        """
        shown = f"allowed_values={allowed_values!r}"
        if not isinstance(allowed_values, list | tuple):
            raise ValueError(f"{shown} is no list. Pass the labels: allowed_values=['pass', 'fail'].")
        for label in allowed_values:
            if not isinstance(label, str) or not label.strip():
                raise ValueError(f"{shown} holds {label!r}; labels are texts. Numbers are for NumericMetric.")
        texts = tuple(map(str.strip, allowed_values))
        if len(set(texts)) < len(texts):
            raise ValueError(f"{shown} holds a label twice. Name each once.")
        if len(texts) < 2:
            raise ValueError(f"{shown} leaves nothing to choose. Pass at least two labels.")
        return cls(texts)

    @property
    def told(self) -> str:
        """What a value has to be, in words."""
        return f"one of {', '.join(json.dumps(text, ensure_ascii=False) for text in self.texts)}"

    @property
    def answer(self) -> type[Judgement]:
        """The type of a judge's answer."""
        return _label_answer(self.texts)

    def read(self, value: object) -> str:
        """Return the label.

        Raises:
            ValueError: it is none of those allowed.
        """
        if isinstance(value, str) and value in self.texts:
            return str(value)
        raise self._refusal(value)


@dataclass(frozen=True, slots=True)
class Bounds(Allowed):
    """Numbers between two, both included; or the whole numbers of a `range`."""

    given: tuple[float, float] | range

    @classmethod
    def of(cls, allowed_values: object) -> Self:
        """Read what somebody passed.

        Raises:
            ValueError: it is no pair of numbers, the lower one first, and no range.

        >>> Bounds.of((0, 1)).told, Bounds.of(range(0, 11, 5)).told
        ('a number from 0 to 1', 'one of the whole numbers from 0 to 10 in steps of 5')
        """
        shown = f"allowed_values={allowed_values!r}"
        if isinstance(allowed_values, range):
            if len(allowed_values) < 2 or allowed_values.step < 0:
                raise ValueError(f"{shown} leaves nothing to choose. Pass a range that counts up.")
            return cls(allowed_values)
        if not (isinstance(allowed_values, list | tuple) and len(allowed_values) == 2):
            raise ValueError(f"{shown} is no range. Pass (lowest, highest), or range(first, stop).")
        if not all(_is_number(bound) and isfinite(bound) for bound in allowed_values):
            raise ValueError(f"{shown} has a bound that is no number. Pass (lowest, highest).")
        low, high = map(float, allowed_values)
        if low >= high:
            raise ValueError(
                f"{shown} leaves nothing to choose. Pass (lowest, highest), the lower one first."
            )
        return cls((low, high))

    @property
    def ends(self) -> tuple[float, float]:
        """The lowest and the highest value."""
        return float(self.given[0]), float(self.given[-1])

    @property
    def told(self) -> str:
        """What a value has to be, in words."""
        low, high = map(_spelt, self.ends)
        if not isinstance(self.given, range):
            return f"a number from {low} to {high}"
        if self.given.step == 1:
            return f"a whole number from {low} to {high}"
        return f"one of the whole numbers from {low} to {high} in steps of {self.given.step}"

    @property
    def answer(self) -> type[Judgement]:
        """The type of a judge's answer."""
        return _number_answer(isinstance(self.given, range))

    def read(self, value: object) -> float:
        """Return the number, true and false as 1 and 0.

        Raises:
            ValueError: it is no number, or not within the bounds.
        """
        number = int(value) if isinstance(value, bool) else value
        if isinstance(self.given, range) and isinstance(number, float) and number.is_integer():
            number = int(number)
        if isinstance(number, int | float) and self._holds(number):
            return number
        raise self._refusal(value)

    def _holds(self, number: float) -> bool:
        if isinstance(self.given, range):
            return isinstance(number, int) and number in self.given
        return self.given[0] <= number <= self.given[1]


@dataclass(frozen=True, slots=True)
class Places(Allowed):
    """Rankings of so many different things."""

    count: int

    @classmethod
    def of(cls, allowed_values: object) -> Self:
        """Read what somebody passed.

        Raises:
            ValueError: it is no whole number above 0.

        >>> Places.of(3).told
        'a list of 3 different items, in their order'
        """
        if isinstance(allowed_values, SupportsIndex) and not isinstance(allowed_values, bool):
            count = index(allowed_values)
            if count > 0:
                return cls(count)
        raise ValueError(
            f"allowed_values={allowed_values!r} is no number of places. Pass how many items are ranked: 3."
        )

    @property
    def told(self) -> str:
        """What a value has to be, in words."""
        return f"a list of {self.count} different items, in their order"

    @property
    def answer(self) -> type[Judgement]:
        """The type of a judge's answer."""
        return _ranking_answer()

    def read(self, value: object) -> Ranking:
        """Return the ranking.

        Raises:
            ValueError: it has another length, an item twice, or an item that is neither text nor number.
        """
        if isinstance(value, list | tuple) and len(value) == self.count:
            plain_items = (plain(item) for item in value)
            items = [item for item in plain_items if isinstance(item, str | int | float)]
            if len(items) == len(set(items)) == self.count:
                return items
        raise self._refusal(value)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _spelt(number: float) -> str:
    return str(int(number)) if number.is_integer() else repr(number)


# The types of answers are made once: prompts are equal only if their types are the same.


@cache
def _label_answer(texts: tuple[str, ...]) -> type[Judgement]:
    by_word = {text.casefold(): text for text in texts}

    def meant(value: object) -> object:
        """A label in other capitals, or with space around it, where it is clear which one."""
        if not isinstance(value, str) or len(by_word) < len(texts):
            return value
        return by_word.get(value.strip().casefold(), value)

    kind: Any = Annotated[Literal[texts], BeforeValidator(meant)]
    return create_model("JudgedLabel", __base__=Judgement, value=(kind, ...))


@cache
def _number_answer(whole: bool) -> type[Judgement]:
    kind: Any = Annotated[int if whole else float, BeforeValidator(_no_verdict)]
    return create_model("JudgedNumber", __base__=Judgement, value=(kind, ...))


@cache
def _ranking_answer() -> type[Judgement]:
    kind: Any = list[str]
    return create_model("JudgedRanking", __base__=Judgement, value=(kind, ...))


def _no_verdict(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError("give a number, not true or false")
    return value
