"""What a run cost, and how a sum says that it does not know every price."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

from ragas_nb.results.spending.tokens import Prices, TokenUsage, cost_of
from ragas_nb.store.ledger import Ledger

_CENT: Final = 0.01


class LowerBound(float):
    """Dollars that were spent at least: the price of some requests is not known.

    It computes like the number, and reads as what it is, also in a formatted text. `unpriced` counts the
    requests without a price by model; `uncounted` names the metrics that ask judges of their own.

    >>> cost = LowerBound(0.42, {"my-model": 118})
    >>> cost
    ≥ $0.42 (118 calls unpriced: my-model)
    >>> f"{cost:.1f}", cost.unpriced
    ('≥0.4', {'my-model': 118})
    """

    unpriced: Mapping[str, int]
    uncounted: tuple[str, ...]

    def __new__(
        cls, dollars: float, unpriced: Mapping[str, int], uncounted: Sequence[str] = ()
    ) -> LowerBound:
        """Return the sum of the known prices with the calls that it lacks."""
        bound = super().__new__(cls, dollars)
        bound.unpriced = dict(unpriced)
        bound.uncounted = tuple(uncounted)
        return bound

    def __repr__(self) -> str:
        lacks = [self._unpriced_in_words()] if self.unpriced else []
        if self.uncounted:
            lacks.append(f"not counted: the calls of {', '.join(self.uncounted)}")
        return f"≥ {dollars(self)} ({'; '.join(lacks)})"

    def _unpriced_in_words(self) -> str:
        count = sum(self.unpriced.values())
        calls = "call" if count == 1 else "calls"
        models = ", ".join(name or "a model without a name" for name in self.unpriced)
        return f"{count:,} {calls} unpriced: {models}"

    def __str__(self) -> str:
        return repr(self)

    def __format__(self, form: str) -> str:
        return f"≥{format(float(self), form)}" if form else repr(self)

    def __reduce__(self) -> tuple[Any, ...]:
        """Return how to copy and pickle the sum with what it lacks."""
        return LowerBound, (float(self), self.unpriced, self.uncounted)


def dollars(cost: float) -> str:
    """A sum of money: `$0.42`, with more digits below a cent.

    >>> dollars(0.4213), dollars(0.00042), dollars(0.0)
    ('$0.42', '$0.00042', '$0.00')
    """
    amount = float(cost)
    return f"${amount:.2f}" if amount >= _CENT or not amount else f"${amount:.5f}"


def total_cost(
    ledger: Ledger,
    cost_per_input_token: float | None = None,
    cost_per_output_token: float | None = None,
    per_model_costs: Prices | None = None,
    *,
    uncounted: Sequence[str] = (),
) -> float:
    """What the requests cost: by these prices, or else as they were charged.

    It is a `LowerBound` where a price is not known, or where metrics asked judges of their own (`uncounted`).

    Raises:
        ValueError: see `cost_of`.
    """
    if per_model_costs or cost_per_input_token is not None or cost_per_output_token is not None:
        usages = token_usages(ledger)
        known = cost_of(usages, cost_per_input_token, cost_per_output_token, per_model_costs)
        return LowerBound(known, {}, uncounted) if uncounted else known
    spent = ledger.by_model()
    known = math.fsum(of.cost for of in spent.values())
    unpriced = {model: of.unpriced for model, of in spent.items() if of.unpriced}
    return LowerBound(known, unpriced, uncounted) if unpriced or uncounted else known


def token_usages(ledger: Ledger) -> list[TokenUsage]:
    """The tokens of each model."""
    return [
        TokenUsage(
            input_tokens=spent.usage.input_tokens, output_tokens=spent.usage.output_tokens, model=model
        )
        for model, spent in ledger.by_model().items()
    ]
