"""A fast OpenAI-compatible server: one process, one core, no model.

Serves POST /v1/chat/completions (plain, `response_format` json_object / json_schema, tools, `n`), POST
/v1/embeddings (float and base64) and GET /v1/models. Whoever drives it has GET /stats, GET /requests (last
bodies), POST /reset, POST /config (fields of `Config`) and POST /script (a list of replies to give first).

Given a JSON schema (response_format, then tool parameters, then the first one in the messages) it writes a
conforming object, the same one for the same prompt. Not done: streaming, `pattern`, the Responses API.

    python -m tests.loopback.server --port 8123 --latency-ms 50      # fixed latency
    python -m tests.loopback.server --latency-ms 400 --sigma 0.5     # lognormal, median 400 ms
    python -m tests.loopback.server --p-429 0.05 --p-bad-json 0.05   # 5 % each
    python -m tests.loopback.server --requests-per-second 20       # 429 above that, and x-ratelimit headers
"""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import math
import random
import signal
import time
import zlib
from collections import deque

import httptools
import orjson
import uvloop

from tests.loopback.answers import Answer, Body, chat, embed, error, refusal, scripted, tokens
from tests.loopback.config import Config, Stats

_REASONS = {200: "OK", 400: "Bad Request", 401: "Unauthorized", 404: "Not Found", 422: "Unprocessable Entity",
            429: "Too Many Requests", 500: "Internal Server Error"}  # fmt: skip
_FAULTS = ("429", "500", "timeout", "reset", "bad_json", "truncated")
_NEVER = 3600.0
_REQUESTS_KEPT = 2000


class Bucket:
    """The token bucket of `requests_per_second`: what is left, and the headers that say so."""

    def __init__(self) -> None:
        self._level = math.inf
        self._at = 0.0

    def take(self, cfg: Config) -> tuple[bool, tuple[tuple[str, str], ...]]:
        """Whether a request may pass, and its headers; those of a refusal say when the next one may."""
        rate, now = cfg.requests_per_second, time.monotonic()
        if not rate:
            return True, ()
        size = float(cfg.burst or max(1, math.ceil(rate)))
        self._level = min(size, self._level + (now - self._at) * rate)
        self._at = now
        passes = self._level >= 1
        wait = 0.0 if passes else (1 - self._level) / rate
        self._level -= passes
        headers = (
            ("x-ratelimit-limit-requests", f"{size:g}"),
            ("x-ratelimit-remaining-requests", str(math.floor(self._level))),
            ("x-ratelimit-reset-requests", f"{(size - self._level) / rate:.3f}s"),
        )
        return passes, headers if passes else (*headers, ("retry-after", f"{wait:.3f}"))


class Answering:
    """What all connections share: the settings, the counters, and the answer to a request."""

    def __init__(self, cfg: Config) -> None:
        self.cfg = cfg
        self.stats = Stats()
        self.rng = random.Random(cfg.seed)
        self.bucket = Bucket()
        self.script: deque[Body] = deque()
        self.requests: deque[bytes] = deque(maxlen=_REQUESTS_KEPT)

    def control(self, path: str, raw: bytes) -> object:
        """The answer to the requests of whoever drives the server."""
        if path == "/config" and raw:
            self.cfg = dataclasses.replace(self.cfg, **orjson.loads(raw))
        elif path == "/reset":
            in_flight, self.stats = self.stats.in_flight, Stats()
            self.stats.in_flight = in_flight
            self.rng = random.Random(self.cfg.seed)
            self.bucket = Bucket()
            self.script.clear()
            self.requests.clear()
        elif path == "/script":
            self.script.extend(orjson.loads(raw))
        elif path == "/requests":
            return [orjson.loads(request) for request in self.requests]
        elif path == "/stats":
            return self.stats.as_dict()
        return dataclasses.asdict(self.cfg)

    def answer(self, path: str, raw: bytes, key: str) -> Answer:
        """The answer to a request of a judge or an embedder."""
        cfg = self.cfg
        if cfg.api_key and key != f"Bearer {cfg.api_key}":
            self.stats.error("401")
            return Answer(
                401, error(f"Incorrect API key provided: {key.removeprefix('Bearer ')}.", "invalid_api_key")
            )
        if path == "/v1/models":
            names = cfg.models.split(",") if cfg.models else ["judge"]
            return Answer(
                200, {"object": "list", "data": [{"id": name, "object": "model"} for name in names]}
            )
        if path not in ("/v1/chat/completions", "/v1/embeddings"):
            self.stats.error("404 " + path)
            return Answer(404, error("no such path"))
        self.requests.append(raw)
        body: Body = orjson.loads(raw)
        if self.script and path == "/v1/chat/completions":
            return scripted(self.script.popleft(), body, cfg)
        if refused := refusal(body, cfg):
            self.stats.error(str(refused.status))
            return refused
        return self._reply_or_fault(path, body, raw)

    def _reply_or_fault(self, path: str, body: Body, raw: bytes) -> Answer:
        cfg, is_chat = self.cfg, path == "/v1/chat/completions"
        delay = cfg.latency_ms / 1000 * (math.exp(self.rng.gauss(0.0, cfg.sigma)) if cfg.sigma else 1.0)
        retry_after = (("retry-after", f"{cfg.retry_after_s:g}"),)
        if cfg.max_concurrent and self.stats.in_flight > cfg.max_concurrent:
            self.stats.error("over limit")
            return Answer(429, error("too many requests", "rate_limit_exceeded"), 0.001, retry_after)
        passes, limits = self.bucket.take(cfg)
        if not passes:
            self.stats.error("over rate")
            return Answer(429, error("rate limit", "rate_limit_exceeded"), 0.001, limits)
        fault = self._fault(raw)
        if fault == "429":
            return Answer(429, error("rate limit", "rate_limit_exceeded"), delay / 10, retry_after)
        if fault == "500":
            return Answer(500, error("server error", "server_error"), delay / 10)
        if fault in ("timeout", "reset"):
            return Answer(0, None, _NEVER if fault == "timeout" else delay)
        if is_chat:
            n = str(body.get("n") or 1)
            self.stats.n[n] = self.stats.n.get(n, 0) + 1
        reply = chat(body, cfg, fault) if is_chat else embed(body, cfg)
        sent, received = tokens(reply)
        self.stats.tokens_in += sent
        self.stats.tokens_out += received
        return Answer(200, reply, delay, limits)

    def _fault(self, raw: bytes) -> str | None:
        cfg = self.cfg
        rates = (cfg.p_429, cfg.p_500, cfg.p_timeout, cfg.p_reset, cfg.p_bad_json, cfg.p_truncated)
        if not any(rates):
            return None
        x = (zlib.crc32(raw) & 0xFFFF) / 0x10000 if cfg.sticky else self.rng.random()
        for kind, rate in zip(_FAULTS, rates, strict=True):
            if x < rate:
                self.stats.error(kind)
                return kind
            x -= rate
        return None


