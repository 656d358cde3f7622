"""Tokens per model, and what they cost: no model without a price counts as free."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from ragas_nb.results.spending.tokens import TokenUsage, cost_of, tokens_by_model


def usage(read: int, written: int, model: str = "") -> TokenUsage:
    return TokenUsage(input_tokens=read, output_tokens=written, model=model)


# ── one usage ──


def test_usages_of_one_model_add_up() -> None:
    assert usage(10, 20, "a") + usage(5, 15, "a") == usage(15, 35, "a")
    assert sum([usage(1, 2), usage(3, 4), usage(5, 6)]) == usage(9, 12)


@pytest.mark.parametrize(
    ("one", "other", "message"),
    [("a", "b", "Tokens of 'a' and of 'b' cannot"), ("a", "", "'a' and of a model without a name cannot")],
)
def test_usages_of_two_models_do_not_add_up(one: str, other: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        usage(1, 1, one) + usage(1, 1, other)


@pytest.mark.parametrize("other", [1, 0, None, "a"])
def test_only_usages_are_added_to_a_usage(other: Any) -> None:
    with pytest.raises(TypeError):
        usage(1, 1) + other


def test_usages_are_equal_with_the_same_tokens_of_the_same_model() -> None:
    assert usage(1, 2, "a") == usage(1, 2, "a")
    assert len({usage(1, 2, "a"), usage(1, 2, "a"), usage(1, 3, "a"), usage(2, 2, "a"), usage(1, 2)}) == 4


def test_models_are_the_same_by_their_name() -> None:
    assert usage(1, 2, "a").is_same_model(usage(3, 4, "a"))
    assert not usage(1, 2, "a").is_same_model(usage(1, 2))


def test_output_tokens_cost_what_input_tokens_do_unless_it_is_said() -> None:
    assert usage(10, 20).cost(0.5) == 15.0
    assert usage(10, 20).cost(cost_per_input_token=0.5, cost_per_output_token=2.0) == 45.0
    assert usage(10, 20).cost(0.5, 0.0) == 5.0


@pytest.mark.parametrize("tokens", [(-1, 0), (0, -1), (0.5, 0), (None, 0)])
def test_tokens_are_whole_numbers_from_zero(tokens: tuple[Any, Any]) -> None:
    with pytest.raises(ValidationError):
        usage(*tokens)


def test_a_usage_does_not_change() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        usage(1, 2).model = "a"  # type: ignore[misc]


# ── several ──


@pytest.mark.parametrize(
    ("usages", "expected"),
    [
        ([], usage(0, 0)),
        ([usage(1, 2, "a")], usage(1, 2, "a")),
        ([usage(1, 2, "a"), usage(3, 4, "a")], usage(4, 6, "a")),
        ([usage(1, 2, "b"), usage(3, 4, "a"), usage(5, 6, "b")], [usage(6, 8, "b"), usage(3, 4, "a")]),
        ([usage(1, 2, "a"), usage(3, 4)], [usage(1, 2, "a"), usage(3, 4)]),
        ([usage(0, 0), usage(1, 2, "a"), usage(0, 0)], usage(1, 2, "a")),
        ([usage(0, 0, "b"), usage(1, 2, "a")], [usage(0, 0, "b"), usage(1, 2, "a")]),
        ([usage(0, 0), usage(0, 0)], usage(0, 0)),
    ],
)
def test_tokens_are_summed_per_model_in_the_order_of_the_models(
    usages: list[TokenUsage], expected: TokenUsage | list[TokenUsage]
) -> None:
    assert tokens_by_model(iter(usages)) == expected


MIXED = [usage(10, 10, "a"), usage(1, 2, "b"), usage(10, 10, "a")]


def test_one_model_costs_the_flat_price() -> None:
    assert cost_of([usage(10, 10, "a")] * 2, 0.1) == pytest.approx(4.0)
    assert cost_of([usage(10, 10, "a")] * 2, 0.5, 1.0) == 30.0


def test_every_model_costs_its_own_price() -> None:
    assert cost_of(iter(MIXED), per_model_costs={"a": (0.5, 1.0), "b": (2, 4)}) == 40.0


def test_prices_per_model_go_before_the_flat_price() -> None:
    assert cost_of([usage(1, 1, "a")], 100.0, 100.0, {"a": (1.0, 2.0)}) == 3.0


def test_the_price_table_is_used_where_no_price_is_given() -> None:
    usages = [usage(1_000_000, 0, "gpt-4o-mini"), usage(0, 1_000_000, "gpt-4o")]
    assert cost_of(usages) == cost_of(usages, per_model_costs={}) == pytest.approx(0.15 + 10.0)


def test_many_short_requests_do_not_cost_what_one_long_request_does() -> None:
    model = "gemini-2.5-pro"
    short = [usage(50_000, 0, model)] * 10
    assert cost_of(short) == pytest.approx(10 * cost_of(short[:1]))
    assert cost_of(short) < cost_of([usage(500_000, 0, model)])


@pytest.mark.parametrize(
    "prices", [{}, {"cost_per_input_token": 1.0}, {"per_model_costs": {"a": (1.0, 1.0)}}]
)
@pytest.mark.parametrize("usages", [[], [usage(0, 0), usage(0, 0, "unheard-of")]])
def test_no_tokens_cost_nothing_at_any_price(usages: list[TokenUsage], prices: dict[str, Any]) -> None:
    assert cost_of(usages, **prices) == 0.0


@pytest.mark.parametrize(
    ("usages", "prices", "message"),
    [
        (MIXED, {"per_model_costs": {"a": (1, 1)}}, r"^per_model_costs has no price for 'b'; it has 'a'\."),
        (
            [usage(1, 1)],
            {"per_model_costs": {"a": (1, 1)}},
            "no price for a model without a name; it has 'a'",
        ),
        (
            MIXED,
            {"cost_per_input_token": 1.0},
            "^One price per token for several models: 'a', 'b'. Pass per_",
        ),
        (
            MIXED,
            {},
            "^No price is known for 'a', 'b'. Pass cost_per_input_token .*per_model_costs=.*set_price",
        ),
        ([usage(9, 9, "gpt-4o"), usage(1, 1)], {}, "^No price is known for a model without a name"),
        (
            MIXED,
            {"cost_per_output_token": 1.0},
            "^cost_per_output_token is given without cost_per_input_token",
        ),
        ([usage(1, 1, "a")], {"per_model_costs": {"a": 1.0}}, "^The price of 'a' has to be .*; found 1.0"),
        ([usage(1, 1, "a")], {"per_model_costs": {"a": (1, -1)}}, r"'a' .*neither below 0; found \(1, -1\)"),
        ([usage(1, 1, "a")], {"cost_per_input_token": -1.0}, r"neither below 0; found \(-1.0, -1.0\)"),
    ],
)
def test_a_model_without_a_price_is_named_and_not_free(
    usages: list[TokenUsage], prices: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        cost_of(usages, **prices)
