from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragas_nb.judges.base import Invalid, JudgeRequest
from ragas_nb.judges.images.image import Image
from ragas_nb.judges.openai.chat import Sampling, chat_body, chat_messages
from ragas_nb.judges.openai.envelopes import Envelopes
from ragas_nb.judges.openai.forms import Form
from ragas_nb.prompts import Prompt, Value
from tests.loopback.image_server import PNG
from tests.unit.judges.asking import CHECK, CLAIMS, Claims, claims

SAMPLING = Sampling(seed=5, extra={"top_p": 0.5})
FORMS = (Form(), Form(mode="json_object"), Form(mode="text", takes_n=False, dropped=frozenset({"seed"})))


class Scene(Value):
    """An image with a question."""

    question: str
    images: list[Image]


LOOK = Prompt("look", "What is there?", Scene, Claims)


def written(envelopes: Envelopes, request: JudgeRequest, form: Form = FORMS[0]) -> object:
    return json.loads(envelopes.body(request, form))


def whole(request: JudgeRequest, form: Form = FORMS[0]) -> object:
    """The same request without an envelope."""
    messages = chat_messages(request, with_schema=form.mode != "json_schema")
    return chat_body(request, messages, "judge", form, SAMPLING)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("n", [1, 3])
def test_every_request_of_a_prompt_holds_its_own_input(form: Form, n: int) -> None:
    envelopes = Envelopes("judge", SAMPLING)
    asked = [JudgeRequest(CHECK, claims(number).input, n=n, varied=n > 1) for number in range(3)]
    assert [written(envelopes, request, form) for request in asked] == [
        whole(request, form) for request in asked
    ]


def test_what_differs_besides_the_input_has_an_envelope_of_its_own() -> None:
    envelopes = Envelopes("judge", SAMPLING)
    other = CHECK.changed(instruction="Say which statements do not follow.")
    asked = [
        JudgeRequest(prompt, CLAIMS, n=n, varied=varied)
        for prompt in (CHECK, other)
        for n in (1, 3)
        for varied in (False, True)
    ]
    found = [[written(envelopes, request, form) for form in FORMS] for request in asked]
    assert found == [[whole(request, form) for form in FORMS] for request in asked]


def test_invalid_replies_and_images_are_part_of_the_request() -> None:
    envelopes = Envelopes("judge", SAMPLING)
    repaired = JudgeRequest(CHECK, CLAIMS, invalid=(Invalid("{}", "statements: Field required"),))
    scene = JudgeRequest(LOOK, Scene(question="Who?", images=[Image.of(1, PNG)]))
    plain = JudgeRequest(CHECK, CLAIMS)
    for request in (plain, repaired, plain, scene):
        assert written(envelopes, request) == whole(request)


SHARED = Envelopes("judge", SAMPLING)


@given(st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from('"\\\n<>[]{}')))
def test_any_text_arrives_as_it_is(text: str) -> None:
    request = JudgeRequest(CHECK, Claims(context=text, statements=[text]))
    assert written(SHARED, request) == whole(request)
