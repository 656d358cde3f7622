"""Drawing, batching and splitting positions, exactly and in proportion to classes.

`labels` holds one label per position; positions with equal labels are of one class. Without classes, all
labels are equal. A class's *share* of n positions is n × its size ÷ the number of all positions.
"""

from __future__ import annotations

import heapq
import json
import math
import random
from collections.abc import Hashable, Iterable, Sequence
from fractions import Fraction
from itertools import chain, cycle, islice
from operator import index
from typing import TypeAlias, TypeVar

from ragas_nb.schema.values import plain

Labels: TypeAlias = Sequence[Hashable]
T = TypeVar("T")


def labels_of(values: Iterable[object]) -> list[Hashable]:
    """Return a label per value: equal values have equal labels, also lists and dicts; NaN goes with None.

    >>> labels_of(["a", 1.0, 1, float("nan"), ["x", 1]])
    ['a', 1.0, 1, None, '["x", 1]']
    """
    return [_label(plain(value)) for value in values]


def _label(value: object) -> Hashable:
    try:
        hash(value)
    except TypeError:
        return json.dumps(value, default=repr, sort_keys=True)
    return value


def draw(labels: Labels, n: int, *, seed: int | None) -> list[int]:
    """Return n positions in random order, none twice, each class with its share rounded up or down.

    Raises `ValueError` where there are fewer than n.

    >>> [len(draw("aaab", n, seed=0)) for n in (0, 2, 4)]
    [0, 2, 4]
    """
    if not 0 <= index(n) <= len(labels):
        raise ValueError(f"{n} samples cannot be drawn from {len(labels)}. Pass n from 0 to {len(labels)}.")
    rng = _rng(seed)
    groups = _groups(labels, rng)
    counts = _rounded(_shares(index(n), groups))
    drawn = [position for group, count in zip(groups, counts, strict=True) for position in group[:count]]
    return _shuffled(drawn, rng)


def deal(
    labels: Labels, size: int, *, drop_last: bool = False, replace: bool = False, seed: int | None
) -> list[list[int]]:
    """Return batches of `size` positions in random order that together hold every position once.

    The last batch holds what is left over; `drop_last` leaves it out, `replace` fills it with positions of
    the other batches (and only when a class has no others, with its own again). In every batch every class
    has its share of the batch rounded up or down; in a batch that was filled it has less than 1 more and less
    than 2 fewer than its share.

    Raises `ValueError` where `size` is below 1.

    >>> sorted(map(len, deal("aaaabbb", 3, seed=0)))
    [1, 3, 3]
    >>> [sorted("aaaabb"[i] for i in batch) for batch in deal("aaaabb", 3, seed=0)]
    [['a', 'a', 'b'], ['a', 'a', 'b']]
    """
    if index(size) < 1:
        raise ValueError(f"batch_size is {size}; a batch holds at least 1 sample.")
    rng = _rng(seed)
    groups = _groups(labels, rng)
    full, left = divmod(len(labels), index(size))
    counts = _rounded(_shares(left, groups))
    last = [group[:count] for group, count in zip(groups, counts, strict=True)]
    rest = chain.from_iterable(group[count:] for group, count in zip(groups, counts, strict=True))
    batches = _shuffled(_dealt_out(list(rest), full), rng)
    if left and replace:
        last = _filled(last, groups, index(size))
    if left and (replace or not drop_last):
        batches.append(list(chain.from_iterable(last)))
    return [_shuffled(batch, rng) for batch in batches]


def _dealt_out(positions: list[int], hands: int) -> list[list[int]]:
    """Deal positions that stand class by class like cards: no two hands differ by 2 of a class.

    So a class's share of a hand is only ever rounded. With a share of s in each of k hands and of t in the
    batch that is left over, the class has k·s + t positions, of which that batch has taken ⌊t⌋ or ⌈t⌉. What
    remains is a whole number less than 1 away from k·s, and equal to it where s is whole (then t is whole,
    too). So it lies between k·⌊s⌋ and k·⌈s⌉, and every hand gets ⌊s⌋ or ⌈s⌉.
    """
    return [positions[hand::hands] for hand in range(hands)]


