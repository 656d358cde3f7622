"""A host that knows nothing but the contract of anywidget: no JupyterLab, no kernel process.

The widget is a real `RunWidget` with its bridge, on an event loop in a thread of its own. A page takes what
its comm says over a socket, and gives the module the least model that a host may give: `bare.js`.
"""

from __future__ import annotations

import asyncio
import json
import re
import threading
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeVar
from unittest import mock

import comm
from aiohttp import WSMsgType, web
from comm.base_comm import BaseComm
from playwright.sync_api import FrameLocator, Page, expect

from ragas_nb.comparing import Comparison
from ragas_nb.notebook.widget import RunWidget
from ragas_nb.recorded import RecordedRun
from ragas_nb.run import Run
from tests.browser.widget import Widget

T = TypeVar("T")
Look = Literal["plain", "vscode", "colab", "shadow"]
"""`plain` has no variables of a host; `colab` shows the widget in a frame, `shadow` in a shadow root."""
PREFIX = "/user/somebody/proxy/8888"
"""Everything is served below a path, as behind JupyterHub's proxy."""
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src data:; "
    "connect-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'"
)
"""What a page may do: no `eval`, no script but the files of the host, no other address."""
HTML = """<!doctype html>
<html lang="en"{attributes}>
<head><meta charset="utf-8"><title>A bare host</title><link rel="icon" href="data:,">
<link rel="stylesheet" href="bare.css"></head>
<body class="{body}"><main data-look="{look}"><h1>A bare host</h1>{content}</main>
{script}</body></html>"""
SCRIPT = '<script type="module" src="bare.js"></script>'
FRAME = (
    '<iframe title="Output" src="page?look=inside" sandbox="allow-scripts allow-same-origin allow-downloads">'
    "</iframe>"
)
CSS = """body { margin: 12px; font: 14px sans-serif; }
@media (prefers-color-scheme: dark) { body:not([class]) { background: #101214; color: #eee; } }
.vscode-dark { --vscode-editor-background: #1e1e1e; --vscode-editor-foreground: #d4d4d4;
  --vscode-focusBorder: #007fd4; background: #1e1e1e; color: #d4d4d4; }
html[theme="dark"] { background: #111; color: #eee; }
iframe { border: 0; width: 100%; height: 1000px; }"""
FILES = {"bare.css": ("text/css", CSS), "bare.js": ("text/javascript", None)}
SETTLED_S = 30
NAMES = re.compile("^(Evaluation run$|Comparison of )")
"""What widgets are called."""


class BareComm(BaseComm):
    """A widget's comm, whose other end are pages."""

    def __init__(self, **settings: Any) -> None:
        self.pages: list[asyncio.Queue[bytes | None]] = []
        super().__init__(**settings)

    def publish_msg(
        self, msg_type: str, data: Any = None, metadata: Any = None, buffers: Any = None, **_: Any
    ) -> None:
        if msg_type == "comm_msg":
            for page in self.pages:
                page.put_nowait(framed(data, buffers or []))


@dataclass
class Shown:
    """A run's widget in a page."""

    host: BareHost
    page: Page
    run: RecordedRun | Comparison
    model: Model
    look: Look

    @property
    def place(self) -> Page | FrameLocator:
        """Where the widget is: the page, or a frame in it."""
        return self.page.frame_locator("iframe") if self.look == "colab" else self.page

    @property
    def widget(self) -> Widget:
        """Its first view."""
        return self.views(0)

    def views(self, number: int) -> Widget:
        """One of its views, in the page's order."""
        region = self.place.get_by_role("region", name=NAMES)
        return Widget(region.nth(number))

    def send(self, content: object, buffers: Sequence[bytes] = ()) -> None:
        """Send the page a message that the bridge did not make."""
        data = {"method": "custom", "content": content}
        self.host.call(lambda: [page.put_nowait(framed(data, buffers)) for page in self.model.comm.pages])

    def disconnect(self) -> None:
        """End all that connects the page with the kernel."""
        self.host.call(lambda: [page.put_nowait(None) for page in self.model.comm.pages])


@dataclass
class Model:
    """A widget's kernel side: its comm, and what its pages sent."""

    widget: RunWidget
    comm: BareComm
    hears: bool = True
    """Whether the kernel gets what the pages send."""
    heard: list[dict[str, Any]] = field(default_factory=list)


def framed(data: object, buffers: Sequence[bytes]) -> bytes:
    """A message for the page; its buffers begin at odd places, as some hosts have it."""
    sizes = [len(part) for part in buffers]
    head = json.dumps({"data": data, "sizes": sizes}, ensure_ascii=False, allow_nan=False).encode()
    head += b" " * (len(head) % 2)
    return b"".join((len(head).to_bytes(4, "little"), head, b"\0", *map(bytes, buffers)))


