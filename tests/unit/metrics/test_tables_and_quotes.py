"""Tables in CSV, and passages in quotation marks."""

from __future__ import annotations

import csv
import time
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragas_nb.metrics._data_compy import DataCompyScore
from ragas_nb.metrics._quoted_spans import QuotedSpansAlignment, quoted_spans
from ragas_nb.metrics.base import MetricResult
from ragas_nb.schema import SingleTurnSample

TABLE = "City,Rain,Year\nLima,1,2020\nQuito,2.5,2021\nOslo,,2022\n"
CELLS = st.sampled_from(["", "1", "1.0", "a", "A", "2", "NULL", 'x "y", z', "two\nlines"])
FEW_S = 2.0


def compared(reference: str, response: str, mode: str = "rows", metric: str = "f1") -> MetricResult:
    made = DataCompyScore.model_validate({"mode": mode, "metric": metric})
    return made.compute(SingleTurnSample(reference=reference, response=response))


# ── tables ──


@pytest.mark.parametrize(
    ("response", "mode", "precision", "recall", "f1"),
    [
        (TABLE, "rows", 1.0, 1.0, 1.0),
        (TABLE, "columns", 1.0, 1.0, 1.0),
        # names in another case, 1 and 1.0, an empty cell and NA; one row is missing
        ("CITY,rain,YEAR\nLima,1.0,2020\nQuito,2.50,2021\n", "rows", 1.0, 2 / 3, 0.8),
        ("city,rain,year\nLima,1,2020\nQuito,2.5,2021\nOslo,NA,2022\n", "rows", 1.0, 1.0, 1.0),
        ("City,Rain,Year\nLima,1,2020\nQuito,9,2021\nOslo,,2022\n", "rows", 2 / 3, 2 / 3, 2 / 3),
        ("City,Rain,Year\nLima,1,2020\nQuito,9,2021\nOslo,,2022\n", "columns", 2 / 3, 2 / 3, 2 / 3),
        ("City\nLima\nQuito\nOslo\n", "columns", 1.0, 1 / 3, 0.5),
        ("Town,Snow\nLima,1\n", "rows", 0.0, 0.0, 0.0),
        ("Town,Snow\nLima,1\n", "columns", 0.0, 0.0, 0.0),
        ("City,Rain,Year\n", "rows", 0.0, 0.0, 0.0),
        # the same rows in another order are other rows
        ("City,Rain,Year\nOslo,,2022\nQuito,2.5,2021\nLima,1,2020\n", "rows", 1 / 3, 1 / 3, 1 / 3),
    ],
)
def test_tables_are_compared_by_position(
    response: str, mode: str, precision: float, recall: float, f1: float
) -> None:
    found = [compared(TABLE, response, mode, metric).value for metric in ("precision", "recall", "f1")]
    assert found == pytest.approx([precision, recall, f1])


def test_a_comparison_says_what_it_counted() -> None:
    assert compared(TABLE, "City,Rain,Year\nLima,1,2020\n", metric="recall") == MetricResult(
        1 / 3, "1 rows are the same, of 3 in the reference and 1 in the response"
    )
    assert DataCompyScore(mode="columns").column == "data_compare_score(mode=columns)"


@pytest.mark.parametrize(
    ("response", "problem"),
    [
        ("", "it is empty"),
        ("\n\n", "it is empty"),
        ("a,b\n1,2,3\n", "row 1 has 3 cells, and there are 2 columns"),
        ("a,A\n1,2\n", "two columns are called 'a'"),
        ('a,b\n"1,2\n', "unexpected end of data"),
        ("a\n" + "x" * 200_000, "field larger than field limit (131072)"),
    ],
)
def test_a_text_that_is_no_table_is_undefined_with_the_reason(response: str, problem: str) -> None:
    assert compared(TABLE, response) == MetricResult(None, f"the response is no CSV table: {problem}")
    assert compared(response, TABLE) == MetricResult(None, f"the reference is no CSV table: {problem}")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("1", "1.0", True),
        ("-0.50", "-.5", True),
        ("1e3", "1000", True),
        (" 7 ", "7", True),
        ("12345678901234567890", "12345678901234567891", False),
        ("1_000", "1000", False),
        ("٣", "3", False),
        ("nan", "", True),
        ("0", "", False),
        ("a", "A", False),
        ("a ", "a", False),
    ],
)
def test_cells_are_equal_as_numbers_or_letter_by_letter(one: str, other: str, same: bool) -> None:
    assert compared(f"x,n\nrow,{one}\n", f"x,n\nrow,{other}\n").value == float(same)


