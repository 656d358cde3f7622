"""Finds what a text names: capitalised words and numbers."""

from __future__ import annotations

from itertools import groupby

from .tokens import content


def entities(text: str) -> list[str]:
    """The names and numbers of a text in order, each once; scripts without capital letters have numbers only.

    >>> entities("In 1911 Marie Curie got the Nobel Prize.")
    ['1911', 'Marie Curie', 'Nobel Prize']
    """
    found: list[str] = []
    for (kind, _), run in groupby(content(text), key=lambda word: (word.kind, word.group)):
        shown = [word.shown for word in run]
        if kind == "name":
            found.append(" ".join(shown))
        elif kind == "number":
            found += shown
    return list(dict.fromkeys(found))
