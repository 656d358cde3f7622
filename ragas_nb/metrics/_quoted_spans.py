"""Quoted spans: are the passages that the response puts in quotation marks to be found in the contexts?"""

from __future__ import annotations

import re
from typing import ClassVar

from pydantic import Field

from ragas_nb.metrics.base import MetricResult
from ragas_nb.metrics.computing import ComputedMetric
from ragas_nb.metrics.reading import given, joined
from ragas_nb.schema import SingleTurnSample

_in_quotes = re.compile(
    r"""
      "([^"]*)"
    | “([^“”]*)”
    | [„‟]([^„‟“”]*)[“”]
    # A single quote between letters, as in "don't", is an apostrophe: it neither opens nor closes.
    | (?<!\w)'(?=\S)((?:[^']|(?<=\w)'(?=\w))*+)(?<=\S)'(?!\w)
    | (?<!\w)‘(?=\S)((?:[^‘’]|(?<=\w)’(?=\w))*+)(?<=\S)’(?!\w)
    """,
    re.VERBOSE,
).findall
_paragraphs = re.compile(r"\n\s*\n").split


def quoted_spans(text: str) -> list[str]:
    """What stands between a pair of matching quotation marks within one paragraph, with single spaces.

    >>> quoted_spans("It's “very\\n dry” there, and 'it doesn't rain'.")
    ['very dry', "it doesn't rain"]
    """
    return [
        _spaced("".join(between))  # all groups but one are empty
        for paragraph in _paragraphs(text)
        for between in _in_quotes(paragraph)
    ]


def _spaced(text: str) -> str:
    """The text with single spaces only."""
    return " ".join(text.split())


class QuotedSpansAlignment(ComputedMetric):
    """Tells how many of the passages that the response quotes stand in the contexts, word for word.

    Fields: `response`, `retrieved_contexts`. Range 0 to 1, higher is better. No request.

    Score: quoted passages found in the contexts / all quoted passages; None when nothing is quoted. A passage
    stands between a pair of matching quotation marks, double or single, straight or curly, and has at least
    `min_span_words` words. Runs of white space count as one space, and case does not count unless
    `casefold=False`.

    Differs from Ragas: nothing quoted is None, not 0.0 or 1.0; apostrophes are no quotation marks, and the
    two marks of a pair must match.
    """

    name: str = "quoted_spans_alignment"
    casefold: bool = True
    min_span_words: int = Field(3, ge=1)
    requires: ClassVar[frozenset[str]] = frozenset({"response", "retrieved_contexts"})

    def compute(self, sample: SingleTurnSample) -> MetricResult:
        """The share of quoted passages that stand in the contexts."""
        response = given(sample.response, "response")
        contexts = given(sample.retrieved_contexts, "retrieved_contexts")
        spans = [span for span in quoted_spans(response) if len(span.split()) >= self.min_span_words]
        if not spans:
            return MetricResult(
                None, f"the response quotes no passage of {self.min_span_words} words or more"
            )
        source = self._folded(_spaced(joined(contexts)))
        found = sum(self._folded(span) in source for span in spans)
        return MetricResult(found / len(spans), f"{found} of {len(spans)} quoted passages found")

    def _folded(self, text: str) -> str:
        return text.casefold() if self.casefold else text
