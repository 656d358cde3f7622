"""Judges and embedders that answer from a script, and metrics without a run: for tests, yours too.

>>> import asyncio
>>> from ragas_nb.metrics import faithfulness
>>> from ragas_nb.schema import SingleTurnSample
>>> judge = ScriptedJudge(
...     {
...         "split_into_statements": {"statements": ["Lima is in Peru."]},
...         "check_statements": {
...             "statements": [{"statement": "Lima is in Peru.", "reason": "It says so.", "verdict": 1}]
...         },
...     }
... )
>>> sample = SingleTurnSample(
...     user_input="Where is Lima?", response="In Peru.", retrieved_contexts=["Lima, capital of Peru"]
... )
>>> asyncio.run(measure(faithfulness, sample, judge=judge)).value
1.0
>>> [request.prompt.name for request in judge.requests]
['split_into_statements', 'check_statements']
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from ragas_nb.errors import ConfigurationError, JudgeOutputInvalid, JudgeRefused
from ragas_nb.judges.base import Choice, Embedder, Embeddings, Judge, JudgeRequest, Reply, Usage, Vector
from ragas_nb.metrics.base import Metric, MetricResult
from ragas_nb.prompts import InT, OutT, Prompt, Value
from ragas_nb.schema import AnySample

Output: TypeAlias = Value | Mapping[str, object] | str | Exception
"""One scripted answer: the output as a value or a dict, a raw reply (valid or not), or an error to raise."""
Line: TypeAlias = Output | Sequence[Output] | Callable[[Any], Output]
"""All answers to a step: one for always, a list to be given in turn, or a function of the input."""


class ScriptedJudge(Judge):
    """Answers each step from a script and keeps every request it got in `requests`.

    `script` maps step names to a `Line`. A step that is not in the script, or whose list is used up,
    is refused. `usage` is what each reply reports to have used; `price` is what each costs, in dollars. Its
    answers are remembered under `identity`; without one, for this judge only.
    """

    def __init__(
        self,
        script: Mapping[str, Line],
        *,
        identity: str | None = None,
        supports_n: bool = True,
        usage: Usage | None = None,
        price: float | None = 0.0,
    ) -> None:
        self.identity = identity or f"scripted {uuid.uuid4().hex}"
        self.label = identity or "scripted"
        self.supports_n = supports_n
        self.requests: list[JudgeRequest] = []
        self._script = dict(script)
        self._usage = usage or Usage(input_tokens=10, output_tokens=5)
        self._price = price
        self._given: dict[str, int] = {}

    async def reply(self, request: JudgeRequest) -> Reply:
        """The next scripted answers to the step: as many as asked for, one where n is not supported."""
        self.requests.append(request)
        wanted = request.n if self.supports_n else 1
        choices = tuple(Choice(_text(self._next(request))) for _ in range(wanted))
        return Reply(choices, self._usage, self.label)

    def cost(self, usage: Usage, model: str) -> float | None:
        """The scripted price of a reply."""
        return self._price

    def _next(self, request: JudgeRequest) -> Output:
        name = request.prompt.name
        if name not in self._script:
            raise _unscripted(name, f"the script has {', '.join(map(repr, self._script)) or 'no steps'}")
        line = self._script[name]
        if callable(line):
            return line(request.input)
        if isinstance(line, Value | Mapping | str | Exception):
            return line
        place = self._given.get(name, 0)
        if place >= len(line):
            raise _unscripted(name, f"all {len(line)} answers of its list are given")
        self._given[name] = place + 1
        return line[place]


class ScriptedEmbedder(Embedder):
    """Looks vectors up by text, or computes them with a function; keeps what it was asked in `requests`.

    Raises:
        JudgeRefused: a text has no vector.
    """

    label = "scripted"

    def __init__(self, vectors: Mapping[str, Vector] | Callable[[str], Vector]) -> None:
        self.identity = f"scripted {uuid.uuid4().hex}"
        self.requests: list[tuple[str, ...]] = []
        self._vectors = vectors

    async def embed(self, texts: Sequence[str]) -> Embeddings:
        """The scripted vectors; each text counts as one token."""
        self.requests.append(tuple(texts))
        vectors = tuple(self._vector(text) for text in texts)
        return Embeddings(vectors, Usage(input_tokens=len(texts)), self.label)

    def cost(self, usage: Usage, model: str) -> float | None:
        """Nothing."""
        return 0.0

    def _vector(self, text: str) -> Vector:
        if not isinstance(self._vectors, Mapping):
            return self._vectors(text)
        if text not in self._vectors:
            raise JudgeRefused(f"ScriptedEmbedder: no vector for {text!r}", kind="bad_request")
        return self._vectors[text]


async def measure(
    metric: Metric, sample: AnySample, *, judge: Judge | None = None, embedder: Embedder | None = None
) -> MetricResult:
    """The result of one metric on one sample, without a run: nothing is remembered, repeated or asked again.

    Raises:
        ConfigurationError: the metric asks a judge or an embedder that was not passed.
        JudgeOutputInvalid: an answer does not fit its step.
    """
    return await metric.measure_any(sample, _Asking(judge, embedder))


@dataclass(frozen=True)
class _Asking:
    """`Ask` in its plainest form: every question is a request."""

    judge: Judge | None
    embedder: Embedder | None

    async def __call__(self, prompt: Prompt[InT, OutT], question: InT, /, *, repeat: int = 0) -> OutT:
        return (await self.several(prompt, question, 1))[0]

    async def several(self, prompt: Prompt[InT, OutT], question: InT, n: int, /) -> list[OutT]:
        if self.judge is None:
            raise ConfigurationError(f"step {prompt.name!r} asks a judge; pass judge=ScriptedJudge({{…}})")
        answers: list[OutT] = []
        while len(answers) < n:
            reply = await self.judge.reply(JudgeRequest(prompt, question, n - len(answers)))
            answers += [_parsed(prompt, question, choice.text) for choice in reply.choices]
        return answers[:n]

    async def embed(self, texts: Sequence[str], /) -> list[Vector]:
        if self.embedder is None:
            raise ConfigurationError("the metric asks an embedder; pass embedder=ScriptedEmbedder({…})")
        return list((await self.embedder.embed(texts)).vectors)


def _parsed(prompt: Prompt[InT, OutT], question: InT, text: str) -> OutT:
    try:
        return prompt.parse(text, question)
    except ValueError as error:
        raise JudgeOutputInvalid(f"step {prompt.name!r}: {error}", raw=text, step=prompt.name) from None


def _text(output: Output) -> str:
    if isinstance(output, Exception):
        raise output
    if isinstance(output, str):
        return output
    if isinstance(output, Value):
        return output.model_dump_json()
    return json.dumps(output, ensure_ascii=False)


def _unscripted(step: str, problem: str) -> JudgeRefused:
    return JudgeRefused(
        f"ScriptedJudge: no answer to step {step!r}: {problem}", kind="bad_request", step=step
    )
