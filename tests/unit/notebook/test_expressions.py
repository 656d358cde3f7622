"""What `run.view.filter("…")` understands, and how it refuses the rest. Nothing is executed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragas_nb.errors import ConfigurationError
from ragas_nb.notebook import protocol as wire
from ragas_nb.notebook.expressions import Columns, in_words, joined, read_expression

COLUMNS = Columns(["faithfulness", "my metric", "tone", "failed", "a`b"], ["tone"])


def condition(column: str, op: wire.Comparison, value: float | str) -> wire.Condition:
    return wire.Condition(column=column, op=op, value=value)


@pytest.mark.parametrize(
    ("expression", "meant"),
    [
        ("faithfulness < 0.5", wire.Filter(conditions=[condition("faithfulness", "<", 0.5)])),
        ("0.5 > faithfulness", wire.Filter(conditions=[condition("faithfulness", "<", 0.5)])),
        ("cost>=.01", wire.Filter(conditions=[condition("cost", ">=", 0.01)])),
        ("faithfulness == True", wire.Filter(conditions=[condition("faithfulness", "==", 1.0)])),
        ("faithfulness != -1", wire.Filter(conditions=[condition("faithfulness", "!=", -1.0)])),
        (
            "0.2 < faithfulness <= 0.5",
            wire.Filter(
                conditions=[condition("faithfulness", ">", 0.2), condition("faithfulness", "<=", 0.5)]
            ),
        ),
        ("tone == 'rude'", wire.Filter(conditions=[condition("tone", "==", "rude")])),
        ("`my metric` < 0.5", wire.Filter(conditions=[condition("my metric", "<", 0.5)])),
        ("`failed` == 1", wire.Filter(conditions=[condition("failed", "==", 1.0)])),
        ("tone == '`my metric`'", wire.Filter(conditions=[condition("tone", "==", "`my metric`")])),
        (" failed ", wire.Filter(failed=True)),
        ("undefined and undefined", wire.Filter(undefined=True)),
        ("tag == 'billing'", wire.Filter(tags=["billing"])),
        ('"re\\"fund" in text', wire.Filter(text='re"fund')),
        (
            "(failed and faithfulness < 1) and tag == 'x' and 'refund' in text",
            wire.Filter(
                failed=True, conditions=[condition("faithfulness", "<", 1.0)], tags=["x"], text="refund"
            ),
        ),
    ],
)
def test_an_expression_becomes_a_filter(expression: str, meant: wire.Filter):
    assert read_expression(expression, COLUMNS) == meant


@pytest.mark.parametrize(
    ("expression", "problem"),
    [
        ("failed or undefined", "failed or undefined is not understood"),
        ("not failed", "not failed is not understood"),
        ("__import__('os').system('true')", "is not understood"),
        ("faithfulness.real < 1", "is no column; there is faithfulness, my metric"),
        ("faithfulness < len('x')", "len('x') is no number and no text"),
        ("faithfulness + 1 < 2", "faithfulness + 1 is no column"),
        ("faithfulness < 1e999", "is too large"),
        (f"faithfulness < {10**400}", "is too large"),
        ("faithfulness < None", "None is no number and no text"),
        ("faithfulness < cost", "Two columns cannot be compared with each other"),
        ("1 < 2", "1 is no column"),
        ("faithfulness", "faithfulness alone says nothing; compare it with a score"),
        ("relevancy < 1", "There is no column 'relevancy'; there is faithfulness, my metric, tone"),
        ("`my  metric` < 1", "There is no column 'my  metric'"),
        ("tone == 1", "The scores of 'tone' are texts, and it is compared with a number"),
        ("faithfulness == 'x'", "The scores of 'faithfulness' are numbers, and it is compared with a text"),
        ("cost == 'x'", "The scores of 'cost' are numbers"),
        ("tag != 'x'", "A tag is compared by tag == 'x'"),
        ("tag == 1", "A tag is compared by tag == 'x'"),
        ("tag == 'x' and tag == 'y'", "Of several tags one is enough"),
        ("failed and undefined", "Pass failed=True, undefined=True for rows that have either"),
        ("'x' in response", "`in` is understood as 'words' in text only"),
        ("'' in text", "`in` is understood as 'words' in text only"),
        ("'a' in text and 'b' in text", "Only one text can be looked for"),
        ("'a' not in text", "Of words only `in text` is understood"),
        ("faithfulness is 1", "Of words only `in text` is understood"),
        ("faithfulness <", "It cannot be read"),
        ("", "It cannot be read"),
        ("faithfulness < 1; failed", "It cannot be read"),
        ("faithfulness < 0.5\x00", "It cannot be read"),
        ("(" * 3000 + "failed" + ")" * 3000, "It cannot be read"),
        ("failed and " * 2000 + "failed", "It is far too long"),
        ("[failed for failed in failed]", "is not understood"),
        ("(lambda: failed)()", "is not understood"),
    ],
)
def test_what_is_not_understood_is_refused_with_what_is(expression: str, problem: str):
    with pytest.raises(ConfigurationError) as raised:
        read_expression(expression, COLUMNS)
    message = str(raised.value)
    assert problem in message
    assert "Understood are comparisons such as faithfulness < 0.5" in message
    assert "run.view.select(run.df[…])" in message
    assert len(message) < 900


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(expression: str):
    try:
        found = read_expression(expression, COLUMNS)
    except ConfigurationError:
        return
    assert found != wire.Filter()


def test_two_filters_that_one_cannot_say_are_refused():
    with pytest.raises(ConfigurationError, match="have either"):
        joined(wire.Filter(failed=True, text="x"), wire.Filter(undefined=True))
    both = wire.Filter(failed=True, undefined=True)
    assert joined(both, both) == both


def test_a_filter_is_told_as_an_expression():
    chosen = wire.Filter(
        text="refund",
        failed=True,
        undefined=True,
        bins=[wire.Bins(metric="tone", bins=[1, 2])],
        conditions=[condition("my metric", "<", 0.5)],
        tags=["x", "y"],
        changes=[wire.ChangeOf(metric="tone", change="worse")],
    )
    assert in_words(chosen) == (
        "(failed or undefined) and `my metric` < 0.5 and tone in 2 of its bars and tone is worse and "
        "(tag == 'x' or tag == 'y') and 'refund' in text"
    )
