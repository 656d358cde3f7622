"""Everything in a page that must not happen: errors, dialogs, requests to other hosts."""

from __future__ import annotations

from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Dialog, Error, Page, Request

LEAVING = "Canceled future for create_subshell_request"
"""JupyterLab's own error, when a page is reloaded or a notebook closed while it asks for a subshell."""


class Watch:
    """A page and its troubles, as they come."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.troubles: list[str] = []
        self._host = urlsplit(url).netloc
        page.on("console", self._console)
        page.on("pageerror", self._error)
        page.on("dialog", self._dialog)
        page.on("request", self._request)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.troubles.append(f"console: {message.text} ({message.location.get('url', '')})")

    def _error(self, error: Error) -> None:
        if error.message.startswith(LEAVING):
            return
        self.troubles.append(f"page error: {error.message} {error.stack or ''}")

    def _dialog(self, dialog: Dialog) -> None:
        self.troubles.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in ("blob", "data", "about", "file") and parts.netloc != self._host:
            self.troubles.append(f"request: {request.url}")
