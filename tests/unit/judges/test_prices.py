from __future__ import annotations

import subprocess
import sys

import genai_prices
import pytest

from ragas_nb.judges import prices
from ragas_nb.judges.base import Usage
from ragas_nb.judges.prices import price, set_price

OPENAI = "https://api.openai.com/v1"
LOCAL = "http://127.0.0.1:8000/v1"
USED = Usage(input_tokens=1200, output_tokens=80, cached_tokens=1000)


@pytest.fixture(autouse=True)
def no_prices_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prices, "_set_by_user", {})


def listed(model: str, usage: Usage, provider: str) -> float:
    counted = genai_prices.Usage(
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
        cache_read_tokens=usage.cached_tokens,
    )
    return float(genai_prices.calc_price(counted, model, provider_id=provider).total_price)


@pytest.mark.parametrize(
    ("model", "url", "provider"),
    [
        ("gpt-4o-mini", OPENAI, "openai"),
        ("gpt-4o-mini-2024-07-18", OPENAI, "openai"),
        ("text-embedding-3-small", OPENAI, "openai"),
        ("gpt-4o-mini", None, "openai"),
        ("gpt-4o-mini", LOCAL, "openai"),
        ("claude-sonnet-4-5", "https://gateway.example/v1", "anthropic"),
    ],
)
def test_known_model_costs_what_the_list_says(model: str, url: str | None, provider: str) -> None:
    assert price(model, USED, url) == pytest.approx(listed(model, USED, provider))


def test_long_requests_are_priced_by_their_own_tier() -> None:
    usage = Usage(input_tokens=300_000, output_tokens=10)
    expected = listed("gemini-2.5-pro", usage, "google")
    assert price("gemini-2.5-pro", usage) == pytest.approx(expected)
    per_token = price("gemini-2.5-pro", Usage(input_tokens=1000)) or 0.0
    assert expected > per_token * 300  # else the tier would not show


@pytest.mark.parametrize(
    "model", ["judge", "llama3.1", "mistral", "gpt-oss-20b", "gemma-3-27b", "deepseek-r1"]
)
def test_models_that_anybody_may_serve_have_no_price_on_an_own_server(model: str) -> None:
    assert price(model, USED, LOCAL) is None


def test_price_set_by_the_user_comes_first() -> None:
    set_price("gpt-4o-mini", input=1.0, output=2.0, cached=0.5)
    assert price("gpt-4o-mini", USED, OPENAI) == pytest.approx((200 * 1.0 + 1000 * 0.5 + 80 * 2.0) / 1e6)


def test_price_set_for_the_name_in_the_request_holds_for_the_name_in_the_reply() -> None:
    set_price("my-deployment", input=1.0)
    assert price("gpt-4o-2024-08-06", Usage(input_tokens=1_000_000), OPENAI, asked_as="my-deployment") == 1.0


def test_name_in_the_request_is_priced_when_the_reply_has_an_unknown_one() -> None:
    assert price("snapshot-x", USED, OPENAI, asked_as="gpt-4o-mini") == price("gpt-4o-mini", USED, OPENAI)


def test_negative_price_is_refused() -> None:
    with pytest.raises(ValueError, match="must not be negative"):
        set_price("my-model", input=-1.0)


def test_prices_open_no_connection() -> None:
    program = (
        "import socket\n"
        "def refuse(*args, **kwargs): raise SystemExit('a connection was opened')\n"
        "socket.socket.connect = socket.getaddrinfo = refuse\n"
        "from ragas_nb.judges.base import Usage\n"
        "from ragas_nb.judges.prices import price\n"
        "assert price('gpt-4o-mini', Usage(input_tokens=10)) is not None\n"
        "assert price('nobody-knows', Usage(input_tokens=10)) is None\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
