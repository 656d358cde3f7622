"""Finds the sentences of the contexts that speak of a statement, and the words that they leave out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from .sentences import all_sentences
from .stems import name_keys, word_keys
from .tokens import Word, content, words
from .words import PRONOUNS

_CHAIN_LENGTH = 3
_PRONOUN_REACH = 3
_WEIGHTS = {"number": 2.0, "name": 1.5}
_QUESTION_SHARE = 0.1

PLAIN, DENIED = 1, 2


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of a context.

    `keys` says for every word form whether it stands plainly (1), denied (2) or both (3). `opening` are the
    forms of what the sentence opens with, as a rule its subject. `goes_on` says whether it may lean on the
    sentence before it.
    """

    text: str
    keys: dict[str, int]
    forms: tuple[str, ...]
    numbers: tuple[Word, ...]
    opening: frozenset[str]
    goes_on: bool


_Placed = tuple[int, int, Sentence]
"""The place of a context, the place of a sentence in it, and the sentence."""


@dataclass(frozen=True, slots=True)
class Claim:
    """The content words of a statement, the weight of each, and whether the question already had it."""

    words: tuple[Word, ...]
    weights: tuple[float, ...]
    asked: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """The sentences that together say most of a claim, best first.

    `found` says for every word of the claim whether they have it, `anywhere` whether any sentence has.
    """

    context: int
    sentences: tuple[Sentence, ...]
    found: tuple[bool, ...]
    anywhere: tuple[bool, ...]

    def share(self, claim: Claim) -> float:
        """The weight of the words found, 0 to 1."""
        total = sum(claim.weights)
        return (
            sum(w for w, found in zip(claim.weights, self.found, strict=True) if found) / total
            if total
            else 0.0
        )


def forms(text: str) -> tuple[str, ...]:
    """The folded words of a text without punctuation, in order."""
    return tuple(word.text for word in words(text) if word.kind not in ("clause", "end"))


def claim_of(statement: str, question: str = "") -> Claim:
    """What is to be found: numbers weigh 2, names 1.5, other words 1.

    The words that the question already had weigh a tenth of the whole together: they are no evidence for an
    answer. A statement made of the question's words alone is weighed in full.
    """
    found = content(statement)
    known = {key for word in content(question) for key in _all_keys(word)}
    asked = tuple(any(key in known for key in word.keys) for word in found)
    if all(asked):
        asked = (False,) * len(found)
    plain = [_WEIGHTS.get(word.kind, 1.0) for word in found]
    known_weight = sum(weight for weight, old in zip(plain, asked, strict=True) if old)
    new_weight = sum(plain) - known_weight
    scale = (
        min(1.0, _QUESTION_SHARE / (1 - _QUESTION_SHARE) * new_weight / known_weight) if known_weight else 1.0
    )
    weights = tuple(weight * (scale if old else 1.0) for weight, old in zip(plain, asked, strict=True))
    return Claim(found, weights, asked)


def evidence_for(claim: Claim, contexts: Sequence[str]) -> Evidence | None:
    """The best sentence for a claim and up to two that continue it; None where there is no sentence."""
    pool = [
        (i, j, sentence) for i, text in enumerate(contexts) for j, sentence in enumerate(_sentences(text))
    ]
    if not pool:
        return None
    cover = [tuple(_says(sentence, word) for word in claim.words) for _, _, sentence in pool]
    names, keys = _names(claim), frozenset(key for word in claim.words for key in word.keys)
    best = max(range(len(pool)), key=lambda p: _gain(claim, cover[p], ()))
    chain, found = [best], cover[best]
    while len(chain) < _CHAIN_LENGTH and not all(found):
        gains = {
            p: gain
            for p in range(len(pool))
            if (gain := _gain(claim, cover[p], found)) > 0
            and any(_continue(pool[p], pool[q], names, keys) for q in chain)
        }
        if not gains:
            break
        chain.append(max(gains, key=gains.__getitem__))
        found = tuple(map(max, found, cover[chain[-1]]))
    found = _bridged(claim, _whole_names(claim, found, [cover[p] for p in chain]))
    anywhere = tuple(map(any, zip(*cover, strict=True)))
    return Evidence(pool[best][0], tuple(pool[p][2] for p in chain), found, anywhere)


