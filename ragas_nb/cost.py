"""Ragas' name for where token counts and their costs live."""

from __future__ import annotations

from ragas_nb.results.spending.cost_callback import CostCallbackHandler, TokenUsageParser
from ragas_nb.results.spending.token_parsers import (
    get_token_usage_for_anthropic,
    get_token_usage_for_azure_ai,
    get_token_usage_for_bedrock,
    get_token_usage_for_openai,
)
from ragas_nb.results.spending.tokens import TokenUsage

__all__ = [
    "CostCallbackHandler",
    "TokenUsage",
    "TokenUsageParser",
    "get_token_usage_for_anthropic",
    "get_token_usage_for_azure_ai",
    "get_token_usage_for_bedrock",
    "get_token_usage_for_openai",
]
