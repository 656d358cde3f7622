"""What a run may spend: money or tokens, never more than that by more than one request."""

from __future__ import annotations

import asyncio
import math
from collections import Counter
from dataclasses import dataclass
from typing import Literal, Protocol

from ragas_nb.errors import BudgetReached, ConfigurationError
from ragas_nb.judges.base import Usage

ROUNDING = 1e-9
"""The part of a budget that sums of floats may be off."""
_DOUBT, _DOUBT_FADES = 2.0, 8.0
"""How many times the dearest request so far one in flight may cost: this plus that over √(requests seen)."""
_DOUBT_UNSEEN = 50.0
"""The same for the first request of a step, by the dearest of any other step."""


@dataclass(frozen=True, slots=True)
class TokenBudget:
    """A budget in tokens, input and output of all requests together: `budget=TokenBudget(200_000)`.

    Raises:
        ConfigurationError: fewer than one token.

    >>> TokenBudget(200_000).tokens
    200000
    """

    tokens: int

    def __post_init__(self) -> None:
        if not 1 <= self.tokens < math.inf:
            raise ConfigurationError(f"TokenBudget must be at least 1 token, not {self.tokens!r}.")


@dataclass(frozen=True, slots=True)
class Allowance:
    """What may be spent, and what was; as a text it says both.

    >>> str(Allowance(0.42, 1.0, "dollars")), str(Allowance(10, 200_000, "tokens"))
    ('$0.4200 of $1', '10 of 200,000 tokens')
    """

    spent: float
    limit: float
    unit: Literal["dollars", "tokens"]

    def __str__(self) -> str:
        if self.unit == "tokens":
            return f"{self.spent:,.0f} of {self.limit:,.0f} tokens"
        return f"${self.spent:.4f} of ${self.limit:g}"


class Spending(Protocol):
    """What requests used: their tokens, and their dollars where the price was known."""

    @property
    def usage(self) -> Usage:
        """Their tokens."""

    @property
    def cost(self) -> float:
        """Their dollars."""


