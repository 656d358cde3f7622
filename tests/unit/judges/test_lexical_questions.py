from __future__ import annotations

import pytest

from ragas_nb.judges.lexical.questions import noncommittal, question_from


@pytest.mark.parametrize(
    "response",
    [
        "I don't know.",
        "I do not know the answer, sorry.",
        "It cannot be determined from the text.",
        "The context does not mention it.",
        "Ich weiß es nicht.",
        "No lo sé.",
        "Je ne sais pas.",
        "我不知道。",
        "わかりません。",
        "لا أعرف",
        "Не знаю.",
        "",
    ],
)
def test_evasion_is_noticed_in_many_languages(response: str) -> None:
    assert noncommittal(response)


@pytest.mark.parametrize(
    "response",
    ["Delhi", "No es azul.", "The senator did not know. He voted yes. It passed.", "It is not in Delhi."],
)
def test_answer_is_not_taken_for_an_evasion(response: str) -> None:
    assert not noncommittal(response)


def test_question_is_made_of_the_key_words_in_three_variants() -> None:
    response = "The head office is in Delhi. It opened in 1999."
    assert [question_from(response, variant) for variant in range(4)] == [
        "head office Delhi opened 1999?",
        "head office Delhi?",
        "Delhi 1999 head office opened?",
        "head office Delhi opened 1999?",
    ]


def test_response_without_key_words_gives_no_question() -> None:
    assert [question_from(response) for response in ("", "and so it is", "...")] == ["", "", ""]
