from __future__ import annotations

import gzip
import json
import shutil
import ssl
import subprocess
import sys
import traceback
from base64 import b64encode
from pathlib import Path

import openai
import pytest

from ragas_nb.errors import JudgeUnavailable
from ragas_nb.judges.base import JudgeRequest
from ragas_nb.judges.openai import OpenAIEmbedder, OpenAIJudge, direct
from tests.loopback.image_server import redirect, reply
from tests.unit.judges.asking import CHECK, CLAIMS, KEY, answered, failure
from tests.unit.judges.listening import ANSWERED, COMPLETION, Heard, Listener, listening

ALSO_WITHOUT = ("connection", "accept-encoding")
"""Headers that depend on who sends; the server is sent what this one can decode."""


def client_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(direct, "is_open", lambda url: False)


async def heard_by(listener: Listener, address: str, **settings: object) -> Heard:
    """What a server hears of one request to this address, in which PORT stands for its port."""
    url = address.replace("PORT", str(listener.port))
    await answered(OpenAIJudge("judge", base_url=url, **settings))  # type: ignore[arg-type]
    return listener.heard[-1]


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:PORT/v1",
        "http://127.0.0.1:PORT/a%20b/",
        "http://127.0.0.1:PORT/v1?api-version=2&tag=%C3%A9",
    ],
)
async def test_a_request_is_the_one_that_the_openai_client_sends(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("OPENAI_ORG_ID", "org-1")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "proj-1")
    async with listening() as listener:
        ours = await heard_by(listener, address, api_key=KEY)
        client_only(monkeypatch)
        clients = await heard_by(listener, address, api_key=KEY)
    assert ours.line == clients.line
    assert json.loads(ours.body) == json.loads(clients.body)
    told = [
        {k: v for k, v in h.headers.items() if k not in (*ALSO_WITHOUT, "content-length")}
        for h in (ours, clients)
    ]
    assert told[0] == told[1]
    assert told[0]["openai-organization"] == "org-1"
    assert ours.headers["content-length"] == str(len(ours.body))


async def test_user_and_password_of_the_address_are_sent_as_a_header() -> None:
    async with listening() as listener:
        heard = await heard_by(listener, "http://me:p%40ss@127.0.0.1:PORT/v1", api_key=KEY)
    assert heard.headers["authorization"] == f"Basic {b64encode(b'me:p@ss').decode()}"


async def test_only_one_request_reaches_the_server() -> None:
    async with listening() as listener:
        await heard_by(listener, "http://127.0.0.1:PORT/v1")
    assert [(heard.line, heard.headers["authorization"]) for heard in listener.heard] == [
        ("POST /v1/chat/completions HTTP/1.1", "Bearer none")
    ]


async def test_users_client_sends_by_itself_with_all_that_it_was_given() -> None:
    async with listening() as listener:
        url = f"http://127.0.0.1:{listener.port}/v1"
        async with openai.AsyncOpenAI(
            base_url=url, api_key=KEY, default_headers={"x-mine": "1"}, default_query={"tag": "2"}
        ) as client:
            await answered(OpenAIJudge("judge", client=client))
    heard = listener.heard[0]
    assert (heard.line.split(" ")[1], heard.headers["x-mine"]) == ("/v1/chat/completions?tag=2", "1")


async def test_a_client_that_makes_its_key_anew_is_asked_for_each_request() -> None:
    async with listening() as listener:
        azure = openai.AsyncAzureOpenAI(
            azure_endpoint=f"http://127.0.0.1:{listener.port}",
            api_version="2024-10-21",
            azure_ad_token_provider=iter(["first-token", "second-token"]).__next__,
        )
        judge = OpenAIJudge("judge", client=azure)
        await answered(judge)
        await answered(judge)
        await azure.close()
    assert [(heard.line.split(" ")[1], heard.headers["authorization"]) for heard in listener.heard] == [
        ("/openai/deployments/judge/chat/completions?api-version=2024-10-21", f"Bearer {token}-token")
        for token in ("first", "second")
    ]


