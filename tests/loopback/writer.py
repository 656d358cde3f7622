"""Writes a value that conforms to a JSON schema, the same one for the same prompt."""

from __future__ import annotations

import json
import re
import zlib
from typing import TypeAlias

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
Schema: TypeAlias = dict[str, object]

_WORDS = re.compile(r"[A-Za-z][A-Za-z'-]+")
_COMMENTS = ("reason", "explanation", "feedback")
_FORMATS = {
    "date": "2024-01-02",
    "date-time": "2024-01-02T03:04:05Z",
    "time": "03:04:05Z",
    "uuid": "00000000-0000-4000-8000-000000000000",
    "email": "a@example.org",
    "uri": "https://example.org/",
}
_MAX_DEPTH = 8
_known_schemas: dict[str, Schema] = {}


def find_schema(text: str) -> Schema | None:
    """The first JSON schema written out in `text`, if any."""
    if '"properties"' not in text:
        return None
    for known, schema in _known_schemas.items():
        if known in text:
            return schema
    decode = json.JSONDecoder().raw_decode
    at = text.find("{")
    while at >= 0:
        try:
            value, end = decode(text, at)
        except ValueError:
            at = text.find("{", at + 1)
            continue
        if isinstance(value, dict) and isinstance(value.get("properties"), dict):
            _known_schemas[text[at:end]] = value
            return value
        at = text.find("{", end)
    return None


