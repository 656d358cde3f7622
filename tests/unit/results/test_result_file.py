"""The file of a result: its form, how it is written, and what is refused."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ragas_nb.engine.settings import RunConfig
from ragas_nb.errors import RagasNbError, StoreError
from ragas_nb.judges.openai import OpenAIJudge
from ragas_nb.results.result import EvaluationResult
from ragas_nb.results.spending.cost_callback import CostCallbackHandler
from ragas_nb.results.spending.tokens import TokenUsage
from ragas_nb.testing import ScriptedJudge
from tests.loopback.fixtures import Loopback, loopback, loopback_process
from tests.unit.doubles import YES, Polite, new_run, responses
from tests.unit.results.telling import told

__all__ = ["loopback", "loopback_process"]
KEY = "sk-planted-4711-abcdefghijklmnop"

# ── the file ──


async def test_the_file_is_json_in_utf8_with_format_and_version(tmp_path: Path):
    run = new_run(responses("¿Perú? 🇵🇪"), [Polite()], ScriptedJudge({"is_polite": YES}))
    (await run).save(tmp_path / "r.json")
    text = (tmp_path / "r.json").read_text("utf-8")
    document = json.loads(text, parse_constant=pytest.fail)
    assert (document["format"], document["version"]) == ("ragas_nb result", 1)
    assert "¿Perú? 🇵🇪" in text


async def test_a_prompt_is_in_the_file_once_however_often_it_was_asked(tmp_path: Path):
    result = await new_run(responses(*map(str, range(20))), [Polite()], ScriptedJudge({"is_polite": YES}))
    result.save(tmp_path / "r.json")
    assert (tmp_path / "r.json").read_text("utf-8").count("Say whether the text is polite.") == 1


async def test_a_key_of_the_judge_is_not_in_the_file(tmp_path: Path, loopback: Loopback):
    judge = OpenAIJudge("judge", base_url=loopback.base_url, api_key=KEY)
    result = await new_run(responses("a"), [Polite()], judge)  # type: ignore[arg-type]
    result.save(tmp_path / "r.json")
    text = (tmp_path / "r.json").read_text("utf-8")
    assert (len(result.steps(0, "polite")), KEY in text) == (1, False)


def test_an_older_file_stays_when_saving_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    result = EvaluationResult([{"m": 1}], None)
    result.save(tmp_path / "r.json")
    before = (tmp_path / "r.json").read_bytes()

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(ValueError, match=r"Cannot write '.*r\.json': No space left on device\."):
        EvaluationResult([{"m": 0}], None).save(tmp_path / "r.json")
    assert (tmp_path / "r.json").read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["r.json"]


def test_saving_replaces_an_older_file_and_leaves_nothing_beside_it(tmp_path: Path):
    for score in (0, 1):
        EvaluationResult([{"m": score}], None).save(tmp_path / "r.json")
    assert EvaluationResult.load(tmp_path / "r.json")["m"] == [1.0]
    assert [file.name for file in tmp_path.iterdir()] == ["r.json"]


def test_a_link_keeps_pointing_to_the_file(tmp_path: Path):
    (tmp_path / "real.json").write_text("old")
    (tmp_path / "link.json").symlink_to(tmp_path / "real.json")
    EvaluationResult([{"m": 1}], None).save(tmp_path / "link.json")
    assert (tmp_path / "link.json").is_symlink()
    assert EvaluationResult.load(tmp_path / "real.json")["m"] == [1.0]


def test_a_folder_that_is_not_there_is_named(tmp_path: Path):
    with pytest.raises(StoreError, match=r"Cannot write '.*nowhere.*r\.json': No such file or directory\."):
        EvaluationResult([{"m": 1}], None).save(tmp_path / "nowhere" / "r.json")


# ── files that are no good ──


def refusal(path: Path) -> str:
    with pytest.raises(ValueError, match=path.name) as caught:
        EvaluationResult.load(path)
    assert isinstance(caught.value, RagasNbError)
    return str(caught.value).replace(repr(str(path)), "FILE")


def test_a_file_that_is_not_there_is_named(tmp_path: Path):
    assert refusal(tmp_path / "r.json").startswith("There is no file FILE. Check the name;")


def test_a_folder_is_no_file(tmp_path: Path):
    assert refusal(tmp_path) == "Cannot read FILE: Is a directory. Check who may read it."


@pytest.mark.parametrize("text", ["[]", "3", "{}", '{"format": "other"}', '{"faithfulness": []}'])
def test_a_file_of_somebody_else_is_refused(tmp_path: Path, text: str):
    (tmp_path / "r.json").write_text(text)
    assert refusal(tmp_path / "r.json") == (
        "FILE is no result that ragas_nb saved. Pass a file of result.save(…)."
    )


def test_a_newer_version_says_to_update(tmp_path: Path):
    (tmp_path / "r.json").write_text('{"format": "ragas_nb result", "version": 2}')
    assert refusal(tmp_path / "r.json") == (
        "FILE has version 2 of the format; this ragas_nb reads up to 1. Update ragas_nb."
    )


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"format": NaN}',
        b"1" * 5000,
        b"\x1f\x8b",
        b"\x1f\x8b\x08\x00nonsense",
    ],
)
def test_what_is_no_json_is_refused(tmp_path: Path, data: bytes):
    (tmp_path / "r.json").write_bytes(data)
    assert "FILE is no whole result of ragas_nb: " in refusal(tmp_path / "r.json")


@pytest.mark.parametrize("name", ["r.json", "r.json.gz"])
async def test_a_file_that_was_cut_off_is_refused_wherever(tmp_path: Path, name: str):
    result = await new_run(responses("a"), [Polite()], ScriptedJudge({"is_polite": YES}))
    result.save(tmp_path / name)
    data = (tmp_path / name).read_bytes()
    for size in range(0, len(data) - 1, 37):
        (tmp_path / name).write_bytes(data[:size])
        assert "FILE is no whole result of ragas_nb: " in refusal(tmp_path / name)


async def saved_document(folder: Path) -> dict[str, Any]:
    judge = ScriptedJudge({"is_polite": ["no"] * 3 + [YES]})
    run = new_run(responses("a", "b"), [Polite()], judge, config=RunConfig(max_workers=1))
    (await run).save(folder / "r.json")
    document: dict[str, Any] = json.loads((folder / "r.json").read_text("utf-8"))
    return document


def changed(document: dict[str, Any], path: str, value: object) -> dict[str, Any]:
    """A copy with another value in one place."""
    copied = deepcopy(document)
    *steps, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    place: Any = copied
    for step in steps:
        place = place[step]
    place[last] = value
    return copied


@pytest.mark.parametrize(
    ("path", "value", "problem"),
    [
        ("version", "one", "version: Input should be 1"),
        ("run_id", None, "run_id: Input should be a valid string"),
        ("status", "exploded", "status."),
        ("ids", [0, 0], "two samples or two metrics have one name"),
        ("ids", [0], "polite: 2 scores and 2 statuses for 1 samples"),
        ("dataset.samples", [{}], "1 samples but 2 ids"),
        ("dataset.samples.0", {"response": 3}, "response"),
        ("dataset.samples.0", {"$import": "os"}, "'$import' stands for no value"),
        ("dataset.extra", {"x": [1]}, "2 samples but 1 values in the extra column 'x'"),
        ("metrics.0.statuses", ["scored"], "polite: 2 scores and 1 statuses for 2 samples"),
        ("metrics.0.scores.0", 0.5, "polite: sample 0 is failed, and its score is 0.5"),
        ("metrics.0.column.low", 1.0, "polite: its range is empty"),
        ("metrics.0.column.kind", "x", "metrics.0.column.kind: Input should be 'continuous' or 'binary'"),
        ("jobs", [], "a failed job has no failure"),
        ("jobs.0.row", 5, "tuple index out of range"),
        ("jobs.0.metric", -1, "jobs.0.metric: Input should be greater than or equal to 0"),
        ("jobs.0.steps.0.prompt", 9, "list index out of range"),
        ("jobs.0.steps.0.source", "x", "jobs.0.steps.0.source: "),
        ("jobs.0.steps.0.attempts.0.seconds", [], "jobs.0.steps.0.attempts.0.seconds: "),
        ("prompts.0.words", ["no"], "prompts.0.words.1: "),
        ("usage.row.0", 2, "usage: there is no sample 2"),
        ("usage.row.0", -1, "usage.row.0: "),
        ("usage.payer.0", 1, "list index out of range"),
        ("usage.payers.0.0", "x", "usage: there is no metric 'x'"),
        ("usage.cost", [], "zip() argument"),
        ("usage.input_tokens.0", 2**70, "usage.input_tokens.0: "),
    ],
)
async def test_parts_that_do_not_fit_each_other_are_refused(
    tmp_path: Path, path: str, value: object, problem: str
):
    document = changed(await saved_document(tmp_path), path, value)
    (tmp_path / "r.json").write_text(json.dumps(document))
    told_of = refusal(tmp_path / "r.json")
    assert told_of.startswith("FILE is no whole result of ragas_nb: ")
    assert problem in told_of


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.just(2**70) | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.just("$date") | st.text(max_size=2), inner)
    ),
    max_leaves=3,
)


@given(st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_file_with_anything_in_any_place_is_a_result_or_a_refusal(tmp_path: Path, data: st.DataObject):
    handler = CostCallbackHandler(lambda reply: TokenUsage(input_tokens=1, output_tokens=1))
    step = {"input": {"a": 1}, "output": {"verdict": 1}}
    result = EvaluationResult(
        [{"m": 1}, {"m": None}], responses("a", "b"), ["m"], handler, [{"m": {"s": step}}, {}], run_id="r"
    )
    result.save(tmp_path / "r.json")
    document = json.loads((tmp_path / "r.json").read_text("utf-8"))
    place = data.draw(st.sampled_from(sorted(places(document))))
    (tmp_path / "r.json").write_text(json.dumps(changed(document, place, data.draw(JSON))))
    try:
        told(EvaluationResult.load(tmp_path / "r.json"))
    except StoreError as refused:
        assert "r.json" in str(refused)  # noqa: PT017  either is right; this is the claim for the second


def places(node: object, at: str = "") -> set[str]:
    """Every place of a JSON document, as `changed` takes it."""
    parts = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    found = {f"{at}{key}" for key, _ in parts}
    parts = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return found.union(*(places(part, f"{at}{key}.") for key, part in parts))