def _all_keys(word: Word) -> set[str]:
    if word.kind == "piece":
        return {word.text, *word.text}
    keys = {word.text, *word.keys}
    return (
        keys.union(word_keys(word.text), name_keys(word.text))
        if word.kind in ("name", "word", "function")
        else keys
    )


@lru_cache(maxsize=512)
def _sentences(text: str) -> tuple[Sentence, ...]:
    return tuple(_read(sentence) for sentence in all_sentences(text))


def _read(text: str) -> Sentence:
    said = [word for word in words(text) if word.kind not in ("clause", "end")]
    keys: dict[str, int] = {}
    for word in said:
        for key in _all_keys(word):
            keys[key] = keys.get(key, 0) | (DENIED if word.negated else PLAIN)
    first = next((word for word in said if word.keys), None)
    subject = [
        word for word in said if word.keys and (word is first or (first and word.group == first.group != -1))
    ]
    cased = text.upper() != text.lower()
    return Sentence(
        text,
        keys,
        tuple(word.text for word in said),
        tuple(word for word in said if word.kind == "number"),
        frozenset(key for word in subject for key in word.keys),
        not cased or any(word.text in PRONOUNS for word in said[:_PRONOUN_REACH]),
    )


def _says(sentence: Sentence, word: Word) -> bool:
    return any(key in sentence.keys for key in word.keys)


def _gain(claim: Claim, cover: Sequence[bool], found: Sequence[bool]) -> float:
    return sum(w for i, w in enumerate(claim.weights) if cover[i] and not (found and found[i]))


def _names(claim: Claim) -> list[list[Word]]:
    groups: dict[int, list[Word]] = {}
    for word in claim.words:
        if word.kind == "name":
            groups.setdefault(word.group, []).append(word)
    return list(groups.values())


def _continue(one: _Placed, other: _Placed, names: list[list[Word]], keys: frozenset[str]) -> bool:
    """Whether two sentences speak of the same thing.

    They do where both have a name of the claim, where one has the whole name and the other opens with part
    of it, or where the later one has a pronoun for what the one before it opens with.
    """
    (context, place, sentence), (context_2, place_2, sentence_2) = one, other
    for name in names:
        whole, whole_2 = (all(_says(s, word) for word in name) for s in (sentence, sentence_2))
        short = sentence if whole_2 else sentence_2
        if (whole and whole_2) or (
            (whole or whole_2) and any(key in short.opening for word in name for key in word.keys)
        ):
            return True
    earlier, later = (sentence, sentence_2) if place < place_2 else (sentence_2, sentence)
    return (
        context == context_2
        and abs(place - place_2) == 1
        and later.goes_on
        and not earlier.opening.isdisjoint(keys)
    )


def _whole_names(claim: Claim, found: tuple[bool, ...], covers: list[tuple[bool, ...]]) -> tuple[bool, ...]:
    """A name is found where one sentence has all of it: "John" here and "Brown" there are not John Brown."""
    kept = list(found)
    for name in _names(claim):
        places = [i for i, word in enumerate(claim.words) if word in name]
        if (
            len(places) > 1
            and all(kept[i] for i in places)
            and not any(all(c[i] for i in places) for c in covers)
        ):
            for i in places:
                kept[i] = False
    return tuple(kept)


def _bridged(claim: Claim, found: tuple[bool, ...]) -> tuple[bool, ...]:
    """A piece across the seam of two found words of an unspaced run counts as found: it is no word itself."""
    kept = list(found)
    for i, word in enumerate(claim.words):
        seam = len(word.text) - 1
        if found[i] or word.kind != "piece":
            continue
        same = [other.group == word.group for other in claim.words]
        run = [yes and near for yes, near in zip(found, same, strict=True)]
        kept[i] = any(run[max(0, i - seam) : i]) and any(run[i + 1 : i + 1 + seam])
    return tuple(kept)
