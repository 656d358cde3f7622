from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragas_nb.judges.lexical.folding import fold
from ragas_nb.judges.lexical.sentences import sentences
from ragas_nb.judges.lexical.stems import number_forms, stem
from ragas_nb.judges.lexical.support import support
from ragas_nb.judges.lexical.tokens import content, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The Eiffel Tower isn't in the U.S.", [("eiffel", "name"), ("tower", "name"), ("us", "name")]),
        ("It cost 294,000 in the 1990s", [("cost", "word"), ("294,000", "number"), ("1990s", "number")]),
        ("L'homme d'Angleterre", [("homme", "word"), ("angleterre", "name")]),
        ("北京是中国的首都", [("北京", "piece"), ("中国", "piece"), ("首都", "piece")]),
        ("東京タワーは高い", [("東京", "piece"), ("タワー", "name"), ("高", "piece")]),
        ("हिन्दी भाषा", [("हिन्दी", "word"), ("भाषा", "word")]),
    ],
)
def test_content_words_are_found_in_every_script(text: str, expected: list[tuple[str, str]]) -> None:
    assert [(word.text, word.kind) for word in content(text)] == expected


def test_negation_governs_the_next_words_of_its_clause() -> None:
    said = words("It was not built of stone there, but wood.")
    assert [word.text for word in said if word.negated] == ["built", "stone"]


def test_case_width_and_accents_do_not_count() -> None:
    texts = ("\uff23af\u00e9", "STRASSE", "Stra\u00dfe", "\u30ac")
    assert [fold(text) for text in texts] == ["cafe", "strasse", "strasse", "\u30ac"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("directed", "director"),
        ("countries", "country"),
        ("wrote", "written"),
        ("столица", fold("столицей")),
        ("서울은", "서울이다"),
    ],
)
def test_forms_of_one_word_share_a_stem(one: str, other: str) -> None:
    assert stem(one) == stem(other)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("294,000", ("#294000", "#294.000")),
        ("1,294,000", ("#1294000",)),
        ("3,5", ("#3.5",)),
        ("5th", ("#5",)),
        ("١٩٢٢", ("#1922",)),
        ("abc", ()),
    ],
)
def test_number_is_read_in_each_way_it_may_mean(text: str, expected: tuple[str, ...]) -> None:
    assert number_forms(text) == expected


@given(st.text(max_size=80))
def test_any_text_is_read_without_error_and_supports_itself(text: str) -> None:
    assert all(part in text for part in sentences(text))
    assert support(text, [text]).verdict == (
        1 if any(word.kind not in ("clause", "end") for word in words(text)) else 0
    )
