"""The way to an annotation service: what is sent, what is read, and what every failure says."""

from __future__ import annotations

import json
import logging
import pickle
import socket
import traceback
from collections.abc import Iterator

import pytest

import ragas_nb
from ragas_nb.errors import RagasNbError, UploadException
from ragas_nb.results.annotations.collection import MetricAnnotation
from ragas_nb.results.annotations.service import fetch_annotations, upload_evaluation
from tests.loopback.annotation_service import (
    ANNOTATION,
    EVALUATION,
    AnnotationService,
    Told,
    annotation_service,
    told,
)

TOKEN = "apt.42-planted-secret"
SAMPLE: dict[str, object] = {
    "metric_input": {"response": "Thänks!"},
    "metric_output": None,
    "prompts": {"is_polite": {"prompt_input": {"text": "Thänks!"}, "prompt_output": {"verdict": 0}}},
    "is_accepted": False,
    "target": 1.0,
}
ANNOTATIONS: dict[str, object] = {"polite": [SAMPLE], "short": []}
PACKET: dict[str, object] = {
    "run_id": "r 1/é",
    "created_at": "2025-01-01T00:00:00+00:00",
    "evaluation_run": [],
}
PATH_OF_RUN = f"{ANNOTATION}r%201%2F%C3%A9"


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[AnnotationService]:
    """A service, and the environment that leads there."""
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY", "RAGAS_APP_URL"):
        monkeypatch.delenv(name, raising=False)
    with annotation_service(TOKEN) as running:
        monkeypatch.setenv("RAGAS_API_URL", running.url + "/")
        monkeypatch.setenv("RAGAS_APP_TOKEN", f" {TOKEN}\n")
        yield running


def refusal(call: str = "fetch") -> UploadException:
    """What a call that fails raises."""
    with pytest.raises(UploadException) as caught:
        fetch_annotations("r1") if call == "fetch" else upload_evaluation(PACKET)
    return caught.value


# ── fetching ──


def test_annotations_of_a_run_are_fetched_with_token_source_and_version(service: AnnotationService) -> None:
    service.annotations["r 1/é"] = ANNOTATIONS
    assert fetch_annotations("r 1/é") == ANNOTATIONS
    [seen] = service.seen
    assert (seen.method, seen.path, seen.body) == ("GET", PATH_OF_RUN, b"")
    expected = {
        "x-app-token": TOKEN,
        "x-source": "ragas_nb",
        "x-app-version": ragas_nb.__version__,
        "accept": "application/json",
        "content-type": "application/json",
    }
    assert {name: value for name, value in seen.headers.items() if name in expected} == expected


def test_from_app_reads_what_the_service_gives(service: AnnotationService) -> None:
    service.annotations["r1"] = ANNOTATIONS
    expected = MetricAnnotation.model_validate({"root": ANNOTATIONS})
    assert MetricAnnotation.from_app("r1") == expected
    assert MetricAnnotation.from_app(run_id="r1", metric_name="short").root == {"short": []}


def test_from_app_names_the_metrics_that_the_run_has(service: AnnotationService) -> None:
    service.annotations["r1"] = ANNOTATIONS
    with pytest.raises(
        ValueError, match=r"no annotations of the metric 'x'\. There are those of: 'polite', 'short'"
    ):
        MetricAnnotation.from_app("r1", "x")


def test_from_app_says_where_the_service_is_wrong(service: AnnotationService) -> None:
    service.annotations["r1"] = {"polite": [SAMPLE, {"metric_input": {}}]}
    with pytest.raises(
        ValueError, match=r"^The service's reply, metric 'polite', sample 1: there is no 'metric_ou"
    ):
        MetricAnnotation.from_app("r1")


