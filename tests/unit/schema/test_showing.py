from __future__ import annotations

from html.parser import HTMLParser

from ragas_nb.schema import (
    AIMessage,
    EvaluationDataset,
    HumanMessage,
    MultiTurnSample,
    SingleTurnSample,
    ToolCall,
)

HARMLESS = {"div", "b", "i", "span", "table", "thead", "tbody", "tr", "th", "td"}


class Page(HTMLParser):
    """The tags, the texts of the cells and the other texts of a piece of HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.rows: list[list[str]] = []
        self.around: list[str] = []
        self.within = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
            self.within = True

    def handle_endtag(self, tag: str) -> None:
        self.within = self.within and tag not in ("td", "th")

    def handle_data(self, data: str) -> None:
        if self.within:
            self.rows[-1][-1] += data
        else:
            self.around.append(data)


def page(dataset: EvaluationDataset) -> Page:
    return Page(dataset._repr_html_())


def test_the_first_rows_are_shown_with_their_ids() -> None:
    samples = [
        SingleTurnSample(
            user_input="1 + 1?", retrieved_contexts=["sums", "more"], rubrics={"good": "2", "bad": "3"}
        ),
        SingleTurnSample(user_input="1 + 2?", retrieved_contexts=[]),
    ]
    shown = page(EvaluationDataset(samples, ids=["a", "b"], extra={"topic": ["sums", None], "count": [1, 0]}))
    assert shown.around == ["EvaluationDataset(2 samples: user_input, retrieved_contexts, rubrics)"]
    assert shown.rows == [
        ["", "user_input", "retrieved_contexts", "rubrics", "topic", "count"],
        ["a", "1 + 1?", "2 items sums", "2 entries good: 2", "sums", "1"],
        ["b", "1 + 2?", "0 items ", "–", "–", "0"],
    ]


def test_conversations_are_shown_by_their_first_message() -> None:
    call = ToolCall(name="rain", args={"city": "Lima"})
    sample = MultiTurnSample(
        user_input=[HumanMessage(content="Rain?"), AIMessage(content="", tool_calls=[call])],
        reference_tool_calls=[call],
    )
    assert page(EvaluationDataset([sample])).rows[1] == [
        "0",
        "2 messages Human: Rain?",
        "1 call rain: {'city': 'Lima'}",
    ]


def test_what_is_left_out_is_counted() -> None:
    extra = {f"column {number}": [number] * 7 for number in range(12)}
    shown = page(EvaluationDataset([SingleTurnSample(user_input="q")] * 7, extra=extra))
    assert (len(shown.rows), {len(row) for row in shown.rows}) == (6, {11})
    assert shown.around[-1] == "and 2 more rows and 3 more columns"


def test_long_texts_and_names_are_cut() -> None:
    samples = [SingleTurnSample(user_input="x" * 1_000_000)]
    shown = page(EvaluationDataset(samples, ids=["i" * 1000], extra={"n" * 1000: ["y" * 1000]}))
    assert [len(cell) for row in shown.rows for cell in row] == [0, 10, 32, 32, 160, 160]


def test_hostile_text_is_only_text() -> None:
    hostile = "</td><script>alert(1)</script><img src=x onerror=alert(1)>\"'&amp;"
    samples = [SingleTurnSample(user_input=hostile, retrieved_contexts=[hostile], rubrics={hostile: hostile})]
    shown = page(EvaluationDataset(samples, ids=[hostile], extra={hostile: [hostile], "o": [[{hostile: 1}]]}))
    assert shown.tags <= HARMLESS
    assert shown.attributes == {"style", "dir"}
    assert shown.rows[1][1] == hostile


def test_an_empty_dataset_says_so() -> None:
    assert EvaluationDataset([])._repr_html_() == "<div><b>EvaluationDataset(0 samples)</b></div>"
