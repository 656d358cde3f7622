"""What the engine needs of a judge or an embedder: a request in, a reply with its usage out.

A judge makes exactly one attempt per call. Retrying, waiting and remembering are the engine's work.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict

from ragas_nb.prompts import Prompt, Value

Vector = Sequence[float]


class Usage(BaseModel):
    """Tokens that requests used, as the server counted them."""

    model_config = ConfigDict(frozen=True)

    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    """The part of `input_tokens` that the server had cached."""

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            input_tokens=self.input_tokens + other.input_tokens,
            output_tokens=self.output_tokens + other.output_tokens,
            cached_tokens=self.cached_tokens + other.cached_tokens,
        )


@dataclass(frozen=True, slots=True)
class Invalid:
    """An earlier reply to the same request that could not be used, and why: shown when asked again."""

    text: str
    problem: str


@dataclass(frozen=True, slots=True)
class JudgeRequest:
    """One prompt with its input; `n` independent answers are wanted, in one reply where the judge can.

    `varied` when the answers wanted are some of several to the same question, so that they should differ even
    where they are asked for one by one.
    """

    prompt: Prompt[Any, Any]
    input: Value
    n: int = 1
    invalid: tuple[Invalid, ...] = ()
    varied: bool = False


class RateHints(NamedTuple):
    """What a server says of its rate limits with a reply; None where it does not say.

    `remaining_…` is what may still be used before the limit, `reset_…_s` the seconds until it starts anew.
    """

    remaining_requests: float | None = None
    reset_requests_s: float | None = None
    remaining_tokens: float | None = None
    reset_tokens_s: float | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer of a reply: JSON text. `cut_off` when the server stopped it at a token limit."""

    text: str
    cut_off: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
    """What a judge answered: at least one choice (it may be fewer than asked for), and what it used."""

    choices: tuple[Choice, ...]
    usage: Usage
    model: str
    hints: RateHints | None = None


@dataclass(frozen=True, slots=True)
class Embeddings:
    """One vector per text, in the order of the texts, and what they used."""

    vectors: tuple[Vector, ...]
    usage: Usage
    model: str
    hints: RateHints | None = None


class Judge(ABC):
    """Somebody who answers prompts: a language model behind a server, a function, the offline judge.

    `identity` names whatever shapes an answer (model, base URL, sampling parameters), and never a secret:
    answers are remembered under it. `label` is what a person reads. Errors: `JudgeUnavailable` (worth a
    retry) and `JudgeRefused` (not), with the server's own words.
    """

    identity: str
    label: str
    model: str = ""
    """What a price is set for, where the judge has a model."""
    supports_n: bool = False

    @abstractmethod
    async def reply(self, request: JudgeRequest) -> Reply:
        """One attempt at one request."""

    def cost(self, usage: Usage, model: str) -> float | None:
        """The price in dollars, or None when no price is known."""
        return None

    async def aclose(self) -> None:  # noqa: B027  most have nothing to free
        """Free what the judge itself opened on this event loop, once it is idle; it opens again when asked
        again.

        A client that a user passed in stays open.
        """


class Embedder(ABC):
    """Somebody who turns texts into vectors; see `Judge` for `identity`, `label` and errors."""

    identity: str
    label: str
    model: str = ""
    """What a price is set for, where the embedder has a model."""

    @abstractmethod
    async def embed(self, texts: Sequence[str]) -> Embeddings:
        """One attempt at one batch of texts."""

    def cost(self, usage: Usage, model: str) -> float | None:
        """The price in dollars, or None when no price is known."""
        return None

    async def aclose(self) -> None:  # noqa: B027  most have nothing to free
        """Free what the embedder itself opened."""