def _filled(last: list[list[int]], groups: list[list[int]], size: int) -> list[list[int]]:
    """Fill a batch, class by class, with positions of the class that is furthest below its share."""
    furthest = [
        (len(own) - share, group)
        for group, (own, share) in enumerate(zip(last, _shares(size, groups), strict=True))
    ]
    heapq.heapify(furthest)
    more = [0] * len(groups)
    for _ in range(size - sum(map(len, last))):
        surplus, group = furthest[0]
        more[group] += 1
        heapq.heapreplace(furthest, (surplus + 1, group))
    return [
        [*own, *islice(cycle([*group[len(own) :], *own]), count)]
        for own, group, count in zip(last, groups, more, strict=True)
    ]


def split(labels: Labels, test_size: float, *, seed: int | None) -> tuple[list[int], list[int]]:
    """Return all positions in two parts, for training and for testing, each in random order.

    The test part of a class is `test_size` of it, rounded up or down, and at least one position of each class
    is in each part; the whole test part is rounded to the nearest number that allows this.

    Raises `ValueError` where `test_size` is not between 0 and 1, and where a class has fewer than two.

    >>> train, test = split("aaaaaabb", 0.25, seed=0)
    >>> sorted("aaaaaabb"[i] for i in train), sorted("aaaaaabb"[i] for i in test)
    (['a', 'a', 'a', 'a', 'a', 'b'], ['a', 'b'])
    """
    if not 0 < test_size < 1:
        raise ValueError(f"test_size is {test_size!r}; give a part between 0 and 1, for example 0.2.")
    rng = _rng(seed)
    groups = _groups(labels, rng)
    _refuse_single(labels, groups)
    part = Fraction(str(float(test_size)))  # the number as it is written, not the nearest binary one
    shares = [part * len(group) for group in groups]
    low = [max(1, math.floor(share)) for share in shares]
    high = [
        min(len(group) - 1, max(1, math.ceil(share))) for group, share in zip(groups, shares, strict=True)
    ]
    wanted = min(max(round(part * len(labels)), sum(low)), sum(high))
    counts = _raised(low, high, shares, wanted - sum(low))
    test = [position for group, count in zip(groups, counts, strict=True) for position in group[:count]]
    train = [position for group, count in zip(groups, counts, strict=True) for position in group[count:]]
    return _shuffled(train, rng), _shuffled(test, rng)


def _refuse_single(labels: Labels, groups: list[list[int]]) -> None:
    if len(labels) < 2:
        raise ValueError(f"{len(labels)} samples cannot be split; at least 2 are needed.")
    single = [repr(labels[group[0]]) for group in groups if len(group) < 2]
    if single:
        shown = ", ".join(single[:5]) + (f" and {len(single) - 5} more" if len(single) > 5 else "")
        raise ValueError(
            f"These classes have only 1 sample, and both parts need one of each: {shown}. "
            "Leave such samples out with filter(…), or split without stratify."
        )


def _rng(seed: int | None) -> random.Random:
    return random.Random(None if seed is None else index(seed))


def _shuffled(values: list[T], rng: random.Random) -> list[T]:
    return rng.sample(values, len(values))


def _groups(labels: Labels, rng: random.Random) -> list[list[int]]:
    """Return the positions of every class, both in random order: nobody gains by standing first."""
    groups: dict[Hashable, list[int]] = {}
    for position, label in enumerate(labels):
        groups.setdefault(label, []).append(position)
    return _shuffled([_shuffled(group, rng) for group in groups.values()], rng)


def _shares(n: int, groups: list[list[int]]) -> list[Fraction]:
    """Return every class's share of n positions."""
    total = sum(map(len, groups))
    return [Fraction(n * len(group), total) for group in groups]


def _rounded(shares: list[Fraction]) -> list[int]:
    """Round shares that add up to a whole number so that they still do: the largest remainders go up."""
    low, high = list(map(math.floor, shares)), list(map(math.ceil, shares))
    return _raised(low, high, shares, int(sum(shares)) - sum(low))


def _raised(low: list[int], high: list[int], shares: list[Fraction], times: int) -> list[int]:
    """Raise as many of the low counts to the high one next to it, those first that lack the most."""
    lacking = sorted((i for i in range(len(low)) if low[i] < high[i]), key=lambda i: low[i] - shares[i])
    raised = set(lacking[:times])
    return [count + (i in raised) for i, count in enumerate(low)]
