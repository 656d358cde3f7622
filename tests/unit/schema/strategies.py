"""Samples and extra columns of all sorts, for properties that hold for all of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from ragas_nb.schema import (
    AIMessage,
    AnySample,
    EvaluationDataset,
    HumanMessage,
    MultiTurnSample,
    SingleTurnSample,
    ToolCall,
    ToolMessage,
)

ODD_TEXTS = [
    "",
    " ",
    "🙂",
    "👩‍👩‍👧",
    "שלום עולם",
    "مرحبا",
    "e\u0301",
    "\u2028",
    "\r\n",
    "\x00",
    '"',
    "a,b",
    "[",
    "NaN",
    "\ufeff",
]

texts = st.one_of(st.text(max_size=12), st.sampled_from(ODD_TEXTS))
full_texts = texts.filter(str.strip)
names = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1, max_size=6)
json_values = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(2**70), 2**70),
        st.floats(allow_nan=False, allow_infinity=False),
        texts,
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(names, inner, max_size=3)),
    max_leaves=5,
)
json_dicts = st.dictionaries(names, json_values, max_size=3)
tool_calls = st.builds(ToolCall, name=names, args=json_dicts)
metadata = st.one_of(st.none(), json_dicts)
rubrics = st.one_of(st.none(), st.dictionaries(names, texts, min_size=1, max_size=2))


def optional(strategy: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return st.one_of(st.none(), strategy)


@st.composite
def conversations(draw: st.DrawFn) -> list[HumanMessage | AIMessage | ToolMessage]:
    """Messages in an order that is allowed: tools answer only who has called one."""
    messages: list[HumanMessage | AIMessage | ToolMessage] = []
    for kind in draw(st.lists(st.sampled_from(["human", "ai", "call", "tool"]), min_size=1, max_size=5)):
        content, told = draw(texts), draw(metadata)
        if kind == "human":
            messages.append(HumanMessage(content=content, metadata=told))
        elif kind == "ai":
            calls: list[ToolCall] | None = draw(st.sampled_from([None, []]))
            messages.append(AIMessage(content=content, metadata=told, tool_calls=calls))
        else:
            calls = draw(st.lists(tool_calls, min_size=1, max_size=2))
            messages.append(AIMessage(content=content, metadata=told, tool_calls=calls))
            if kind == "tool":
                messages.append(ToolMessage(content=draw(texts), metadata=told))
    return messages


text_lists = st.lists(texts, max_size=3)
id_lists = st.lists(st.one_of(texts, st.integers(-(2**70), 2**70)), max_size=3)
single_turn_samples = st.builds(
    SingleTurnSample,
    **{
        field: optional(id_lists if field.endswith("_ids") else text_lists)
        for field in (
            "retrieved_contexts",
            "reference_contexts",
            "multi_responses",
            "retrieved_context_ids",
            "reference_context_ids",
        )
    },
    **{
        field: optional(texts)
        for field in ("user_input", "response", "reference", "persona_name", "query_style", "query_length")
    },
    rubrics=rubrics,
)
multi_turn_samples = st.builds(
    MultiTurnSample,
    user_input=conversations(),
    reference=optional(texts),
    reference_tool_calls=optional(st.lists(tool_calls, max_size=2)),
    rubrics=rubrics,
    reference_topics=optional(text_lists),
)
extra_names = names.map("x {}".format)


@st.composite
def datasets(draw: st.DrawFn, extra_values: st.SearchStrategy[object] = json_values) -> EvaluationDataset:
    """Datasets of either kind with ids, a name and extra columns."""
    kinds: list[st.SearchStrategy[Any]] = [single_turn_samples, multi_turn_samples]
    kind = draw(st.sampled_from(kinds))
    samples: list[AnySample] = draw(st.lists(kind, max_size=4))
    rows = len(samples)
    ids = draw(
        st.one_of(
            st.none(), st.lists(st.one_of(texts, st.integers()), min_size=rows, max_size=rows, unique_by=str)
        )
    )
    columns = st.lists(extra_values, min_size=rows, max_size=rows)
    extra = draw(st.dictionaries(extra_names, columns, max_size=2 if rows else 0))
    return EvaluationDataset(samples, ids=ids, extra=extra)


halves = st.sampled_from(["\ud83d", "cut \ud83d", "\ude00 cut", "\ud83d\ude00"])
nothings = st.sampled_from([None, float("nan"), pd.NA, pd.NaT, np.datetime64("NaT"), np.float32("nan")])
odd_values = st.one_of(
    texts,
    halves,
    nothings,
    st.integers(-100, 100).map(np.int64),
    st.floats(width=32, allow_nan=True, allow_infinity=False).map(np.float64),
    texts.map(np.str_),
    st.lists(texts, max_size=2).map(lambda items: np.array(items, dtype=object)),
    st.lists(st.one_of(texts, halves, nothings), max_size=2).map(tuple),
    st.dictionaries(st.one_of(names, halves), st.one_of(texts, halves, nothings), max_size=2),
)


@st.composite
def dirty_rows(draw: st.DrawFn) -> list[dict[str, object]]:
    """Rows of questions or of conversations, with cells as numpy, pandas and cut-off JSON leave them."""
    content = st.one_of(texts, halves, texts.map(np.str_))
    called = st.fixed_dictionaries({"name": content, "args": st.dictionaries(names, odd_values, max_size=2)})
    message = st.one_of(
        st.fixed_dictionaries({"type": st.just("human"), "content": content, "metadata": nothings}),
        st.fixed_dictionaries({"role": st.just("assistant"), "content": content}),
        st.fixed_dictionaries(
            {
                "type": st.just("ai"),
                "content": content,
                "tool_calls": st.lists(called, max_size=2).map(np.array),
            }
        ),
    )
    asked = draw(st.sampled_from([st.one_of(content, nothings), st.lists(message, min_size=1, max_size=3)]))
    row = st.fixed_dictionaries(
        {"user_input": asked, "reference": st.one_of(content, nothings)},
        optional={"topic": odd_values, "tags": odd_values},
    )
    return draw(st.lists(row, max_size=4))
