"""Turns a response back into a question, and notices responses that answer nothing."""

from __future__ import annotations

import re

from .folding import fold
from .sentences import sentences
from .tokens import content

_CANNOT = r"(?:do not|don't|cannot|can't|could not|couldn't|can not)"
_EVASIVE = (
    rf"\b(?:i|we) {_CANNOT} (?:know|say|tell|answer|determine|find|provide|help)",
    r"\b(?:i am|i'm|we are|we're) (?:not sure|unsure|unable|not able|not certain|not aware)",
    rf"\b{_CANNOT} be (?:determined|answered|known|found|inferred)",
    r"\b(?:cannot|can't|unable to|impossible to|not possible to) (?:determine|say|tell|answer|know)",
    r"\bno (?:information|answer|data|context) (?:(?:is|was) )?(?:available|given|provided|found|about|on)",
    r"\b(?:not|no) enough (?:information|context)|\binsufficient (?:information|context)",
    r"\b(?:does not|doesn't|do not|don't) (?:mention|say|specify|contain|provide|state)",
    r"\bas an ai\b|\bit depends\b|^\s*(?:unknown|unclear|not sure|no idea|n/?a)\W*$",
    r"\bweiss (?:ich |es )?(?:leider )?nicht|\bkeine ahnung",
    r"\bkann (?:ich )?(?:das )?nicht (?:sagen|beantworten)",
    r"\bno (?:lo )?se\b|\bno (?:puedo|es posible) (?:responder|decir|determinar|saber)|\bdesconozco\b",
    r"\bje ne (?:le )?(?:sais|peux) pas|\bimpossible de (?:dire|repondre|determiner)|\baucune information\b",
    r"\bnon (?:lo )?so\b|\bnao sei\b|\bik weet (?:het )?niet|\bне знаю|\bне могу (?:сказать|ответить)",
    r"لا اعرف|لا ادري",
    r"不知道|不清楚|无法(?:确定|回答)|無法(?:確定|回答)",
    r"わかりません|分かりません|知りません|不明です|모르겠|알 수 없",
)
_EVASIONS = re.compile("|".join(_EVASIVE))


def question_from(response: str, variant: int = 0) -> str:
    """A question made of a response's key words, in three variants; empty where the response has none.

    Variant 0 takes all key words, 1 those of the first statement, 2 the names and numbers first.

    >>> question_from("The head office is in Delhi.")
    'head office Delhi?'
    """
    parts = sentences(response)
    found = list(content(parts[0] if variant % 3 == 1 and parts else response))
    if variant % 3 == 2:
        found.sort(key=lambda word: word.kind not in ("name", "number"))
    return " ".join(dict.fromkeys(word.shown for word in found)) + "?" if found else ""


def noncommittal(response: str) -> bool:
    """Whether a response evades: it says nothing, or half of its sentences say that the answer is not known.

    >>> noncommittal("I don't know."), noncommittal("Delhi")
    (True, False)
    """
    parts = sentences(response)
    evasive = sum(_EVASIONS.search(fold(part).replace("’", "'")) is not None for part in parts)
    return 2 * evasive >= len(parts)
