"""What a request costs, in dollars: from the prices that a user set, else from the `genai-prices` package.

Nothing is downloaded: the prices are those of the installed package.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import cache

from ragas_nb.judges.base import Usage

_MAKERS = ("openai", "anthropic", "google")
"""Whose models are priced by their name alone on a server that the price list does not know (a gateway)."""
_OPEN_WEIGHTS = ("gpt-oss", "gemma")
_SAMPLE = 1000
_USUAL_SIZE = 100_000
"""Input tokens of a request; above it some models cost more per token."""


@dataclass(frozen=True, slots=True)
class Rates:
    """Dollars per token, and per request."""

    input: float
    output: float
    cached: float
    request: float = 0.0

    def cost(self, usage: Usage) -> float:
        """The price of one request."""
        cached = min(usage.cached_tokens, usage.input_tokens)
        return (
            self.request
            + (usage.input_tokens - cached) * self.input
            + cached * self.cached
            + usage.output_tokens * self.output
        )


_set_by_user: dict[str, Rates] = {}


def set_price(
    model: str,
    *,
    input: float,  # noqa: A002  the pair of `output`
    output: float = 0.0,
    cached: float | None = None,
) -> None:
    """Say what a model costs, in dollars per million tokens; it goes before every other price.

    `cached` is the price of input tokens that the server had cached; the same as `input` unless given.

    >>> set_price("my-model", input=0.5, output=2.0)
    >>> price("my-model", Usage(input_tokens=1000, output_tokens=500))
    0.0015
    """
    per_million = (input, output, input if cached is None else cached)
    if min(per_million) < 0:
        raise ValueError(f"The price of '{model}' must not be negative; got {per_million}.")
    _set_by_user[model] = Rates(*(dollars / 1_000_000 for dollars in per_million))


def price(
    model: str, usage: Usage, provider_url: str | None = None, *, asked_as: str | None = None
) -> float | None:
    """What one request cost in dollars, or None when nobody knows.

    `model` is the name in the server's reply, `asked_as` the name in the request (an alias, a deployment).
    """
    names = tuple(dict.fromkeys(name for name in (model, asked_as) if name))
    for name in names:
        if rates := _set_by_user.get(name):
            return rates.cost(usage)
    for name in names:
        if listed := _listed(name, provider_url):
            return listed.cost(usage)
    return None


@cache
def preload() -> None:
    """Start loading the price list (a third of a second) in the background; once per process."""
    threading.Thread(target=_listed, args=("gpt-4o-mini", None), name="ragas_nb-prices", daemon=True).start()


@dataclass(frozen=True, slots=True)
class _Listed:
    """A model of the price list: who serves it, its name there, and its rates for requests of usual size."""

    provider: str
    model: str
    rates: Rates

    def cost(self, usage: Usage) -> float:
        if usage.input_tokens <= _USUAL_SIZE:
            return self.rates.cost(usage)
        return _calculated(usage, self.model, provider_id=self.provider)[0]


@cache
def _listed(model: str, provider_url: str | None) -> _Listed | None:
    """The model in the price list, or None when the list does not have it."""
    found = _served(model, provider_url)
    if found is None:
        return None
    provider, name = found
    fee = _calculated(Usage(), name, provider_id=provider)[0]
    rates = Rates(
        input=_per_token(Usage(input_tokens=_SAMPLE), fee, name, provider),
        output=_per_token(Usage(output_tokens=_SAMPLE), fee, name, provider),
        cached=_per_token(Usage(input_tokens=_SAMPLE, cached_tokens=_SAMPLE), fee, name, provider),
        request=fee,
    )
    return _Listed(provider, name, rates)


def _per_token(sample: Usage, fee: float, model: str, provider: str) -> float:
    return (_calculated(sample, model, provider_id=provider)[0] - fee) / _SAMPLE


def _served(model: str, provider_url: str | None) -> tuple[str, str] | None:
    """The price list's names for the provider at this address and its model; else the model's maker."""
    if provider_url is not None:
        try:
            return _calculated(Usage(), model, provider_api_url=provider_url)[1], model
        except LookupError:
            pass
    name = model.rsplit("/", 1)[-1]
    if any(word in name.lower() for word in _OPEN_WEIGHTS):
        return None
    for maker in _MAKERS:
        try:
            return _calculated(Usage(), name, provider_id=maker)[1], name
        except LookupError:
            continue
    return None


def _calculated(
    usage: Usage, model: str, *, provider_id: str | None = None, provider_api_url: str | None = None
) -> tuple[float, str]:
    """The price of a request by the price list, and the list's name for the provider.

    Raises:
        LookupError: the list does not have this model, or this provider.
    """
    import genai_prices

    counted = genai_prices.Usage(
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
        cache_read_tokens=min(usage.cached_tokens, usage.input_tokens),
    )
    if provider_id is not None:
        found = genai_prices.calc_price(counted, model, provider_id=provider_id)
    else:
        found = genai_prices.calc_price(counted, model, provider_api_url=provider_api_url)
    return float(found.total_price), found.provider.id
