"""Splits a text into sentences, and a response into the statements it makes."""

from __future__ import annotations

import re
from functools import lru_cache

from .folding import fold
from .words import ABBREVIATIONS, SENTENCE_STARTERS

_LINE_MARK = re.compile(r"^\s*(?:[-*•–·▪#>]+\s+|\(?\d{1,2}[.)]\s+|\(?[a-z]\)\s+)")
_BREAK = re.compile(
    r"""(?:[.!?…]+|;)["'”’»)\]]*(?=\s|$)|[。！？｡；؟۔।॥]+[」』”’）]*|(?<=[\w)\]"”\s])\.(?=["“]?[A-Z][a-z\s])"""
)
_CLOSED = re.compile(r'"[^"\n]{1,240}"|“[^”\n]{1,240}”|«[^»\n]{1,240}»|「[^」\n]{1,240}」|\([^()\n]{1,240}\)')
_LAST_WORD = re.compile(r"([^\W_]+(?:\.[^\W\d_]+)*)\.$")
_WORD_REACH = 40
_GOES_ON = re.compile(r"\s+[^\W\d_A-Z]|と|って")
_NEXT_WORD = re.compile(r"\s*[\"“'(]*([^\W_]+)")


def sentences(text: str) -> list[str]:
    """The statements of a response in order, word for word: sentences, list items, parts between semicolons.

    A line that only announces a list ("The facts are:") is no statement.

    >>> sentences("Dr. Smith paid 3.5 dollars. He left; nobody saw him.")
    ['Dr. Smith paid 3.5 dollars.', 'He left;', 'nobody saw him.']
    """
    lines = [line for line in text.splitlines() if line.strip()]
    kept = [line for i, line in enumerate(lines) if not _announces(line, lines[i + 1 : i + 2])]
    return list(all_sentences("\n".join(kept)))


@lru_cache(maxsize=1024)
def all_sentences(text: str) -> tuple[str, ...]:
    """The sentences of a text, those that only announce a list included."""
    lines = [_LINE_MARK.sub("", line) for line in text.splitlines()]
    return tuple(part for line in lines for part in _of_line(line) if any(c.isalnum() for c in part))


def _announces(line: str, following: list[str]) -> bool:
    return line.rstrip().endswith((":", "：")) and any(_LINE_MARK.match(item) for item in following)


def _of_line(line: str) -> list[str]:
    closed = [(found.start(), found.end()) for found in _CLOSED.finditer(line)]
    parts, start = [], 0
    for found in _BREAK.finditer(line):
        inside = any(a < found.start() < b and found.end() < b for a, b in closed)
        if not inside and not _continues(line, start, found):
            parts.append(line[start : found.end()].strip())
            start = found.end()
    parts.append(line[start:].strip())
    return [part for part in parts if part]


def _continues(line: str, start: int, found: re.Match[str]) -> bool:
    """Whether the dot ends no sentence: an abbreviation's, an initial's, or a quotation's inside one."""
    if found.group()[-1] in "\"'”’»」』" and _GOES_ON.match(line, found.end()):
        return True
    if not found.group().startswith(".") or len(found.group().rstrip("\"'”’»)]")) > 1:
        return False
    before = _LAST_WORD.search(line[max(start, found.start() - _WORD_REACH) : found.start() + 1])
    if before is None:
        return False
    word, after = before.group(1), _NEXT_WORD.match(line, found.end())
    if after is None:
        return False
    following = after.group(1)
    bare = fold(word.replace(".", ""))
    if len(word) == 1 and word.isalpha() and word.isupper():
        return True
    if "." in word and all(len(part) == 1 for part in word.split(".")):
        return fold(following) not in SENTENCE_STARTERS or following[0].islower()
    if bare in ("no", "nos", "nr"):
        return following[0].isdigit()
    if bare in ABBREVIATIONS:
        return not (
            bare in ("inc", "ltd", "co", "corp", "etc", "jr", "sr")
            and fold(following) in SENTENCE_STARTERS
            and following[0].isupper()
        )
    return bare.isdigit() and following[0].islower()
