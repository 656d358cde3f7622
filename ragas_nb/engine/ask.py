"""`ask`: an answer by the content of its question; asked once, shared in flight, asked again if invalid."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar, cast

from ragas_nb.engine.sending import Origin, Sender
from ragas_nb.engine.trace import Attempt, EmbedTrace, Source, StepTrace
from ragas_nb.errors import ConfigurationError, JudgeError, JudgeOutputInvalid
from ragas_nb.judges.base import Choice, Embedder, Invalid, Judge, JudgeRequest, Reply, Vector
from ragas_nb.judges.reading import read_answer
from ragas_nb.prompts import InT, OutT, Prompt, Value

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Outcome(Generic[T]):
    """What came of a question: a value or an error, and the attempts it took."""

    value: T | None
    error: Exception | None = None
    attempts: tuple[Attempt, ...] = ()

    def get(self) -> T:
        """The value.

        Raises:
            Exception: the error, where there is one.
        """
        if self.error is not None:
            raise self.error
        return cast(T, self.value)


Futures = dict[str, "asyncio.Future[Outcome[T]]"]


def answer_key(identity: str, prompt: Prompt[Any, Any], content: str, repeat: int) -> str:
    """The key of an answer: a hash of judge, prompt, input and repeat number."""
    text = "\0".join((identity, prompt.digest, content, str(repeat)))
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=20).hexdigest()


@dataclass(slots=True)
class _Asking:
    """A question on its way to its answers: the attempts that no answer holds yet, and of each reply that was
    not fully usable the first choice that was not."""

    prompt: Prompt[Any, Any]
    question: Value
    origin: Origin
    varied: bool
    attempts: list[Attempt] = field(default_factory=list)
    invalid: list[Invalid] = field(default_factory=list)

    def request(self, n: int) -> JudgeRequest:
        """The request for `n` answers, with what was wrong before."""
        return JudgeRequest(self.prompt, self.question, n, tuple(self.invalid), self.varied)

    def read(self, reply: Reply, n: int) -> tuple[list[Value], str, str | None]:
        """The usable ones of the first `n` choices; what came of the attempt, and the first problem."""
        values: list[Value] = []
        outcome, problem = "ok", None
        for choice in reply.choices[:n] or (Choice(""),):
            try:
                values.append(read_answer(self.prompt, self.question, choice))
            except ValueError as error:
                if problem is None:
                    outcome, problem = "cut off" if choice.cut_off else "invalid", str(error)
                    self.invalid.append(Invalid(choice.text, problem))
        return values, outcome, problem


def _taken(attempts: list[Attempt]) -> tuple[Attempt, ...]:
    """All attempts so far, out of the list: they go to one answer only."""
    taken = tuple(attempts)
    attempts.clear()
    return taken


class Answers:
    """All answers of one run, by key.

    Requests run as tasks of `group` and never raise into it: whoever asked may be cancelled, the answer still
    serves the others.
    """

    def __init__(
        self,
        judge: Judge | None,
        embedder: Embedder | None,
        *,
        to_judge: Sender,
        to_embedder: Sender,
        group: asyncio.TaskGroup,
    ) -> None:
        self._judge = judge
        self._embedder = embedder
        self._to_judge = to_judge
        self._to_embedder = to_embedder
        self._group = group
        self._known: Futures[Value] = {}
        self._vectors: Futures[Vector] = {}

    def ask(
        self, prompt: Prompt[Any, Any], question: Value, repeats: Sequence[int], origin: Origin
    ) -> list[tuple[Source, asyncio.Future[Outcome[Value]]]]:
        """One future per repeat, with who pays for it; what is not known yet is asked now."""
        if self._judge is None:
            raise ConfigurationError(f"Step {prompt.name!r} asks a judge, and this run has none. Pass llm=….")
        content = question.model_dump_json()
        keys = [answer_key(self._judge.identity, prompt, content, repeat) for repeat in repeats]
        sources, missing = _claim(self._known, keys)
        together = [missing] if self._judge.supports_n else [{key: future} for key, future in missing.items()]
        for futures in filter(None, together):
            asking = _Asking(prompt, question, origin, varied=len(repeats) > 1)
            self._group.create_task(self._answer(self._judge, asking, futures))
        return [(source, self._known[key]) for source, key in zip(sources, keys, strict=True)]

    async def _answer(self, judge: Judge, asking: _Asking, waiting: Futures[Value]) -> None:
        """Fill the futures of one question's repeats: one request for all, then for what was not usable."""
        attempts, step = asking.attempts, asking.prompt.name
        while waiting:
            request = asking.request(len(waiting))
            try:
                reply, attempt = await self._to_judge.send(
                    lambda request=request: judge.reply(request),  # type: ignore[misc]
                    judge.cost,
                    origin=asking.origin,
                    step=step,
                    failed=attempts,
                )
                values, outcome, problem = asking.read(reply, len(waiting))
                text = "\n".join(choice.text for choice in reply.choices)
                attempts.append(replace(attempt, outcome=outcome, problem=problem, reply=text))
                for value in values:
                    waiting.pop(next(iter(waiting))).set_result(Outcome(value, attempts=_taken(attempts)))
                if waiting and len(asking.invalid) > self._to_judge.pacing.config.max_invalid:
                    raise _never_valid(asking.invalid)
            except Exception as error:  # noqa: BLE001  raised again in every job that asked
                _give_up(self._known, waiting, error, step, _taken(attempts))
                return

    def embed(
        self, texts: Sequence[str], origin: Origin
    ) -> list[tuple[Source, asyncio.Future[Outcome[Vector]]]]:
        """One future per text, with who pays for it; texts that are not known yet go out in one request."""
        if self._embedder is None:
            raise ConfigurationError(
                "This metric compares embeddings, and the run has no embedder. Pass embeddings=…."
            )
        sources, missing = _claim(self._vectors, texts)
        if missing:
            self._group.create_task(self._embed(self._embedder, missing, origin))
        return [(source, self._vectors[text]) for source, text in zip(sources, texts, strict=True)]

    async def _embed(self, embedder: Embedder, waiting: Futures[Vector], origin: Origin) -> None:
        attempts: list[Attempt] = []
        try:
            reply, attempt = await self._to_embedder.send(
                lambda: embedder.embed(list(waiting)),
                embedder.cost,
                origin=origin,
                step="embed",
                failed=attempts,
            )
            attempts.append(attempt)
            if len(reply.vectors) != len(waiting):
                raise _wrong_count(len(reply.vectors), len(waiting))
            for text, vector in zip(tuple(waiting), reply.vectors, strict=True):
                waiting.pop(text).set_result(Outcome(vector, attempts=_taken(attempts)))
        except Exception as error:  # noqa: BLE001  raised again in every job that asked
            _give_up(self._vectors, waiting, error, "embed", _taken(attempts))