class Budget:
    """What may be spent: dollars, tokens, or without end (None); `spent` is what went before.

    A request in flight counts with what it may cost: some times the dearest one of its step so far, more so
    the fewer were seen. The first of a step goes out alone of its step and counts with a multiple of the
    dearest of all, and the very first request goes out by itself. While there is room for that, nothing
    waits. Where there is not, a request waits for others to come back, at last for all of them, and so it is
    one request at most that goes over.
    """

    def __init__(self, limit: float | TokenBudget | None = None, *, spent: float = 0.0) -> None:
        self.in_tokens = isinstance(limit, TokenBudget)
        self.limit = _amount(limit)
        self.spent = spent
        self._seen: Counter[str] = Counter()
        self._dearest: dict[str, float] = {}
        self._in_flight: Counter[str] = Counter()
        self._changed = asyncio.Event()
        self._reached = False

    @property
    def is_set(self) -> bool:
        """Whether there is an end to what may be spent."""
        return not math.isinf(self.limit)

    @property
    def is_reached(self) -> bool:
        """Whether a request did not fit, so that none goes out until more is allowed."""
        return self._reached

    @property
    def allowance(self) -> Allowance | None:
        """What may be spent and what was; None where there is no limit."""
        if not self.is_set:
            return None
        return Allowance(self.spent, self.limit, "tokens" if self.in_tokens else "dollars")

    def counted(self, usage: Usage, cost: float | None) -> float | None:
        """What a reply takes of this budget; None where its price is not known."""
        return float(usage.input_tokens + usage.output_tokens) if self.in_tokens else cost

    def count_before(self, total: Spending) -> None:
        """Count all that a run had used when it was taken up again."""
        self.spent = self.counted(total.usage, total.cost) or 0.0

    async def reserve(self, step: str) -> None:
        """Make room for one request; wait for others to come back where that decides.

        Raises:
            BudgetReached: it does not fit, or another one before it did not.
        """
        if not self.is_set:
            self._in_flight[step] += 1
            return
        while not (self._reached or self._goes_over(step)):
            if not self._must_wait(step):
                self._in_flight[step] += 1
                return
            await self._changed.wait()
        self._reached = True
        raise BudgetReached(self._message())

    def settle(self, step: str, amount: float | None) -> None:
        """Count a request that came back, or (None) one that failed or has no price."""
        self._in_flight[step] -= 1
        if amount is not None:
            self.spent += amount
            self._seen[step] += 1
            self._dearest[step] = max(amount, self._dearest.get(step, 0.0))
        self._look_again()

    def raise_to(self, limit: float | TokenBudget | None) -> None:
        """Set a new limit in the same unit; requests that wait go on where they fit now.

        Raises:
            ConfigurationError: it is in the other unit.
        """
        self._check_unit(limit)
        self.in_tokens = isinstance(limit, TokenBudget) if limit is not None else self.in_tokens
        self.limit = _amount(limit)
        self._reached = False
        self._look_again()

    def add(self, more: float | TokenBudget) -> None:
        """Allow so much more than before; requests that wait go on where they fit now.

        Raises:
            ConfigurationError: there is no budget, it is in the other unit, or `more` is not above 0.
        """
        self.allow(self.checked(more))

    def checked(self, more: float | TokenBudget) -> float:
        """How much more that is, in the budget's unit.

        Raises:
            ConfigurationError: there is no budget, it is in the other unit, or `more` is not above 0.
        """
        if not self.is_set:
            raise ConfigurationError("This run has no budget, so nothing can be added to it.")
        self._check_unit(more)
        amount = _amount(more)
        if not 0 < amount < math.inf:
            raise ConfigurationError(f"A budget grows by more than 0, not by {amount:g}.")
        return amount

    def allow(self, amount: float) -> None:
        """Allow so much more; on the event loop on which requests wait for it."""
        self.limit += amount
        self._reached = False
        self._look_again()

    def _look_again(self) -> None:
        """Wake who waits."""
        self._changed.set()
        self._changed = asyncio.Event()

    def _check_unit(self, amount: float | TokenBudget | None) -> None:
        if amount is None or not self.is_set or isinstance(amount, TokenBudget) == self.in_tokens:
            return
        unit, way = ("tokens", "TokenBudget(…)") if self.in_tokens else ("dollars", "a number, such as 2.00")
        raise ConfigurationError(f"This run's budget is in {unit}: pass {way}, not {amount!r}.")

    def _message(self) -> str:
        if self.in_tokens:
            said = f"Budget of {self.limit:,.0f} tokens reached: {self.spent:,.0f} tokens spent."
            return f"{said} Finished scores stay; run.add_budget(TokenBudget(…)) goes on."
        said = f"Budget of ${self.limit:g} reached: ${self.spent:.4f} spent."
        return f"{said} Finished scores stay; run.add_budget(…) goes on."

    def _must_wait(self, step: str) -> bool:
        """Whether what is in flight may take the room that this request needs."""
        if not self.is_set:
            return False
        flying = {name: count for name, count in self._in_flight.items() if count}
        if not flying:
            return False
        if not self._dearest:
            return True
        if step not in self._dearest and self._in_flight[step]:
            return True
        reserved = sum(self._doubted(name) * count for name, count in flying.items())
        return self._over(self.spent + reserved + self._doubted(step))

    def _goes_over(self, step: str) -> bool:
        return self.spent >= self.limit or self._over(self.spent + self._price(step))

    def _over(self, amount: float) -> bool:
        return amount > self.limit * (1 + ROUNDING)

    def _price(self, step: str) -> float:
        """What a request of this step is expected to cost: as much as the dearest so far."""
        return self._dearest.get(step, max(self._dearest.values(), default=0.0))

    def _doubted(self, step: str) -> float:
        """What a request of this step has to be reckoned with while it is in flight."""
        seen = self._seen[step]
        doubt = _DOUBT + _DOUBT_FADES / math.sqrt(seen) if seen else _DOUBT_UNSEEN
        return doubt * self._price(step)


def _amount(limit: float | TokenBudget | None) -> float:
    if limit is None:
        return math.inf
    return float(limit.tokens if isinstance(limit, TokenBudget) else limit)
