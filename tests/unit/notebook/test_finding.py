"""Which rows a filter lets through, and in which order: as the page does it, for any run."""

from __future__ import annotations

import math
import threading
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragas_nb.engine.events import JobReset, JobScored
from ragas_nb.errors import ProtocolError
from ragas_nb.metrics.result import Score
from ragas_nb.notebook import protocol as wire
from ragas_nb.notebook.finding import find, search
from ragas_nb.notebook.labels import FURTHER, MOST_LABELS, labels_of
from ragas_nb.recorded import RecordedRun
from ragas_nb.schema import AIMessage, EvaluationDataset, HumanMessage, MultiTurnSample, SingleTurnSample
from ragas_nb.store.meta import ScoreColumn
from tests.unit.notebook.choosing import FAILED, PENDING, run_of

NUMBER, WIDE, TONE = ScoreColumn("number"), ScoreColumn("wide", low=-1.0, high=4.0), ScoreColumn("tone")
ALL = wire.Filter()


def found(
    run: RecordedRun, chosen: wire.Filter = ALL, sort: wire.Sort | None = None, beside: Any = None
) -> list[int]:
    return list(find(run, chosen, sort, beside))


def where(column: str, op: wire.Comparison, value: float | str) -> wire.Filter:
    return wire.Filter(conditions=[wire.Condition(column=column, op=op, value=value)])


# ── which rows ──


def test_without_a_filter_all_rows_are_found_as_the_data_came():
    assert found(run_of([NUMBER], {"number": [0.5, FAILED, None, PENDING]})) == [0, 1, 2, 3]


def test_failed_and_undefined_are_alternatives_and_of_any_metric():
    run = run_of([NUMBER, WIDE], {"number": [FAILED, 0.5, None, 0.5], "wide": [1.0, FAILED, 2.0, PENDING]})
    assert found(run, wire.Filter(failed=True)) == [0, 1]
    assert found(run, wire.Filter(undefined=True)) == [2]
    assert found(run, wire.Filter(failed=True, undefined=True)) == [0, 1, 2]


def test_scores_are_compared_as_the_page_has_them_so_that_seven_tenths_are_seven_tenths():
    run = run_of([NUMBER], {"number": [0.7, 0.6999999999999, 0.71, None, FAILED]})
    assert found(run, where("number", "==", 0.7)) == [0, 1]
    assert found(run, where("number", "!=", 0.7)) == [2]
    assert found(run, where("number", "<=", 0.7)) == [0, 1]
    assert found(run, where("number", ">", 0.7)) == [2]


def test_a_column_of_numbers_is_never_a_text():
    assert found(run_of([NUMBER], {"number": [0.5]}, costs=[0.5]), where("number", "!=", "x")) == []
    assert found(run_of([NUMBER], {"number": [0.5]}, costs=[0.5]), where("cost", "!=", "x")) == []


def test_costs_are_compared_too():
    run = run_of([NUMBER], {"number": [0.5, 0.5, 0.5]}, costs=[0.1, 0.2, 0.3])
    assert found(run, where("cost", ">=", 0.2)) == [1, 2]


def test_the_edge_of_a_bin_belongs_to_the_bin_above_and_the_last_one_to_the_last():
    run = run_of([NUMBER, WIDE], {"number": [0.7, 0.69, 1.0, 0.0, None], "wide": [-1.0, 4.0, 1.5, 9.0, -5.0]})
    assert found(run, wire.Filter(bins=[wire.Bins(metric="number", bins=[7])])) == [0]
    assert found(run, wire.Filter(bins=[wire.Bins(metric="number", bins=[6, 9])])) == [1, 2]
    assert found(run, wire.Filter(bins=[wire.Bins(metric="wide", bins=[0])])) == [0, 4]
    assert found(run, wire.Filter(bins=[wire.Bins(metric="wide", bins=[9])])) == [1, 3]


def test_metrics_narrow_the_choice():
    run = run_of([NUMBER, WIDE], {"number": [0.1, 0.1, 0.9], "wide": [0.0, 3.9, 3.9]})
    low, high = wire.Bins(metric="number", bins=[1]), wire.Bins(metric="wide", bins=[9])
    assert found(run, wire.Filter(bins=[low, high])) == [1]