@pytest.mark.parametrize("nothing", [{}, None, []])
def test_a_run_that_nobody_has_annotated_says_where_to_do_it(
    service: AnnotationService, nothing: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.annotations["r1"] = nothing
    with pytest.raises(ValueError, match="no annotations yet") as caught:
        fetch_annotations("r1")
    assert str(caught.value) == (
        f"The evaluation 'r1' has no annotations yet. Annotate it first: {service.url}{ANNOTATION}r1"
    )
    monkeypatch.setenv("RAGAS_APP_URL", "https://app.example.org/")
    with pytest.raises(ValueError, match=r": https://app\.example\.org/dashboard/alignment/evaluation/r1$"):
        fetch_annotations("r1")


@pytest.mark.parametrize(
    "body",
    [b"<html>", b'{"data": [1]}', b'{"data": "x"}', b'{"detail": "x"}', b"[]", b"", b"\xff", b"[" * 100_000],
)
def test_a_reply_that_is_no_annotations_is_refused(service: AnnotationService, body: bytes) -> None:
    service.instead = Told(200, body)
    error = refusal()
    assert (error.status_code, str(error)) == (
        200,
        f'The reply of {service.url} is not {{"data": {{metric: [samples]}}}} in JSON. Check RAGAS_API_URL.',
    )


def test_a_reply_that_breaks_off_is_refused(service: AnnotationService) -> None:
    service.instead = Told(200, b'{"data": {"po', missing=100)
    assert "in JSON. Check RAGAS_API_URL." in str(refusal())


def test_a_reply_that_is_too_long_is_refused(
    service: AnnotationService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ragas_nb.results.annotations.service._LONGEST_REPLY", 1 << 20)
    service.instead = Told(200, b" " * ((1 << 20) + 1))
    error = refusal()
    assert (error.status_code, str(error)) == (
        200,
        f"The reply of {service.url} is longer than 1 MB. Check RAGAS_API_URL.",
    )


# ── uploading ──


def test_an_evaluation_is_sent_as_json_and_its_address_returned(service: AnnotationService) -> None:
    packet = PACKET | {"evaluation_run": [{"score": float("nan"), "text": "é \ud83d"}]}
    address = upload_evaluation(packet)
    assert address == f"{service.url}{PATH_OF_RUN}"
    [seen] = service.seen
    assert (seen.method, seen.path) == ("POST", EVALUATION)
    assert (seen.headers["x-app-token"], seen.headers["content-type"]) == (TOKEN, "application/json")
    assert json.loads(seen.body) == PACKET | {"evaluation_run": [{"score": None, "text": "é \ud83d"}]}


def test_the_address_is_that_of_the_app_where_there_is_one(
    service: AnnotationService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAGAS_APP_URL", "https://app.example.org/x/")
    assert (
        upload_evaluation(PACKET) == "https://app.example.org/x/dashboard/alignment/evaluation/r%201%2F%C3%A9"
    )


def test_an_evaluation_that_the_service_has_already_returns_its_address(service: AnnotationService) -> None:
    first = upload_evaluation(PACKET)
    assert upload_evaluation(PACKET | {"created_at": "later"}) == first
    assert service.evaluations == {"r 1/é": PACKET}


# ── what is missing ──


@pytest.mark.parametrize("run_id", [None, "", " ", ".", ".."])
def test_a_missing_run_id_is_named_before_anything_is_sent(
    service: AnnotationService, run_id: object
) -> None:
    with pytest.raises(ValueError, match=r"^run_id is missing\. Pass the id of an uploaded run"):
        fetch_annotations(run_id)
    with pytest.raises(ValueError, match=r"^run_id is missing"):
        upload_evaluation(PACKET | {"run_id": run_id})
    assert service.seen == []


@pytest.mark.parametrize("value", [None, "", "  "])
@pytest.mark.parametrize(
    ("variable", "message"),
    [
        (
            "RAGAS_API_URL",
            r"^No annotation service is set, and there is no default\. Set the environment variable R",
        ),
        (
            "RAGAS_APP_TOKEN",
            r"^The annotation service needs a token\. Set the environment variable RAGAS_APP_TOKEN",
        ),
    ],
)
def test_a_missing_setting_is_named_before_anything_is_sent(
    service: AnnotationService,
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
    message: str,
    value: str | None,
) -> None:
    monkeypatch.setenv(variable, value) if value is not None else monkeypatch.delenv(variable)
    for call in (lambda: fetch_annotations("r1"), lambda: upload_evaluation(PACKET)):
        with pytest.raises(ValueError, match=message):
            call()
    assert service.seen == []


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("ftp://host.example", "is no address of the web"),
        ("file:///etc/passwd", "is no address of the web"),
        ("host.example", "is no address of the web"),
        ("https://", "is no address of the web"),
        ("https://[::1", "is no address of the web"),
        ("https://host.example:x", "is no address of the web"),
        ("https://me:hush@host.example", "holds more than an address"),
        ("https://host.example?key=hush", "holds more than an address"),
        ("https://host.example/#hush", "holds more than an address"),
    ],
)
@pytest.mark.parametrize("variable", ["RAGAS_API_URL", "RAGAS_APP_URL"])
def test_an_address_that_is_none_is_refused_and_not_repeated(
    service: AnnotationService, monkeypatch: pytest.MonkeyPatch, variable: str, url: str, message: str
) -> None:
    monkeypatch.setenv(variable, url)
    with pytest.raises(ValueError, match=rf"^{variable} {message}") as caught:
        fetch_annotations("r1")
    assert "hush" not in str(caught.value)
    assert service.seen == []


@pytest.mark.parametrize("token", ["se\ncret", "sécret", "se\x00cret"[:2] + "\x7fcret"])
def test_a_token_that_cannot_be_sent_is_refused_and_not_repeated(
    service: AnnotationService, monkeypatch: pytest.MonkeyPatch, token: str
) -> None:
    monkeypatch.setenv("RAGAS_APP_TOKEN", token)
    with pytest.raises(ValueError, match="RAGAS_APP_TOKEN holds characters that no token has") as caught:
        fetch_annotations("r1")
    assert "cret" not in str(caught.value)
    assert service.seen == []


# ── what the service refuses ──


@pytest.mark.parametrize(
    ("call", "status", "said"),
    [
        (
            "fetch",
            401,
            "does not accept the token. Set RAGAS_APP_TOKEN to one that this service has given out",
        ),
        (
            "upload",
            403,
            "does not accept the token. Set RAGAS_APP_TOKEN to one that this service has given out",
        ),
        ("fetch", 404, "has no evaluation 'r1'. Upload the result first. Check RAGAS_API_URL"),
        ("upload", 404, "takes no evaluations. Check RAGAS_API_URL"),
        ("fetch", 409, "refuses the request"),
        ("upload", 413, "refuses the request"),
        ("fetch", 500, "has a problem of its own. Try again later"),
        ("upload", 503, "has a problem of its own. Try again later"),
    ],
)
def test_a_refusal_says_what_it_means_what_to_do_and_what_the_service_says(
    service: AnnotationService, call: str, status: int, said: str
) -> None:
    service.instead = told(status, {"message": f"no,\n  {TOKEN}!"})
    error = refusal(call)
    assert (error.status_code, str(error)) == (
        status,
        f"{service.url} {said} (status {status}). It says: no, …!",
    )


@pytest.mark.parametrize("body", [b"", b"<html>no</html>", b"[1]", b'{"message": 3}', b'{"other": "x"}'])
def test_a_refusal_without_words_is_told_without_them(service: AnnotationService, body: bytes) -> None:
    service.instead = Told(500, body)
    assert str(refusal()).endswith("Try again later (status 500).")


def test_a_long_refusal_is_cut(service: AnnotationService) -> None:
    service.instead = told(400, {"detail": "no " * 1000})
    assert len(str(refusal())) < 450


def test_a_wrong_token_is_refused_by_a_service_that_checks_it(
    service: AnnotationService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAGAS_APP_TOKEN", "another")
    assert (refusal("fetch").status_code, refusal("upload").status_code) == (403, 403)


def test_a_run_that_the_service_does_not_know_is_named(service: AnnotationService) -> None:
    assert str(refusal()).startswith(f"{service.url} has no evaluation 'r1'. Upload the result first.")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("call", ["fetch", "upload"])
def test_a_redirect_is_not_followed_so_that_no_other_host_gets_the_token(
    service: AnnotationService, call: str, status: int
) -> None:
    with annotation_service(TOKEN) as other:
        service.instead = Told(status, b"", (("location", f"{other.url}/?t={TOKEN}"),))
        error = refusal(call)
        assert other.seen == []
    assert len(service.seen) == 1
    assert (error.status_code, str(error)) == (
        status,
        f"{service.url} redirects to {other.url}/?t=…, and the token is not sent to another address. "
        f"If that one is right, set RAGAS_API_URL to it (status {status}).",
    )


@pytest.mark.parametrize(
    "location", [(), (("location", "file:///etc/passwd"),), (("location", "gopher://x"),)]
)
def test_a_redirect_to_nowhere_is_refused_like_others(
    service: AnnotationService, location: tuple[tuple[str, str], ...]
) -> None:
    service.instead = Told(302, b"", location)
    assert (refusal().status_code, len(service.seen)) == (302, 1)


def test_a_service_that_is_not_there_is_named(
    service: AnnotationService, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
    monkeypatch.setenv("RAGAS_API_URL", url)
    error = refusal()
    assert error.status_code is None
    assert str(error).startswith(f"No answer from {url}: ")
    assert str(error).endswith(". Is the service there? Check RAGAS_API_URL.")


def test_a_service_that_says_nothing_is_not_waited_for_longer_than_the_timeout(
    service: AnnotationService,
) -> None:
    service.silent = True
    with pytest.raises(UploadException, match=rf"^No answer from {service.url}: timed out\. Is the service"):
        fetch_annotations("r1", timeout=0.05)
    with pytest.raises(UploadException, match=r": timed out\."):
        upload_evaluation(PACKET, timeout=0.05)


def test_a_service_that_speaks_no_http_is_named(
    service: AnnotationService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAGAS_API_URL", "http://" + "x" * 70 + ".example")  # no host has such a name
    assert refusal().status_code is None


# ── the token ──


@pytest.mark.parametrize("status", [302, 400, 403, 404, 500])
def test_the_token_is_in_nothing_that_is_said(
    service: AnnotationService,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    status: int,
) -> None:
    caplog.set_level(logging.DEBUG)
    echo = json.dumps({"message": f"bad {TOKEN}"}).encode()
    service.instead = Told(status, echo, (("location", f"/{TOKEN}"), ("x-echo", TOKEN)))
    error = refusal()
    said = [str(error), repr(error), repr(vars(error)), caplog.text, *capfd.readouterr()]
    said += traceback.format_exception(error)
    assert TOKEN not in "\n".join(said)


def test_an_upload_exception_is_ours_and_survives_pickling() -> None:
    error = UploadException(418, "no")
    copy = pickle.loads(pickle.dumps(error))
    assert isinstance(error, RagasNbError)
    assert (type(copy), str(copy), vars(copy)) == (UploadException, "no", {"status_code": 418})
