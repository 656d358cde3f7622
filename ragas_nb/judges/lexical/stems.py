"""Decides which spellings count as one word: "directed" and "director", "294,000" and "294000"."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from .folding import fold
from .words import IRREGULAR, NUMBER_WORDS

_ENDINGS = """
ing ings ed es s er ers en em e n ly ion ions or ors ist ists ity ies ied y al
os as o a ando ado ada ados adas ung ungen ment ments
ов ев ам ям ами ями ах ях ой ей ом ем ый ий ая яя ое ее ые ие ого его ому ему ым им ых их у ю а я ы и е о
"""
_SUFFIXES = tuple(sorted(fold(_ENDINGS).split(), key=len, reverse=True))
_PARTICLES = "이었다 입니다 에서 으로 에게 까지 부터 이다 였다 은 는 이 가 을 를 의 에 로 와 과 도"
_HANGUL_PARTICLES = tuple(_PARTICLES.split())
_ARABIC_PREFIXES = ("وال", "بال", "كال", "فال", "لل", "ال", "و")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_GROUPED = re.compile(r"\d{1,3}(?:[.,]\d{3})+")


@lru_cache(maxsize=16384)
def stem(text: str) -> str:
    """The part of a folded word that its inflected forms share.

    >>> stem("directed") == stem("director"), stem("countries") == stem("country")
    (True, True)
    """
    text = IRREGULAR.get(text, text)
    if "가" <= text[0] <= "힣":
        ends = (text.removesuffix(end) for end in _HANGUL_PARTICLES if text.endswith(end))
        return next((rest for rest in ends if len(rest) > 1), text)
    if "\u0600" <= text[0] <= "\u06ff":
        starts = (text.removeprefix(start) for start in _ARABIC_PREFIXES if text.startswith(start))
        return next((rest for rest in starts if len(rest) > 2), text)
    for suffix in _SUFFIXES:
        if text.endswith(suffix) and len(text) - len(suffix) >= 3:
            rest = text[: -len(suffix)]
            return rest[:-1] if len(rest) > 3 and rest[-1] == rest[-2] else rest
    return text


def number_forms(text: str) -> tuple[str, ...]:
    """Every value a written number may mean: `number_forms("108.249") == ("#108249", "#108.249")`."""
    found = _NUMBER.match(text)
    if found is None:
        return ()
    digits = "".join(str(unicodedata.digit(c)) if c.isdigit() else c for c in found.group())
    if _GROUPED.fullmatch(digits):
        whole = "#" + re.sub(r"[.,]", "", digits)
        return (whole,) if len(digits) > 7 else (whole, "#" + digits.replace(",", "."))
    return ("#" + (digits.replace(",", ".").lstrip("0") or "0"),)


def name_keys(text: str) -> tuple[str, ...]:
    """The forms under which a name counts as found: itself and its genitive or plural, nothing looser."""
    return (text, text[:-1]) if text.endswith("s") and len(text) > 3 else (text,)


def word_keys(text: str) -> tuple[str, ...]:
    """The forms under which an ordinary word counts as found: itself, its stem, and the number it spells."""
    keys = (text, "~" + stem(text))
    number = NUMBER_WORDS.get(text)
    return keys if number is None else (*keys, "#" + number)