def test_labels_are_chosen_by_the_numbers_that_the_views_know():
    run = run_of([TONE], {"tone": ["kind", "rude", None, "kind", ["b", "a"]]})
    (labels,) = labels_of(run)
    assert labels is not None
    assert list(labels.numbers(run.state.columns["tone"], range(5))) == [0, 1, 0, 0, 2]
    assert found(run, wire.Filter(bins=[wire.Bins(metric="tone", bins=[0])])) == [0, 3]
    assert found(run, wire.Filter(bins=[wire.Bins(metric="tone", bins=[1, 2, 99])])) == [1, 4]


def test_the_labels_beyond_those_that_are_numbered_are_chosen_together():
    run = run_of([TONE], {"tone": [f"label {number}" for number in range(MOST_LABELS + 2)]})
    (labels,) = labels_of(run)
    assert labels is not None
    list(labels.numbers(run.state.columns["tone"], range(len(run))))
    number = labels.texts.index(FURTHER)
    assert found(run, wire.Filter(bins=[wire.Bins(metric="tone", bins=[number])])) == [
        MOST_LABELS - 1,
        MOST_LABELS,
        MOST_LABELS + 1,
    ]


def test_labels_are_compared_as_texts():
    run = run_of([TONE], {"tone": ["kind", "rude", None, 3.0]})
    assert found(run, where("tone", "==", "kind")) == [0]
    assert found(run, where("tone", "!=", "kind")) == [1, 3]
    assert found(run, where("tone", ">", "kind")) == [1]
    assert found(run, where("tone", "==", 3)) == [3]


def test_one_of_the_tags_is_enough():
    run = run_of([NUMBER], {"number": [0.5, 0.5, 0.5, 0.5]})
    run.tag(["q0", "q2"], "billing")
    run.tag("q3", "odd")
    run.note("q1", "billing")
    assert found(run, wire.Filter(tags=["billing"])) == [0, 2]
    assert found(run, wire.Filter(tags=["odd", "billing", "new"])) == [0, 2, 3]


def test_a_text_is_looked_for_in_all_texts_of_a_sample_in_small_or_capital_letters():
    picture = "data:image/png;base64,refundAAAA"
    samples = [
        SingleTurnSample(user_input="A REFUND?"),
        SingleTurnSample(response="no refunds"),
        SingleTurnSample(reference="Refund it."),
        SingleTurnSample(retrieved_contexts=["x", "the refund"]),
        SingleTurnSample(reference_contexts=["reFUND"]),
        SingleTurnSample(multi_responses=["", "refund"]),
        SingleTurnSample(user_input="x", retrieved_contexts=[picture]),
        SingleTurnSample(user_input="re", response="fund", retrieved_contexts=["re", "fund"]),
    ]
    data = EvaluationDataset(samples, ids=["a", "b", "c", "d", "e", "f", "g", "h"])
    run = run_of([NUMBER], {"number": [0.5] * 8}, data=data)
    assert found(run, wire.Filter(text="rEfund")) == [0, 1, 2, 3, 4, 5]
    assert found(run, wire.Filter(text="H")) == [3, 7]  # also in the id of the last


def test_letters_that_change_their_number_are_found_too():
    data = EvaluationDataset([SingleTurnSample(response="Straße"), SingleTurnSample(response="STRASSE")])
    assert found(run_of([NUMBER], {"number": [1, 1]}, data=data), wire.Filter(text="strasse")) == [0, 1]


def test_a_text_is_looked_for_in_conversations():
    talk = [HumanMessage(content="Hello"), AIMessage(content="A refund is on its way")]
    data = EvaluationDataset([MultiTurnSample(user_input=talk[:1]), MultiTurnSample(user_input=talk)])
    assert found(run_of([NUMBER], {"number": [1, 1]}, data=data), wire.Filter(text="refund")) == [1]


# ── in which order ──


def test_rows_without_a_score_come_last_whichever_way_and_equal_ones_stay_as_they_were():
    run = run_of([NUMBER], {"number": [None, 0.5, 0.1, 0.5, FAILED, 0.9]})
    assert found(run, ALL, wire.Sort(by="number", down=False)) == [2, 1, 3, 5, 0, 4]
    assert found(run, ALL, wire.Sort(by="number", down=True)) == [5, 1, 3, 2, 0, 4]


def test_by_id_means_as_the_data_came():
    run = run_of([NUMBER], {"number": [0.5, 0.1, 0.3]})
    assert found(run, where("number", "<", 0.4), wire.Sort(by="id", down=True)) == [2, 1]
    assert found(run, where("number", "<", 0.4), wire.Sort(by="id", down=False)) == [1, 2]


