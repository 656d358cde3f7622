"""`ask`: an answer by the content of its question; asked once, shared in flight, asked again if invalid."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from ragas_nb.engine.memory import Memory, Remembered
from ragas_nb.engine.remembering import Futures, Outcome, Recent
from ragas_nb.engine.sending import Origin, Sender
from ragas_nb.engine.trace import Attempt, EmbedTrace, Source, StepTrace
from ragas_nb.errors import ConfigurationError, JudgeError, JudgeOutputInvalid
from ragas_nb.judges.base import Choice, Embedder, Invalid, Judge, JudgeRequest, Reply, Vector
from ragas_nb.judges.reading import read_answer
from ragas_nb.prompts import InT, OutT, Prompt, Value

T = TypeVar("T")

MOST_ANSWERS = 1_000
"""Answers that stay at hand where there is a memory to look others up in."""
MOST_VECTORS = 2_000
"""Vectors that stay at hand: 12 MB of the usual length."""


def answer_key(
    identity: str, prompt: Prompt[Any, Any], content: str, repeat: int, turn: int | None = None
) -> str:
    """The key of an answer: a hash of judge, prompt, input, repeat number, and of the turn of several."""
    number = str(repeat) if turn is None else f"{repeat} in turn {turn}"
    text = "\0".join((identity, prompt.digest, content, number))
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
    """All answers of one run, by key: at hand, in the memory, or asked for.

    Requests run as tasks of `group` and never raise into it: whoever asked may be cancelled, the answer still
    serves the others. An answer is in the memory before anybody hears of it, and its request counts as one in
    flight until then.
    """

    def __init__(
        self,
        judge: Judge | None,
        embedder: Embedder | None,
        *,
        to_judge: Sender,
        to_embedder: Sender,
        group: asyncio.TaskGroup,
        memory: Memory | None = None,
    ) -> None:
        self._judge = judge
        self._embedder = embedder
        self._to_judge = to_judge
        self._to_embedder = to_embedder
        self._group = group
        self._memory = memory
        self._answers: Recent[Value] = Recent(None if memory is None else MOST_ANSWERS)
        self._vectors: Recent[Vector] = Recent(MOST_VECTORS)

    def ask(
        self,
        prompt: Prompt[Any, Any],
        question: Value,
        repeats: Sequence[int],
        origin: Origin,
        turn: int | None = None,
    ) -> list[tuple[Source, asyncio.Future[Outcome[Value]]]]:
        """One future per repeat, with who pays for it; what is not known yet is looked up, then asked."""
        if self._judge is None:
            raise ConfigurationError(f"Step {prompt.name!r} asks a judge, and this run has none. Pass llm=….")
        content = question.model_dump_json()
        identity = self._judge.identity
        keys = [answer_key(identity, prompt, content, repeat, turn) for repeat in repeats]
        found, missing = self._answers.claim(keys)
        if missing:
            varied = len(repeats) > 1 or turn is not None
            asking = _Asking(prompt, question, origin, varied)
            self._go(self._provide(self._judge, asking, missing))
        return found

    def _go(self, request: Coroutine[object, object, None]) -> None:
        """Start a request; where the run is being cancelled, whoever asks hears of that instead."""
        try:
            self._group.create_task(request)
        except RuntimeError:
            request.close()

    async def _provide(self, judge: Judge, asking: _Asking, waiting: Futures[Value]) -> None:
        """Fill the futures of one question's repeats: from the memory, and what it lacks by asking."""
        try:
            if self._memory is not None:
                self._recall(asking.prompt, waiting, await self._memory.find(list(waiting)))
            if judge.supports_n or len(waiting) <= 1:
                return await self._answer(judge, asking, waiting)
            for key in tuple(waiting)[1:]:
                alone = _Asking(asking.prompt, asking.question, asking.origin, asking.varied)
                self._go(self._answer(judge, alone, {key: waiting.pop(key)}))
            await self._answer(judge, asking, waiting)
        except Exception as error:  # noqa: BLE001  raised again in every job that asked
            self._give_up(waiting, error, asking)

    def _recall(
        self, prompt: Prompt[Any, Any], waiting: Futures[Value], found: Mapping[str, Remembered]
    ) -> None:
        """Settle what the memory has; what cannot be read any more is asked anew."""
        for key, answer in found.items():
            try:
                value = prompt.output.model_validate_json(answer.text)
            except ValueError:
                continue
            del waiting[key]
            self._answers.settle(key, Outcome(value, attempts=answer.attempts, kept=True))

    async def _answer(self, judge: Judge, asking: _Asking, waiting: Futures[Value]) -> None:
        """One request for all that waits, then for what was not usable, until all is settled."""

        async def take(reply: Reply, attempt: Attempt) -> None:
            await self._take(asking, reply, attempt, waiting)

        try:
            while waiting:
                request = asking.request(len(waiting))
                await self._to_judge.send(
                    lambda request=request: judge.reply(request),  # type: ignore[misc]
                    judge.cost,
                    origin=asking.origin,
                    step=asking.prompt.name,
                    failed=asking.attempts,
                    settle=take,
                )
                if waiting and len(asking.invalid) > self._to_judge.pacing.config.max_invalid:
                    raise _never_valid(asking.invalid)
        except Exception as error:  # noqa: BLE001  raised again in every job that asked
            self._give_up(waiting, error, asking)

    async def _take(self, asking: _Asking, reply: Reply, attempt: Attempt, waiting: Futures[Value]) -> None:
        """Read a reply, keep the answers in it, then settle them."""
        values, outcome, problem = asking.read(reply, len(waiting))
        text = "\n".join(choice.text for choice in reply.choices)
        told = (attempt.model, attempt.usage, attempt.cost, attempt.at)
        asking.attempts.append(Attempt(outcome, attempt.seconds, text, problem, *told))
        keys = tuple(waiting)[: len(values)]
        outcomes = {
            key: Outcome(value, attempts=_taken(asking.attempts))
            for key, value in zip(keys, values, strict=True)
        }
        if self._memory is not None and outcomes:
            kept = {
                key: Remembered(got.get().model_dump_json(), got.attempts) for key, got in outcomes.items()
            }
            await self._memory.keep(kept)
        for key, settled in outcomes.items():
            del waiting[key]
            self._answers.settle(key, settled)

    def _give_up(self, waiting: Futures[Value], error: Exception, asking: _Asking) -> None:
        _settle_with(self._answers, waiting, error, asking.prompt.name, _taken(asking.attempts))

    def embed(
        self, texts: Sequence[str], origin: Origin
    ) -> list[tuple[Source, asyncio.Future[Outcome[Vector]]]]:
        """One future per text, with who pays for it; texts that are not known yet go out in one request."""
        if self._embedder is None:
            raise ConfigurationError(
                "This metric compares embeddings, and the run has no embedder. Pass embeddings=…."
            )
        found, missing = self._vectors.claim(texts)
        if missing:
            self._go(self._embed(self._embedder, missing, origin))
        return found

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
                del waiting[text]
                self._vectors.settle(text, Outcome(vector, attempts=_taken(attempts)))
        except Exception as error:  # noqa: BLE001  raised again in every job that asked
            _settle_with(self._vectors, waiting, error, "embed", _taken(attempts))


