from __future__ import annotations

import json
from typing import Any

import autoevals
import httpx
import openai
import pytest

from ragas_nb.metrics import resolve
from tests.adapters.data import QUESTIONS, failures, scores

pytestmark = pytest.mark.adapters


def client(choice: str, asked: list[str]) -> openai.AsyncOpenAI:
    """A client whose server always chooses the same, and never leaves this process."""

    def reply(request: httpx.Request) -> httpx.Response:
        asked.append(json.loads(request.content)["messages"][-1]["content"])
        arguments = json.dumps({"choice": choice, "reasons": ["because"]})
        call = {
            "id": "1",
            "type": "function",
            "function": {"name": "select_choice", "arguments": arguments},
        }
        message = {"role": "assistant", "content": None, "tool_calls": [call]}
        made: dict[str, Any] = {
            "id": "1",
            "object": "chat.completion",
            "created": 0,
            "model": "m",
            "choices": [{"index": 0, "finish_reason": "stop", "message": message}],
        }
        return httpx.Response(200, json=made)

    transport = httpx.MockTransport(reply)
    return openai.AsyncOpenAI(
        api_key="none", base_url="http://localhost/v1", http_client=httpx.AsyncClient(transport=transport)
    )


@pytest.mark.parametrize("scorer", [autoevals.Levenshtein(), autoevals.ExactMatch(), autoevals.JSONDiff()])
def test_a_scorer_scores_as_by_itself(scorer: Any) -> None:
    alone = [scorer.eval(row["response"], row["reference"]).score for row in QUESTIONS]
    assert scores(QUESTIONS, scorer) == [round(score, 6) for score in alone]
    assert resolve(scorer).column == type(scorer).__name__


def test_a_class_of_theirs_will_do() -> None:
    assert scores(QUESTIONS, autoevals.Levenshtein) == scores(QUESTIONS, autoevals.Levenshtein())


def test_a_classifier_asks_its_own_client_about_the_sample() -> None:
    asked: list[str] = []
    scorer = autoevals.Factuality(client=client("C", asked), model="m", use_responses_api=False)
    assert resolve(scorer).requires == {"user_input", "response", "reference"}
    assert scores(QUESTIONS[:1], scorer) == [1.0]
    [prompt] = asked
    assert [text in prompt for text in ("Where is Lima?", "Lima is in Peru.", "In Peru.")] == [True] * 3


def test_a_class_with_some_parameters_given_will_do() -> None:
    closed = autoevals.ClosedQA.partial(criteria="It names a river.")
    metric = resolve(closed)
    assert (metric.column, metric.requires) == ("ClosedQA", {"user_input", "response"})


def test_a_classifier_of_ones_own_reads_what_its_prompt_names() -> None:
    scorer = autoevals.LLMClassifier(
        name="grounded",
        prompt_template="{{output}} in {{{context}}}?",
        choice_scores={"Y": 1, "N": 0},
        client=client("N", []),
        model="m",
        use_responses_api=False,
    )
    assert resolve(scorer).requires == {"response", "retrieved_contexts"}
    assert scores(QUESTIONS, scorer) == [0.0, 0.0]


def test_a_scorer_that_lacks_something_fails_with_its_own_message() -> None:
    rows = [{"response": "x"}]
    assert failures(rows, autoevals.Levenshtein()) == [
        ["ValueError", "LevenshteinScorer requires an expected value"]
    ]