def test_by_cost():
    run = run_of([NUMBER], {"number": [0.5, 0.5, 0.5]}, costs=[0.2, 0.0, 0.3])
    assert found(run, ALL, wire.Sort(by="cost", down=True)) == [2, 0, 1]


def test_labels_are_in_the_order_of_their_texts_numbers_in_them_by_size():
    run = run_of([TONE], {"tone": ["b10", "b9", None, "a", "B9"]})
    assert found(run, ALL, wire.Sort(by="tone", down=False)) == [3, 1, 4, 0, 2]
    assert found(run, ALL, wire.Sort(by="tone", down=True)) == [0, 4, 1, 3, 2]


# ── beside another run ──


@dataclass
class Before:
    """Another run, of which only the changes since are known."""

    changed: dict[str, list[float]]

    def changes(self, metric: str) -> Sequence[float]:
        return self.changed[metric]


def test_what_got_worse_is_judged_by_the_metrics_own_direction():
    errors = ScoreColumn("errors", higher_is_better=False)
    run = run_of([NUMBER, errors], {"number": [0.5] * 5, "errors": [0.5] * 5})
    before = Before({name: [0.2, -0.2, 1e-9, math.nan, -1e-9] for name in ("number", "errors")})

    def changed(metric: str, change: wire.Change) -> list[int]:
        chosen = wire.Filter(changes=[wire.ChangeOf(metric=metric, change=change)])
        return found(run, chosen, beside=before)

    assert [changed("number", change) for change in ("better", "worse", "equal")] == [[0], [1], [2, 4]]
    assert [changed("errors", change) for change in ("better", "worse", "equal")] == [[1], [0], [2, 4]]


def test_rows_are_sorted_by_how_much_a_metric_changed():
    run = run_of([NUMBER], {"number": [0.5] * 4})
    before = Before({"number": [0.2, math.nan, -0.2, 0.0]})
    assert found(run, ALL, wire.Sort(by="number", down=False, change=True), before) == [2, 3, 0, 1]
    assert found(run, ALL, wire.Sort(by="number", down=True, change=True), before) == [0, 3, 2, 1]


# ── refused, and meanwhile ──


@pytest.mark.parametrize(
    ("chosen", "sort"),
    [
        (where("nothing", "<", 1), None),
        (wire.Filter(bins=[wire.Bins(metric="nothing", bins=[1])]), None),
        (wire.Filter(changes=[wire.ChangeOf(metric="nothing", change="worse")]), None),
        (ALL, wire.Sort(by="nothing", down=True)),
    ],
)
def test_a_metric_that_is_not_there_is_refused(chosen: wire.Filter, sort: wire.Sort | None):
    with pytest.raises(
        ProtocolError, match="There is no metric 'nothing' in run 1a2b3c4d; it has number, wide"
    ):
        find(run_of([NUMBER, WIDE], {"number": [1], "wide": [1]}), chosen, sort)


def test_a_change_is_refused_where_there_is_no_run_beside():
    run = run_of([NUMBER], {"number": [1]})
    with pytest.raises(ProtocolError, match="Run 1a2b3c4d is shown alone"):
        find(run, wire.Filter(changes=[wire.ChangeOf(metric="number", change="worse")]), None)
    with pytest.raises(ProtocolError, match="Run 1a2b3c4d is shown alone"):
        find(run, ALL, wire.Sort(by="number", down=True, change=True))


def test_what_comes_after_the_question_changes_nothing_in_its_answer():
    run = run_of([NUMBER], {"number": [0.2, 0.8]}, costs=[0.1])
    look = search(run, where("number", "<", 0.5), wire.Sort(by="cost", down=True))
    run.state.apply(JobReset(sample_id="q0", metric="number"))
    run.state.apply(JobScored(sample_id="q0", metric="number", value=0.9))
    answers: list[array[int]] = []
    thread = threading.Thread(target=lambda: answers.append(look()))
    thread.start()
    thread.join()
    assert list(answers[0]) == [0]


# ── any run, any filter ──

SINGLE = st.sampled_from([0.0, 0.1, 0.2, 0.3, 0.5, 0.6, 0.7, 0.9, 1.0, 1e-7])
MISSING = st.sampled_from([FAILED, PENDING, None])
WORDS = st.sampled_from(["kind", "rude", "b9", "b10", "B9"])
OPS = st.sampled_from(["<", "<=", ">", ">=", "==", "!="])


