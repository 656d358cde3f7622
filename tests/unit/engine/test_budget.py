"""What a run may spend, in dollars or tokens, and how far beyond it can go."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import pytest

from ragas_nb.engine.budget import Budget, TokenBudget
from ragas_nb.errors import BudgetReached, ConfigurationError
from ragas_nb.judges.base import Usage
from tests.unit.doubles import in_virtual_time

Costs = list[tuple[str, float]]


def spend(limit: Any, costs: Costs, *, at_once: int, seed: int | None = None) -> tuple[Budget, int, int]:
    """A budget after these requests of so many senders; how many went out, and how many at once.

    With a seed they take times that differ, else one second each.
    """

    async def main() -> tuple[Budget, int, int]:
        budget, queue, sent, most, flying = Budget(limit), iter(costs), 0, 0, 0
        rng = random.Random(seed)

        async def sender() -> None:
            nonlocal sent, most, flying
            for step, cost in queue:
                await budget.reserve(step)
                sent, flying = sent + 1, flying + 1
                most = max(most, flying)
                await asyncio.sleep(1 if seed is None else rng.lognormvariate(0.0, 0.5))
                flying -= 1
                budget.settle(step, cost)

        await asyncio.gather(*[sender() for _ in range(at_once)], return_exceptions=True)
        return budget, sent, most

    return in_virtual_time(main())


# ── how far it goes ──


def test_equal_requests_fill_a_budget_exactly():
    budget, sent, _ = spend(0.10, [("check", 0.01)] * 50, at_once=32)
    assert (sent, budget.spent) == (10, pytest.approx(0.10))


def test_far_from_its_end_a_budget_holds_nothing_back():
    _, sent, most = spend(10.0, [("check", 0.01)] * 500, at_once=32)
    assert (sent, most) == (500, 32)


def test_a_budget_is_overshot_by_one_request_at_most():
    budget, sent, _ = spend(0.001, [("check", 0.01)] * 50, at_once=32)
    assert (sent, budget.spent) == (1, 0.01)


def test_a_dear_step_after_a_cheap_one_does_not_burst_the_budget():
    budget, _, _ = spend(0.05, [("split", 0.0001)] * 40 + [("check", 0.01)] * 40, at_once=32)
    assert budget.spent <= 0.05


def test_dear_requests_after_one_cheap_one_of_their_step_do_not_burst_the_budget():
    budget, _, _ = spend(0.05, [("check", 0.001)] + [("check", 0.009)] * 40, at_once=32)
    assert budget.spent <= 0.05 + 0.009


def test_first_requests_of_many_steps_together_do_not_burst_the_budget():
    steps = [(f"step {number}", 0.01) for number in range(20)]
    budget, _, _ = spend(0.02, [("cheap", 0.0005), *steps], at_once=32)
    assert budget.spent <= 0.02 + 0.01


@pytest.mark.parametrize("seed", range(25))
def test_random_prices_overshoot_by_one_request_at_most(seed: int):
    rng = random.Random(seed)
    scales = {f"step {number}": 10 ** rng.uniform(-4, -2) for number in range(5)}
    steps = [rng.choice(list(scales)) for _ in range(2000)]
    costs = [(step, scales[step] * rng.lognormvariate(0.0, 0.6)) for step in steps]
    limit = rng.uniform(0.02, 0.8) * sum(cost for _, cost in costs)
    budget, sent, _ = spend(limit, costs, at_once=64, seed=seed)
    dearest = max(cost for _, cost in costs[:sent])
    assert limit - max(cost for _, cost in costs) <= budget.spent <= limit + dearest


def test_requests_wait_for_those_in_flight_rather_than_end_the_run_early():
    budget, sent, _ = spend(1.0, [("check", 0.09), *[("check", 0.01)] * 60], at_once=32)
    assert (sent, budget.spent) == (61, pytest.approx(0.69))


def test_a_request_that_failed_costs_nothing_and_lets_the_next_one_go():
    async def main() -> float:
        budget = Budget(0.01)
        for _ in range(5):
            await budget.reserve("check")
            budget.settle("check", None)
        await budget.reserve("check")
        budget.settle("check", 0.01)
        return budget.spent

    assert in_virtual_time(main()) == 0.01


def test_without_a_budget_nothing_waits():
    async def main() -> tuple[float, bool, str | None]:
        budget = Budget()
        for _ in range(1000):
            await budget.reserve("check")
        return asyncio.get_running_loop().time(), budget.is_set, budget.allowance

    assert in_virtual_time(main()) == (0.0, False, None)


# ── what it says ──


def reached(limit: float | TokenBudget, spent: float) -> tuple[str, bool]:
    """What a budget says when a request asks for more, and whether it is reached."""

    async def main() -> tuple[str, bool]:
        budget = Budget(limit, spent=spent)
        with pytest.raises(BudgetReached) as caught:
            await budget.reserve("check")
        return str(caught.value), budget.is_reached

    return in_virtual_time(main())


def test_a_reached_budget_says_what_was_spent_and_how_to_go_on():
    assert reached(2.0, 2.0) == (
        "Budget of $2 reached: $2.0000 spent. Finished scores stay; run.add_budget(…) goes on.",
        True,
    )
    assert reached(TokenBudget(200_000), 200_100) == (
        "Budget of 200,000 tokens reached: 200,100 tokens spent. Finished scores stay; "
        "run.add_budget(TokenBudget(…)) goes on.",
        True,
    )


def test_once_reached_a_budget_lets_nothing_through():
    async def main() -> None:
        budget = Budget(0.01)
        await budget.reserve("dear")
        budget.settle("dear", 0.009)
        for step in ("dear", "cheap"):
            with pytest.raises(BudgetReached, match=r"Budget of \$0.01 reached: \$0.0090 spent\. "):
                await budget.reserve(step)

    in_virtual_time(main())


def test_a_budget_tells_what_was_spent_of_it():
    assert [str(Budget(2, spent=0.5).allowance), str(Budget(TokenBudget(9000), spent=1500).allowance)] == [
        "$0.5000 of $2",
        "1,500 of 9,000 tokens",
    ]


# ── tokens ──


def test_tokens_are_input_and_output_of_all_requests():
    usage = Usage(input_tokens=900, output_tokens=100, cached_tokens=500)
    assert [Budget(limit).counted(usage, 0.25) for limit in (TokenBudget(5000), 2.0, None)] == [
        1000.0,
        0.25,
        0.25,
    ]


@pytest.mark.parametrize("tokens", [0, -1, float("nan"), float("inf")])
def test_a_budget_of_no_tokens_is_refused(tokens: Any):
    with pytest.raises(ConfigurationError, match=f"TokenBudget must be at least 1 token, not {tokens}"):
        TokenBudget(tokens)


def test_tokens_fill_their_budget():
    budget, sent, _ = spend(TokenBudget(5000), [("check", 400.0)] * 50, at_once=8)
    assert (sent, budget.spent) == (12, 4800.0)


# ── a run that goes on ──


class Total:
    usage = Usage(input_tokens=3000, output_tokens=500)
    cost = 1.25


def test_what_a_run_had_used_before_counts():
    dollars, tokens = Budget(2.0), Budget(TokenBudget(9000))
    for budget in (dollars, tokens):
        budget.count_before(Total())
    assert (dollars.spent, tokens.spent) == (1.25, 3500.0)


def test_more_budget_lets_waiting_requests_go_on():
    async def main() -> tuple[float, float]:
        budget = Budget(0.015)
        await budget.reserve("check")
        waiting = asyncio.create_task(budget.reserve("check"))
        await asyncio.sleep(1)
        held_back = not waiting.done()
        budget.add(1.0)
        budget.settle("check", 0.01)
        await waiting
        return held_back, budget.limit

    assert in_virtual_time(main()) == (True, 1.015)


def test_a_reached_budget_can_be_raised():
    async def main() -> bool:
        budget = Budget(0.01, spent=0.01)
        with pytest.raises(BudgetReached):
            await budget.reserve("check")
        budget.raise_to(0.02)
        await budget.reserve("check")
        return budget.is_reached

    assert in_virtual_time(main()) is False


@pytest.mark.parametrize(
    ("limit", "more", "message"),
    [
        (None, 1.0, "This run has no budget"),
        (1.0, 0, "grows by more than 0, not by 0"),
        (1.0, -1, "grows by more than 0, not by -1"),
        (1.0, float("nan"), "grows by more than 0, not by nan"),
        (1.0, TokenBudget(5), r"in dollars: pass a number, such as 2.00, not TokenBudget\(tokens=5\)"),
        (TokenBudget(5), 2.0, r"in tokens: pass TokenBudget\(…\), not 2.0"),
    ],
)
def test_what_cannot_be_added_is_refused(limit: Any, more: Any, message: str):
    with pytest.raises(ConfigurationError, match=message):
        Budget(limit).add(more)
