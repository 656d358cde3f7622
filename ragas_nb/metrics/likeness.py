"""How alike two texts are in meaning, by their embeddings."""

from __future__ import annotations

from ragas_nb.metrics.base import Ask
from ragas_nb.metrics.scoring import cosine


async def likeness(ask: Ask, one: str, other: str) -> float:
    """The cosine of the embeddings, -1 to 1.

    A blank text, which many embedders refuse, is like another blank one only (1.0, else 0.0), and nobody is
    asked.
    """
    blank = not one.strip(), not other.strip()
    if any(blank):
        return float(all(blank))
    return cosine(*await ask.embed([one, other]))
