"""`ask`: an answer by the content of its question; asked once, shared while in flight, asked again if invalid."""

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
    """One question on its way to an answer: the attempts nobody holds yet, and of each reply that was not fully
    usable the first choice that was not."""

    attempts: list[Attempt] = field(default_factory=list)
    invalid: list[Invalid] = field(default_factory=list)

    def take(self, attempt: Attempt, reply: Reply, problems: list[tuple[Choice, str]]) -> None:
        """Keep an attempt that was answered, with what was wrong about its choices."""
        outcome: str = "ok"
        problem: str | None = None
        if problems:
            choice, problem = problems[0]
            outcome = "cut off" if choice.cut_off else "invalid"
            self.invalid.append(Invalid(choice.text, problem))
        text = "\n".join(choice.text for choice in reply.choices)
        self.attempts.append(replace(attempt, outcome=outcome, problem=problem, reply=text))

    def hand_over(self) -> tuple[Attempt, ...]:
        """The attempts so far, for the first answer that they brought."""
        attempts, self.attempts = tuple(self.attempts), []
        return attempts


class Answers:
    """All answers of one run, by key.

    Requests run as tasks of `group` and never raise into it: whoever asked may be cancelled, the answer still
    serves the others.
    """

    def __init__(
        self, judge: Judge | None, embedder: Embedder | None, *, sender: Sender, group: asyncio.TaskGroup
    ) -> None:
        self._judge = judge
        self._embedder = embedder
        self._sender = sender
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
        varied = len(repeats) > 1
        for futures in filter(None, together):
            self._group.create_task(
                self._answer(self._judge, prompt, question, futures, origin, varied=varied)
            )
        return [(source, self._known[key]) for source, key in zip(sources, keys, strict=True)]

    async def _answer(
        self,
        judge: Judge,
        prompt: Prompt[Any, Any],
        question: Value,
        waiting: Futures[Value],
        origin: Origin,
        *,
        varied: bool,
    ) -> None:
        """Fill the futures of one question's repeats: one request for all, then again for what is not usable."""
        asking = _Asking()
        while waiting:
            request = JudgeRequest(prompt, question, len(waiting), tuple(asking.invalid), varied)
            try:
                reply, attempt = await self._sender.send(
                    lambda request=request: judge.reply(request),  # type: ignore[misc]
                    judge.cost,
                    origin=origin,
                    step=prompt.name,
                    failed=asking.attempts,
                )
                values, problems = _read(prompt, question, reply.choices[: len(waiting)])
                asking.take(attempt, reply, problems)
                for value in values:
                    waiting.pop(next(iter(waiting))).set_result(Outcome(value, attempts=asking.hand_over()))
                if waiting and len(asking.invalid) > self._sender.pacing.config.max_invalid:
                    raise _never_valid(asking.invalid)
            except Exception as error:  # noqa: BLE001  raised again in every job that asked
                _give_up(self._known, waiting, error, prompt.name, asking.hand_over())
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
        asking = _Asking()
        try:
            reply, attempt = await self._sender.send(
                lambda: embedder.embed(list(waiting)),
                embedder.cost,
                origin=origin,
                step="embed",
                failed=asking.attempts,
            )
            asking.attempts.append(attempt)
            if len(reply.vectors) != len(waiting):
                raise _wrong_count(len(reply.vectors), len(waiting))
            for text, vector in zip(tuple(waiting), reply.vectors, strict=True):
                waiting.pop(text).set_result(Outcome(vector, attempts=asking.hand_over()))
        except Exception as error:  # noqa: BLE001  raised again in every job that asked
            _give_up(self._vectors, waiting, error, "embed", asking.hand_over())


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


def _read(
    prompt: Prompt[Any, Any], question: Value, choices: Sequence[Choice]
) -> tuple[list[Value], list[tuple[Choice, str]]]:
    """The usable answers among the choices, and what was wrong with the others."""
    values: list[Value] = []
    problems: list[tuple[Choice, str]] = []
    for choice in choices or (Choice(""),):
        try:
            values.append(read_answer(prompt, question, choice))
        except ValueError as problem:
            problems.append((choice, str(problem)))
    return values, problems


def _never_valid(invalid: list[Invalid]) -> JudgeOutputInvalid:
    last = invalid[-1]
    return JudgeOutputInvalid(
        f"{last.problem}. Asked {len(invalid)} times. Retry, or use a judge that follows the format.",
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
