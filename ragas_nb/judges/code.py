"""Words that change when somebody's code does."""

from __future__ import annotations

import hashlib
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any, Final

from ragas_nb.prompts import Prompt

_PLAIN: Final = (type(None), bool, int, float, complex, str, bytes)
_TOLD_OF_CLASSES: Final = (FunctionType, staticmethod, classmethod, property, tuple, frozenset, *_PLAIN)
_INSTALLED: Final = ("stdlib", "platstdlib", "purelib", "platlib")


def code_digest(*things: object) -> str | None:
    """A digest of the code of functions and classes, and of what they refer to by name; None where something
    of it cannot be told (an object that may be anything).

    What packages define counts by its name: their code changes with their version only.

    >>> code_digest(max) == code_digest(max) != code_digest(min)
    True
    >>> code_digest(object())
    """
    seen: set[int] = set()
    try:
        words = [word for thing in things for word in _words(thing, seen)]
    except _CannotTell:
        return None
    return hashlib.blake2b("\0".join(words).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


class _CannotTell(Exception):
    """Something may be anything."""


def _words(thing: object, seen: set[int]) -> Iterator[str]:
    if isinstance(thing, _PLAIN):
        yield repr(thing)
    elif isinstance(thing, tuple | list | frozenset | set):
        yield type(thing).__name__
        for part in sorted(thing, key=repr) if isinstance(thing, frozenset | set) else thing:
            yield from _words(part, seen)
    elif isinstance(thing, dict):
        for key, value in thing.items():
            yield from _words(key, seen)
            yield from _words(value, seen)
    elif isinstance(thing, ModuleType):
        yield thing.__name__
    elif isinstance(thing, Prompt):
        yield thing.digest
    else:
        yield from _words_of_code(thing, seen)


def _words_of_code(thing: Any, seen: set[int]) -> Iterator[str]:
    named = f"{getattr(thing, '__module__', None)}.{getattr(thing, '__qualname__', None)}"
    if id(thing) in seen:
        yield named
        return
    seen.add(id(thing))
    if isinstance(thing, FunctionType) and _is_own(thing):
        yield from _words_of_function(thing, seen)
    elif isinstance(thing, type) and _is_own(thing):
        yield named
        for name, value in vars(thing).items():
            if isinstance(value, _TOLD_OF_CLASSES):
                yield name
                yield from _words(_inner(value), seen)
    elif isinstance(thing, type | FunctionType) or getattr(thing, "__qualname__", None) is not None:
        yield named
    else:
        raise _CannotTell


def _inner(value: Any) -> object:
    """The functions in a descriptor."""
    if isinstance(value, staticmethod | classmethod):
        return value.__func__
    return (value.fget, value.fset) if isinstance(value, property) else value


def _is_own(thing: Any) -> bool:
    """Whether it was written in a notebook or a script rather than installed."""
    name = str(thing.__module__)
    if name == "__main__":  # a script, or a notebook
        return True
    file = getattr(sys.modules.get(name), "__file__", None)
    if name.partition(".")[0] == __package__.partition(".")[0] or name in sys.builtin_module_names:
        return False
    return file is None or not any(Path(file).is_relative_to(sysconfig.get_path(p)) for p in _INSTALLED)


def _words_of_function(function: FunctionType, seen: set[int]) -> Iterator[str]:
    yield from _words_of(function.__code__)
    yield from _words((function.__defaults__, function.__kwdefaults__), seen)
    for cell in function.__closure__ or ():
        try:
            value = cell.cell_contents
        except ValueError:  # not filled yet
            continue
        yield from _words(value, seen)
    for name in sorted(_names(function.__code__)):
        if name in function.__globals__:
            yield name
            yield from _words(function.__globals__[name], seen)


def _names(code: CodeType) -> set[str]:
    """The names that code looks up, that of the functions in it included."""
    inner = (constant for constant in code.co_consts if isinstance(constant, CodeType))
    return set(code.co_names).union(*map(_names, inner))


def _words_of(code: CodeType) -> Iterator[str]:
    yield code.co_code.hex()
    yield repr(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _words_of(constant)
        elif isinstance(constant, frozenset):
            yield repr(sorted(constant, key=repr))
        else:
            yield repr(constant)
