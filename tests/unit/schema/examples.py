"""Samples of both kinds, as a person would write them and as pandas has them."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa

from ragas_nb.schema import AIMessage, HumanMessage, MultiTurnSample, SingleTurnSample, ToolCall, ToolMessage

QUESTIONS = pd.DataFrame(
    {
        "user_input": ["Where is Lima?", None, "Größe 数 🙂"],
        "retrieved_contexts": [["Lima is in Peru.", 'It\'s "big".'], [], None],
        "rubrics": [{"score1_description": "bad"}, {"score1_description": "good"}, None],
        "topic": ["cities", None, "sizes"],
    }
)
SAMPLES = [
    SingleTurnSample(
        user_input="Where is Lima?",
        retrieved_contexts=["Lima is in Peru.", 'It\'s "big".'],
        rubrics={"score1_description": "bad"},
    ),
    SingleTurnSample(retrieved_contexts=[], rubrics={"score1_description": "good"}),
    SingleTurnSample(user_input="Größe 数 🙂"),
]

CALL = ToolCall(name="weather", args={"city": "Lima"})
OTHER_CALL = ToolCall(name="news", args={"about": "it's {rain} [today]", "pages": 2})
CONVERSATIONS = [
    MultiTurnSample(
        user_input=[
            HumanMessage(content='Is it raining?\nIn "Lima", I mean: it\'s } {'),
            AIMessage(content="", tool_calls=[CALL, OTHER_CALL]),
            ToolMessage(content="dry"),
            AIMessage(content="No."),
        ],
        reference_tool_calls=[CALL],
        reference_topics=["weather"],
    ),
    MultiTurnSample(user_input=[HumanMessage(content="Größe 🙂")], reference="x"),
]


def in_arrow(frame: pd.DataFrame) -> pd.DataFrame:
    return pa.Table.from_pandas(frame, preserve_index=False).to_pandas(types_mapper=pd.ArrowDtype)  # type: ignore[no-any-return]