class Writer:
    """Writes values from the words of a prompt. `given` is the prompt's input, where it is a JSON object.

    A list of the output that answers a list of the input (the same name, or the input's last list) gets one
    item per item asked, and its items repeat the texts they answer.
    """

    def __init__(self, prompt: str, salt: int, list_len: int, given: dict[str, Json] | None = None) -> None:
        self.words = _WORDS.findall(prompt[-1500:]) or ["none"]
        self.state = zlib.crc32(prompt.encode()) ^ (salt * 2654435761 & 0xFFFFFFFF)
        self.list_len = list_len
        self.given = given or {}

    def draw(self, below: int) -> int:
        """A pseudo-random number from 0 up to, not including, `below`."""
        self.state = (self.state * 1103515245 + 12345) & 0x7FFFFFFF
        return (self.state >> 8) % below

    def text(self, count: int = 9) -> str:
        """A sentence of the prompt's own words."""
        start = self.draw(max(1, len(self.words) - count))
        return " ".join(self.words[start : start + count]).capitalize() + "."

    def value(self, schema: Schema, root: Schema, name: str = "", depth: int = 0) -> Json:
        """A value for a schema node; `root` resolves its references."""
        if "$ref" in schema:
            target: object = root
            for part in str(schema["$ref"]).lstrip("#/").split("/"):
                target = _node(target)[part]
            return self.value(_node(target), root, name, depth)
        if "const" in schema:
            return schema["const"]  # type: ignore[return-value]
        if isinstance(options := schema.get("enum"), list) and options:
            return (
                self._verdict(name)
                if sorted(map(str, options)) == ["0", "1"] and options[0] in (0, 1)
                else options[0]
            )
        for key in ("anyOf", "oneOf"):
            if isinstance(parts := schema.get(key), list) and parts:
                real = [p for p in parts if _node(p).get("type") != "null"]
                return self.value(_node((real or parts)[0]), root, name, depth)
        if isinstance(parts := schema.get("allOf"), list) and parts:
            merged = {k: v for part in parts for k, v in _node(part).items()}
            return self.value(merged, root, name, depth)
        return self._of_type(schema, root, name, depth)

    def _of_type(self, schema: Schema, root: Schema, name: str, depth: int) -> Json:
        kind = schema.get("type") or ("object" if "properties" in schema else "string")
        if isinstance(kind, list):
            kind = next((k for k in kind if k != "null"), "null")
        match kind:
            case "object":
                return self._object(schema, root, depth)
            case "array":
                return self._array(schema, root, name, depth)
            case "integer":
                return self._integer(schema, name)
            case "number":
                low = _number(schema, "minimum", _number(schema, "exclusiveMinimum", 0))
                high = _number(schema, "maximum", _number(schema, "exclusiveMaximum", max(low, 0) + 1))
                return low + (high - low) * (1 + self.draw(99)) / 101
            case "boolean":
                return bool(self.draw(2))
            case "null":
                return None
            case _:
                return self._string(schema, name)

    def _object(self, schema: Schema, root: Schema, depth: int) -> Json:
        properties = _node(schema.get("properties", {}))
        if depth == 0 and properties.keys() == {"TP", "FP", "FN"}:
            return self._sorted_out()
        if depth > _MAX_DEPTH:  # a recursive schema: only what it requires
            required = schema.get("required", [])
            properties = {k: v for k, v in properties.items() if isinstance(required, list) and k in required}
        made = {k: self.value(_node(v), root, k, depth + 1) for k, v in properties.items()}
        if not made and isinstance(extra := schema.get("additionalProperties"), dict):
            made["key"] = self.value(extra, root, "key", depth + 1)
        return made

    def _sorted_out(self) -> Json:
        """Every statement of the answer as a true or false positive, every other one of the truth missed."""
        found: dict[str, list[Json]] = {"TP": [], "FP": [], "FN": []}
        for text in _list(self.given.get("answer")):
            found["TP" if self.draw(4) else "FP"].append({"statement": text, "reason": self.text()})
        for text in _list(self.given.get("ground_truth"))[1::2]:
            found["FN"].append({"statement": text, "reason": self.text()})
        return {key: list(items) for key, items in found.items()}

    def _array(self, schema: Schema, root: Schema, name: str, depth: int) -> Json:
        if isinstance(fixed := schema.get("prefixItems"), list):
            return [self.value(_node(s), root, name, depth + 1) for s in fixed]
        items = _node(schema.get("items", {}))
        asked = self._asked(name) if depth == 1 else []
        count = 0 if depth > _MAX_DEPTH else len(asked) or self.list_len
        count = min(
            max(count, int(_number(schema, "minItems", 0))), int(_number(schema, "maxItems", 1 << 30))
        )
        made = [self.value(items, root, name, depth + 1) for _ in range(count)]
        return [_repeating(item, asked[i], items) if i < len(asked) else item for i, item in enumerate(made)]

    def _asked(self, name: str) -> list[Json]:
        """The input's list that an output list called `name` answers."""
        lists = {k: v for k, v in self.given.items() if isinstance(v, list)}
        return lists.get(name) or (list(lists.values())[-1] if lists else [])

    def _string(self, schema: Schema, name: str) -> str:
        text = _FORMATS.get(str(schema.get("format"))) or self.text(14 if name in _COMMENTS else 9)
        return text.ljust(int(_number(schema, "minLength", 0)), ".")[
            : int(_number(schema, "maxLength", 1 << 30))
        ]

    def _integer(self, schema: Schema, name: str) -> int:
        low = int(_number(schema, "minimum", _number(schema, "exclusiveMinimum", -1) + 1))
        high = int(_number(schema, "maximum", _number(schema, "exclusiveMaximum", max(low, 1) + 1) - 1))
        return self._verdict(name) if (low, high) == (0, 1) else low + self.draw(high - low + 1)

    def _verdict(self, name: str) -> int:
        """Mostly 1, and never "noncommittal"."""
        return 0 if "noncommittal" in name else int(self.draw(4) > 0)


def _repeating(item: Json, asked: Json, schema: Schema) -> Json:
    """An item of the answer with the texts of the item it answers."""
    if not isinstance(item, dict):
        return item
    if isinstance(asked, dict):
        return item | {k: v for k, v in asked.items() if isinstance(v, str) and isinstance(item.get(k), str)}
    properties = _node(schema.get("properties", {}))
    for key, node in properties.items():
        if key not in _COMMENTS and _node(node).get("type") == "string" and isinstance(asked, str):
            return item | {key: asked}
    return item


def _node(value: object) -> Schema:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Json]:
    return value if isinstance(value, list) else []


def _number(schema: Schema, key: str, default: float) -> float:
    value = schema.get(key, default)
    return value if isinstance(value, (int, float)) else default
