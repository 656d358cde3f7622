"""Response groundedness: do the contexts bear out what the response says?"""

from __future__ import annotations

from typing import ClassVar

from ragas_nb.metrics.asking import AskingMetric, Prompts
from ragas_nb.metrics.base import Ask, MetricResult
from ragas_nb.metrics.ratings import UpToTwo, mean_rating
from ragas_nb.metrics.reading import given, joined
from ragas_nb.prompts import Prompt, Value
from ragas_nb.schema import SingleTurnSample


class ResponseWithContext(Value):
    """A response, and the text it should rest on."""

    response: str
    context: str


RATE_GROUNDEDNESS = Prompt(
    "rate_groundedness",
    "Rate how far the context proves the response. 2: all of it. 1: a part of it. 0: nothing of it, or the "
    "context contradicts it. What is true but not in the context is not proven.",
    ResponseWithContext,
    UpToTwo,
)
LOOK_FOR_SOURCES = Prompt(
    "look_for_sources",
    "Look in the context for a source of each thing that the response says. rating: 2 if everything has a "
    "source there, 1 if something has and something has not, 0 if nothing has or a source says otherwise.",
    ResponseWithContext,
    UpToTwo,
)


class ResponseGroundedness(AskingMetric):
    """Tells on a coarse scale whether the retrieved contexts bear out the response.

    Fields: `response`, `retrieved_contexts`. Range 0 to 1, higher is better. Two short requests per sample,
    at the same time; faithfulness costs as many, and also says which statements lack support.

    Score: mean of the ratings (0, 1 or 2) of two differently worded judges / 2; one judge's where the other
    gave none on the scale, None where both did. A blank response or blank contexts are 0, a response that
    stands in the contexts word for word is 1, without a request. Source: the response groundedness of NVIDIA
    in the Ragas documentation.

    Differs from Ragas: a rating off the scale is asked again, not searched for a digit.
    """

    name: str = "nv_response_groundedness"
    requires: ClassVar[frozenset[str]] = frozenset({"response", "retrieved_contexts"})
    steps: ClassVar[Prompts] = (RATE_GROUNDEDNESS, LOOK_FOR_SOURCES)

    async def measure(self, sample: SingleTurnSample, ask: Ask) -> MetricResult:
        """The mean of both ratings."""
        response = given(sample.response, "response").strip()
        context = joined(given(sample.retrieved_contexts, "retrieved_contexts")).strip()
        if not response or not context:
            return MetricResult(0.0, "the contexts are blank" if response else "the response is blank")
        if response in context:
            return MetricResult(1.0, "the response stands in the contexts word for word")
        asked = ResponseWithContext(response=response, context=context)
        return await mean_rating(ask(RATE_GROUNDEDNESS, asked), ask(LOOK_FOR_SOURCES, asked), best=2)
