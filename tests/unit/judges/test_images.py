"""What a context is, what an image is, and how images travel in requests."""

from __future__ import annotations

import asyncio
import base64
from pathlib import Path

import pytest

from ragas_nb.errors import DatasetError, JudgeRefused
from ragas_nb.judges.base import Invalid, JudgeRequest
from ragas_nb.judges.calls import FunctionJudge
from ragas_nb.judges.frameworks import ChatModelJudge, CompletionJudge
from ragas_nb.judges.images.contexts import MAX_TOGETHER, Kind, Permissions, Pictures, kind_of, unloaded
from ragas_nb.judges.images.data_uris import described
from ragas_nb.judges.images.image import MAX_BYTES, Image, ImageRefused, images_of, media_type_of
from ragas_nb.judges.openai.chat import ChatMessage, chat_messages
from ragas_nb.prompts import Prompt, Value, Verdict
from tests.loopback.fixtures import Loopback
from tests.loopback.image_server import GIF, JPEG, PNG, WEBP
from tests.unit.judges.asking import judge_at
from tests.unit.judges.picturing import content_of, data_uri, loaded, refusal

# What a context is


@pytest.mark.parametrize(
    ("context", "kind"),
    [
        ("", "text"),
        ("Lima is in Peru.", "text"),
        ("See https://host.example/cat.png for a cat", "text"),
        ("https://host.example/a https://host.example/b", "text"),
        ("https://host.example/cat.png", "address"),
        ("  HTTP://host.example/cat\n", "address"),
        ("https://" + "a" * 9000, "text"),
        ("ftp://host.example/cat.png", "file"),
        ("file:///etc/cat.png", "file"),
        ("images/cat.jpeg", "file"),
        ("The cat is in cat.png", "file"),
        ("The cat:\ncat.png", "text"),
        ("cat.bmp", "text"),
        ("a" * 2000 + ".png", "text"),
        ("data:image/png;base64,iVBO", "data"),
        ("DATA:image/PNG;charset=utf-8;BASE64,iVBO", "data"),
        ("data:image/svg+xml;utf8,<svg/>", "text"),
        ("data:text/plain;base64,SGk=", "text"),
        ("data:image/png;base64 is how images begin", "text"),
        ("An image: data:image/png;base64,iVBO", "text"),
    ],
)
def test_context_is_an_image_only_where_it_is_nothing_else(context: str, kind: Kind) -> None:
    assert kind_of(context) == kind


def test_what_stays_text_for_want_of_a_permission_is_told() -> None:
    contexts = ["Cats.", "a.png", "See a.png", "https://host.example/a", "b.gif", data_uri(PNG)]
    assert list(unloaded(contexts, Permissions())) == [
        "contexts 2, 5 were judged as text: allowed_folders names no folder to read image files from",
        "context 4 was judged as text: addresses are fetched only with allow_urls=True",
    ]
    assert list(unloaded(contexts, Permissions((Path("images"),), urls=True))) == []


# Images


@pytest.mark.parametrize(
    ("content", "kind"),
    [(PNG, "image/png"), (JPEG, "image/jpeg"), (GIF, "image/gif"), (WEBP, "image/webp")],
)
def test_type_of_an_image_is_that_of_its_content(content: bytes, kind: str) -> None:
    assert media_type_of(content) == kind


@pytest.mark.parametrize(
    "content", [b"", b"<svg/>", b"%PDF-1.7", b"BM" + bytes(60), b"RIFF\0\0\0\0WAVE", PNG[1:]]
)
def test_other_content_is_no_image(content: bytes) -> None:
    with pytest.raises(ImageRefused):
        media_type_of(content)


def test_written_form_of_an_image_has_its_hash_and_not_its_content() -> None:
    image = Image.of(3, PNG + bytes(34_000))
    assert image.model_dump() == {
        "image": 3,
        "media_type": "image/png",
        "size": "34 kB",
        "digest": Image.of(1, PNG + bytes(34_000)).digest,
    }
    assert len(repr(image)) < 200
    assert image.digest != Image.of(3, PNG + bytes(33_999) + b"1").digest
    assert Image.model_validate_json(image.model_dump_json()).digest == image.digest