@st.composite
def cases(draw: st.DrawFn) -> tuple[RecordedRun, wire.Filter, wire.Sort | None]:
    rows = draw(st.integers(1, 12))

    def column(score: st.SearchStrategy[Any]) -> list[Any]:
        return draw(st.lists(st.one_of(score, score, MISSING), min_size=rows, max_size=rows))

    scores = {"number": column(SINGLE), "wide": column(SINGLE), "tone": [*column(WORDS)]}
    if all(not isinstance(score, str) for score in scores["tone"]):
        scores["tone"][0] = "kind"
    costs = draw(st.lists(SINGLE, min_size=rows, max_size=rows))
    run = run_of([NUMBER, WIDE, TONE], scores, costs=costs)
    for row in range(rows):
        for tag in draw(st.sets(st.sampled_from(["x", "y"]))):
            run.tag(f"q{row}", tag)
    bins = [wire.Bins(metric=name, bins=draw(st.lists(st.integers(0, 9)))) for name in ("number", "wide")]
    conditions = [
        wire.Condition(column=name, op=draw(OPS), value=draw(SINGLE)) for name in ("number", "cost")
    ] + [wire.Condition(column="tone", op=draw(OPS), value=draw(WORDS))]
    chosen = wire.Filter(
        text=draw(st.sampled_from(["", "", "question 1", "Q1"])),
        failed=draw(st.booleans()),
        undefined=draw(st.booleans()),
        bins=[one for one in bins if draw(st.booleans())],
        conditions=[one for one in conditions if draw(st.booleans())],
        tags=draw(st.lists(st.sampled_from(["x", "y"]), max_size=2)),
    )
    sort = draw(
        st.one_of(
            st.none(),
            st.builds(wire.Sort, by=st.sampled_from(["id", "cost", "number", "tone"]), down=st.booleans()),
        )
    )
    return run, chosen, sort


IN_ORDER = ["b9", "B9", "b10", "kind", "rude"]
HOLDS = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
}


def passes(run: RecordedRun, chosen: wire.Filter, row: int) -> bool:
    """Said once more, row by row."""
    state = run.state
    words = [state.columns[name].statuses[row] for name in state.metrics]
    if (chosen.failed or chosen.undefined) and not (
        (chosen.failed and 4 in words) or (chosen.undefined and 3 in words)
    ):
        return False
    for bins in chosen.bins:
        score = score_of(run, bins.metric, row)
        told = next(column for column in run.columns if column.name == bins.metric)
        if not isinstance(score, float):
            return False
        share = (float(np.float32(score)) - told.low) / (told.high - told.low)
        if min(9, math.floor(share * 10 + 1e-5)) not in bins.bins:
            return False
    for condition in chosen.conditions:
        score = run.state.costs[row] if condition.column == "cost" else score_of(run, condition.column, row)
        if score is None:
            return False
        one, other = (
            (IN_ORDER.index(score), IN_ORDER.index(str(condition.value)))
            if isinstance(score, str)
            else (np.float32(score), np.float32(condition.value))
        )
        if not HOLDS[condition.op](one, other):
            return False
    mark = state.marks.get(row)
    if chosen.tags and not (mark and any(tag in chosen.tags for tag in mark.tags)):
        return False
    texts = [f"q{row}", f"question {row}?"]
    return any(chosen.text.lower() in text for text in texts)


def score_of(run: RecordedRun, metric: str, row: int) -> Any:
    score: Score = run.state.columns[metric].scores((row,))[0]
    return score


def in_order(run: RecordedRun, rows: list[int], sort: wire.Sort | None) -> list[int]:
    if sort is None:
        return rows
    if sort.by == "id":
        return rows[::-1] if sort.down else rows

    def key(row: int) -> Any:
        score = run.state.costs[row] if sort.by == "cost" else score_of(run, sort.by, row)
        return IN_ORDER.index(score) if isinstance(score, str) else score

    having = [row for row in rows if key(row) is not None]
    sign = -1 if sort.down else 1
    return sorted(having, key=lambda row: sign * key(row)) + [row for row in rows if key(row) is None]


@given(cases())
def test_what_is_found_is_what_a_loop_over_the_rows_finds(
    case: tuple[RecordedRun, wire.Filter, wire.Sort | None],
):
    run, chosen, sort = case
    rows = [row for row in range(len(run)) if passes(run, chosen, row)]
    assert found(run, chosen, sort) == in_order(run, rows, sort)
