from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from phoenix.evals import ClassificationEvaluator, create_evaluator
from phoenix.evals.metrics import exact_match

from ragas_nb.errors import PlanError
from ragas_nb.metrics import resolve
from tests.adapters.data import QUESTIONS, failures, scores

pytestmark = pytest.mark.adapters


class Judge(SimpleNamespace):
    """What an evaluator calls of an LLM of Phoenix."""

    model = "m"

    async def async_generate_classification(self, prompt: Any, **kwargs: Any) -> dict[str, str]:
        return {"label": "yes" if "Peru" in str(prompt) else "no", "explanation": "looked for Peru"}


def test_an_evaluator_scores_by_their_names_of_the_fields() -> None:
    assert scores(QUESTIONS, exact_match) == [0.0, 1.0]


def test_a_decorated_function_scores_by_our_names() -> None:
    @create_evaluator(name="words", direction="minimize")
    def words(response: str) -> int:
        return len(response.split())

    assert scores(QUESTIONS, words) == [4.0, 2.0]
    assert not resolve(words).higher_is_better


def test_a_bound_evaluator_reads_what_it_is_bound_to() -> None:
    @create_evaluator(name="longer")
    async def longer(text: str, other: str) -> bool:
        return len(text) > len(other)

    longer.bind({"text": "response", "other": "retrieved_contexts[0]"})
    assert resolve(longer).requires == {"response", "retrieved_contexts"}
    assert scores(QUESTIONS, longer) == [0.0, 0.0]
    longer.unbind()
    with pytest.raises(PlanError, match=r"Phoenix's evaluator 'longer' reads '(text|other)'"):
        resolve(longer)


@pytest.mark.parametrize(
    ("choices", "found"), [({"yes": 1, "no": 0}, [1.0, 0.0]), (["yes", "no"], ["yes", "no"])]
)
def test_a_classifier_gives_its_score_or_else_its_label(choices: Any, found: list[Any]) -> None:
    judge: Any = Judge()
    evaluator = ClassificationEvaluator(
        name="about Peru", llm=judge, prompt_template="{input} {output} {context}", choices=choices
    )
    assert resolve(evaluator).requires == {"user_input", "response", "retrieved_contexts"}
    assert scores(QUESTIONS, evaluator) == found


def test_what_it_raises_fails_the_job() -> None:
    @create_evaluator(name="broken")
    def broken(response: str) -> float:
        raise ValueError(f"cannot read {response}")

    assert failures(QUESTIONS[1:], broken) == [["ValueError", "cannot read Am Rhein."]]
