"""Counts the tokens of model calls as a callback of LangChain, or of a run."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from ragas_nb.engine.events import UsageAdded
from ragas_nb.results.spending.tokens import Prices, TokenUsage, cost_of, tokens_by_model

log = logging.getLogger("ragas_nb")

TokenUsageParser = Callable[[Any], TokenUsage]
"""Reads the tokens of a LangChain result."""


class CostCallbackHandler:
    """Counts what models used: pass it as a callback to LangChain models, or to `evaluate`.

    LangChain calls it when a model has answered, and `token_usage_parser` reads the reply, for instance
    `get_token_usage_for_openai`. It goes into `config={"callbacks": [...]}`; a model's constructor checks for
    LangChain's own class and does not take it. `evaluate(callbacks=[...])` calls it with the events of a run,
    whose tokens are counted already.

    >>> handler = CostCallbackHandler(lambda reply: TokenUsage(input_tokens=10, output_tokens=5, model="m"))
    >>> handler.on_llm_end("a reply")
    >>> handler.total_tokens()
    TokenUsage(input_tokens=10, output_tokens=5, model='m')
    >>> handler.total_cost(0.5, 1.0)
    10.0
    """

    raise_error = False
    """An error here does not stop the model's answer; LangChain logs it."""
    run_inline = True
    """It is quick, so that no thread is needed."""
    ignore_llm = False
    ignore_chat_model = True
    ignore_chain = True
    ignore_agent = True
    ignore_retriever = True
    ignore_retry = True
    ignore_custom_event = True

    def __init__(self, token_usage_parser: TokenUsageParser) -> None:
        self.token_usage_parser = token_usage_parser
        self.usage_data: list[TokenUsage] = []
        """One usage per reply, in the order in which they came."""
        self._warned = False

    def on_llm_end(self, response: object, **kwargs: object) -> None:
        """Count one reply."""
        usage = self.token_usage_parser(response)
        if not (self._warned or usage.input_tokens or usage.output_tokens):
            self._warned = True
            name = getattr(self.token_usage_parser, "__name__", "token_usage_parser")
            log.warning("%s found no tokens in a reply; what it cost is not counted.", name)
        self.usage_data.append(usage)

    def __call__(self, event: object) -> None:
        """Count the tokens of a run's event, where it is about tokens."""
        if isinstance(event, UsageAdded):
            counted = event.usage
            self.usage_data.append(
                TokenUsage(
                    input_tokens=counted.input_tokens,
                    output_tokens=counted.output_tokens,
                    model=event.model,
                )
            )

    def total_tokens(self) -> TokenUsage | list[TokenUsage]:
        """The tokens of the one model, or one usage per model; zero tokens before the first reply."""
        return tokens_by_model(self.usage_data)

    def total_cost(
        self,
        cost_per_input_token: float | None = None,
        cost_per_output_token: float | None = None,
        per_model_costs: Prices | None = None,
    ) -> float:
        """What the replies cost in dollars: 0.0 before the first one.

        Prices are dollars per token: one or two for all tokens of one model, or in `per_model_costs` a pair
        for each model, which goes first. Without any, those of `ragas_nb.set_price` and the price table hold.

        Raises:
            ValueError: a model has no price; it is named.
        """
        return cost_of(self.usage_data, cost_per_input_token, cost_per_output_token, per_model_costs)

    def on_llm_start(self, *args: object, **kwargs: object) -> None:
        """Nothing; LangChain expects it, as it does the others below."""

    def on_llm_new_token(self, *args: object, **kwargs: object) -> None:
        """Nothing."""

    def on_llm_error(self, *args: object, **kwargs: object) -> None:
        """Nothing."""

    def on_stream_event(self, *args: object, **kwargs: object) -> None:
        """Nothing."""

    def on_text(self, *args: object, **kwargs: object) -> None:
        """Nothing."""
