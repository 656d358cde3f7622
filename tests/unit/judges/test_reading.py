from __future__ import annotations

import json

import pytest

from ragas_nb.judges.base import Choice
from ragas_nb.judges.reading import read_answer, to_json
from tests.unit.judges.asking import CHECK, CLAIMS, GOOD, GOOD_JSON


@pytest.mark.parametrize("text", ['{"a": 1}', ' {"a" : [1,2]}\n', "true", '"Yes"', "[]"])
def test_text_that_is_json_is_returned_untouched(text: str) -> None:
    assert to_json(text) == text


@pytest.mark.parametrize(
    "text",
    [
        '```json\n{"a": [1, 2]}\n```',
        '```\n{"a": [1, 2]}\n```',
        'Sure! Here it is:\n{"a": [1, 2]}\nTell me if you need more.',
        'From the {context} I conclude: {"a": [1, 2]}',
        '{"a": [1, 2,],}',
        "{'a': [1, 2]}",
        "{a: [1, 2]}",
        "Sure! Here is the result:\n{'a': [1, 2]},}",
        '{"a": [1, 2',
        '{"a": [1, 2]',
        '<think>Maybe {"a": [0]}?</think>\n{"a": [1, 2]}',
        'A draft was {"a": 0}. The answer is {"a": [1, 2]}.',
    ],
)
def test_wrapped_or_slightly_broken_json_is_read(text: str) -> None:
    assert json.loads(to_json(text)) == {"a": [1, 2]}


def test_missing_end_keeps_the_outer_object() -> None:
    assert json.loads(to_json('{"s": [{"v": 1}, {"v": 0')) == {"s": [{"v": 1}, {"v": 0}]}


@pytest.mark.parametrize("text", ["I cannot judge this.", "[not json] at all", "The set {1,2} is small"])
def test_text_without_json_is_refused_with_its_words(text: str) -> None:
    with pytest.raises(ValueError, match="holds no JSON") as caught:
        to_json(text)
    assert str(caught.value) == f"the reply holds no JSON: '{text}'"


@pytest.mark.parametrize("text", ["", "  \n", "<think>hm</think>"])
def test_empty_reply_is_called_empty(text: str) -> None:
    with pytest.raises(ValueError, match=r"^the reply is empty$"):
        to_json(text)


@pytest.mark.parametrize(
    "text", [GOOD_JSON, f"```json\n{GOOD_JSON}\n```", GOOD_JSON[:-1], f"Here: {GOOD_JSON} Bye."]
)
def test_answer_is_read_from_any_wrapping(text: str) -> None:
    assert read_answer(CHECK, CLAIMS, Choice(text)) == GOOD


def test_cut_off_reply_is_never_mended() -> None:
    with pytest.raises(ValueError, match="cut off") as caught:
        read_answer(CHECK, CLAIMS, Choice(GOOD_JSON[:-1], cut_off=True))
    assert str(caught.value) == (
        f"the reply was cut off at the judge's token limit, after {len(GOOD_JSON) - 1} characters"
    )


def test_complete_answer_counts_even_when_cut_off_after_it() -> None:
    assert read_answer(CHECK, CLAIMS, Choice(GOOD_JSON, cut_off=True)) == GOOD


def test_json_of_another_shape_is_refused_with_the_fields_at_fault() -> None:
    with pytest.raises(ValueError, match="statements: Field required"):
        read_answer(CHECK, CLAIMS, Choice('{"verdict": 1}'))


def test_mended_answer_must_still_fit_the_question() -> None:
    with pytest.raises(ValueError, match="not those that were asked"):
        read_answer(CHECK, CLAIMS, Choice("{'statements': [],}"))
