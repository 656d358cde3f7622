"""Languages by name: every spelling of one stands for the same word."""

from __future__ import annotations

import re
import unicodedata
from types import MappingProxyType
from typing import Final

from ragas_nb.errors import ConfigurationError

ENGLISH: Final = "english"

_SPELLINGS = """
arabic ar ara العربية
bengali bn ben বাংলা
chinese zh zho chi cmn zh-cn zh-sg zh-hans mandarin simplified-chinese 中文 汉语 普通话 简体中文
czech cs ces cze čeština
danish da dan dansk
dutch nl nld dut nederlands
english en eng
finnish fi fin suomi
french fr fra fre français francais
german de deu ger deutsch
greek el ell gre ελληνικά
hebrew he heb עברית
hindi hi hin हिन्दी
hungarian hu hun magyar
indonesian id ind bahasa-indonesia
italian it ita italiano
japanese ja jpn jp 日本語
korean ko kor 한국어
norwegian no nor norsk
persian fa fas per farsi فارسی
polish pl pol polski
portuguese pt por português portugues
romanian ro ron rum română
russian ru rus русский
spanish es spa español espanol castellano castilian
swedish sv swe svenska
thai th tha ไทย
traditional-chinese zh-tw zh-hk zh-mo zh-hant 繁體中文 正體中文
turkish tr tur türkçe
ukrainian uk ukr українська
vietnamese vi vie tiếng-việt
"""
_NAMES = MappingProxyType(
    {word: line.split()[0] for line in _SPELLINGS.strip().splitlines() for word in line.casefold().split()}
)
_WRITABLE = re.compile(r"[^\W\d_]+(?:-[^\W_]+)*")


def language_name(spelling: str) -> str:
    """The English name of a language, in small letters, from a name, a native name or a code.

    A region is left out (`de-AT` is German) unless it means another script. Languages that are not listed
    keep the name they are given.

    Raises:
        ConfigurationError: this cannot be the name of a language.

    >>> [language_name(name) for name in ("de", "Deutsch", "GERMAN", "pt_BR", "zh-TW", "Swiss French")]
    ['german', 'german', 'german', 'portuguese', 'traditional-chinese', 'swiss-french']
    """
    word = re.sub(r"[\s_]+", "-", unicodedata.normalize("NFC", spelling).strip().casefold())
    if word not in _NAMES and not _WRITABLE.fullmatch(word):
        raise ConfigurationError(
            f"{spelling!r} is not the name of a language. Pass one such as 'german', 'Deutsch' or 'de'."
        )
    code, _, region = word.partition("-")
    known = _NAMES.get(word)
    if known is None and len(code) in (2, 3) and region:
        known = _NAMES.get("-".join(word.split("-")[:2])) or _NAMES.get(code)
    return known or word