def csv_of(rows: list[list[str]], names: list[str]) -> str:
    text = StringIO()
    csv.writer(text, lineterminator="\n").writerows([names, *rows])
    return text.getvalue()


@given(st.lists(st.lists(CELLS, min_size=2, max_size=2), min_size=1, max_size=5))
def test_every_table_is_equal_to_itself(rows: list[list[str]]) -> None:
    table = csv_of(rows, ["One", "two"])
    assert [compared(table, table, mode).value for mode in ("rows", "columns")] == [1.0, 1.0]


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_text_is_scored_or_refused_with_a_reason(reference: str, response: str) -> None:
    result = compared(reference, response)
    assert result.reason
    assert result.value is None or 0.0 <= float(result.value) <= 1.0


@pytest.mark.parametrize("cell", ["9" * 100_000, "1e999999999", "-" * 100_000, '""' * 50_000])
def test_no_cell_takes_long(cell: str) -> None:
    began = time.process_time()
    compared(f"a\n{cell}\n", f"a\n{cell}\n")
    assert time.process_time() - began < FEW_S


# ── quotes ──

SOURCE = ["Machine learning models  improve accuracy by 15%.", "The results\nare significant, he said."]


def aligned(response: str, **settings: object) -> MetricResult:
    sample = SingleTurnSample(response=response, retrieved_contexts=SOURCE)
    return QuotedSpansAlignment.model_validate(settings).compute(sample)


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ('He said "one two" and "three".', ["one two", "three"]),
        ("He said “one\n  two”.", ["one two"]),
        ("Er sagte „eins zwei“, nicht „drei”.", ["eins zwei", "drei"]),
        ("'one two' and ‘three four’", ["one two", "three four"]),
        ("It's the dogs' bowl, isn't it?", []),
        ("It’s the dogs’ bowl, isn’t it?", []),
        ("the '90s and the '80s", []),
        ("'it doesn't rain' there", ["it doesn't rain"]),
        ("‘it doesn’t rain’ there", ["it doesn’t rain"]),
        ("“it's 'dry' there”", ["it's 'dry' there"]),
        ('"never closed', []),
        ('“not a pair"', []),
        ('"ends here\n\nand" not there', []),
        ("no quotes at all", []),
    ],
)
def test_quoted_passages_stand_between_matching_marks(text: str, spans: list[str]) -> None:
    assert quoted_spans(text) == spans


@pytest.mark.parametrize(
    ("response", "result"),
    [
        ('"machine learning models improve"', MetricResult(1.0, "1 of 1 quoted passages found")),
        (
            "“The results are significant” but “the results are bad”",
            MetricResult(0.5, "1 of 2 quoted passages found"),
        ),
        ("“accuracy by 16%”", MetricResult(0.0, "0 of 1 quoted passages found")),
        ("“improve accuracy”", MetricResult(None, "the response quotes no passage of 3 words or more")),
        ("It's true.", MetricResult(None, "the response quotes no passage of 3 words or more")),
    ],
)
def test_the_share_of_quoted_passages_found(response: str, result: MetricResult) -> None:
    assert aligned(response) == result


def test_case_and_the_number_of_words_can_be_made_to_count() -> None:
    assert aligned('"MACHINE learning models"', casefold=False).value == 0.0
    assert aligned('"improve accuracy"', min_span_words=2).value == 1.0


def test_without_contexts_no_passage_is_found() -> None:
    sample = SingleTurnSample(response='"one two three"', retrieved_contexts=[])
    assert QuotedSpansAlignment().compute(sample) == MetricResult(0.0, "0 of 1 quoted passages found")


@given(st.text("ab \n\"'“”„‘’.", max_size=60))
def test_any_text_has_its_quotes_found(text: str) -> None:
    assert all(span == " ".join(span.split()) for span in quoted_spans(text))


@pytest.mark.parametrize("part", [" 'a", "'a", "“a", '"', "‘ ’", "\n \n", "a'b‘c’d “"])
def test_no_text_takes_long(part: str) -> None:
    began = time.process_time()
    quoted_spans(part * 50_000)
    assert time.process_time() - began < FEW_S
