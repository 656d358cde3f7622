from __future__ import annotations

import pytest

from ragas_nb.judges.lexical.sentences import sentences


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Dr. Smith paid 3.5 dollars. He left.", ["Dr. Smith paid 3.5 dollars.", "He left."]),
        ("Born in the U.S. He joined the U.S. Army.", ["Born in the U.S.", "He joined the U.S. Army."]),
        ("J. K. Rowling wrote No. 5. Who else?", ["J. K. Rowling wrote No. 5.", "Who else?"]),
        ("Is it? No. It is z.B. gut.", ["Is it?", "No.", "It is z.B. gut."]),
        (
            "Apple Inc. sells it. So does Acme Inc. It grew.",
            ["Apple Inc. sells it.", "So does Acme Inc.", "It grew."],
        ),
        ("One is red; two is blue", ["One is red;", "two is blue"]),
        ('He said "Go. Now." and left.', ['He said "Go. Now." and left.']),
        ('He said "Go." She left.', ['He said "Go."', "She left."]),
        ("Made (ca. 1900. Maybe) here. Yes.", ["Made (ca. 1900. Maybe) here.", "Yes."]),
        ("in the 19th century.First for Women is new.", ["in the 19th century.", "First for Women is new."]),
        ("Facts:\n- One is a.\n2) Two is 10.5\n\n* Three", ["One is a.", "Two is 10.5", "Three"]),
        ("北京是首都。它很大！是吗？好", ["北京是首都。", "它很大！", "是吗？", "好"]),
        ("「はい。そうです。」と言った。", ["「はい。そうです。」と言った。"]),
        ("दिल्ली राजधानी है। यह बड़ी है।", ["दिल्ली राजधानी है।", "यह बड़ी है।"]),
        ("هل هي كبيرة؟ نعم", ["هل هي كبيرة؟", "نعم"]),
        ("Delhi", ["Delhi"]),
        (" \n ...", []),
        ("", []),
    ],
)
def test_response_is_split_into_its_statements_word_for_word(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected
