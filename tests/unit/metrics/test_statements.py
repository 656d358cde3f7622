from __future__ import annotations

import pytest

from ragas_nb.metrics.statements import CHECK, StatementsInContext, in_order


@pytest.mark.parametrize(
    ("asked", "returned"),
    [
        (["Lima is in Peru."], ["Lima is in Peru."]),
        (["Lima is in Peru."], ["lima  is in “Peru”"]),
        (["Lima is in Peru.", "It has a port."], ["Lima lies in Peru.", "There is a port."]),
        (["A.", "A."], ["A.", "A."]),
        (["利马在秘鲁。"], ["利马在秘鲁"]),
        ([], []),
    ],
)
def test_statements_may_come_back_in_other_words(asked: list[str], returned: list[str]) -> None:
    in_order(asked, returned)


@pytest.mark.parametrize(
    ("asked", "returned", "problem"),
    [
        (["A.", "B."], ["A."], "1 verdicts for 2 statements"),
        (["A."], ["A.", "B."], "2 verdicts for 1 statements"),
        (["A."], [], "0 verdicts for 1 statements"),
        (["A.", "B."], ["b", "a"], "verdict 1 speaks of statement 2"),
        (["A.", "B.", "C."], ["A.", "A.", "C."], "verdict 2 speaks of statement 1"),
        (["का है", "की है"], ["की है", "का है"], "verdict 1 speaks of statement 2"),
    ],
)
def test_a_verdict_too_few_too_many_or_out_of_order_is_invalid(
    asked: list[str], returned: list[str], problem: str
) -> None:
    with pytest.raises(ValueError, match=problem):
        in_order(asked, returned)


def test_the_check_step_refuses_a_short_list() -> None:
    asked = StatementsInContext(context="", statements=["A.", "B."])
    with pytest.raises(ValueError, match="1 verdicts for 2"):
        CHECK.parse('{"statements": [{"statement": "A.", "reason": "", "verdict": 1}]}', asked)
