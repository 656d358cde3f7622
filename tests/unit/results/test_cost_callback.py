"""Counting the replies of LangChain's models, and the events of a run."""

from __future__ import annotations

import logging
from types import SimpleNamespace
from typing import Any

import pytest

import ragas_nb as rnb
from ragas_nb.metrics import AspectCritic
from ragas_nb.results.spending.cost_callback import CostCallbackHandler
from ragas_nb.results.spending.token_parsers import get_token_usage_for_openai
from ragas_nb.results.spending.tokens import TokenUsage
from ragas_nb.testing import ScriptedJudge

log = logging.getLogger("langchain")

EVENTS = {
    "on_chain_start": "ignore_chain",
    "on_chain_end": "ignore_chain",
    "on_tool_end": "ignore_agent",
    "on_retriever_end": "ignore_retriever",
    "on_custom_event": "ignore_custom_event",
    "on_retry": "ignore_retry",
    "on_chat_model_start": "ignore_chat_model",
    "on_text": None,
    "on_llm_start": "ignore_llm",
    "on_llm_new_token": "ignore_llm",
    "on_stream_event": "ignore_llm",
    "on_llm_error": "ignore_llm",
    "on_llm_end": "ignore_llm",
}
"""What langchain-core's callback manager tells a handler, and the attribute by which a handler declines."""


def told_by_langchain(handler: Any, reply: object) -> None:
    """Every event as langchain-core tells it; what a handler lacks is logged there."""
    assert (handler.raise_error, handler.run_inline) == (False, True)
    for event, ignored_by in EVENTS.items():
        try:
            if ignored_by is None or not getattr(handler, ignored_by):
                getattr(handler, event)(reply, run_id="1", parent_run_id=None, tags=[])
        except Exception as error:  # noqa: BLE001  as LangChain does
            log.warning("Error in %s callback: %r", event, error)


def reply(read: int, written: int, model: str) -> object:
    """What LangChain's OpenAI models answer."""
    counted = {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written}
    return SimpleNamespace(generations=[], llm_output={"token_usage": counted, "model_name": model})


def usage(read: int, written: int, model: str = "") -> TokenUsage:
    return TokenUsage(input_tokens=read, output_tokens=written, model=model)


def test_replies_of_langchain_are_counted_without_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    handler = CostCallbackHandler(token_usage_parser=get_token_usage_for_openai)
    told_by_langchain(handler, reply(10, 10, "gpt-4o"))
    told_by_langchain(handler, reply(1, 2, "gpt-4o"))
    assert handler.usage_data == [usage(10, 10, "gpt-4o"), usage(1, 2, "gpt-4o")]
    assert caplog.messages == []


def test_totals_of_one_model_are_one_usage_and_its_cost() -> None:
    handler = CostCallbackHandler(get_token_usage_for_openai)
    for _ in range(2):
        handler.on_llm_end(reply(10, 10, "gpt-4o"))
    assert handler.total_tokens() == usage(20, 20, "gpt-4o")
    assert handler.total_cost(0.5) == 20.0
    assert handler.total_cost(cost_per_input_token=0.5, cost_per_output_token=0.25) == 15.0
    assert handler.total_cost(per_model_costs={"gpt-4o": (0.5, 0.25)}) == 15.0
    assert handler.total_cost() == pytest.approx(20 * 2.5e-6 + 20 * 10e-6)


def test_totals_of_several_models_stand_apart() -> None:
    handler = CostCallbackHandler(get_token_usage_for_openai)
    for model in ("a", "b", "a"):
        handler.on_llm_end(reply(1, 2, model))
    assert handler.total_tokens() == [usage(2, 4, "a"), usage(1, 2, "b")]
    assert handler.total_cost(per_model_costs={"a": (1, 1), "b": (10, 10)}) == 36.0


@pytest.mark.parametrize(
    ("prices", "message"),
    [
        ({"per_model_costs": {"a": (1, 1)}}, "no price for 'b'"),
        ({"cost_per_input_token": 1.0}, "several models: 'a', 'b'"),
        ({}, "No price is known for 'a', 'b'"),
    ],
)
def test_a_model_without_a_price_is_named(prices: dict[str, Any], message: str) -> None:
    handler = CostCallbackHandler(get_token_usage_for_openai)
    for model in ("a", "b"):
        handler.on_llm_end(reply(1, 2, model))
    with pytest.raises(ValueError, match=message):
        handler.total_cost(**prices)


def test_before_the_first_reply_there_are_no_tokens_and_no_cost() -> None:
    handler = CostCallbackHandler(get_token_usage_for_openai)
    assert (handler.total_tokens(), handler.total_cost(), handler.total_cost(0.1)) == (usage(0, 0), 0.0, 0.0)


def test_the_first_reply_without_tokens_is_told_and_no_further_one(caplog: pytest.LogCaptureFixture) -> None:
    handler = CostCallbackHandler(get_token_usage_for_openai)
    for _ in range(3):
        handler.on_llm_end(SimpleNamespace(generations=[], llm_output=None))
    assert (handler.usage_data, caplog.messages) == (
        [usage(0, 0)] * 3,
        ["get_token_usage_for_openai found no tokens in a reply; what it cost is not counted."],
    )


def test_the_tokens_of_a_run_are_counted_where_it_is_among_the_callbacks() -> None:
    handler = CostCallbackHandler(get_token_usage_for_openai)
    rnb.evaluate(
        [{"user_input": "a", "response": "b"}, {"user_input": "c", "response": "d"}],
        [AspectCritic(name="brief", definition="Is it brief?")],
        llm=ScriptedJudge({"judge_aspect": {"reason": "so", "verdict": 1}}, identity="m"),
        callbacks=[handler],
        show_progress=False,
    )
    assert handler.usage_data == [usage(10, 5, "m"), usage(10, 5, "m")]
