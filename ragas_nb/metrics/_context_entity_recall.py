"""Context entity recall: are the names and figures of the reference in the contexts?"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from ragas_nb.metrics.asking import AskingMetric, Prompts
from ragas_nb.metrics.base import Ask, MetricResult, together
from ragas_nb.metrics.reading import given, joined
from ragas_nb.prompts import Prompt, Value
from ragas_nb.schema import SingleTurnSample


class TextWithEntities(Value):
    """A text that names things."""

    text: str


class Entities(Value):
    """What a text names."""

    entities: list[str]


EXTRACT_ENTITIES = Prompt(
    "extract_entities",
    "List what the text names: people, organisations, places, works, products, events, dates and amounts. "
    "Each once, in its fullest form, spelled as in the text. If there are none, the list is empty.",
    TextWithEntities,
    Entities,
    examples=(
        (
            TextWithEntities(text="Marie Curie got the Nobel Prize in 1911. Curie then worked in Paris."),
            Entities(entities=["Marie Curie", "Nobel Prize", "1911", "Paris"]),
        ),
        (
            TextWithEntities(text="Der Rhein ist 1233 km lang."),
            Entities(entities=["Rhein", "1233 km"]),
        ),
    ),
)


class ContextEntityRecall(AskingMetric):
    """Tells how many of the names, dates and amounts of the reference were retrieved.

    Fields: `reference`, `retrieved_contexts`. Range 0 to 1, higher is better. Two requests per sample, at the
    same time; one where the contexts are blank.

    Score: entities of the reference that the contexts name too / entities of the reference, as sets; spacing
    around them and case do not count. None when the reference names nothing. Source: the definition of
    context entity recall in the Ragas documentation.

    Differs from Ragas: entities that differ in case only are the same, a repeated one counts once, and a
    reference without entities has no score, not 0.
    """

    name: str = "context_entity_recall"
    requires: ClassVar[frozenset[str]] = frozenset({"reference", "retrieved_contexts"})
    steps: ClassVar[Prompts] = (EXTRACT_ENTITIES,)

    async def measure(self, sample: SingleTurnSample, ask: Ask) -> MetricResult:
        """The share of the reference's entities that the contexts name."""
        reference = given(sample.reference, "reference")
        contexts = given(sample.retrieved_contexts, "retrieved_contexts")
        if not reference.strip():
            return MetricResult(None, "the reference is blank")
        wanted, found = await together(_entities(ask, reference), _entities(ask, joined(contexts)))
        if not wanted:
            return MetricResult(None, "the reference names no entity")
        missing = sorted(wanted - found)
        kept = len(wanted) - len(missing)
        told = f"{kept} of {len(wanted)} entities of the reference in the contexts"
        return MetricResult(kept / len(wanted), f"{told}; missing: {', '.join(missing)}" if missing else told)


async def _entities(ask: Ask, text: str) -> frozenset[str]:
    """What a text names, ready to compare; a blank text names nothing, and nobody is asked."""
    if not text.strip():
        return frozenset()
    return _comparable((await ask(EXTRACT_ENTITIES, TextWithEntities(text=text))).entities)


def _comparable(entities: Iterable[str]) -> frozenset[str]:
    return frozenset(entity.strip().casefold() for entity in entities if entity.strip())
