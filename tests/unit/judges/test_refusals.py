from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from ragas_nb.errors import JudgeRefused, JudgeUnavailable
from ragas_nb.judges.openai.rates import wait_asked
from ragas_nb.judges.openai.refusals import judge_error, read_problem
from ragas_nb.judges.openai.target import Target, without_credentials
from tests.unit.judges.asking import dumps

KEY = "sk-very-secret-0123456789"
TARGET = Target("judge-1", "https://host.example/v1", KEY)


def raised(
    status: int, body: object, headers: dict[str, str] | None = None
) -> JudgeRefused | JudgeUnavailable:
    raw = body if isinstance(body, bytes) else dumps(body).encode()
    return judge_error(read_problem(status, raw, headers or {}), TARGET)


def openai_error(message: str, code: str = "", param: str | None = None) -> dict[str, object]:
    return {"error": {"message": message, "type": "invalid_request_error", "code": code, "param": param}}


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (401, openai_error("Incorrect API key provided", "invalid_api_key"), "authentication"),
        (403, openai_error("Country not supported"), "authentication"),
        (400, [{"error": {"message": "API key not valid. Pass a valid API key."}}], "authentication"),
        (404, openai_error("The model `x` does not exist", "model_not_found"), "model"),
        (404, {"detail": "Not Found"}, "model"),
        (400, openai_error("Invalid model: judge-1"), "model"),
        (429, openai_error("You exceeded your current quota", "insufficient_quota"), "quota"),
        (402, {"error": {"message": "Insufficient Balance"}}, "quota"),
        (400, openai_error("The response was filtered", "content_filter"), "content_filter"),
        (403, openai_error("Input was flagged by moderation"), "content_filter"),
        (
            400,
            openai_error("maximum context length is 8192 tokens", "context_length_exceeded"),
            "bad_request",
        ),
        (413, b"Payload Too Large", "bad_request"),
    ],
)
def test_refusals_are_told_apart(status: int, body: object, kind: str) -> None:
    error = raised(status, body)
    assert (type(error), error.kind) == (JudgeRefused, kind)


@pytest.mark.parametrize(
    ("status", "kind"),
    [(429, "rate_limited"), (408, "server_error"), (500, "server_error"), (503, "server_error")],
)
def test_transient_failures_are_unavailable(status: int, kind: str) -> None:
    error = raised(status, openai_error("busy"))
    assert (type(error), error.kind) == (JudgeUnavailable, kind)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (openai_error("the reason"), "the reason"),
        ({"error": "the reason"}, "the reason"),
        ({"message": "the reason"}, "the reason"),
        ({"detail": [{"loc": ["body", "seed"], "msg": "the reason"}]}, "body.seed: the reason"),
        (b"<html><head><title>x</title></head><body><h1>the</h1> reason</body></html>", "the reason"),
        (b"", "no reason given"),
    ],
)
def test_server_is_quoted_whatever_its_form(body: object, words: str) -> None:
    assert str(raised(400, body)) == (
        f"https://host.example/v1 (model 'judge-1', status 400) refused the request: {words}"
    )


@pytest.mark.parametrize(
    ("status", "way_out"), [(401, "OPENAI_API_KEY"), (404, "client.models.list()"), (402, "llm=")]
)
def test_refusal_says_what_to_do(status: int, way_out: str) -> None:
    assert way_out in str(raised(status, openai_error("no")))


@pytest.mark.parametrize("secret", [KEY, "sk-proj-another_key_1234567890", "AIzaSyA-1234567890abcdefghij"])
def test_keys_are_never_repeated(secret: str) -> None:
    message = str(raised(401, openai_error(f"Incorrect API key provided: {secret}. Try again.")))
    assert secret not in message
    assert "Incorrect API key provided: …" in message


def test_placeholder_for_a_key_leaves_the_words_alone() -> None:
    assert Target("m", "http://a", "k").cleaned("a bad key") == "a bad key"


def test_key_is_in_no_repr() -> None:
    assert KEY not in repr(TARGET)


def test_url_is_shown_without_credentials() -> None:
    assert without_credentials("https://me:pw@host.example/v1/?api-key=1") == "https://host.example/v1"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after-ms": "250", "retry-after": "1"}, 0.25),
        ({"x-ratelimit-reset-requests": "1m30.5s"}, 90.5),
        ({"x-ratelimit-reset-requests": "20ms", "x-ratelimit-reset-tokens": "6m0s"}, 0.02),
        (
            {
                "x-ratelimit-reset-requests": "1s",
                "x-ratelimit-reset-tokens": "9s",
                "x-ratelimit-remaining-tokens": "0",
                "x-ratelimit-remaining-requests": "5",
            },
            9.0,
        ),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-3"}, None),
        ({}, None),
    ],
)
def test_wait_is_read_from_the_headers(headers: dict[str, str], seconds: float | None) -> None:
    assert wait_asked(headers) == (None if seconds is None else pytest.approx(seconds))


def test_wait_is_read_from_a_date() -> None:
    then = datetime.now(UTC) + timedelta(seconds=30)
    assert wait_asked({"retry-after": format_datetime(then, usegmt=True)}) == pytest.approx(30, abs=2)
    past = datetime.now(UTC) - timedelta(seconds=30)
    assert wait_asked({"retry-after": format_datetime(past, usegmt=True)}) == 0.0


@pytest.mark.parametrize("scheme", ["Bearer", "Basic"])
def test_an_authorization_that_a_server_repeats_is_not_told(scheme: str):
    words = Target("m", "http://a").cleaned(f"got Authorization: {scheme} bWU6cGxhbnRlZA== of you")
    assert words == f"got Authorization: {scheme} … of you"
