"""A run as a file to keep: what is in it, its name, and that a spreadsheet executes nothing of it."""

from __future__ import annotations

import csv
import io
import json
import sys

import pandas as pd
import pytest

from ragas_nb.errors import ConfigurationError
from ragas_nb.metrics.base import MetricResult
from ragas_nb.notebook import exporting
from ragas_nb.notebook import protocol as wire
from ragas_nb.notebook.exporting import FileKind, exported, file_stem, no_formula
from ragas_nb.recorded import RecordedRun
from ragas_nb.results.annotations import MetricAnnotation
from ragas_nb.schema import EvaluationDataset
from ragas_nb.store.meta import ScoreColumn
from ragas_nb.testing import ScriptedJudge
from tests.unit.doubles import YES, Computes, Polite, new_run, responses
from tests.unit.notebook.choosing import FAILED, run_of

NUMBER = ScoreColumn("number")


def run_with(
    data: list[dict[str, object]], scores: list[object], metric: ScoreColumn = NUMBER
) -> RecordedRun:
    return run_of([metric], {metric.name: scores}, data=EvaluationDataset.from_list(data))


def read(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8"), newline="")))


def test_a_table_has_ids_samples_scores_tags_and_notes():
    data = [
        {"user_input": "Größe?\n“1”", "retrieved_contexts": ["a, b", 'c "d"']},
        {"user_input": "x", "retrieved_contexts": []},
    ]
    run = run_with(data, [0.5, FAILED])
    run.tag(0, "billing")
    run.note(1, "why?")
    file, content = exported(run, "csv")
    assert file == FileKind("a-run-1a2b3c4d.csv", "text/csv")
    assert read(content) == [
        ["sample_id", "user_input", "retrieved_contexts", "number", "tags", "note"],
        ["0", "Größe?\n“1”", r'["a, b", "c \"d\""]', "0.5", '["billing"]', ""],
        ["1", "x", "[]", "", "[]", "why?"],
    ]


def test_ids_that_a_column_tells_are_there_once():
    run = run_of([NUMBER], {"number": [0.5, 1]})
    assert read(exported(run, "csv")[1]) == [
        ["user_input", "id", "number"],
        ["Question 0?", "q0", "0.5"],
        ["Question 1?", "q1", "1.0"],
    ]


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        '=HYPERLINK("http://localhost/?"&A1,"x")',
        "+cmd|' /C calc'!A0",
        "-2+3+cmd|' /C calc'!A0",
        "@SUM(A1:A9)",
        "\t=1+1",
        "\r=1+1",
        "\n=1+1",
        "＝1+1",
        "- a point",
    ],
)
def test_a_text_that_a_spreadsheet_would_execute_has_an_apostrophe_before_it(text: str):
    run = run_with([{"user_input": text, "=evil": text}], [text], ScoreColumn("=tone"))
    rows = read(exported(run, "csv")[1])
    assert rows == [
        ["sample_id", "user_input", "'=evil", "'=tone"],
        ["0", f"'{text}", f"'{text}", f"'{text}"],
    ]
    assert run.df["user_input"][0] == text
    frame = pd.read_parquet(io.BytesIO(exported(run, "parquet")[1]))
    assert frame["user_input"][0] == text


@pytest.mark.parametrize("cell", ["-5", "+1.5", "-1e-7", "12 %", "'quoted", "a=b", "", None, -0.5, 3])
def test_other_cells_stay_as_they_are(cell: object):
    assert no_formula(cell) == cell


