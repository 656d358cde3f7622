"""Factual correctness: do the claims of response and reference bear each other out?"""

from __future__ import annotations

from functools import cache
from typing import ClassVar, Literal

from pydantic import Field

from ragas_nb.metrics.asking import AskingMetric, Prompts
from ragas_nb.metrics.base import Ask, MetricResult, together
from ragas_nb.metrics.reading import given
from ragas_nb.metrics.scoring import f_beta
from ragas_nb.metrics.statements import CHECK, verdicts_on
from ragas_nb.prompts import Prompt, Value
from ragas_nb.schema import SingleTurnSample

Mode = Literal["f1", "precision", "recall"]
Level = Literal["low", "high"]


class ClaimingText(Value):
    """A text that makes claims."""

    response: str


class Claims(Value):
    """What a text claims."""

    claims: list[str]


_SIZE: dict[Level, str] = {
    "low": "Keep facts that belong together in one claim.",
    "high": "Put exactly one fact into each claim.",
}
_EXTENT: dict[Level, str] = {
    "low": "Leave out side remarks and details: main points only.",
    "high": "Leave nothing out.",
}
_TEXT = ClaimingText(response="Lise Meitner, a physicist from Vienna, explained fission in 1939.")
_CLAIMS: dict[tuple[Level, Level], list[str]] = {
    ("low", "low"): ["Lise Meitner explained fission in 1939."],
    ("low", "high"): [
        "Lise Meitner was a physicist from Vienna.",
        "Lise Meitner explained fission in 1939.",
    ],
    ("high", "low"): ["Lise Meitner explained fission.", "Fission was explained in 1939."],
    ("high", "high"): [
        "Lise Meitner was a physicist.",
        "Lise Meitner came from Vienna.",
        "Lise Meitner explained fission.",
        "Fission was explained in 1939.",
    ],
}
"""What the example's text claims, by atomicity and coverage."""


@cache
def _split_into_claims(atomicity: Level, coverage: Level) -> Prompt[ClaimingText, Claims]:
    return Prompt(
        "split_into_claims",
        "List what the response claims, in its language. Each claim must be clear and checkable alone: names "
        f"instead of pronouns. {_SIZE[atomicity]} {_EXTENT[coverage]} "
        "If it claims nothing, the list is empty.",
        ClaimingText,
        Claims,
        examples=((_TEXT, Claims(claims=_CLAIMS[atomicity, coverage])),),
    )


class FactualCorrectness(AskingMetric):
    """Tells how far the facts of the response and of the reference agree, whatever was asked.

    Fields: `response`, `reference`. Range 0 to 1 in steps of 0.01, higher is better. Four requests per
    sample, two at a time; two in mode `precision`.

    Score: tp is the claims of the response that the reference proves, fp its other claims, fn the claims of
    the reference that the response does not prove. Precision tp/(tp+fp), recall tp/(tp+fn) or F-beta, rounded
    to two decimals; 0 where the denominator is 0. Source: van Rijsbergen (1979) for F-beta; the definition of
    factual correctness in the Ragas documentation.

    Differs from Ragas: a reply with a verdict too few, too many or out of order is asked again, not counted.

    >>> FactualCorrectness(mode="recall").column
    'factual_correctness(mode=recall)'
    """

    name: str = "factual_correctness"
    mode: Mode = "f1"
    beta: float = Field(default=1.0, gt=0)
    """In mode f1: above 1 missing facts weigh more than wrong ones, below 1 less."""
    atomicity: Level = "low"
    """Whether a claim may hold several facts (low) or one only (high)."""
    coverage: Level = "low"
    """Whether the main points are claims (low) or all that is said (high)."""
    requires: ClassVar[frozenset[str]] = frozenset({"response", "reference"})

    @property
    def column(self) -> str:
        """The name with the mode."""
        return f"{self.name}(mode={self.mode})"

    @property
    def prompts(self) -> Prompts:
        """The two steps; the first says how finely to split."""
        return (_split_into_claims(self.atomicity, self.coverage), CHECK)

    async def measure(self, sample: SingleTurnSample, ask: Ask) -> MetricResult:
        """Precision, recall or F-beta of the claims."""
        response, reference = given(sample.response, "response"), given(sample.reference, "reference")
        said = self._verdicts(ask, response, reference)
        if self.mode == "precision":
            proven, recalled = await said, []
        else:
            proven, recalled = await together(said, self._verdicts(ask, reference, response))
        tp, fp, fn = sum(proven), proven.count(0), recalled.count(0)
        return MetricResult(round(self._score(tp, fp, fn), 2), self._told(tp, fp, fn))

    async def _verdicts(self, ask: Ask, text: str, proof: str) -> list[int]:
        """For each claim of a text whether another text proves it; a blank text claims nothing."""
        if not text.strip():
            return []
        found = await ask(_split_into_claims(self.atomicity, self.coverage), ClaimingText(response=text))
        return await verdicts_on(ask, proof, [claim for claim in found.claims if claim.strip()])

    def _score(self, tp: int, fp: int, fn: int) -> float:
        if self.mode == "f1":
            return f_beta(tp, fp, fn, beta=self.beta)
        others = fp if self.mode == "precision" else fn
        return tp / (tp + others) if tp else 0.0

    def _told(self, tp: int, fp: int, fn: int) -> str:
        told = f"{tp} of {tp + fp} claims of the response in the reference"
        return told if self.mode == "precision" else f"{told}; {fn} of the reference missing"
