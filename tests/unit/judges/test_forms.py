from __future__ import annotations

import pytest

from ragas_nb.judges.openai.forms import Form, known_form, remember_form, stepped_down
from ragas_nb.judges.openai.refusals import Problem

FULL = {
    "model": "judge",
    "messages": [],
    "temperature": 0.0,
    "seed": 1,
    "max_tokens": 9,
    "n": 3,
    "response_format": {"type": "json_schema"},
}


@pytest.mark.parametrize(
    "words",
    [
        "'response_format' of type 'json_schema' is not supported with this model",
        "Invalid parameter: 'response_format' must be one of text, json_object",
        "This model does not support structured outputs",
        "Failed to parse grammar",
    ],
)
def test_refused_schema_steps_down_to_json_mode(words: str) -> None:
    assert stepped_down(Form(), FULL, Problem(400, words)) == Form(mode="json_object")


def test_refused_json_mode_steps_down_to_text() -> None:
    problem = Problem(422, "json_object is not available", parameter="response_format.type")
    assert stepped_down(Form(mode="json_object"), FULL, problem) == Form(mode="text")


@pytest.mark.parametrize(
    ("words", "dropped"),
    [
        ("Unsupported value: 'temperature' does not support 0.0 with this model.", "temperature"),
        ("Unsupported parameter: 'max_tokens' is not supported with this model.", "max_tokens"),
        ("body.seed: Extra inputs are not permitted", "seed"),
        ("Unrecognized request argument supplied: seed", "seed"),
    ],
)
def test_unsupported_parameter_is_dropped(words: str, dropped: str) -> None:
    assert stepped_down(Form(), FULL, Problem(400, words)) == Form(dropped=frozenset({dropped}))


@pytest.mark.parametrize(
    "words",
    [
        "'n' : number must be at most 1",
        "Only one completion choice is allowed",
        "n must be 1",
        "n > 1 is not possible",
    ],
)
def test_refused_n_is_turned_off(words: str) -> None:
    assert stepped_down(Form(), FULL, Problem(400, words)) == Form(takes_n=False)


@pytest.mark.parametrize(
    "problem",
    [
        Problem(400, "temperature must be between 0 and 2", parameter="temperature"),
        Problem(400, "maximum context length is 8192 tokens"),
        Problem(500, "response_format is not supported"),
        Problem(401, "no key"),
    ],
)
def test_other_problems_are_not_about_the_form(problem: Problem) -> None:
    assert stepped_down(Form(), FULL, problem) is None


def test_nothing_is_below_text() -> None:
    body = {"model": "judge", "messages": []}
    assert stepped_down(Form(mode="text"), body, Problem(400, "response_format is not supported")) is None


def test_what_is_learnt_adds_up_and_is_never_taken_back() -> None:
    remember_form("http://a", "judge", Form(mode="text"))
    remember_form("http://a", "judge", Form(mode="json_object", dropped=frozenset({"seed"})))
    remember_form("http://a", "judge", Form(takes_n=False))
    assert known_form("http://a", "judge") == Form("text", takes_n=False, dropped=frozenset({"seed"}))
    assert known_form("http://b", "judge") == Form()
