"""Reads a text as words, in any script."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from .folding import fold
from .stems import name_keys, number_forms, word_keys
from .words import FUNCTION_WORDS, HAN_FUNCTION, HAN_NEGATIONS, NEGATIONS

Kind = Literal["number", "name", "word", "piece", "function", "negation", "clause", "end"]

_MARKS = "\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u0900-\u0963\u0966-\u0dff\u200d"
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Burmese, Khmer
_HAN = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0002ffff"
_KANA = "\u3041-\u309f"
_KATAKANA = "\u30a1-\u30fa\u30fc-\u30ff"
_LETTER = rf"(?:(?![{_HAN}{_KANA}{_KATAKANA}{_UNSPACED}])[^\W_]|[{_MARKS}])"

_TOKEN = re.compile(
    rf"(?P<acronym>\b(?:[^\W\d_]\.){{2,}}(?:[^\W\d_]\b)?)"
    rf"|(?P<number>\d+(?:[.,]\d+)*(?:(?:st|nd|rd|th|s)\b|(?!{_LETTER})))"
    rf"|(?P<word>{_LETTER}+(?:['’]{_LETTER}+)*)"
    rf"|(?P<han>[{_HAN}]+)"
    rf"|(?P<katakana>[{_KATAKANA}]+)"
    rf"|(?P<kana>[{_KANA}]+)"
    rf"|(?P<unspaced>[{_UNSPACED}]+)"
    r"|(?P<end>[.!?\n。！？।؟])"
    r"|(?P<clause>[,;:()、，；：،])"
)
_ELISION = re.compile(r"^(?:[cdjlmnst]|qu)'(?=..)", re.IGNORECASE)
_KANA_NEGATION = re.compile("ない|なかった|ません|ませず|ずに")
_HAN_MARKS = rf"{'|'.join(HAN_NEGATIONS)}|[{HAN_FUNCTION}]"
_HAN_PARTS = re.compile(rf"{_HAN_MARKS}|(?:(?!{_HAN_MARKS}).)+")
_NAME_LINKS = frozenset(("of", "the", "de", "la", "le", "del", "di", "da", "von", "van", "der", "for", "and"))
_NEGATION_REACH = 2


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a text.

    `shown` is it as written, `text` its folded form, `keys` the forms under which it counts as found
    elsewhere. `group` numbers the name, or the unspaced run, that it is a part of (-1: of none).
    `negated` says whether a "not" governs it.
    """

    shown: str
    text: str
    kind: Kind
    keys: tuple[str, ...]
    group: int = -1
    negated: bool = False


@lru_cache(maxsize=1024)
def words(text: str) -> tuple[Word, ...]:
    """All words of a text in order, function words and clause marks included."""
    return tuple(_negated(_grouped(list(_raw(unicodedata.normalize("NFKC", text))))))


def content(text: str) -> tuple[Word, ...]:
    """The words that say something: no articles, pronouns, auxiliaries, negations."""
    return tuple(word for word in words(text) if word.keys)


def _raw(text: str) -> Iterator[Word]:
    shouting = text.isupper()
    for found in _TOKEN.finditer(text):
        shown, kind = found.group(), found.lastgroup
        if kind == "word":
            yield _spaced(shown, shouting)
        elif kind == "number":
            yield Word(shown, fold(shown), "number", number_forms(shown))
        elif kind == "acronym":
            yield _name(shown, fold(shown.replace(".", "")))
        elif kind == "katakana":
            yield _name(shown, fold(shown))
        elif kind == "kana":
            yield Word(shown, shown, "negation" if _KANA_NEGATION.search(shown) else "function", ())
        elif kind == "han":
            for part in _HAN_PARTS.findall(shown):
                yield from _han(part)
        elif kind == "unspaced":
            yield from _pieces(fold(shown), 3)
        else:
            yield Word(shown, shown, "end" if kind == "end" else "clause", ())


def _name(shown: str, text: str) -> Word:
    return Word(shown, text, "name", name_keys(text))


@lru_cache(maxsize=16384)
def _spaced(shown: str, shouting: bool) -> Word:
    """A word of a script with spaces; where the whole text is in capitals (`shouting`) they mean nothing."""
    shown = _ELISION.sub("", shown.replace("’", "'"))
    text = fold(shown)
    if text.endswith("n't"):
        return Word(shown, text, "negation", ())
    text = text.removesuffix("'s").replace("'", "")
    acronym = len(shown) > 1 and shown.isupper() and not shouting
    if text in NEGATIONS and not acronym:
        return Word(shown, text, "negation", ())
    if not text or (text in FUNCTION_WORDS and not acronym):
        return Word(shown, text, "function", ())
    if acronym or any(c.isdigit() or (c.isupper() and not shouting) for c in shown[1:]) or shown[0].isdigit():
        return _name(shown, text)
    return Word(shown, text, "word", word_keys(text))


def _han(part: str) -> Iterator[Word]:
    if part in HAN_NEGATIONS:
        yield Word(part, part, "negation", ())
    elif part in HAN_FUNCTION:
        yield Word(part, part, "function", ())
    else:
        yield from _pieces(part, 2)


def _pieces(run: str, size: int) -> Iterator[Word]:
    for start in range(max(1, len(run) - size + 1)):
        piece = run[start : start + size]
        yield Word(piece, piece, "piece", (piece,), group=start)


def _grouped(found: list[Word]) -> list[Word]:
    """Marks capitalised words inside a sentence as names, and numbers the names and the unspaced runs."""
    group, opening, joining = -1, True, False
    for i, word in enumerate(found):
        if word.kind == "piece":
            group += word.group == 0
            found[i] = replace(word, group=group)
            joining = False
        elif word.kind == "name" or (word.kind == "word" and _capitalised(found, i, opening)):
            group += not joining
            found[i] = replace(_name(word.shown, word.text), group=group)
            joining = True
        elif word.kind != "function" or word.text not in _NAME_LINKS:
            joining = False
        opening = word.kind == "end"
    return found


def _capitalised(found: list[Word], i: int, opening: bool) -> bool:
    if not found[i].shown[0].isupper():
        return False
    if not opening:
        return True
    return i + 1 < len(found) and found[i + 1].kind in ("word", "name") and found[i + 1].shown[0].isupper()


def _negated(found: list[Word]) -> Iterator[Word]:
    """A negation governs the next two content words of its clause."""
    reach = 0
    for word in found:
        if word.kind == "negation":
            reach = _NEGATION_REACH
        elif word.kind in ("clause", "end"):
            reach = 0
        elif reach and word.keys:
            reach -= 1
            yield replace(word, negated=True)
            continue
        yield word