class BareHost:
    """Serves pages with widgets on loopback."""

    def __init__(self, loop: asyncio.AbstractEventLoop, url: str) -> None:
        self._loop = loop
        self._models: dict[str, Model] = {}
        self.url = url

    def call(self, function: Callable[[], T]) -> T:
        """Do something on the loop on which the runs go."""

        async def do() -> T:
            return function()

        return self.wait(do())

    def wait(self, work: Awaitable[T]) -> T:
        """Do it there, and wait until it is done."""

        async def do() -> T:
            return await work

        return asyncio.run_coroutine_threadsafe(do(), self._loop).result(SETTLED_S)

    def show(
        self,
        page: Page,
        run: RecordedRun | Comparison,
        *,
        look: Look = "plain",
        hears: bool = True,
        views: int = 1,
    ) -> Shown:
        """Show a run in a page, so many times."""
        model = self.call(lambda: self._model(run))
        model.hears = hears
        page.goto(f"{self.url}{PREFIX}/{model.widget.model_id}/page?look={look}&views={views}")
        shown = Shown(self, page, run, model, look)
        expect(shown.widget.root).to_be_visible()
        return shown

    def end(self) -> None:
        """End every run, and forget the widgets."""
        self.wait(self._end())

    async def _end(self) -> None:
        for model in self._models.values():
            run = model.widget._run
            if isinstance(run, Run) and not run.ended:
                run.cancel()
                await run
            model.widget.close()
        self._models.clear()

    def _model(self, run: RecordedRun | Comparison) -> Model:
        with mock.patch.object(comm, "create_comm", BareComm):
            widget = run.widget
        return self._models.setdefault(widget.model_id, Model(widget, widget.comm))

    # ── what pages ask for ──

    async def page(self, request: web.Request) -> web.Response:
        """The page, or what it shows in a frame."""
        look = request.query.get("look", "plain")
        html = HTML.format(
            look=look,
            attributes=' theme="dark"' if look in ("colab", "inside") else "",
            body="vscode-dark" if look == "vscode" else "",
            content=FRAME if look == "colab" else '<div id="place"></div>',
            script="" if look == "colab" else SCRIPT,
        )
        return web.Response(text=html, content_type="text/html", headers={"Content-Security-Policy": POLICY})

    async def file(self, request: web.Request) -> web.Response:
        """The host's own files."""
        media_type, text = FILES[request.match_info["file"]]
        return web.Response(
            text=text or Path(__file__).with_name("bare.js").read_text(encoding="utf-8"),
            content_type=media_type,
        )

    async def trait(self, request: web.Request) -> web.Response:
        """What the kernel has told of the model: its module, its styles, and the traits for the module."""
        state = self._models[request.match_info["model"]].widget.get_state()
        match request.match_info["trait"]:
            case "esm":
                return web.Response(text=state["_esm"], content_type="text/javascript")
            case "css":
                return web.Response(text=state["_css"], content_type="text/css")
            case _:
                return web.json_response({k: v for k, v in state.items() if not k.startswith("_")})

    async def socket(self, request: web.Request) -> web.WebSocketResponse:
        """A page's end of the comm."""
        model = self._models[request.match_info["model"]]
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        queue: asyncio.Queue[bytes | None] = asyncio.Queue()
        model.comm.pages.append(queue)
        writing = asyncio.ensure_future(_write(socket, queue))
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    self._hear(model, json.loads(message.data))
        finally:
            model.comm.pages.remove(queue)
            queue.put_nowait(None)
            await writing
        return socket

    def _hear(self, model: Model, content: dict[str, Any]) -> None:
        model.heard.append(content)
        if model.hears:
            data = {"method": "custom", "content": content}
            model.widget._handle_msg({"content": {"data": data}, "buffers": []})


async def _write(socket: web.WebSocketResponse, queue: asyncio.Queue[bytes | None]) -> None:
    while (message := await queue.get()) is not None:
        await socket.send_bytes(message)
    await socket.close()


@contextmanager
def bare_host() -> Iterator[BareHost]:
    """Start a host; it ends with the block."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="bare host", daemon=True)
    thread.start()
    host = BareHost(loop, "")
    runner = host.wait(_serve(host))
    try:
        yield host
    finally:
        host.end()
        host.wait(runner.cleanup())
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _serve(host: BareHost) -> web.AppRunner:
    app = web.Application()
    model = f"{PREFIX}/{{model}}"
    app.router.add_get(f"{model}/page", host.page)
    app.router.add_get(f"{model}/socket", host.socket)
    app.router.add_get(f"{model}/{{file:bare.*}}", host.file)
    app.router.add_get(f"{model}/{{trait}}", host.trait)
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    return runner
