"""Runs as OpenTelemetry spans: which there are, what they say, and that they never disturb a run."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from time import time

import pytest
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

import ragas_nb as rnb
from ragas_nb.engine.events import JobScored, RunStarted
from ragas_nb.engine.trace import Attempt, StepTrace
from ragas_nb.errors import ConfigurationError, JudgeRefused, JudgeUnavailable
from ragas_nb.judges.base import Usage
from ragas_nb.judges.openai import OpenAIJudge
from ragas_nb.metrics.base import MetricResult
from ragas_nb.run import Run
from ragas_nb.store.meta import RunMeta, ScoreColumn
from ragas_nb.telemetry import Spans
from ragas_nb.testing import ScriptedEmbedder, ScriptedJudge
from tests.loopback.fixtures import Loopback, loopback, loopback_process
from tests.unit.doubles import (
    NO,
    POLITE,
    QUICK,
    YES,
    Computes,
    Embeds,
    HeldJudge,
    Opinion,
    Polite,
    PoliteAndShort,
    Text,
    new_run,
    responses,
    until,
)

__all__ = ["loopback", "loopback_process"]

KEY = "sk-planted-0123456789"
BUSY = JudgeUnavailable("too many of 'Thank you'", kind="rate_limited")

Tree = tuple[str, list["Tree"]]


class Seen:
    """A tracer provider, and the spans that have ended, in the order in which they began."""

    def __init__(self) -> None:
        self.provider = TracerProvider(shutdown_on_exit=False)
        self._exporter = InMemorySpanExporter()
        self.provider.add_span_processor(SimpleSpanProcessor(self._exporter))

    def watch(self, run: Run, *, content: bool = False) -> Run:
        run.listen(Spans(self.provider, content=content).of_run(run.meta))
        return run

    @property
    def spans(self) -> list[ReadableSpan]:
        return sorted(self._exporter.get_finished_spans(), key=lambda span: span.start_time or 0)

    def of(self, name: str) -> list[ReadableSpan]:
        return [span for span in self.spans if span.name == name]

    def one(self, name: str) -> ReadableSpan:
        (span,) = self.of(name)
        return span

    def trees(self) -> list[Tree]:
        """The names of all spans, each with those within it."""

        def within(parent: int | None) -> list[Tree]:
            return sorted(
                (span.name, within(span.context.span_id))
                for span in self.spans
                if (span.parent and span.parent.span_id) == parent
            )

        return within(None)

    def text(self) -> str:
        return "\n".join(span.to_json() for span in self.spans)


@pytest.fixture
def seen() -> Iterator[Seen]:
    found = Seen()
    yield found
    found.provider.shutdown()


def polite_run(*texts: str, script: object = YES, **settings: object) -> Run:
    judge = ScriptedJudge({"is_polite": script, "is_short": YES}, identity="scripted")  # type: ignore[dict-item]
    return new_run(responses(*texts), [Polite()], judge, config=QUICK, **settings)


def results(spans: Sequence[ReadableSpan]) -> list[dict[str, object]]:
    """The evaluation results that stand in spans."""
    found = [event for span in spans for event in span.events]
    assert {event.name for event in found} <= {"gen_ai.evaluation.result"}
    return [dict(event.attributes or {}) for event in found]


# ── which spans there are ──


async def test_a_run_is_a_span_with_its_jobs_within_and_their_requests_in_those(seen: Seen):
    await seen.watch(polite_run("a", "b"))
    job: Tree = ("score polite", [("chat scripted", [])])
    assert seen.trees() == [("evaluate test", [job, job])]


async def test_a_request_that_two_jobs_share_is_one_span_in_the_job_that_asked(seen: Seen):
    judge = ScriptedJudge({"is_polite": YES, "is_short": YES}, identity="scripted")
    await seen.watch(new_run(responses("a"), [Polite(), PoliteAndShort()], judge))
    one: Tree = ("chat scripted", [])
    assert seen.trees() == [
        ("evaluate test", [("score polite", [one]), ("score polite_and_short", [one])]),
    ]


async def test_every_attempt_is_a_span(seen: Seen):
    await seen.watch(polite_run("a", script=[BUSY, "no JSON", YES]))
    assert [(span.attributes or {}).get("error.type") for span in seen.of("chat scripted")] == [
        "rate_limited",
        "invalid_output",
        None,
    ]


async def test_a_run_is_within_the_span_that_is_current_when_it_is_made(seen: Seen):
    with seen.provider.get_tracer("mine").start_as_current_span("mine"):
        run = seen.watch(polite_run("a"))
    await run
    assert [name for name, _ in seen.trees()] == ["mine"]
    assert seen.one("evaluate test").parent == seen.one("mine").context


async def test_runs_with_the_same_spans_are_told_apart(seen: Seen):
    judge = ScriptedJudge({"is_polite": YES}, identity="scripted")
    spans = Spans(seen.provider)
    runs = [new_run(responses("a"), [metric], judge) for metric in (Polite(), Polite(name="kind"))]
    for run in runs:
        run.listen(spans.of_run(run.meta))
        run.start()
    for run in runs:
        await run
    one: Tree = ("chat scripted", [])
    assert seen.trees() == [
        ("evaluate test", [("score kind", [one])]),
        ("evaluate test", [("score polite", [one])]),
    ]


async def test_spans_are_passed_as_a_callback(seen: Seen):
    judge = ScriptedJudge({"is_polite": YES}, identity="scripted")
    await rnb.aevaluate(
        [{"user_input": "How?", "response": "a"}],
        [Polite()],
        judge,
        callbacks=[rnb.telemetry.Spans(seen.provider)],
        show_progress=False,
        store=None,
    )
    assert seen.trees() == [("evaluate evaluation", [("score polite", [("chat scripted", [])])])]


# ── what they say ──


async def test_a_request_says_whom_it_asked_and_what_it_used(seen: Seen, loopback: Loopback):
    judge = OpenAIJudge("small", base_url=loopback.base_url, api_key=KEY, temperature=0.5, seed=3)
    run = seen.watch(new_run(responses("a"), [Polite()], judge))  # type: ignore[arg-type]
    await run
    span = seen.one("chat small")
    (entry,) = run.state.ledger
    assert (span.kind, span.status.status_code) == (SpanKind.CLIENT, StatusCode.UNSET)
    assert dict(span.attributes or {}) == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "small",
        "gen_ai.request.temperature": 0.5,
        "gen_ai.request.seed": 3,
        "gen_ai.response.model": "small",
        "gen_ai.prompt.name": "is_polite",
        "gen_ai.output.type": "json",
        "gen_ai.usage.input_tokens": entry.usage.input_tokens,
        "gen_ai.usage.output_tokens": entry.usage.output_tokens,
        "server.address": "127.0.0.1",
        "server.port": loopback.port,
    }


async def test_an_embedding_request_says_whom_it_asked_and_what_it_used(seen: Seen):
    run = new_run(
        rnb.EvaluationDataset.from_list([{"response": "a", "reference": "b"}]),
        [Embeds()],
        embedder=ScriptedEmbedder(lambda text: [1.0]),
    )
    await seen.watch(run)
    assert seen.trees() == [("evaluate test", [("score embeds", [("embeddings scripted", [])])])]
    assert dict(seen.one("embeddings scripted").attributes or {}) == {
        "gen_ai.operation.name": "embeddings",
        "gen_ai.provider.name": "custom",
        "gen_ai.response.model": "scripted",
        "gen_ai.usage.input_tokens": 2,
        "ragas_nb.cost": 0.0,
    }


async def test_a_run_and_a_job_say_which_they_are(seen: Seen):
    run = seen.watch(polite_run("a"))
    await run
    assert dict(seen.one("evaluate test").attributes or {}) == {
        "ragas_nb.run.id": run.run_id,
        "ragas_nb.run.name": "test",
        "ragas_nb.metrics": ("polite",),
        "ragas_nb.run.state": "finished",
    }
    assert dict(seen.one("score polite").attributes or {}) == {
        "ragas_nb.sample.id": str(run.dataset.ids[0]),
        "gen_ai.evaluation.name": "polite",
    }


async def test_scores_are_evaluation_results(seen: Seen):
    found = {"number": 0.5, "label": "good", "ranking": ["b", "a"], "nothing": None}
    metric = Computes(rule=lambda text: MetricResult(found[text], reason="why"))
    await seen.watch(new_run(responses(*found), [metric]), content=True)
    told = {"gen_ai.evaluation.name": "computes", "gen_ai.evaluation.explanation": "why"}
    assert results(seen.of("score computes")) == [
        told | {"gen_ai.evaluation.score.value": 0.5},
        told | {"gen_ai.evaluation.score.label": "good"},
        told | {"gen_ai.evaluation.score.label": "b > a"},
        told,
    ]


async def test_a_failed_job_is_an_error_with_its_kind(seen: Seen):
    await seen.watch(polite_run("a", script=JudgeRefused("no", kind="content_filter")))
    request, job = seen.one("chat scripted"), seen.one("score polite")
    assert [(span.status.status_code, (span.attributes or {})["error.type"]) for span in (request, job)] == [
        (StatusCode.ERROR, "content_filter"),
        (StatusCode.ERROR, "refused"),
    ]
    assert results([job]) == [{"gen_ai.evaluation.name": "polite", "error.type": "refused"}]


def test_a_request_has_its_own_beginning_and_end(seen: Seen):
    attempt = Attempt("ok", 2.5, "{}", model="m", usage=Usage(), cost=None, at=1_000.25)
    step = StepTrace(POLITE, Text(text="a"), Opinion(verdict=1), "asked", (attempt,))
    now = datetime.now(UTC)
    meta = RunMeta(
        run_id="1", name="n", created_at=now, fingerprint=None, columns=(ScoreColumn("polite"),), metrics=()
    )
    hear = Spans(seen.provider).of_run(meta)
    hear(RunStarted(run_id="1", name="n", at=now))
    hear(JobScored(sample_id="x", metric="polite", value=1, trace=(step,)))
    span = seen.one("chat unknown")
    assert (span.start_time, span.end_time) == (1_000_250_000_000, 1_002_750_000_000)


async def test_attempts_say_when_they_were_sent_also_those_that_failed(tmp_path: Path):
    before = time()
    result = await polite_run("a", script=[BUSY, "no JSON", YES])
    attempts = result.traces[0]["polite"]["is_polite"]["attempts"]
    sent = [attempt.at or 0.0 for attempt in attempts]
    assert [attempt.outcome for attempt in attempts] == ["rate limited", "invalid", "ok"]
    times = [before, *sent, time()]
    assert times == sorted(times)
    result.save(tmp_path / "result.json")
    saved = rnb.EvaluationResult.load(tmp_path / "result.json")
    assert saved.traces[0]["polite"]["is_polite"]["attempts"] == attempts


# ── content and keys ──


async def test_without_content_no_words_of_data_judge_or_errors_are_told(seen: Seen):
    script = [BUSY, "Thank you?", JudgeRefused("'Thank you' is refused", kind="content_filter")]
    await seen.watch(polite_run("Thank you", script=script))
    why = Computes(rule=lambda text: MetricResult(1.0, reason=f"It says {text}"))
    await seen.watch(new_run(responses("Thank you"), [why]))
    assert len(seen.spans) == 7
    assert "Thank you" not in seen.text()


async def test_with_content_a_request_has_its_messages(seen: Seen):
    await seen.watch(polite_run("Thank you", script=["no JSON", NO]), content=True)
    first, second = (dict(span.attributes or {}) for span in seen.of("chat scripted"))
    asked, again = (json.loads(str(told["gen_ai.input.messages"])) for told in (first, second))
    assert [message["role"] for message in asked] == ["system", "user"]
    assert [message["role"] for message in again] == ["system", "user", "assistant", "user"]
    assert "Thank you" in asked[1]["parts"][0]["content"]
    assert [json.loads(str(told["gen_ai.output.messages"])) for told in (first, second)] == [
        [{"role": "assistant", "parts": [{"type": "text", "content": text}], "finish_reason": "stop"}]
        for text in ("no JSON", '{"verdict": 0}')
    ]


@pytest.mark.parametrize("lets_in", [KEY, "another"])
async def test_keys_are_never_told(seen: Seen, loopback: Loopback, lets_in: str):
    loopback.configure(api_key=lets_in)
    judge = OpenAIJudge("small", base_url=loopback.base_url, api_key=KEY)
    run = seen.watch(new_run(responses("a"), [Polite()], judge), content=True)  # type: ignore[arg-type]
    if lets_in == KEY:
        await run
    else:
        with pytest.raises(JudgeRefused):
            await run
    assert len(seen.spans) == 3
    assert KEY not in seen.text()


# ── how runs end, and go on ──


async def held_run(seen: Seen) -> tuple[Run, HeldJudge]:
    judge = HeldJudge({"is_polite": YES}, identity="scripted")
    run = seen.watch(new_run(responses("a"), [Polite()], judge)).start()
    await judge.arrived.wait()
    return run, judge


async def test_the_span_of_a_cancelled_run_ends_with_it_and_so_do_those_of_its_jobs(seen: Seen):
    run, _ = await held_run(seen)
    run.cancel()
    await run
    assert seen.trees() == [("evaluate test", [("score polite", [])])]
    whole, job = seen.one("evaluate test"), seen.one("score polite")
    assert (whole.status.status_code, (whole.attributes or {})["ragas_nb.run.state"]) == (
        StatusCode.UNSET,
        "cancelled",
    )
    assert (job.status.status_code, (job.attributes or {})["error.type"]) == (StatusCode.ERROR, "cancelled")


async def test_the_span_of_a_run_that_fails_ends_with_it_as_an_error(seen: Seen):
    run = seen.watch(polite_run("a", script=JudgeRefused("wrong key", kind="authentication")))
    with pytest.raises(JudgeRefused):
        await run
    whole = seen.one("evaluate test")
    assert (whole.status.status_code, (whole.attributes or {})["ragas_nb.run.state"]) == (
        StatusCode.ERROR,
        "failed",
    )


async def test_a_run_that_goes_on_after_a_pause_is_a_new_span_linked_to_the_first(seen: Seen):
    run, judge = await held_run(seen)
    run.pause()
    await until(lambda: run.status == "paused")
    run.resume()
    await until(lambda: run.status == "running")
    judge.release.set()
    await run
    first, second = seen.of("evaluate test")
    assert [(span.attributes or {})["ragas_nb.run.state"] for span in (first, second)] == [
        "paused",
        "finished",
    ]
    assert [link.context for link in second.links] == [first.context]
    assert seen.one("score polite").parent == first.context  # it began before the pause


async def test_a_run_that_goes_on_after_its_end_is_a_new_span_linked_to_the_first(seen: Seen):
    run, judge = await held_run(seen)
    for _ in range(2):
        run.cancel()
        await run
        run.resume()
        await until(lambda: run.status == "running")
    judge.release.set()
    await run
    first, *later = seen.of("evaluate test")
    assert [[link.context for link in span.links] for span in later] == [[first.context]] * 2
    assert [span.parent for span in seen.of("score polite")][-1] == later[-1].context


# ── what goes wrong ──


class BrokenExporter(SpanExporter):
    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        raise OSError("the collector is gone")


class BrokenProcessor(SpanProcessor):
    def on_end(self, span: ReadableSpan) -> None:
        raise OSError("the collector is gone")


@pytest.mark.parametrize("processor", [SimpleSpanProcessor(BrokenExporter()), BrokenProcessor()])
async def test_a_broken_exporter_does_not_disturb_the_run(
    processor: SpanProcessor, caplog: pytest.LogCaptureFixture
):
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(processor)
    run = polite_run("a", "b")
    run.listen(Spans(provider).of_run(run.meta))
    with caplog.at_level(logging.ERROR):
        assert (await run)["polite"] == [1.0, 1.0]
    assert "the collector is gone" in caplog.text


def test_without_the_package_the_error_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "opentelemetry", None)
    with pytest.raises(ConfigurationError, match=r"pip install 'ragas_nb\[otel\]'"):
        Spans()


async def test_without_a_provider_nothing_is_recorded_and_the_run_goes_on():
    run = polite_run("a")
    run.listen(Spans().of_run(run.meta))
    assert (await run)["polite"] == [1.0]
