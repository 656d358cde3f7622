"""An annotation service for tests: it takes evaluations, gives annotations, and fails when it is told to."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote

EVALUATION = "/api/v1/alignment/evaluation"
ANNOTATION = f"{EVALUATION}/annotation/"
PACKET = {"run_id", "created_at", "evaluation_run"}


@dataclass(frozen=True, slots=True)
class Seen:
    """A request as it arrived; the names of headers in small letters."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Told:
    """A reply; `missing` is how many bytes of it, though announced, never come."""

    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()
    missing: int = 0


def told(status: int, value: object) -> Told:
    """A reply in JSON."""
    return Told(status, json.dumps(value).encode())


@dataclass
class AnnotationService:
    """A running service: what it knows, what it was asked, and `instead`, what it says whatever is asked."""

    token: str
    url: str = ""
    annotations: dict[str, object] = field(default_factory=dict)
    evaluations: dict[str, object] = field(default_factory=dict)
    seen: list[Seen] = field(default_factory=list)
    instead: Told | None = None
    silent: bool = False
    closing: threading.Event = field(default_factory=threading.Event)

    def answer(self, request: Seen) -> Told:
        """What the service says to a request."""
        if request.headers.get("x-app-token") != self.token:
            return told(403, {"message": "unknown token"})
        if request.method == "GET" and request.path.startswith(ANNOTATION):
            run_id = unquote(request.path.removeprefix(ANNOTATION))
            known = run_id in self.annotations
            return told(200, {"data": self.annotations[run_id]}) if known else told(404, {})
        if request.method == "POST" and request.path == EVALUATION:
            return self.take(json.loads(request.body))
        return told(404, {"detail": f"there is no {request.path}"})

    def take(self, packet: dict[str, object]) -> Told:
        """Keep an evaluation that is new."""
        if packet.keys() != PACKET:
            return told(422, {"detail": f"a packet has {sorted(PACKET)}"})
        run_id = str(packet["run_id"])
        if run_id in self.evaluations:
            return told(409, {"message": "exists already"})
        self.evaluations[run_id] = packet
        return told(200, {"id": run_id})


def _handler(service: AnnotationService) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.reply()

        def do_POST(self) -> None:
            self.reply()

        def reply(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            request = Seen(self.command, self.path, headers, body)
            service.seen.append(request)
            if service.silent:
                service.closing.wait(30)
                return
            said = service.instead or service.answer(request)
            self.send_response(said.status)
            for name, value in said.headers:
                self.send_header(name, value)
            self.send_header("content-length", str(len(said.body) + said.missing))
            self.end_headers()
            self.wfile.write(said.body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base's name
            """Say nothing."""

    return Handler


@contextmanager
def annotation_service(token: str) -> Iterator[AnnotationService]:
    """A service on a free port, for as long as the block runs."""
    service = AnnotationService(token)
    with ThreadingHTTPServer(("127.0.0.1", 0), _handler(service)) as server:
        service.url = f"http://127.0.0.1:{server.server_port}"
        serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        serving.start()
        try:
            yield service
        finally:
            service.closing.set()
            server.shutdown()
            serving.join()
