from __future__ import annotations

from tests.loopback.writer import Json, Schema, Writer, find_schema

TEXT: Schema = {"type": "string"}
VERDICT: Schema = {"enum": [0, 1], "type": "integer"}


def items(**properties: Schema) -> Schema:
    listed: Schema = {"type": "array", "items": {"type": "object", "properties": properties}}
    return listed


def written(schema: Schema, given: dict[str, Json]) -> Json:
    return Writer("a prompt of some words", 0, 3, given).value(schema, schema)


def texts(found: Json, name: str, key: str) -> list[Json]:
    listed = found.get(name) if isinstance(found, dict) else None
    return [item[key] for item in listed if isinstance(item, dict)] if isinstance(listed, list) else []


def test_list_of_the_same_name_repeats_the_items_asked() -> None:
    schema: Schema = {"properties": {"statements": items(reason=TEXT, statement=TEXT, verdict=VERDICT)}}
    found = written(schema, {"context": "c", "statements": ["one", "two", "three", "four"]})
    assert texts(found, "statements", "statement") == ["one", "two", "three", "four"]


def test_list_of_another_name_gets_an_item_per_item_asked() -> None:
    schema: Schema = {"properties": {"answers": {"type": "array", "items": {"enum": ["0", "1"]}}}}
    assert written(schema, {"summary": "s", "questions": ["a?", "b?"]}) == {"answers": ["0", "0"]}


def test_statements_are_sorted_out_without_inventing_any() -> None:
    parts = items(statement=TEXT, reason=TEXT)
    schema: Schema = {"properties": {"TP": parts, "FP": parts, "FN": parts}}
    found = written(schema, {"answer": ["a", "b"], "ground_truth": ["c", "d"]})
    right_or_wrong = texts(found, "TP", "statement") + texts(found, "FP", "statement")
    assert (sorted(map(str, right_or_wrong)), texts(found, "FN", "statement")) == (["a", "b"], ["d"])


def test_verdicts_are_zero_or_one_and_never_noncommittal() -> None:
    schema: Schema = {"properties": {"noncommittal": VERDICT}}
    assert written(schema, {}) == {"noncommittal": 0}


def test_schema_written_out_in_a_prompt_is_found() -> None:
    assert find_schema('Reply {so}: {"type":"object","properties":{"a":{}}} please') == {
        "type": "object",
        "properties": {"a": {}},
    }