@pytest.mark.parametrize("encoding", ["gzip", ""])
async def test_compressed_replies_are_read(encoding: str) -> None:
    content = gzip.compress(COMPLETION) if encoding else COMPLETION
    async with listening(reply(content, content_encoding=encoding)) as listener:
        found = await answered(OpenAIJudge("judge", base_url=f"http://127.0.0.1:{listener.port}/v1"))
    assert len(found.choices) == 1


async def test_a_request_that_is_sent_elsewhere_arrives_there_whole() -> None:
    async with listening(redirect("/v2/chat/completions", status=307), ANSWERED) as listener:
        await heard_by(listener, "http://127.0.0.1:PORT/v1")
    first, second = listener.heard
    assert (second.line, second.body) == ("POST /v2/chat/completions HTTP/1.1", first.body)


async def test_a_large_request_arrives_whole() -> None:
    asked = CLAIMS.model_copy(update={"context": "long " * 300_000})
    async with listening() as listener:
        judge = OpenAIJudge("judge", base_url=f"http://127.0.0.1:{listener.port}/v1")
        await judge.reply(JudgeRequest(CHECK, asked))
        await judge.aclose()
    assert json.loads(listener.heard[0].body)["messages"] == CHECK.messages(asked)


async def test_what_is_no_http_is_a_lost_connection_and_names_no_secret() -> None:
    async with listening(b"HTTP/1.1 what\r\n\r\n") as listener:
        url = f"http://127.0.0.1:{listener.port}/v1?key={KEY}"
        error = await failure(OpenAIJudge("judge", base_url=url, api_key=KEY))
    assert isinstance(error, JudgeUnavailable)
    assert (error.kind, error.__cause__, error.__context__) == ("connection", None, None)
    assert KEY not in "".join(traceback.format_exception(error)) + repr(vars(error))


async def test_an_embedder_goes_the_same_way() -> None:
    vectors = json.dumps({"data": [{"index": 0, "embedding": [0.5, 1.0]}]}).encode()
    async with listening(reply(vectors)) as listener:
        embedder = OpenAIEmbedder("embed", base_url=f"http://127.0.0.1:{listener.port}/v1", api_key=KEY)
        found = await embedder.embed(["red"])
        await embedder.aclose()
    assert found.vectors == ([0.5, 1.0],)
    assert listener.heard[0].line == "POST /v1/embeddings HTTP/1.1"


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for this computer that has signed itself, with its key."""
    if shutil.which("openssl") is None:
        pytest.skip("makes a certificate with the program openssl")
    key, signed = tmp_path / "key.pem", tmp_path / "signed.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-nodes", "-days", "2", "-subj", "/CN=here",
         "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(signed)],
        check=True, capture_output=True, timeout=60,
    )  # fmt: skip
    signed.write_text(signed.read_text() + key.read_text())
    return signed


async def test_servers_are_trusted_by_the_authorities_that_the_environment_names(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)
    async with listening(tls=tls) as listener:
        url = f"https://127.0.0.1:{listener.port}/v1"
        error = await failure(OpenAIJudge("judge", base_url=url))
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        found = await answered(OpenAIJudge("judge", base_url=url))
    assert "certificate" in str(error)
    assert len(found.choices) == 1


def test_a_proxy_of_the_environment_is_left_to_the_client(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    assert direct.is_open("http://host.example/v1")
    monkeypatch.setenv("http_proxy", "http://proxy.example:3128")
    assert [direct.is_open(f"{scheme}://host.example/v1") for scheme in ("http", "https")] == [False, True]
    monkeypatch.setenv("all_proxy", "http://proxy.example:3128")
    assert not direct.is_open("https://host.example/v1")


def test_without_aiohttp_everything_is_left_to_the_client(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "aiohttp", None)
    assert not direct.is_open("http://host.example/v1")
