"""A judge and an embedder that need no model, no key and no network: they answer from the words themselves.

They serve demos, tests and as a baseline. They see words, not meaning: a paraphrase looks unsupported to
them, and a wrong statement made of the right words looks supported. Every reason says which words decided.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Final

from ragas_nb.errors import JudgeRefused
from ragas_nb.judges.aspects import judge_aspect
from ragas_nb.judges.base import Choice, Embedder, Embeddings, Judge, JudgeRequest, Reply, Usage
from ragas_nb.judges.lexical.classify import Reasoned, classify
from ragas_nb.judges.lexical.entities import entities
from ragas_nb.judges.lexical.questions import noncommittal, question_from
from ragas_nb.judges.lexical.relevance import relevance
from ragas_nb.judges.lexical.sentences import sentences
from ragas_nb.judges.lexical.support import standalone, support
from ragas_nb.judges.lexical.vectors import embed

Output = Mapping[str, object]

_IDENTITY: Final = "offline/1"
"""Raised whenever an answer would change, because answers are remembered under it."""
_INLINE_CHARACTERS: Final = 16_000
"""Up to here an answer takes about a millisecond; more is read in a thread, so that the event loop goes
on."""
_TOKEN = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]|\w+|[^\w\s]")
_PLACE = re.compile(r"\bcontext (\d+)\b")


class OfflineJudge(Judge):
    """Answers the steps of the built-in metrics for which comparing words is enough; all others are refused.

    The same request gets the same answer, everywhere. Tokens are words, punctuation marks and single
    characters of scripts without spaces; the cost is 0.

    >>> OfflineJudge().label
    'offline'
    """

    identity = _IDENTITY
    label = "offline"
    supports_n = True

    async def reply(self, request: JudgeRequest) -> Reply:
        """The answer to one request, within a millisecond for common samples.

        Raises:
            JudgeRefused: the step is none that comparing words can answer.
        """
        content = request.input.model_dump_json()
        if len(content) > _INLINE_CHARACTERS:
            texts = await asyncio.to_thread(_answers, request)
        else:
            await asyncio.sleep(0)
            texts = _answers(request)
        usage = Usage(
            input_tokens=_fixed_tokens(request.prompt.fixed_part) + _tokens(content),
            output_tokens=sum(map(_tokens, texts)),
        )
        return Reply(tuple(map(Choice, texts)), usage, self.label)

    def cost(self, usage: Usage, model: str) -> float | None:
        """Nothing."""
        return 0.0


class OfflineEmbedder(Embedder):
    """Turns texts into vectors by hashing their words and letter groups: likeness of wording, not of
    meaning."""

    identity = _IDENTITY
    label = "offline"

    async def embed(self, texts: Sequence[str]) -> Embeddings:
        """One vector of length 1 per text; zeros for a text without words."""
        vectors = await asyncio.to_thread(embed, texts)
        return Embeddings(tuple(vectors), Usage(input_tokens=sum(map(_tokens, texts))), self.label)

    def cost(self, usage: Usage, model: str) -> float | None:
        """Nothing."""
        return 0.0


def _answers(request: JudgeRequest) -> list[str]:
    """The answers to one request as JSON: as many as asked for."""
    answer = _STEPS.get(request.prompt.name)
    if answer is None:
        raise _unknown(request)
    return [json.dumps(answer(request, variant), ensure_ascii=False) for variant in range(request.n)]


def _split(request: JudgeRequest, variant: int) -> Output:
    question = _text(request, "question")
    said = [part for part in sentences(_text(request, "answer")) if not noncommittal(part)]
    return {"statements": [standalone(part, question) for part in said]}


def _check(request: JudgeRequest, variant: int) -> Output:
    lines = _text(request, "context").splitlines()
    found = [(statement, support(statement, lines)) for statement in _texts(request, "statements")]
    return {
        "statements": [
            {"statement": statement, "reason": _placed(one.reason, lines), "verdict": one.verdict}
            for statement, one in found
        ]
    }


def _attribute(request: JudgeRequest, variant: int) -> Output:
    question, lines = _text(request, "question"), _text(request, "context").splitlines()
    found = [(part, support(part, lines, question)) for part in sentences(_text(request, "answer"))]
    return {
        "classifications": [
            {"statement": part, "reason": _placed(one.reason, lines), "attributed": one.verdict}
            for part, one in found
        ]
    }


def _judge_context(request: JudgeRequest, variant: int) -> Output:
    found = relevance(_text(request, "question"), _text(request, "context"), _text(request, "answer"))
    return {"reason": found.reason, "verdict": found.verdict}


def _guess_question(request: JudgeRequest, variant: int) -> Output:
    response = _text(request, "response")
    return {"question": question_from(response, variant), "noncommittal": int(noncommittal(response))}


def _compare(request: JudgeRequest, variant: int) -> Output:
    piles = classify(_texts(request, "answer"), _texts(request, "ground_truth"), _text(request, "question"))
    return {"TP": _reasoned(piles.tp), "FP": _reasoned(piles.fp), "FN": _reasoned(piles.fn)}


def _aspect(request: JudgeRequest, variant: int) -> Output:
    _, found, criterion = request.prompt.instruction.partition("Criterion: ")
    if not found:  # the prompt was changed, or is in another language
        raise _unknown(request)
    verdict, reason = judge_aspect(
        criterion,
        _text(request, "response") or _answers_in(_text(request, "user_input")),
        question=_text(request, "user_input"),
        truth=[text for text in [_text(request, "reference")] if text]
        or _texts(request, "retrieved_contexts"),
    )
    return {"reason": reason, "verdict": verdict}


def _answers_in(conversation: str) -> str:
    """What the assistant says in a conversation (further lines are indented); other texts as they are."""
    said: list[str] = []
    speaking = False
    for line in conversation.splitlines():
        speaking = line.startswith("AI: ") or (speaking and line.startswith(" "))
        if speaking:
            said.append(line.removeprefix("AI: ").strip())
    return "\n".join(said) or conversation


def _claim(request: JudgeRequest, variant: int) -> Output:
    return {"claims": [part for part in sentences(_text(request, "response")) if not noncommittal(part)]}


def _entities(request: JudgeRequest, variant: int) -> Output:
    return {"entities": entities(_text(request, "text"))}


def _rate_relevance(request: JudgeRequest, variant: int) -> Output:
    found = relevance(_text(request, "question"), _text(request, "context"))
    return {"rating": round(2 * found.score)}


def _rate_groundedness(request: JudgeRequest, variant: int) -> Output:
    lines = _text(request, "context").splitlines()
    verdicts = [support(part, lines).verdict for part in sentences(_text(request, "response"))]
    return {"rating": any(verdicts) + (any(verdicts) and all(verdicts))}


def _rate_accuracy(request: JudgeRequest, variant: int) -> Output:
    said, wanted = sentences(_text(request, "answer")), sentences(_text(request, "reference"))
    piles = classify(said, wanted, _text(request, "question"))
    return {"rating": 0 if not piles.tp else 2 if piles.fp or piles.fn else 4}


_STEPS: Final[Mapping[str, Callable[[JudgeRequest, int], Output]]] = {
    "split_into_statements": _split,
    "check_statements": _check,
    "attribute_statements": _attribute,
    "judge_context": _judge_context,
    "guess_question": _guess_question,
    "compare_statements": _compare,
    "judge_aspect": _aspect,
    "split_into_claims": _claim,
    "extract_entities": _entities,
    "rate_relevance": _rate_relevance,
    "try_to_answer": _rate_relevance,
    "rate_groundedness": _rate_groundedness,
    "look_for_sources": _rate_groundedness,
    "rate_accuracy": _rate_accuracy,
    "compare_answers": _rate_accuracy,
}


def _text(request: JudgeRequest, field: str) -> str:
    """A text of the input; "" where it is missing."""
    value = getattr(request.input, field, None)
    if value is not None and not isinstance(value, str):
        raise _unknown(request)
    return value or ""


def _texts(request: JudgeRequest, field: str) -> list[str]:
    """The texts of a list of the input; none where it is missing."""
    value = getattr(request.input, field, None)
    if value is not None and not isinstance(value, list):
        raise _unknown(request)
    return [str(text) for text in value or ()]


def _reasoned(pile: Sequence[Reasoned]) -> list[Output]:
    return [{"statement": statement, "reason": reason} for statement, reason in pile]


def _placed(reason: str, lines: Sequence[str]) -> str:
    """The reason with the places it names: the contexts came as one text, so a number is that of a line."""
    return _PLACE.sub(r"line \1 of the contexts" if len(lines) > 1 else "the context", reason)


def _unknown(request: JudgeRequest) -> JudgeRefused:
    step = request.prompt.name
    return JudgeRefused(
        f"The offline judge cannot answer step {step!r}: it knows only those steps of the built-in metrics "
        "for which comparing words is enough. Pass llm= with a model's name for this one.",
        kind="bad_request",
        step=step,
    )


def _tokens(text: str) -> int:
    """How many words, marks and characters of scripts without spaces a text has."""
    return len(_TOKEN.findall(text))


_fixed_tokens = lru_cache(maxsize=256)(_tokens)