def _settle_with(
    recent: Recent[T], waiting: Futures[T], error: Exception, step: str, attempts: tuple[Attempt, ...]
) -> None:
    """Settle what is left with an error."""
    if isinstance(error, JudgeError):
        error.step, error.attempts = step, attempts
    for key in tuple(waiting):
        del waiting[key]
        recent.settle(key, Outcome(None, error, attempts))
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
    """`ask` as one job sees it; keeps the job's trace. `turn` where the job is one of several repeats."""

    def __init__(self, answers: Answers, origin: Origin, turn: int | None = None) -> None:
        self._answers = answers
        self._origin = origin
        self._turn = turn
        self.trace: list[StepTrace | EmbedTrace] = []

    async def __call__(self, prompt: Prompt[InT, OutT], question: InT, /, *, repeat: int = 0) -> OutT:
        """See `ragas_nb.metrics.base.Ask`."""
        return (await self._repeats(prompt, question, (repeat,)))[0]

    async def several(self, prompt: Prompt[InT, OutT], question: InT, n: int, /) -> list[OutT]:
        """See `ragas_nb.metrics.base.Ask`."""
        return await self._repeats(prompt, question, range(n))

    async def _repeats(self, prompt: Prompt[InT, OutT], question: InT, repeats: Sequence[int]) -> list[OutT]:
        outcomes: list[Outcome[Value]] = []
        found = self._answers.ask(prompt, question, repeats, self._origin, self._turn)
        for repeat, (source, future) in zip(repeats, found, strict=True):
            outcomes.append(outcome := await asyncio.shield(future))
            payer: Source = "remembered" if outcome.kept else source
            self.trace.append(
                StepTrace(prompt, question, outcome.value, payer, outcome.attempts, repeat, self._turn or 0)
            )
        return [cast(OutT, outcome.get()) for outcome in outcomes]

    async def embed(self, texts: Sequence[str], /) -> list[Vector]:
        """See `ragas_nb.metrics.base.Ask`."""
        outcomes: list[Outcome[Vector]] = []
        paid: list[Attempt] = []
        for source, future in self._answers.embed(texts, self._origin):
            outcomes.append(outcome := await asyncio.shield(future))
            paid += outcome.attempts if source == "asked" else ()
        self.trace.append(EmbedTrace(len(texts), tuple(paid), self._turn or 0))
        return [outcome.get() for outcome in outcomes]
