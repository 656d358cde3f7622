"""Deterministic QA samples for benchmarks: the same N samples on every machine.

Each sample has `user_input`, `retrieved_contexts` (3-5 passages of about 100 words), `response`
(2-4 sentences) and `reference`; `ids=True` adds the context ids of retrieval metrics.
"""

from __future__ import annotations

import random

PLACES = [
    "Lisbon", "Oslo", "Kyoto", "Quito", "Tallinn", "Nairobi", "Perth", "Bergen", "Cusco", "Hanoi", "Riga",
    "Turin", "Malmo", "Porto", "Ghent", "Leeds", "Lyon", "Basel", "Graz", "Split",
]  # fmt: skip
THINGS = [
    "observatory", "tidal power station", "botanical garden", "railway bridge", "city archive",
    "tram network", "harbour light", "paper mill", "concert hall", "water museum", "seed bank", "cable car",
    "printing house", "glass factory", "astronomical clock", "fish market",
]  # fmt: skip
PEOPLE = [
    "Ada Moreau", "Ilse Brandt", "Tomas Vega", "Noor Haddad", "Jun Sato", "Maja Lind", "Omar Diallo",
    "Rosa Prieto", "Ewan Clark", "Lena Fischer",
]  # fmt: skip
FACTS = (
    "The {thing} of {place} was opened in {year} after {n} years of building work.",
    "It was designed by {person}, who had studied the older works of the region.",
    "About {n} thousand visitors come each year, most of them between May and September.",
    "The council of {place} paid for the repairs of {year2} with a public loan.",
    "Its oldest part is a stone hall of {n} metres that survived the fire of {year2}.",
    "Engineers measured the foundations in {year2} and found them sound.",
    "Local schools use the {thing} for lessons in history and in physics.",
    "The archive keeps {n} drawings signed by {person} from the first plan.",
    "A second wing was added in {year2}, and the entrance was moved to the river side.",
    "Records from {place} describe the {thing} as the largest of its kind at that time.",
)
QUESTIONS = (
    "When was the {thing} of {place} opened, and who designed it?",
    "Who designed the {thing} in {place} and how long did the work take?",
    "How many people visit the {thing} of {place} each year?",
    "What happened to the {thing} of {place} in {year2}?",
)


def _passage(rng: random.Random, facts: dict[str, object], words: int = 100) -> str:
    out: list[str] = []
    while sum(len(s.split()) for s in out) < words:
        out.append(rng.choice(FACTS).format(**facts))
    return " ".join(out)


def make_samples(n: int, seed: int = 11, ids: bool = False) -> list[dict[str, object]]:
    """`n` samples; sample i depends on (seed, i) only, so a longer list starts with a shorter one."""
    samples: list[dict[str, object]] = []
    for i in range(n):
        rng = random.Random(seed * 1_000_003 + i)
        facts: dict[str, object] = {
            "place": rng.choice(PLACES),
            "thing": rng.choice(THINGS),
            "person": rng.choice(PEOPLE),
            "year": rng.randint(1780, 1930),
            "year2": rng.randint(1931, 2020),
            "n": rng.randint(3, 95),
        }
        count = rng.randint(3, 5)
        sample: dict[str, object] = {
            "user_input": f"[{i}] " + rng.choice(QUESTIONS).format(**facts),
            "retrieved_contexts": [_passage(rng, facts) for _ in range(count)],
            "response": " ".join(s.format(**facts) for s in rng.sample(FACTS, rng.randint(2, 4))),
            "reference": " ".join(s.format(**facts) for s in FACTS[:2]),
        }
        if ids:
            pool = [f"doc-{rng.randint(0, 40)}" for _ in range(8)]
            sample |= {"retrieved_context_ids": pool[:count], "reference_context_ids": pool[3:6]}
        samples.append(sample)
    return samples