def _claim(known: Futures[T], keys: Sequence[str]) -> tuple[list[Source], Futures[T]]:
    """Who pays for each key; keys nobody has asked for yet get a future, which the caller must see filled."""
    sources: list[Source] = []
    missing: Futures[T] = {}
    for key in keys:
        future = known.get(key)
        if future is None:
            known[key] = missing[key] = asyncio.get_running_loop().create_future()
            sources.append("asked")
        else:
            sources.append("remembered" if future.done() else "shared")
    return sources, missing


def _give_up(
    known: Futures[T], waiting: Futures[T], error: Exception, step: str, attempts: tuple[Attempt, ...]
) -> None:
    """Settle what is left with an error, and forget it: who asks later asks anew."""
    if isinstance(error, JudgeError):
        error.step, error.attempts = step, attempts
    for key, future in waiting.items():
        del known[key]
        future.set_result(Outcome(None, error, attempts))
        attempts = ()


def _never_valid(invalid: list[Invalid]) -> JudgeOutputInvalid:
    last = invalid[-1]
    return JudgeOutputInvalid(
        f"{last.problem}. Asked {len(invalid)} times. "
        "Use a judge that follows the format, or evaluate again.",
        raw=last.text,
    )


def _wrong_count(found: int, wanted: int) -> JudgeOutputInvalid:
    return JudgeOutputInvalid(
        f"The embedder gave {found} vectors for {wanted} texts; it has to give one for each, in order.",
        raw="",
    )


class JobAsk:
    """`ask` as one job sees it; keeps the job's trace."""

    def __init__(self, answers: Answers, origin: Origin) -> None:
        self._answers = answers
        self._origin = origin
        self.trace: list[StepTrace | EmbedTrace] = []

    async def __call__(self, prompt: Prompt[InT, OutT], question: InT, /, *, repeat: int = 0) -> OutT:
        """See `ragas_nb.metrics.base.Ask`."""
        return (await self._repeats(prompt, question, (repeat,)))[0]

    async def several(self, prompt: Prompt[InT, OutT], question: InT, n: int, /) -> list[OutT]:
        """See `ragas_nb.metrics.base.Ask`."""
        return await self._repeats(prompt, question, range(n))

    async def _repeats(self, prompt: Prompt[InT, OutT], question: InT, repeats: Sequence[int]) -> list[OutT]:
        outcomes: list[Outcome[Value]] = []
        found = self._answers.ask(prompt, question, repeats, self._origin)
        for repeat, (source, future) in zip(repeats, found, strict=True):
            outcomes.append(outcome := await asyncio.shield(future))
            self.trace.append(StepTrace(prompt, question, outcome.value, source, outcome.attempts, repeat))
        return [cast(OutT, outcome.get()) for outcome in outcomes]

    async def embed(self, texts: Sequence[str], /) -> list[Vector]:
        """See `ragas_nb.metrics.base.Ask`."""
        outcomes: list[Outcome[Vector]] = []
        paid: list[Attempt] = []
        for source, future in self._answers.embed(texts, self._origin):
            outcomes.append(outcome := await asyncio.shield(future))
            paid += outcome.attempts if source == "asked" else ()
        self.trace.append(EmbedTrace(len(texts), tuple(paid)))
        return [outcome.get() for outcome in outcomes]
