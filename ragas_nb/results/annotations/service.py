"""A compatible annotation service: evaluations go there, and come back annotated.

Environment variables say where it is (`RAGAS_API_URL`, there is no default), who asks (`RAGAS_APP_TOKEN`)
and, if there is one, at which address people see evaluations (`RAGAS_APP_URL`).
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPException
from importlib.metadata import version
from typing import Final
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from ragas_nb.errors import DatasetError, UploadException
from ragas_nb.results.annotations.exchange import from_json, to_json

_URL: Final = "RAGAS_API_URL"
_TOKEN: Final = "RAGAS_APP_TOKEN"
_APP_URL: Final = "RAGAS_APP_URL"
_EVALUATION: Final = "/api/v1/alignment/evaluation"
_ANNOTATION: Final = f"{_EVALUATION}/annotation/"
_CHECK_URL: Final = f"Check {_URL}."
_OK: Final = 200
_CONFLICT: Final = 409
_TIMEOUT: Final = 60.0
_LONGEST_REPLY: Final = 512 * 1024 * 1024
_LONGEST_ERROR: Final = 64 * 1024
_LONGEST_WORDS: Final = 300


class _NoRedirects(HTTPRedirectHandler):
    """Follows nothing: the token is for one server, and a POST is not to become a GET."""

    def redirect_request(self, *_: object) -> None:
        """Return nothing, so that the redirect itself is the reply."""


@dataclass(frozen=True, slots=True)
class _Service:
    """Where the service is; `token` must never be repeated."""

    url: str
    app_url: str | None
    token: str = field(repr=False)

    def address(self, run: str) -> str:
        """Where a run can be seen: in the app, or else what the service has of it."""
        if self.app_url:
            return f"{self.app_url}/dashboard/alignment/evaluation/{run}"
        return f"{self.url}{_ANNOTATION}{run}"

    def send(
        self, method: str, path: str, body: bytes | None = None, *, not_found: str, timeout: float
    ) -> bytes:
        """Return the body of the reply; raise `UploadException` for whatever is not a success."""
        request = Request(self.url + path, body, self._headers(), method=method)
        try:
            with build_opener(_NoRedirects).open(request, timeout=timeout) as reply:
                content: bytes = reply.read(_LONGEST_REPLY + 1)
        except HTTPError as error:
            with error:
                raise self._refusal(error, not_found) from None
        except (OSError, HTTPException, UnicodeError) as error:
            reason = error.reason if isinstance(error, URLError) else error
            words = self._safe(str(reason) or type(reason).__name__)
            raise UploadException(
                None, f"No answer from {self.url}: {words}. Is the service there? {_CHECK_URL}"
            ) from None
        if len(content) > _LONGEST_REPLY:
            raise UploadException(
                _OK, f"The reply of {self.url} is longer than {_LONGEST_REPLY >> 20} MB. {_CHECK_URL}"
            )
        return content

    def _headers(self) -> dict[str, str]:
        return {
            "accept": "application/json",
            "content-type": "application/json",
            "x-app-token": self.token,
            "x-source": "ragas_nb",
            "x-app-version": version("ragas_nb"),
        }

    def _refusal(self, error: HTTPError, not_found: str) -> UploadException:
        """Return what a status other than success means, and what can be done."""
        status = error.code
        if status in (401, 403):
            told = f"does not accept the token. Set {_TOKEN} to one that this service has given out"
        elif status == 404:
            told = f"{not_found}. {_CHECK_URL.rstrip('.')}"
        elif 300 <= status < 400:
            told = (
                f"redirects to {self._safe(error.headers.get('location', 'nowhere'))}, and the token is not "
                f"sent to another address. If that one is right, set {_URL} to it"
            )
        elif status >= 500:
            told = "has a problem of its own. Try again later"
        else:
            told = "refuses the request"
        words = self._safe(_words(error))
        return UploadException(
            status, f"{self.url} {told} (status {status}).{f' It says: {words}' if words else ''}"
        )

    def _safe(self, words: str) -> str:
        """Return words of others in one line, without the token."""
        line = " ".join(words.replace(self.token, "…").split())
        return line if len(line) <= _LONGEST_WORDS else line[: _LONGEST_WORDS - 1] + "…"


def _words(error: HTTPError) -> str:
    """Return what the service says of an error, where it says it in JSON."""
    try:
        told = from_json(error.read(_LONGEST_ERROR))
    except (OSError, HTTPException, ValueError, RecursionError):
        return ""
    said = (
        [told[key] for key in ("message", "detail", "error") if key in told] if isinstance(told, dict) else []
    )
    return next((text for text in said if isinstance(text, str)), "")


def fetch_annotations(run_id: object, *, timeout: float = _TIMEOUT) -> dict[str, object]:
    """Return what people said of a run's scores: metric → list of samples, as JSON has them.

    Raises `ValueError` where the run, the URL or the token is missing or there are no annotations, and
    `UploadException` where the service does not give them. `timeout` is in seconds, of every wait.
    """
    run = _run_id(run_id)
    service = _service()
    no_run = f"has no evaluation {str(run_id)!r}. Upload the result first"
    reply = service.send("GET", _ANNOTATION + run, not_found=no_run, timeout=timeout)
    data = _data(reply, service)
    if data:
        return data
    raise DatasetError(
        f"The evaluation {str(run_id)!r} has no annotations yet. Annotate it first: {service.address(run)}"
    )


def _data(reply: bytes, service: _Service) -> dict[str, object]:
    """Return what stands under `data`; an empty dict where nothing does."""
    try:
        found = from_json(reply)
    except (ValueError, RecursionError):
        found = None
    if isinstance(found, dict) and "data" in found:
        data = found["data"] or {}
        if isinstance(data, dict):
            return data
    raise UploadException(
        _OK, f'The reply of {service.url} is not {{"data": {{metric: [samples]}}}} in JSON. {_CHECK_URL}'
    )


def upload_evaluation(payload: Mapping[str, object], *, timeout: float = _TIMEOUT) -> str:
    """Send an evaluation (an `evaluation_packet`) and return the address where it can be seen.

    An evaluation that the service has already is left as it is there. Raises `ValueError` where the run, the
    URL or the token is missing, and `UploadException` where the service does not take it.
    """
    run = _run_id(payload.get("run_id"))
    service = _service()
    try:
        service.send("POST", _EVALUATION, to_json(payload), not_found="takes no evaluations", timeout=timeout)
    except UploadException as error:
        if error.status_code != _CONFLICT:
            raise
    return service.address(run)


def _service() -> _Service:
    url = os.environ.get(_URL, "").strip()
    if not url:
        raise ValueError(
            f"No annotation service is set, and there is no default. Set the environment variable {_URL} to "
            "the address of one, for example https://annotations.example.org."
        )
    token = os.environ.get(_TOKEN, "").strip()
    if not token:
        raise ValueError(f"The annotation service needs a token. Set the environment variable {_TOKEN}.")
    if not token.isascii() or not token.isprintable():
        raise ValueError(f"{_TOKEN} holds characters that no token has (it is not shown here). Set it again.")
    app_url = os.environ.get(_APP_URL, "").strip()
    return _Service(_base_url(_URL, url), _base_url(_APP_URL, app_url) if app_url else None, token)


def _base_url(variable: str, url: str) -> str:
    """Return the URL without a closing slash; what it holds is not repeated, it may be a password."""
    try:
        parts = urlsplit(url)
        fits = parts.scheme in ("http", "https") and parts.hostname and (parts.port or True)
    except ValueError:
        fits = False
    if not fits:
        raise ValueError(
            f"{variable} is no address of the web. Set it to one like https://annotations.example.org."
        )
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise ValueError(
            f"{variable} holds more than an address: leave out user, password, '?' and '#'. The token goes "
            f"into {_TOKEN}."
        )
    return url.rstrip("/")


def _run_id(run_id: object) -> str:
    """Return the id of a run as a part of a path."""
    text = "" if run_id is None else str(run_id)
    if not text.strip(". "):
        raise ValueError("run_id is missing. Pass the id of an uploaded run, for example result.run_id.")
    return quote(text, safe="")
