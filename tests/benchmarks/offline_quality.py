"""How well offline faithfulness tells grounded answers from invented ones, beside plain word overlap.

`RAGAS_NB_HALUEVAL` names a JSONL file of samples: `id, user_input, retrieved_contexts, response, grounded`.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypedDict

import ragas_nb as rnb
from ragas_nb.judges.lexical.sentences import sentences
from ragas_nb.judges.lexical.support import Support, standalone, support

BAR = 0.92
PATH_VARIABLE = "RAGAS_NB_HALUEVAL"
_WORD = re.compile(r"\w+")


class Row(TypedDict):
    """One labelled sample of the file."""

    id: str
    user_input: str
    retrieved_contexts: list[str]
    response: str
    grounded: bool


def auc(scores: Sequence[float], labels: Sequence[bool]) -> float:
    """The chance that a grounded answer scores above an invented one; a tie counts half (Mann-Whitney)."""
    grounded = [score for score, label in zip(scores, labels, strict=True) if label]
    invented = [score for score, label in zip(scores, labels, strict=True) if not label]
    wins = sum((high > low) + (high == low) / 2 for high in grounded for low in invented)
    return wins / (len(grounded) * len(invented))


def measure(path: Path) -> dict[str, float]:
    """All numbers for one file: AUCs on all samples and on each half of the sample numbers, and accuracy."""
    rows: list[Row] = [
        json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()
    ]
    judged = [_judged(row) for row in rows]
    verdicts = _faithfulness(rows)
    scores = {
        "faithfulness (0/1 verdicts)": verdicts,
        "support score (continuous)": [_mean([found.score for found in one]) for one in judged],
        "plain word overlap": [_overlap(row) for row in rows],
    }
    halves: dict[str, Callable[[Row], bool]] = {
        "all": lambda _: True,
        "even numbers": lambda row: _number(row) % 2 == 0,
        "odd numbers": lambda row: _number(row) % 2 == 1,
    }
    found = {
        f"AUC of {name}, {half}": _auc_where(rows, values, kept)
        for name, values in scores.items()
        for half, kept in halves.items()
    }
    right = [(verdict >= 0.5) == row["grounded"] for verdict, row in zip(verdicts, rows, strict=True)]
    return {**found, "accuracy of the verdicts": sum(right) / len(rows)}


def main() -> bool:
    """Print the numbers; whether faithfulness reaches the bar, True also where nothing could be measured."""
    named = os.environ.get(PATH_VARIABLE)
    if not named or not Path(named).is_file():
        reason = f"{named!r} is not a file" if named else f"{PATH_VARIABLE} is not set"
        print(f"offline quality: not measured, {reason}; set it to the JSONL file with the labelled samples")
        return True
    numbers = measure(Path(named))
    for name, value in numbers.items():
        print(f"{value:.4f}  {name}")
    reached = numbers["AUC of faithfulness (0/1 verdicts), all"]
    print(
        f"offline faithfulness: AUC {reached:.3f} {'reaches' if reached >= BAR else 'misses'} the bar, {BAR}"
    )
    return reached >= BAR


def _faithfulness(rows: Sequence[Row]) -> list[float]:
    """What the product says: the faithfulness of every answer by the offline judge, 0 where undefined."""
    result = rnb.evaluate([dict(row) for row in rows], ["faithfulness"], llm="offline")
    return [score if isinstance(score, float) else 0.0 for score in result["faithfulness"]]


def _judged(row: Row) -> list[Support]:
    """What lies behind the verdicts: how well each statement, standing alone, is supported."""
    statements = [standalone(part, row["user_input"]) for part in sentences(row["response"])]
    return [support(statement, row["retrieved_contexts"]) for statement in statements]


def _overlap(row: Row) -> float:
    context = set(_WORD.findall(" ".join(row["retrieved_contexts"]).lower()))
    return _mean([word in context for word in _WORD.findall(row["response"].lower())])


def _auc_where(rows: Sequence[Row], scores: Sequence[float], kept: Callable[[Row], bool]) -> float:
    pairs = [(score, row["grounded"]) for score, row in zip(scores, rows, strict=True) if kept(row)]
    return auc([score for score, _ in pairs], [label for _, label in pairs])


def _number(row: Row) -> int:
    return int(row["id"].split("-")[1])


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


if __name__ == "__main__":
    raise SystemExit(not main())
