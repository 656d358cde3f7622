from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ragas_nb.errors import DatasetError
from ragas_nb.schema import HumanMessage, MultiTurnSample, SingleTurnSample, read_dataset

DO_NOT_MIX = (
    "Text makes single questions, lists of messages make conversations; they do not mix. "
    "Correct the cell, or make two datasets."
)


@pytest.mark.parametrize(
    ("cells", "row", "message"),
    [
        (
            ["a", "b", ["c"], None],
            2,
            f"found list ['c'] where text, as in 2 other rows, is needed. {DO_NOT_MIX}",
        ),
        (
            [["c"], "b"],
            0,
            f"found list ['c'] where text, as in another row, is needed. {DO_NOT_MIX}",
        ),
        (
            [[{"type": "human", "content": "a"}], np.array([HumanMessage(content="a")]), 42],
            2,
            f"found int 42 where a list of messages, as in 2 other rows, is needed. {DO_NOT_MIX}",
        ),
        (
            ['[{"type": "human", "content": "a"}]', "[{'type': 'human', 'content': 'a'}]", '[{"type": "hum'],
            2,
            'found str \'[{"type": "hum\' where a list of messages, as in 2 other rows, is needed. '
            f"{DO_NOT_MIX}",
        ),
        (
            [["a"]],
            0,
            "found str 'a' where a message at position 0 is needed. Here a str is no message. "
            "Use HumanMessage, AIMessage or ToolMessage, or dicts like {'type': 'human', 'content': '…'}.",
        ),
        (
            [HumanMessage(content="a")],
            0,
            "found HumanMessage HumanMessage(... type='human') where a list with a message per item is "
            "needed. Write a list of messages: [{'type': 'human', 'content': '…'}, "
            "{'type': 'ai', 'content': '…'}].",
        ),
        (
            [None, [{"type": "tool", "content": "a"}]],
            1,
            "found list ['ToolMessage'] where a conversation is needed. Here message 0 is a tool message and "
            "comes before any AI message. A tool can only answer an AI message that called it.",
        ),
    ],
)
def test_questions_and_conversations_do_not_mix(cells: list[object], row: int, message: str) -> None:
    frame = pd.DataFrame({"question": pd.Series(cells, dtype=object)})
    with pytest.raises(DatasetError) as refused:
        read_dataset(frame)
    assert str(refused.value) == f"Row {row}, column 'question' (user_input): {message}"


MESSAGES = [{"type": "human", "content": "a"}]


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["a", None, "b"], SingleTurnSample),
        ([None, float("nan")], SingleTurnSample),
        (["[1] a footnote", "['a', 'b']", "[]"], SingleTurnSample),
        (["[]", "[]"], SingleTurnSample),
        ([42, 1.5, True], SingleTurnSample),
        ([MESSAGES, None], MultiTurnSample),
        ([None, []], MultiTurnSample),
        ([np.array([])], MultiTurnSample),
        ([(HumanMessage(content="a"),)], MultiTurnSample),
        (["", "[]", str(MESSAGES), None], MultiTurnSample),
        ([str(MESSAGES), MESSAGES], MultiTurnSample),
    ],
)
def test_lists_of_messages_make_conversations(cells: list[object], kind: type[SingleTurnSample]) -> None:
    dataset = read_dataset({"question": cells})
    assert (dataset.get_sample_type(), len(dataset)) == (kind, len(cells))


def test_a_cell_without_messages_is_an_empty_conversation() -> None:
    dataset = read_dataset({"user_input": [MESSAGES, None, float("nan"), "", "[]", []]})
    assert [len(sample.user_input) for sample in dataset] == [1, 0, 0, 0, 0, 0]
    assert [sample.missing(["user_input"]) for sample in dataset] == [(), *[("user_input",)] * 5]