class Connection(asyncio.Protocol):
    """One connection. Requests on it are answered in order, each after its latency."""

    def __init__(self, answering: Answering) -> None:
        self.shared = answering
        self.parser = httptools.HttpRequestParser(self)
        self.transport: asyncio.Transport
        self.pending: asyncio.TimerHandle | None = None
        self.url, self.key, self.body = b"", "", list[bytes]()
        self.stays = True

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]
        self.shared.stats.connections += 1

    def connection_lost(self, exc: Exception | None) -> None:
        if self.pending:  # the client left before the reply
            self.pending.cancel()
            self._left()

    def data_received(self, data: bytes) -> None:
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserError:
            self.transport.abort()

    # What httptools calls.
    def on_message_begin(self) -> None:
        self.url, self.key, self.body = b"", "", []

    def on_url(self, url: bytes) -> None:
        self.url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        name = name.lower()
        if name == b"authorization":
            self.key = value.decode()
        elif name == b"expect":
            self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def on_body(self, data: bytes) -> None:
        self.body.append(data)

    def on_message_complete(self) -> None:
        path, raw = self.url.split(b"?")[0].decode(), b"".join(self.body)
        self.stays = self.parser.should_keep_alive()
        if path in ("/stats", "/requests", "/reset", "/config", "/script"):
            return self._send(Answer(200, None), orjson.dumps(self.shared.control(path, raw)))
        self.shared.stats.enter(path, len(raw))
        try:
            answer = self.shared.answer(path, raw, self.key)
        except (ValueError, KeyError, TypeError) as problem:
            answer = Answer(400, error(f"{type(problem).__name__}: {problem}"))
        self.pending = asyncio.get_running_loop().call_later(answer.delay, self._reply, answer)
        return None

    def _left(self) -> None:
        self.pending = None
        self.shared.stats.leave()

    def _reply(self, answer: Answer) -> None:
        self._left()
        if answer.body is None:
            self.transport.abort()
        else:
            self._send(answer, orjson.dumps(answer.body))

    def _send(self, answer: Answer, data: bytes) -> None:
        self.shared.stats.bytes_out += len(data)
        headers = answer.headers if self.stays else (*answer.headers, ("connection", "close"))
        extra = "".join(f"{name}: {value}\r\n" for name, value in headers)
        head = (
            f"HTTP/1.1 {answer.status} {_REASONS.get(answer.status, 'Status')}\r\n"
            f"content-type: application/json\r\n{extra}content-length: {len(data)}\r\n\r\n"
        )
        if not self.transport.is_closing():
            self.transport.write(head.encode() + data)
            if not self.stays:
                self.transport.close()


async def serve(cfg: Config, port: int, *, until_eof: bool) -> None:
    """Serve until told to stop; prints the port first. `until_eof`: or until stdin closes."""
    loop = asyncio.get_running_loop()
    answering = Answering(cfg)
    server = await loop.create_server(lambda: Connection(answering), "127.0.0.1", port, backlog=4096)
    print(server.sockets[0].getsockname()[1], flush=True)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    if until_eof:
        loop.add_reader(0, stop.set)
    await stop.wait()


def main() -> None:
    """Run the server with the settings of the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--port", type=int, default=0, help="0 picks a free one; printed first")
    parser.add_argument("--until-eof", action="store_true", help="stop when stdin closes")
    for field in dataclasses.fields(Config):
        flag = "--" + field.name.replace("_", "-")
        if isinstance(field.default, bool):
            parser.add_argument(flag, action=argparse.BooleanOptionalAction, default=field.default)
        else:
            parser.add_argument(flag, type=type(field.default), default=field.default)
    args = vars(parser.parse_args())
    port, until_eof = args.pop("port"), args.pop("until_eof")
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(Config(**args), port, until_eof=until_eof))


if __name__ == "__main__":
    main()
