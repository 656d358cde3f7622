"""The samples that every package judges."""

from __future__ import annotations

from typing import Any

import ragas_nb as rnb

Row = dict[str, Any]

QUESTIONS: list[Row] = [
    {
        "user_input": "Where is Lima?",
        "response": "Lima is in Peru.",
        "reference": "In Peru.",
        "retrieved_contexts": ["Lima is the capital of Peru.", "Quito is in Ecuador."],
        "reference_contexts": ["Lima is the capital of Peru."],
    },
    {
        "user_input": "Und wo liegt Köln?",
        "response": "Am Rhein.",
        "reference": "Am Rhein.",
        "retrieved_contexts": ["Köln liegt am Rhein."],
        "reference_contexts": ["Köln liegt am Rhein."],
    },
]
TALKS: list[Row] = [
    {
        "user_input": [
            {"type": "human", "content": "Is it raining in Lima?"},
            {"type": "ai", "content": "", "tool_calls": [{"name": "weather", "args": {"city": "Lima"}}]},
            {"type": "tool", "content": "dry"},
            {"type": "ai", "content": "No."},
        ],
        "reference_tool_calls": [
            {"name": "weather", "args": {"city": "Lima"}},
            {"name": "time", "args": {}},
        ],
    },
    {
        "user_input": [{"type": "human", "content": "Hi."}, {"type": "ai", "content": "Hi!"}],
        "reference_tool_calls": [{"name": "weather", "args": {}}],
    },
]


def scores(data: list[Row], metric: Any) -> list[Any]:
    """The scores of a whole run with one metric."""
    result = rnb.evaluate(data, [metric], show_progress=False, raise_exceptions=True)
    return [round(score, 6) if isinstance(score, float) else score for score in result[result.metrics[0]]]


def failures(data: list[Row], metric: Any) -> list[list[str]]:
    """The kind and the message of every failed job of a run with one metric."""
    result = rnb.evaluate(data, [metric], show_progress=False)
    return result.errors[["kind", "message"]].to_numpy().tolist()
