"""Runs as OpenTelemetry spans: off unless the package is installed and they are asked for."""

from __future__ import annotations

from importlib.metadata import version
from itertools import repeat
from time import time
from typing import TYPE_CHECKING

from ragas_nb import conventions
from ragas_nb.engine.events import (
    Event,
    JobFailed,
    JobScored,
    JobStarted,
    Listener,
    RunEnded,
    RunPaused,
    RunResumed,
    RunStarted,
)
from ragas_nb.engine.trace import Attempt, EmbedTrace, StepTrace
from ragas_nb.errors import ConfigurationError
from ragas_nb.schema import SampleId
from ragas_nb.store.meta import RunMeta

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.trace import Span, SpanContext, Tracer, TracerProvider


class Spans:
    """Tells OpenTelemetry of runs: `rnb.start(df, callbacks=[rnb.telemetry.Spans()])`.

    A run is a span, within the one that is current when it is made. Within it there is one for each job, with
    its score as an event, and in that one for each request to the judge or the embedder. A run that goes on
    after a pause or after its end is a new span, linked to the first. Answers that were there before the run
    asked have no spans, nor have the requests of jobs that were cut short.

    They go to `tracer_provider`, or to the one that is set for the process. What was asked, answered and
    given as a reason is told only with `content=True`; keys never are. Spans are handed over on the
    notebook's event loop: use a processor that exports in the background, such as `BatchSpanProcessor`.

    Raises:
        ConfigurationError: the package is not installed.
    """

    def __init__(self, tracer_provider: TracerProvider | None = None, *, content: bool = False) -> None:
        self._tracer = _tracer(tracer_provider)
        self._content = content

    def of_run(self, meta: RunMeta) -> Listener:
        """The function that makes spans of the events of this run."""
        return _RunSpans(self._tracer, meta, content=self._content)


def _tracer(provider: TracerProvider | None) -> Tracer:
    try:
        from opentelemetry import trace
    except ImportError:
        raise ConfigurationError(
            "Spans need the package 'opentelemetry-api'. Install it: pip install 'ragas_nb[otel]'."
        ) from None
    return trace.get_tracer("ragas_nb", version("ragas_nb"), provider)


class _RunSpans:
    """The spans of one run, as its events come."""

    def __init__(self, tracer: Tracer, meta: RunMeta, *, content: bool) -> None:
        from opentelemetry.context import get_current

        self._tracer = tracer
        self._meta = meta
        self._content = content
        self._judge = conventions.asked("chat", meta.judge, meta.judge_model)
        self._embedder = conventions.asked("embeddings", meta.embedder, meta.embedder_model)
        self._around = get_current()
        self._first: SpanContext | None = None
        self._run: Span | None = None
        """The run's span that goes on."""
        self._within = self._around
        """Where the spans of jobs belong: in the run's last span."""
        self._jobs: dict[tuple[SampleId, str], Span] = {}
        """Those that go on."""

    def __call__(self, event: Event) -> None:
        """Begin and end the spans that an event is about."""
        match event:
            case RunStarted():
                self._begin(event.run_id, event.name)
            case RunResumed():
                self._begin(self._meta.run_id, self._meta.name)
            case RunPaused():
                self._end("paused")
            case RunEnded():
                self._cut_short()
                self._end(event.state)
            case JobStarted() if (event.sample_id, event.metric) not in self._jobs:
                self._jobs[event.sample_id, event.metric] = self._job(event)
            case JobScored() | JobFailed():
                self._settle(event)
            case _:
                pass

    # ── the run ──

    def _begin(self, run_id: str, name: str) -> None:
        from opentelemetry.trace import Link, set_span_in_context

        if self._run is not None:
            return
        span = self._run = self._tracer.start_span(
            f"evaluate {name}",
            context=self._around,
            links=[] if self._first is None else [Link(self._first)],
            attributes={
                "ragas_nb.run.id": run_id,
                "ragas_nb.run.name": name,
                "ragas_nb.metrics": [column.name for column in self._meta.columns],
            },
        )
        self._first = self._first or span.get_span_context()
        self._within = set_span_in_context(span, self._around)

    def _end(self, state: str) -> None:
        if self._run is None:
            return
        self._run.set_attribute("ragas_nb.run.state", state)
        if state == "failed":
            _mark_failed(self._run, "run_failed")
        self._run.end()
        self._run = None

    def _cut_short(self) -> None:
        """End the spans of jobs that will not end."""
        for span in self._jobs.values():
            _mark_failed(span, "cancelled")
            span.end()
        self._jobs.clear()

    # ── jobs ──

    def _job(self, event: JobStarted | JobScored | JobFailed) -> Span:
        return self._tracer.start_span(
            f"score {event.metric}",
            context=self._within,
            attributes={
                "ragas_nb.sample.id": str(event.sample_id),
                "gen_ai.evaluation.name": event.metric,
            },
        )

    def _settle(self, event: JobScored | JobFailed) -> None:
        from opentelemetry.trace import set_span_in_context

        span = self._jobs.pop((event.sample_id, event.metric), None) or self._job(event)
        within = set_span_in_context(span, self._around)
        for step in event.trace:
            if isinstance(step, EmbedTrace):
                self._embeddings(step, within)
            elif step.source == "asked":
                self._chats(step, within)
        found = conventions.evaluation(event, content=self._content)
        span.add_event("gen_ai.evaluation.result", found)
        if isinstance(event, JobFailed):
            _mark_failed(span, event.kind, event.message if self._content else None)
        span.end()

    # ── requests ──

    def _chats(self, step: StepTrace, within: Context) -> None:
        own: conventions.Attributes = {
            "gen_ai.prompt.name": step.prompt.name,
            "gen_ai.output.type": "json",
        }
        said = conventions.messages(step) if self._content else repeat(conventions.Attributes())
        for attempt, told in zip(step.attempts, said, strict=False):
            self._request(self._judge, attempt, own | told, within)

    def _embeddings(self, step: EmbedTrace, within: Context) -> None:
        for attempt in step.attempts:
            self._request(self._embedder, attempt, {}, within)

    def _request(
        self, asked: conventions.Asked, attempt: Attempt, own: conventions.Attributes, within: Context
    ) -> None:
        from opentelemetry.trace import SpanKind

        began = time() - attempt.seconds if attempt.at is None else attempt.at
        span = self._tracer.start_span(
            asked.name,
            context=within,
            kind=SpanKind.CLIENT,
            attributes=asked.attributes | own | conventions.used(attempt),
            start_time=_nanoseconds(began),
        )
        if (kind := conventions.error_type(attempt)) is not None:
            _mark_failed(span, kind, attempt.problem if self._content else None)
        span.end(_nanoseconds(began + attempt.seconds))


def _mark_failed(span: Span, kind: str, words: str | None = None) -> None:
    from opentelemetry.trace import Status, StatusCode

    span.set_attribute("error.type", kind)
    span.set_status(Status(StatusCode.ERROR, words))


def _nanoseconds(seconds: float) -> int:
    return round(seconds * 1e9)
