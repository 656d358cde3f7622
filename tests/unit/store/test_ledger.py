"""The ledger: every request in few bytes, and the sums over it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ragas_nb.judges.base import Usage
from ragas_nb.store.ledger import Entry, Ledger, Spent

TOKENS = st.integers(0, 2**62)
ENTRIES = st.lists(
    st.builds(
        Entry,
        row=st.integers(0, 5),
        payer=st.tuples(st.sampled_from("mn"), st.sampled_from("st"), st.sampled_from(["small", "large"])),
        usage=st.builds(Usage, input_tokens=TOKENS, output_tokens=TOKENS, cached_tokens=TOKENS),
        cost=st.none() | st.floats(0, 100),
    ),
    max_size=20,
)


def ledger_of(entries: list[Entry]) -> Ledger:
    ledger = Ledger()
    for entry in entries:
        ledger.append(entry.row, entry.payer, entry.usage, entry.cost)
    return ledger


@given(ENTRIES)
def test_what_is_written_is_read_back(entries: list[Entry]):
    ledger = ledger_of(entries)
    assert (list(ledger), len(ledger)) == (entries, len(entries))


@given(ENTRIES, st.permutations(range(6)), st.integers(0, 6))
def test_a_part_has_the_requests_of_its_rows_under_their_new_numbers(
    entries: list[Entry], rows: list[int], size: int
):
    wanted = rows[:size]
    assert list(ledger_of(entries).part(wanted)) == [
        Entry(wanted.index(entry.row), entry.payer, entry.usage, entry.cost)
        for entry in entries
        if entry.row in wanted
    ]


def test_models_are_added_up_in_the_order_in_which_they_came_up():
    one = Usage(input_tokens=10, output_tokens=2, cached_tokens=5)
    ledger = ledger_of(
        [
            Entry(0, ("m", "s", "small"), one, 0.1),
            Entry(1, ("m", "s", "large"), one, None),
            Entry(1, ("n", "s", "small"), one, 0.2),
            Entry(2, ("n", "s", "small"), one, None),
        ]
    )
    assert list(ledger.by_model().items()) == [
        ("small", Spent(Usage(input_tokens=30, output_tokens=6, cached_tokens=15), 3, 0.1 + 0.2, 1)),
        ("large", Spent(one, 1, 0.0, 1)),
    ]


def test_models_that_a_part_did_not_use_are_none_of_its_models():
    one = Usage(input_tokens=1)
    ledger = ledger_of([Entry(0, ("m", "s", "a"), one, 0.0), Entry(1, ("m", "s", "b"), one, 0.0)])
    assert list(ledger.part([1]).by_model()) == ["b"]


def test_a_request_takes_forty_bytes():
    ledger = ledger_of([Entry(0, ("m", "s", "a"), Usage(input_tokens=1), 0.5)] * 1000)
    assert ledger.table().nbytes == 40_000


def test_requests_can_be_added_while_the_table_is_looked_at():
    ledger = ledger_of([Entry(0, ("m", "s", "a"), Usage(input_tokens=1), 0.5)])
    table = ledger.table()
    ledger.append(0, ("m", "s", "a"), Usage(input_tokens=2), 0.5)
    assert (len(table), len(ledger)) == (1, 2)