def test_image_is_forgotten_on_leaving_the_block() -> None:
    with Pictures(Permissions()) as pictures:
        image = asyncio.run(pictures.load(2, data_uri(PNG)))
        assert content_of(image) == PNG
    with pytest.raises(JudgeRefused, match=r"Image 2 .* is not in memory any more"):
        content_of(image)


# Images in the data


@pytest.mark.parametrize("content", [PNG, JPEG, GIF, WEBP])
async def test_image_in_the_data_is_loaded_without_any_permission(content: bytes) -> None:
    image = await loaded(data_uri(content, "image/jpg"))
    assert content_of(image) == content
    assert isinstance(image, Image)
    assert image.data_uri == data_uri(content, media_type_of(content))


async def test_line_breaks_in_base64_do_no_harm() -> None:
    broken = base64.encodebytes(PNG * 9).decode()
    assert content_of(await loaded(f"\n data:image/png;base64,{broken}\n")) == PNG * 9


@pytest.mark.parametrize(
    ("context", "problem"),
    [
        ("data:image/png;base64,", "([image, 0 B, image/png]) cannot be shown to the judge: it is empty."),
        ("data:image/png;base64,iVBOR", "([image, 3 B, image/png]) cannot be shown to the judge: "
                                        "its base64 is malformed."),
        ("data:image/png;base64,iVBO$w0K", "its base64 is malformed."),
        ("data:image/png;base64,iVBO‐w0K", "its base64 is malformed."),
        (data_uri(b"<svg/>", "image/svg+xml"), "its content is no PNG, JPEG, GIF or WebP image."),
        (data_uri(b"<html>"), "its content is no PNG, JPEG, GIF or WebP image."),
        (data_uri(PNG + bytes(MAX_BYTES)), "it is larger than 10 MB."),
        ("data:image/png;base64," + "A" * (MAX_BYTES * 2 + 1), "it is larger than 10 MB."),
    ],
)  # fmt: skip
async def test_image_in_the_data_that_is_broken_or_huge_is_refused(context: str, problem: str) -> None:
    said = await refusal(context)
    assert said.startswith("context 1 ([image, ")
    assert said.endswith(problem)
    assert len(said) < 200


def test_image_in_the_data_is_described_by_size_and_type() -> None:
    assert described(data_uri(bytes(34_000), "image/WEBP")) == "[image, 34 kB, image/webp]"
    assert [described(data_uri(bytes(n))) for n in (1, 2, 3)] == [
        f"[image, {n} B, image/png]" for n in (1, 2, 3)
    ]
    assert described("Lima is in Peru.") == "Lima is in Peru."


