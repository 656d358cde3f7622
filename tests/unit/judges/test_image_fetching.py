"""Images from the internet: what may be asked for, and what a server may send."""

from __future__ import annotations

import asyncio
import shutil
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path

import pytest

from ragas_nb.errors import DatasetError
from ragas_nb.judges.images import pinned
from ragas_nb.judges.images.addresses import Address, is_public
from ragas_nb.judges.images.contexts import Permissions, Pictures
from ragas_nb.judges.images.fetching import Fetcher
from ragas_nb.judges.images.image import MAX_BYTES, ImageRefused
from tests.loopback.image_server import (
    JPEG,
    PNG,
    Chunks,
    ImageServer,
    Reply,
    dripping,
    redirect,
    reply,
)
from tests.unit.judges.picturing import content_of, loaded, refusal

Serve = Callable[..., ImageServer]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts servers of images on loopback; they end with the test.

    Whatever they do, no thread of a fetch may wait for them any more by then.
    """
    servers: list[ImageServer] = []

    def start(replies: dict[str, Reply] | None = None, tls: ssl.SSLContext | None = None) -> ImageServer:
        servers.append(ImageServer(replies or {}, tls))
        return servers[-1]

    yield start
    ours = [thread for thread in threading.enumerate() if "ragas_nb" in thread.name]
    for thread in ours:
        thread.join(timeout=2)
    waiting = [thread.name for thread in ours if thread.is_alive()]
    for server in servers:
        server.close()
    assert waiting == []


LOOPBACK: Address = IPv4Address("127.0.0.1")


def at_loopback(host: str, port: int) -> list[Address]:
    return [LOOPBACK]


def fetcher(seconds: float = 10.0) -> Fetcher:
    """One that takes every host for one on loopback, and may go there."""
    return Fetcher(may_reach=lambda address: address == LOOPBACK, look_up=at_loopback, seconds=seconds)


def from_anywhere(seconds: float = 10.0) -> Permissions:
    return Permissions(urls=True, fetcher=fetcher(seconds))


async def test_image_is_fetched_where_it_is_allowed(serve: Serve) -> None:
    server = serve({"/a%20cat": reply(JPEG, content_type="image/png; x=y")})
    image = await loaded(server.url("/a%20cat?size=1#top", host="cats.example"), from_anywhere())
    assert content_of(image) == JPEG
    assert server.heard == [
        "GET /a%20cat?size=1 HTTP/1.1\r\n"
        f"Host: cats.example:{server.port}\r\n"
        "Accept: image/png, image/jpeg, image/gif, image/webp\r\n"
        "Accept-Encoding: identity\r\n"
        "Connection: close\r\n"
        "User-Agent: ragas_nb\r\n\r\n"
    ]


@pytest.mark.parametrize(
    "answer",
    [
        reply(content_length=""),
        b"HTTP/1.0 200 OK\r\ncontent-type: image/png\r\n\r\n" + PNG,
        reply(
            f"{len(PNG):x}\r\n".encode() + PNG + b"\r\n0\r\n\r\n",
            transfer_encoding="chunked",
            content_length="",
        ),
        b"HTTP/1.1 100 Continue\r\n\r\n" + reply(),
    ],
)
async def test_image_is_read_however_its_end_is_told(answer: bytes, serve: Serve) -> None:
    server = serve({"/a": answer})
    assert content_of(await loaded(server.url("/a"), from_anywhere())) == PNG


async def test_nothing_is_fetched_without_permission(serve: Serve) -> None:
    server = serve({"/cat.png": reply()})
    contexts = [server.url("/cat.png"), server.url("/cat"), "A cat."]
    assert [await loaded(context) for context in contexts] == contexts
    assert server.heard == []


HOSTS_OF_THIS_COMPUTER = [
    "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "0x7f.1", "①②⑦.0.0.1", "localhost",
    "LOCALHOST.", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[64:ff9b::7f00:1]",
    "0.0.0.0", "0",
]  # fmt: skip


@pytest.mark.parametrize("host", HOSTS_OF_THIS_COMPUTER)
async def test_this_computer_is_never_asked_whatever_it_is_called(host: str, serve: Serve) -> None:
    server = serve({"/a.png": reply()})
    said = await refusal(server.url("/a.png", host=host), Permissions(urls=True))
    assert said.endswith(("is not on the public internet, and nothing else is fetched.", "is not known."))
    assert server.heard == []


@pytest.mark.parametrize("mixed", ["8.8.8.8 127.0.0.1", "127.0.0.1 8.8.8.8", "2606:4700::1111 ::1"])
async def test_one_private_address_among_public_ones_is_one_too_many(mixed: str, serve: Serve) -> None:
    server = serve({"/a.png": reply()})
    looking = Fetcher(look_up=lambda host, port: [ip_address(text) for text in mixed.split()])
    with pytest.raises(ImageRefused, match=r"'mixed\.example' is not on the public internet"):
        await looking.fetch(server.url("/a.png", host="mixed.example"))
    assert server.heard == []


async def test_host_is_looked_up_once_and_the_checked_address_is_asked(serve: Serve) -> None:
    server = serve({"/a.png": reply()})
    answers: list[list[Address]] = [[LOOPBACK], [IPv4Address("10.0.0.1")]]  # as a host that rebinds says
    rebinding = Fetcher(may_reach=LOOPBACK.__eq__, look_up=lambda host, port: answers.pop(0))
    url = server.url("/a.png", host="rebinding.example")
    assert await rebinding.fetch(url) == PNG
    with pytest.raises(ImageRefused, match=r"'rebinding\.example' is not on the public internet"):
        await rebinding.fetch(url)
    assert len(server.heard) == 1


async def test_address_that_does_not_answer_is_followed_by_the_next(serve: Serve) -> None:
    server = serve({"/a.png": reply()})
    both = Fetcher(may_reach=lambda _: True, look_up=lambda host, port: [IPv6Address("::1"), LOOPBACK])
    assert await both.fetch(server.url("/a.png", host="both.example")) == PNG


async def test_proxies_of_the_environment_are_not_asked(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, proxy = serve({"/a.png": reply()}), serve()
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, proxy.url(""))
    assert await fetcher().fetch(server.url("/a.png", host="cats.example")) == PNG
    assert proxy.heard == []


# Redirects


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirect_is_followed(status: int, serve: Serve) -> None:
    server = serve({"/a": redirect("/b/../c.png", status), "/c.png": reply()})
    assert await fetcher().fetch(server.url("/a")) == PNG


async def test_redirects_are_followed_three_times(serve: Serve) -> None:
    chain = {f"/{n}": redirect(f"/{n + 1}") for n in range(4)}
    server = serve({**chain, "/4": reply()})
    assert await fetcher().fetch(server.url("/1")) == PNG
    with pytest.raises(ImageRefused, match="redirected more than 3 times"):
        await fetcher().fetch(server.url("/0"))
    assert server.paths == ["/1", "/2", "/3", "/4", "/0", "/1", "/2", "/3"]


@pytest.mark.parametrize(
    "location", ["http://127.0.0.1:{}/b", "//localhost:{}/b", "http://[::ffff:127.0.0.1]:{}/b"]
)
async def test_redirect_to_this_computer_is_not_followed(location: str, serve: Serve) -> None:
    inside = serve({"/b": reply()})
    server = serve({"/a": redirect(location.format(inside.port))})

    first = iter([True])  # the server counts as public, this once
    once = Fetcher(may_reach=lambda address: is_public(address) or next(first, False))
    with pytest.raises(ImageRefused, match="is not on the public internet"):
        await once.fetch(server.url("/a"))
    assert (server.paths, inside.heard) == (["/a"], [])


@pytest.mark.parametrize(
    ("location", "problem"),
    [
        ("file:///etc/passwd", "begins with 'file', not http or https"),
        ("data:image/png;base64,iVBO", "begins with 'data', not http or https"),
        ("ftp://127.0.0.1/a.png", "begins with 'ftp', not http or https"),
        ("http://me:secret@127.0.0.1/a.png", "holds a user name or a password"),
        ("http://[/", "no valid address"),
    ],
)
async def test_redirect_to_what_is_not_of_the_web_is_not_followed(
    location: str, problem: str, serve: Serve
) -> None:
    server = serve({"/a": redirect(location)})
    with pytest.raises(ImageRefused, match=problem):
        await fetcher().fetch(server.url("/a"))


# Replies that are no image, too large, too slow


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (reply(content_type="text/html"), "sent 'text/html', no image"),
        (reply(content_type=""), "sent 'text/plain', no image"),
        (reply(content_type="application/octet-stream"), "sent 'application/octet-stream', no image"),
        (reply(b"<html>"), "its content is no PNG, JPEG, GIF or WebP image"),
        (reply(b""), "it is empty"),
        (
            reply(b"\x1f\x8b" + bytes(99), content_encoding="gzip"),
            "its content is no PNG, JPEG, GIF or WebP image",
        ),
        (reply(status=404), "answered with status 404"),
        (reply(status=500), "answered with status 500"),
        (reply(status=204), "answered with status 204"),
        (reply(b"", 302), "answered with status 302"),
        (reply(b"", 304, location="/b"), "answered with status 304"),
        (reply(content_length="9999"), "the connection ended before the image did"),
        (
            reply(b"ff\r\n" + PNG, transfer_encoding="chunked", content_length=""),
            "does not deliver it: IncompleteRead",
        ),
        (b"", "does not deliver it: Remote end closed connection without response"),
        (b"SSH-2.0-OpenSSH_9.6\r\n", "does not deliver it: SSH-2.0"),
        (
            b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 200 + b"\r\n",
            "does not deliver it: got more than 100 headers",
        ),
        (
            b"HTTP/1.1 200 OK\r\na: " + b"b" * 70_000 + b"\r\n\r\n",
            "does not deliver it: got more than 65536 bytes",
        ),
    ],
)
async def test_reply_that_is_no_image_is_refused(answer: bytes, problem: str, serve: Serve) -> None:
    server = serve({"/a": answer})
    said = await refusal(server.url("/a"), from_anywhere())
    assert problem in said
    assert len(said) < 300


def _endless(over: threading.Event) -> Iterator[bytes]:
    yield reply(content_length="", content_type="image/png")
    while not over.is_set():
        yield bytes(1 << 20)


def _endless_chunks(over: threading.Event) -> Iterator[bytes]:
    yield reply(b"", transfer_encoding="chunked", content_length="")
    while not over.is_set():
        yield b"100000\r\n" + bytes(1 << 20) + b"\r\n"


@pytest.mark.parametrize(
    "answer",
    [
        _endless,
        _endless_chunks,
        reply(PNG + bytes(MAX_BYTES)),
        reply(PNG + bytes(MAX_BYTES), content_length=""),
    ],
    ids=["endless", "endless chunks", "told", "not told"],
)
async def test_reply_is_cut_off_when_it_is_too_large(answer: Reply, serve: Serve) -> None:
    server = serve({"/a": answer})
    assert (await refusal(server.url("/a"), from_anywhere())).endswith("it is larger than 10 MB.")


def _silent(over: threading.Event) -> Iterator[bytes]:
    over.wait(20)
    yield b""


@pytest.mark.parametrize(
    "answer",
    [
        _silent,
        dripping(b"", b"HTTP/1.1 200 OK\r\nx: y\r\n" * 50),
        dripping(b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 100 Continue\r\n\r\n", every=0.001),
        dripping(reply(content_length="99999"), b"drip"),
        dripping(reply(content_length=""), b"drip"),
        dripping(reply(b"", transfer_encoding="chunked", content_length=""), b"1\r\na\r\n"),
    ],
    ids=["silent", "head", "continue", "body", "body without an end", "chunks"],
)
@pytest.mark.parametrize("hops", [0, 1])
async def test_reply_is_cut_off_when_it_takes_too_long(answer: Chunks, hops: int, serve: Serve) -> None:
    server = serve({"/0": answer, "/1": redirect("/0")})
    started = time.monotonic()
    said = await refusal(server.url(f"/{hops}"), from_anywhere(seconds=0.3))
    assert said.endswith("it did not arrive within 0.3 s.")
    assert time.monotonic() - started < 5


async def test_server_that_never_shakes_hands_is_cut_off(serve: Serve) -> None:
    half_a_record = dripping(b"\x16\x03\x03\x40\x00", bytes(99))
    for server in (serve({"": _silent}), serve({"": half_a_record})):
        with pytest.raises(ImageRefused, match=r"did not arrive within 0\.3 s"):
            await fetcher(seconds=0.3).fetch(server.url("/a", host="cats.example", scheme="https"))


async def test_host_that_cannot_be_looked_up_in_time_is_given_up() -> None:
    over = threading.Event()

    def slow(host: str, port: int) -> list[Address]:
        over.wait(20)
        return []

    with pytest.raises(ImageRefused, match=r"did not arrive within 0\.1 s"):
        await Fetcher(look_up=slow, seconds=0.1).fetch("http://slow.example/a.png")
    over.set()


async def test_server_that_is_not_there_is_told(serve: Serve) -> None:
    server = serve()
    url = server.url("/a", host="cats.example")
    server.close()
    assert "'cats.example' does not deliver it: " in await refusal(url, from_anywhere())


async def test_the_event_loop_goes_on_while_images_arrive(serve: Serve) -> None:
    server = serve({"/a": dripping(reply(content_length="99999"), b"drip")})
    longest, last, fetching_it = (
        0.0,
        time.monotonic(),
        asyncio.create_task(refusal(server.url("/a"), from_anywhere(0.3))),
    )
    while not fetching_it.done():
        await asyncio.sleep(0)
        now = time.monotonic()
        longest, last = max(longest, now - last), now
    assert longest < 0.2
    await fetching_it


async def test_few_images_are_loaded_at_once(serve: Serve) -> None:
    most, now, lock = 0, 0, threading.Lock()

    def look_up(host: str, port: int) -> list[Address]:
        nonlocal most, now
        with lock:
            now += 1
            most = max(most, now)
        time.sleep(0.01)
        with lock:
            now -= 1
        return [LOOPBACK]

    server = serve({"/a": reply()})
    pictures = Pictures(Permissions(urls=True, fetcher=Fetcher(LOOPBACK.__eq__, look_up)))
    await asyncio.gather(*(pictures.load(n, server.url("/a", host="cats.example")) for n in range(30)))
    assert 1 < most <= 8


async def test_message_tells_which_context_and_no_secret(serve: Serve) -> None:
    server = serve()
    url = server.url("/a.png?signature=hush", host="cats.example")
    with pytest.raises(DatasetError) as caught:
        await Pictures(from_anywhere()).load(4, url)
    assert str(caught.value) == (
        f"context 4 ('http://cats.example:{server.port}/a.png') cannot be shown to the judge: "
        "'cats.example' answered with status 404."
    )
    assert "hush" not in await refusal("http://me:hush@cats.example/a.png", from_anywhere())


# Over TLS


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for cats.example that has signed itself, with its key."""
    if shutil.which("openssl") is None:
        pytest.skip("makes a certificate with the program openssl")
    path = tmp_path / "cats.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-nodes", "-days", "2", "-subj", "/CN=cats.example",
         "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-addext", "subjectAltName=DNS:cats.example",
         "-keyout", str(path), "-out", str(path.with_suffix(".crt"))],
        check=True, capture_output=True, timeout=60,
    )  # fmt: skip
    path.write_text(path.read_text() + path.with_suffix(".crt").read_text())
    return path


async def test_certificate_is_checked_for_the_host_and_not_for_its_address(
    certificate: Path, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)
    names: list[str | None] = []
    tls.sni_callback = lambda line, name, context: names.append(name)
    server = serve({"/a": reply()}, tls)
    with pytest.raises(ImageRefused, match=r"'cats\.example' does not deliver it: .*certificate"):
        await fetcher().fetch(server.url("/a", host="cats.example", scheme="https"))
    monkeypatch.setattr(pinned, "_trust", lambda: ssl.create_default_context(cafile=str(certificate)))
    assert await fetcher().fetch(server.url("/a", host="cats.example", scheme="https")) == PNG
    with pytest.raises(ImageRefused, match=r"'dogs\.example' does not deliver it: .*certificate"):
        await fetcher().fetch(server.url("/a", host="dogs.example", scheme="https"))
    assert names == ["cats.example", "cats.example", "dogs.example"]
