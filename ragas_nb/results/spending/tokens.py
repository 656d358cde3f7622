"""Tokens that were counted, per model, and what they cost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pydantic import BaseModel, ConfigDict, NonNegativeInt

from ragas_nb.judges.base import Usage
from ragas_nb.judges.prices import price

Prices = Mapping[str, tuple[float, float]]
"""Per model, dollars per input token and per output token."""


class TokenUsage(BaseModel):
    """Tokens that one model read and wrote.

    >>> both = TokenUsage(input_tokens=10, output_tokens=5) + TokenUsage(input_tokens=20, output_tokens=15)
    >>> both
    TokenUsage(input_tokens=30, output_tokens=20, model='')
    >>> both.cost(0.5, 1.0)
    35.0
    """

    model_config = ConfigDict(frozen=True)

    input_tokens: NonNegativeInt
    output_tokens: NonNegativeInt
    model: str = ""
    """The model's name, empty when nobody said it."""

    def __add__(self, other: object) -> TokenUsage:
        """The sum of both.

        Raises:
            ValueError: they are of two models.
        """
        if not isinstance(other, TokenUsage):
            return NotImplemented
        if not self.is_same_model(other):
            raise ValueError(
                f"Tokens of {_named(self.model)} and of {_named(other.model)} cannot be added. "
                "Keep one sum per model: tokens_by_model([...]) does."
            )
        return TokenUsage(
            input_tokens=self.input_tokens + other.input_tokens,
            output_tokens=self.output_tokens + other.output_tokens,
            model=self.model,
        )

    def __radd__(self, other: int) -> TokenUsage:
        """What `sum` starts with is no usage; it changes nothing."""
        return self if other == 0 else NotImplemented

    def cost(self, cost_per_input_token: float, cost_per_output_token: float | None = None) -> float:
        """What the tokens cost; output tokens cost what input tokens do unless you say otherwise."""
        per_output = cost_per_input_token if cost_per_output_token is None else cost_per_output_token
        return self.input_tokens * cost_per_input_token + self.output_tokens * per_output

    def is_same_model(self, other: TokenUsage) -> bool:
        """Whether both are of one model."""
        return self.model == other.model


def tokens_by_model(usages: Iterable[TokenUsage]) -> TokenUsage | list[TokenUsage]:
    """The sum of one model's tokens, or one sum per model, in the order in which the models came up.

    Without any usage it is zero tokens of no model. Usages without tokens and without a model name say
    nothing and make no entry of their own.

    >>> tokens_by_model([])
    TokenUsage(input_tokens=0, output_tokens=0, model='')
    """
    sums = list(_sums(usages).values())
    return sums[0] if len(sums) == 1 else sums or TokenUsage(input_tokens=0, output_tokens=0)


def cost_of(
    usages: Iterable[TokenUsage],
    cost_per_input_token: float | None = None,
    cost_per_output_token: float | None = None,
    per_model_costs: Prices | None = None,
) -> float:
    """What requests cost in dollars, one usage per request.

    By `per_model_costs` where it is given (then it has to have every model), else by the flat prices per
    token (then there has to be one model only), else by the price table, per request, as long ones may cost
    more per token.

    Raises:
        ValueError: a model has no price; it is named.
    """
    counted = [usage for usage in usages if usage.input_tokens or usage.output_tokens]
    if per_model_costs:
        return _by_model(counted, per_model_costs)
    if cost_per_input_token is not None:
        return _flat(counted, cost_per_input_token, cost_per_output_token)
    if cost_per_output_token is not None:
        raise ValueError("cost_per_output_token is given without cost_per_input_token. Pass both.")
    return _by_table(counted)


def _sums(usages: Iterable[TokenUsage]) -> dict[str, TokenUsage]:
    sums: dict[str, TokenUsage] = {}
    for usage in usages:
        if usage.model or usage.input_tokens or usage.output_tokens:
            sums[usage.model] = usage + sums[usage.model] if usage.model in sums else usage
    return sums


def _by_model(usages: list[TokenUsage], costs: Prices) -> float:
    if missing := _models(usage for usage in usages if usage.model not in costs):
        raise ValueError(
            f"per_model_costs has no price for {missing}; it has {_listed(costs)}. Add it there."
        )
    return sum(usage.cost(*_pair(usage.model, costs[usage.model])) for usage in usages)


def _flat(usages: list[TokenUsage], per_input: float, per_output: float | None) -> float:
    if len({usage.model for usage in usages}) > 1:
        raise ValueError(
            f"One price per token for several models: {_models(usages)}. "
            "Pass per_model_costs={model: (per input token, per output token)}."
        )
    _pair("one model", (per_input, per_input if per_output is None else per_output))
    return sum(usage.cost(per_input, per_output) for usage in usages)


def _by_table(usages: list[TokenUsage]) -> float:
    costs = [(usage, _priced(usage)) for usage in usages]
    if unknown := _models(usage for usage, cost in costs if cost is None):
        raise ValueError(
            f"No price is known for {unknown}. Pass cost_per_input_token and cost_per_output_token, "
            "or per_model_costs={model: (per input token, per output token)}, "
            "or set one with ragas_nb.set_price(model, input=…, output=…)."
        )
    return sum(cost for _, cost in costs if cost is not None)


def _priced(usage: TokenUsage) -> float | None:
    if not usage.model:
        return None
    return price(usage.model, Usage(input_tokens=usage.input_tokens, output_tokens=usage.output_tokens))


def _pair(model: str, costs: object) -> tuple[float, float]:
    """A model's two prices.

    Raises:
        ValueError: it is something else, or one is negative.
    """
    match costs:
        case (float() | int() as per_input, float() | int() as per_output) if min(per_input, per_output) >= 0:
            return per_input, per_output
    raise ValueError(
        f"The price of {_named(model)} has to be (dollars per input token, dollars per output token), "
        f"neither below 0; found {costs!r}."
    )


def _models(usages: Iterable[TokenUsage]) -> str:
    return _listed(usage.model for usage in usages)


def _listed(models: Iterable[str]) -> str:
    return ", ".join(_named(model) for model in dict.fromkeys(models))


def _named(model: str) -> str:
    return repr(model) if model else "a model without a name"