async def test_images_of_one_sample_are_bounded_together() -> None:
    huge = data_uri(PNG + bytes(MAX_BYTES - len(PNG)))
    pictures = Pictures(Permissions())
    for number in range(MAX_TOGETHER // MAX_BYTES):
        await pictures.load(number, huge)
    with pytest.raises(DatasetError, match=r"context 7 .* with it the images of the sample exceed 50 MB"):
        await pictures.load(7, data_uri(PNG))


# Images in requests


class Scene(Value):
    question: str
    contexts: list[str | Image]


class Seen(Value):
    verdict: Verdict


LOOK = Prompt("look", "Say whether there is a cat.", Scene, Seen)


def scene(*contexts: str | Image) -> JudgeRequest:
    return JudgeRequest(LOOK, Scene(question="A cat?", contexts=list(contexts)))


def test_images_follow_the_input_each_under_its_number() -> None:
    first, second = Image.of(1, PNG), Image.of(3, JPEG)
    request = scene(first, "A dog.", second)
    system, user = LOOK.messages(request.input)
    assert images_of(request.input) == [first, second]
    assert chat_messages(request, with_schema=False) == [
        system,
        {
            "role": "user",
            "content": [
                {"type": "text", "text": user["content"]},
                {"type": "text", "text": "Image 1:"},
                {"type": "image_url", "image_url": {"url": data_uri(PNG)}},
                {"type": "text", "text": "Image 3:"},
                {"type": "image_url", "image_url": {"url": data_uri(JPEG, "image/jpeg")}},
            ],
        },
    ]
    assert "base64" not in user["content"]
    assert (
        f'{{"image":1,"media_type":"image/png","size":"32 B","digest":"{first.digest}"}}' in user["content"]
    )


def test_images_stay_with_the_input_when_it_is_asked_again() -> None:
    request = JudgeRequest(
        LOOK, scene(Image.of(1, PNG)).input, invalid=(Invalid("?", "no JSON"), Invalid("!", "no JSON"))
    )
    messages = chat_messages(request, with_schema=False)
    assert [(m["role"], isinstance(m["content"], list)) for m in messages] == [
        ("system", False),
        ("user", True),
        ("assistant", False),
        ("user", False),
        ("assistant", False),
        ("user", False),
    ]


def test_text_that_looks_like_an_image_in_a_request_is_still_a_text() -> None:
    image = Image.of(1, PNG)
    forged = scene(image.model_dump_json())
    assert images_of(forged.input) == []
    assert forged.input.model_dump_json() != scene(image).input.model_dump_json()


async def test_server_gets_the_image(loopback: Loopback) -> None:
    loopback.script({"content": '{"verdict": 1}'})
    judge = judge_at(loopback)
    answer = await judge.reply(scene(Image.of(1, PNG)))
    await judge.aclose()
    sent = loopback.requests()[0]["messages"]
    assert sent == chat_messages(scene(Image.of(1, PNG)), with_schema=False)
    assert LOOK.parse(answer.choices[0].text, scene().input) == Seen(verdict=1)


async def test_function_of_text_refuses_images_and_is_not_called() -> None:
    called: list[str] = []
    judge = FunctionJudge(lambda prompt: called.append(prompt) or '{"verdict": 1}', name="mine")
    with pytest.raises(
        JudgeRefused, match="the judge 'mine' cannot be shown any: it is given text only"
    ) as caught:
        await judge.reply(scene(Image.of(1, PNG)))
    assert (caught.value.kind, caught.value.stops_run, called) == ("bad_request", False, [])
    await judge.reply(scene("A cat."))
    assert len(called) == 1


async def test_function_of_messages_gets_the_images() -> None:
    seen: list[list[ChatMessage]] = []
    judge = FunctionJudge(lambda messages: seen.append(messages) or '{"verdict": 1}')
    await judge.reply(scene(Image.of(1, PNG)))
    assert seen == [chat_messages(scene(Image.of(1, PNG)), with_schema=True)]


class _Llm:
    """An LLM of LangChain that takes text."""

    model = "text-only"

    def __init__(self) -> None:
        self.asked: list[object] = []

    async def ainvoke(self, messages: object) -> str:
        self.asked.append(messages)
        return '{"verdict": 1}'


class _ChatModel(_Llm):
    def bind_tools(self, tools: object) -> None: ...


class _Completion:
    model = "text-only"

    async def acomplete(self, prompt: str) -> str:
        raise AssertionError("it must not be asked")


async def test_chat_model_of_a_framework_gets_the_images_and_others_refuse_them() -> None:
    request = scene(Image.of(1, PNG))
    model = _ChatModel()
    await ChatModelJudge(model).reply(request)
    assert model.asked == [[(m["role"], m["content"]) for m in chat_messages(request, with_schema=True)]]
    for judge in (ChatModelJudge(_Llm()), CompletionJudge(_Completion())):
        with pytest.raises(JudgeRefused, match="the judge 'text-only' cannot be shown any"):
            await judge.reply(request)
