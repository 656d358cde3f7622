"""`run.view.filter("faithfulness < 0.5 and failed")`: what is said becomes a filter. Nothing is executed."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import isfinite
from typing import Final

from ragas_nb.errors import ConfigurationError
from ragas_nb.notebook import protocol as wire
from ragas_nb.notebook.protocol import Comparison

_OPERATORS: Final[Mapping[type[ast.cmpop], Comparison]] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
}
_TURNED: Final[Mapping[Comparison, Comparison]] = {
    "<": ">",
    "<=": ">=",
    ">": "<",
    ">=": "<=",
    "==": "==",
    "!=": "!=",
}
_QUOTED: Final = re.compile(r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'|`([^`]*)`', re.DOTALL)
_UNDERSTOOD: Final = (
    "Understood are comparisons such as faithfulness < 0.5, 0.2 < faithfulness <= 0.5 and cost > 0.01 "
    "(`my metric` < 0.5 for other names), failed, undefined, tag == 'x' and 'words' in text, joined by "
    "`and`. For more use pandas: run.view.select(run.df[…])."
)
_LONGEST: Final = 10_000
"""Characters of an expression."""
COST: Final = "cost"


@dataclass(frozen=True, slots=True)
class Columns:
    """What an expression may compare: the run's metrics, and which of them find texts."""

    metrics: Collection[str]
    labelled: Collection[str]

    def names(self) -> str:
        """All names, for people."""
        return ", ".join([*self.metrics, COST])


def read_expression(expression: str, columns: Columns) -> wire.Filter:
    """The filter that an expression stands for.

    Raises:
        ConfigurationError: it says something else; the message tells what is understood.

    >>> read_expression("0.2 < faithfulness and failed", Columns(["faithfulness"], [])).conditions
    [Condition(column='faithfulness', op='>', value=0.2)]
    """
    return _Reader(expression, columns).read()


class _Reader:
    """Reads one expression."""

    def __init__(self, expression: str, columns: Columns) -> None:
        self._expression = expression
        self._columns = columns
        self._names: dict[str, str] = {}
        """What stands in backticks, by the word that takes its place."""

    def read(self) -> wire.Filter:
        found = wire.Filter()
        for part in self._parts(self._parsed()):
            found = self._joined(found, part)
        return found

    def _parsed(self) -> ast.expr:
        if len(self._expression) > _LONGEST:
            raise self._refusal("It is far too long")
        try:
            return ast.parse(_QUOTED.sub(self._named, self._expression).strip(), mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            raise self._refusal("It cannot be read") from None

    def _named(self, quoted: re.Match[str]) -> str:
        if quoted[1] is None:
            return quoted[0]
        word = f"_rnb_{len(self._names)}_"
        self._names[word] = quoted[1]
        return f" {word} "

    def _parts(self, node: ast.expr) -> Iterator[wire.Filter]:
        match node:
            case ast.BoolOp(op=ast.And(), values=values):
                for value in values:
                    yield from self._parts(value)
            case ast.Name(id="failed"):
                yield wire.Filter(failed=True)
            case ast.Name(id="undefined"):
                yield wire.Filter(undefined=True)
            case ast.Compare(left=left, ops=ops, comparators=others):
                for (one, other), op in zip(pairwise([left, *others]), ops, strict=True):
                    yield self._comparison(one, op, other)
            case ast.Name():
                raise self._refusal(f"{self._column(node)} alone says nothing; compare it with a score")
            case _:
                raise self._refusal(f"{self._told(node)} is not understood")

    def _comparison(self, one: ast.expr, op: ast.cmpop, other: ast.expr) -> wire.Filter:
        if isinstance(op, ast.In):
            return self._text_search(one, other)
        known = _OPERATORS.get(type(op))
        if known is None:
            raise self._refusal("Of words only `in text` is understood")
        match one, other:
            case ast.Name(), ast.Name():
                raise self._refusal("Two columns cannot be compared with each other")
            case ast.Name(), _:
                return self._condition(one, known, self._constant(other))
            case _, ast.Name():
                return self._condition(other, _TURNED[known], self._constant(one))
        raise self._refusal(f"{self._told(one)} is no column; there is {self._columns.names()}")

    def _condition(self, column: ast.Name, op: Comparison, value: float | str) -> wire.Filter:
        if column.id == "tag":
            if op != "==" or not isinstance(value, str):
                raise self._refusal("A tag is compared by tag == 'x'")
            return wire.Filter(tags=[value])
        name = self._column(column)
        if isinstance(value, str) != (name in self._columns.labelled):
            kinds = ("numbers", "a text") if isinstance(value, str) else ("texts", "a number")
            raise self._refusal(f"The scores of {name!r} are {kinds[0]}, and it is compared with {kinds[1]}")
        return wire.Filter(conditions=[wire.Condition(column=name, op=op, value=value)])

    def _text_search(self, words: ast.expr, where: ast.expr) -> wire.Filter:
        if isinstance(where, ast.Name) and where.id == "text":
            sought = self._constant(words)
            if isinstance(sought, str) and sought:
                return wire.Filter(text=sought)
        raise self._refusal("`in` is understood as 'words' in text only")

    def _column(self, node: ast.Name) -> str:
        name = self._names.get(node.id, node.id)
        if name not in self._columns.metrics and name != COST:
            raise self._refusal(f"There is no column {name!r}; there is {self._columns.names()}")
        return name

    def _constant(self, node: ast.expr) -> float | str:
        match node:
            case ast.Constant(value=str(value)):
                return value
            case ast.Constant(value=bool() | int() | float() as value):
                number = _number(value)
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as value)):
                number = -_number(value)
            case _:
                raise self._refusal(f"{self._told(node)} is no number and no text")
        if not isfinite(number):
            raise self._refusal(f"{self._told(node)} is too large")
        return number

    def _joined(self, one: wire.Filter, other: wire.Filter) -> wire.Filter:
        try:
            return joined(one, other)
        except ConfigurationError as error:
            raise self._refusal(str(error)) from None

    def _told(self, node: ast.expr) -> str:
        text = ast.unparse(node)
        for word, name in self._names.items():
            text = text.replace(word, f"`{name}`")
        return text if len(text) <= 60 else f"{text[:59]}…"

    def _refusal(self, problem: str) -> ConfigurationError:
        shown = repr(self._expression)
        shown = shown if len(shown) <= 200 else f"{shown[:199]}…"
        return ConfigurationError(f"The filter {shown} does not work: {problem.rstrip('.')}. {_UNDERSTOOD}")