def test_parquet_holds_what_the_frame_holds():
    data = [{"user_input": "a", "retrieved_contexts": ["x"], "when": 3}, {"user_input": "b", "when": 4}]
    run = run_with(data, [0.5, None])
    run.tag(1, "odd")
    file, content = exported(run, "parquet")
    assert file == FileKind("a-run-1a2b3c4d.parquet", "application/vnd.apache.parquet")
    frame = pd.read_parquet(io.BytesIO(content))
    assert list(frame) == ["sample_id", *run.df]
    assert frame["sample_id"].tolist() == [0, 1]
    assert frame["number"].tolist()[0] == 0.5
    assert pd.isna(frame["number"][1])
    assert [list(tags) for tags in frame["tags"]] == [[], ["odd"]]
    assert [None if cell is None else list(cell) for cell in frame["retrieved_contexts"]] == [["x"], None]


def test_scores_that_are_rankings_can_be_exported():
    run = run_with([{"user_input": "a"}, {"user_input": "b"}], [["b", "a"], "none"])
    assert read(exported(run, "csv")[1])[1:] == [["0", "a", '["b", "a"]'], ["1", "b", "none"]]
    frame = pd.read_parquet(io.BytesIO(exported(run, "parquet")[1]))
    assert [json.loads(cell) for cell in frame["number"]] == [["b", "a"], "none"]


def test_without_pyarrow_parquet_names_what_to_install(monkeypatch: pytest.MonkeyPatch):
    run = run_of([NUMBER], {"number": [0.5]})
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    with pytest.raises(
        ConfigurationError, match=r"Parquet files need the package 'pyarrow'. Install it: pip"
    ):
        exported(run, "parquet")


@pytest.mark.parametrize(
    ("to", "way"),
    [("csv", "run.df.to_csv"), ("json", "rnb.MetricAnnotation.from_run"), ("parquet", "run.df.t")],
)
def test_a_file_that_no_page_could_take_is_refused_with_the_way_out(
    monkeypatch: pytest.MonkeyPatch, to: wire.ExportFormat, way: str
):
    monkeypatch.setattr(exporting, "MOST_BYTES", 10)
    with pytest.raises(ConfigurationError, match=f"too much for a page. Write it from Python: {way}"):
        exported(run_of([NUMBER], {"number": [0.5]}), to)


async def test_annotations_are_in_the_exchange_format(tmp_path):
    metrics = [Polite(), Computes(rule=lambda text: MetricResult(None))]
    run = new_run(responses("a", "b"), metrics, ScriptedJudge({"is_polite": YES}))
    await run
    file, content = exported(run, "json")
    assert file == FileKind(f"test-{run.run_id}-annotations.json", "application/json")
    (tmp_path / "them.json").write_bytes(content)
    assert MetricAnnotation.from_json(tmp_path / "them.json") == MetricAnnotation.from_run(run)


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("evaluation", "evaluation-1a2b"),
        ("Prompt v2.1: “refunds”", "Prompt-v2.1-refunds-1a2b"),
        ("Größe", "Größe-1a2b"),
        ("../../etc/passwd", "etc-passwd-1a2b"),
        ("a\\b\x00c\nd\u202egpj", "a-b-c-d-gpj-1a2b"),
        (".hidden", "hidden-1a2b"),
        ("", "run-1a2b"),
        ("x" * 300, "x" * 80 + "-1a2b"),
    ],
)
def test_a_file_is_called_after_its_run_in_safe_characters(name: str, stem: str):
    assert file_stem(name, "1a2b") == stem


def test_the_report_is_one_page_of_html():
    run = run_of([NUMBER], {"number": [0.5]})
    file, content = exported(run, "html")
    assert file == FileKind("a-run-1a2b3c4d.html", "text/html")
    assert content.decode("utf-8") == run.to_html()


def test_annotations_that_would_be_too_many_are_refused_before_they_are_written(
    monkeypatch: pytest.MonkeyPatch,
):
    run = run_of([NUMBER], {"number": [0.5, 1]})
    monkeypatch.setattr(exporting, "MOST_ANNOTATIONS", 1)
    monkeypatch.setattr(exporting, "_written", lambda *_: pytest.fail("it was written"))
    with pytest.raises(ConfigurationError, match="annotations are too many for a page"):
        exporting.exported(run, "json")
