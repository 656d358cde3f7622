"""Code that tells when it has changed."""

from __future__ import annotations

from types import ModuleType

import pytest

from ragas_nb.judges.code import code_digest

BASE = """
import math
LIMIT = 3
def helper(text):
    return len(text) > LIMIT
class Kind:
    size = 1
    def method(self):
        return helper("x")
def closing(n):
    return lambda x: x + n
add = closing(1)
def function(text):
    return helper(text) and math.pi and [Kind for _ in text] and add(1)
"""


def digest(source: str) -> str | None:
    module = ModuleType("__main__")
    exec(source, vars(module))
    return code_digest(module.function)


def test_the_same_code_has_the_same_digest():
    assert digest(BASE) == digest(BASE) is not None


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("helper(text) and", "helper(text) or"),
        ("LIMIT = 3", "LIMIT = 4"),
        ("len(text) > LIMIT", "len(text) >= LIMIT"),
        ("size = 1", "size = 2"),
        ('helper("x")', 'helper("y")'),
        ("closing(1)", "closing(2)"),
        ("x + n", "x - n"),
        ("math.pi", "math.e"),
        ("def function(text)", "def function(text='a')"),
    ],
)
def test_a_change_anywhere_in_what_is_called_changes_the_digest(before: str, after: str):
    assert before in BASE
    assert digest(BASE) != digest(BASE.replace(before, after))


def test_what_may_be_anything_has_no_digest():
    assert digest("thing = object()\ndef function(text):\n    return thing") is None


def test_code_that_calls_itself_has_a_digest():
    assert digest("def function(n):\n    return n and function(n - 1)") is not None


def test_what_packages_define_counts_by_its_name():
    assert digest("from json import dumps as d\ndef function(x):\n    return d(x)") != digest(
        "from json import loads as d\ndef function(x):\n    return d(x)"
    )