def _number(value: float) -> float:
    try:
        return float(value)
    except OverflowError:
        return float("inf")


def joined(one: wire.Filter, other: wire.Filter) -> wire.Filter:
    """A filter that lets through what both do.

    Raises:
        ConfigurationError: one filter cannot say that.
    """
    if one.text and other.text:
        raise ConfigurationError("Only one text can be looked for")
    if one.tags and other.tags:
        raise ConfigurationError("Of several tags one is enough: pass tags=['x', 'y'] for rows with either")
    if {(one.failed, one.undefined), (other.failed, other.undefined)} >= {(True, False), (False, True)}:
        raise ConfigurationError("Pass failed=True, undefined=True for rows that have either")
    return wire.Filter(
        text=one.text or other.text,
        failed=one.failed or other.failed,
        undefined=one.undefined or other.undefined,
        bins=one.bins + other.bins,
        conditions=one.conditions + other.conditions,
        tags=one.tags + other.tags,
        changes=one.changes + other.changes,
    )


def in_words(chosen: wire.Filter) -> str:
    """What a filter says, as an expression where one can say it.

    >>> in_words(wire.Filter(text="refund", failed=True))
    "failed and 'refund' in text"
    """
    said = [_either([name for name in ("failed", "undefined") if getattr(chosen, name)])]
    said += [f"{_quoted(c.column)} {c.op} {c.value!r}" for c in chosen.conditions]
    said += [f"{_quoted(b.metric)} in {len(b.bins)} of its bars" for b in chosen.bins]
    said += [f"{_quoted(c.metric)} is {c.change}" for c in chosen.changes]
    said += [_either([f"tag == {tag!r}" for tag in chosen.tags])]
    said += [f"{chosen.text!r} in text"] if chosen.text else []
    return " and ".join(filter(None, said))


def _either(said: Sequence[str]) -> str:
    return f"({' or '.join(said)})" if len(said) > 1 else "".join(said)


def _quoted(name: str) -> str:
    return name if name.isidentifier() else f"`{name}`"
