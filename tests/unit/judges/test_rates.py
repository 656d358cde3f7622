from __future__ import annotations

import pytest

from ragas_nb.judges.base import RateHints
from ragas_nb.judges.openai import OpenAIEmbedder
from ragas_nb.judges.openai.rates import rate_hints
from tests.loopback.fixtures import Loopback
from tests.loopback.image_server import reply
from tests.unit.judges.asking import GOOD_JSON, KEY, answered, judge_at
from tests.unit.judges.listening import listening

HEADERS = {
    "x-ratelimit-remaining-requests": "59",
    "x-ratelimit-reset-requests": "1s",
    "x-ratelimit-remaining-tokens": "149984",
    "x-ratelimit-reset-tokens": "6m0.5s",
}
HINTS = RateHints(
    remaining_requests=59.0, reset_requests_s=1.0, remaining_tokens=149984.0, reset_tokens_s=360.5
)


@pytest.mark.parametrize(
    ("headers", "hints"),
    [
        ({}, None),
        ({"x-ratelimit-limit-requests": "60"}, None),
        (HEADERS, HINTS),
        ({"x-ratelimit-remaining-requests": "0"}, RateHints(remaining_requests=0.0)),
        (
            {"x-ratelimit-remaining-tokens": "7", "x-ratelimit-reset-tokens": "soon"},
            RateHints(None, None, 7.0),
        ),
        ({"x-ratelimit-remaining-requests": "many"}, RateHints()),
    ],
)
def test_hints_are_what_the_headers_say(headers: dict[str, str], hints: RateHints | None) -> None:
    assert rate_hints(headers) == hints


async def test_a_judges_reply_carries_the_hints(loopback: Loopback) -> None:
    loopback.script({"content": GOOD_JSON, "headers": HEADERS}, {"content": GOOD_JSON})
    judge = judge_at(loopback)
    assert [(await answered(judge)).hints for _ in range(2)] == [HINTS, None]


async def test_an_embedders_reply_carries_the_hints() -> None:
    vectors = b'{"data": [{"index": 0, "embedding": [0.5]}]}'
    lines = "".join(f"{name}: {value}\r\n" for name, value in HEADERS.items()).encode()
    head, _, body = reply(vectors).partition(b"\r\n\r\n")
    async with listening(head + b"\r\n" + lines + b"\r\n" + body) as listener:
        embedder = OpenAIEmbedder("embed", base_url=f"http://127.0.0.1:{listener.port}/v1", api_key=KEY)
        found = await embedder.embed(["red"])
        await embedder.aclose()
    assert found.hints == HINTS
