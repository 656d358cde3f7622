"""What the offline judge says to the RAG metrics that split into claims, name entities and rate."""

from __future__ import annotations

import pytest

from ragas_nb.errors import JudgeRefused
from ragas_nb.judges.lexical.entities import entities
from ragas_nb.judges.offline import OfflineJudge
from ragas_nb.metrics import Metric
from ragas_nb.metrics._answer_accuracy import AnswerAccuracy
from ragas_nb.metrics._context_entity_recall import ContextEntityRecall
from ragas_nb.metrics._context_relevance import ContextRelevance
from ragas_nb.metrics._factual_correctness import FactualCorrectness
from ragas_nb.metrics._noise_sensitivity import NoiseSensitivity
from ragas_nb.metrics._response_groundedness import ResponseGroundedness
from ragas_nb.metrics._sql_equivalence import LLMSQLEquivalence
from ragas_nb.metrics._summarization import SummarizationScore
from ragas_nb.schema import SingleTurnSample
from ragas_nb.testing import measure

SAMPLE = SingleTurnSample(
    user_input="When was the bridge opened, and by whom?",
    retrieved_contexts=[
        "The bridge over the bay was opened in 1932 by Jack Lang.",
        "It carries eight lanes.",
    ],
    reference="The bridge was opened in 1932. Jack Lang opened it.",
    response="The bridge was opened in 1932. It was opened by Jack Lang.",
)
HALF = "The bridge was opened in 1932. Bob Hawke was there."
INVENTED = "Bob Hawke made a speech in Perth in 1958."


async def score(metric: Metric, **fields: object) -> object:
    return (await measure(metric, SAMPLE.model_copy(update=fields), judge=OfflineJudge())).value


@pytest.mark.parametrize(
    ("metric", "scores"),
    [
        (AnswerAccuracy(), [1.0, 0.5, 0.0]),
        (ResponseGroundedness(), [1.0, 0.5, 0.0]),
        (FactualCorrectness(), [1.0, 0.5, 0.0]),
    ],
)
async def test_right_half_right_and_invented_responses_are_told_apart(
    metric: Metric, scores: list[float]
) -> None:
    responses = [SAMPLE.response, HALF, INVENTED]
    assert [await score(metric, response=response) for response in responses] == scores


async def test_contexts_are_rated_by_the_words_of_the_question() -> None:
    contexts = [SAMPLE.retrieved_contexts, ["Bananas are rich in potassium."]]
    assert [await score(ContextRelevance(), retrieved_contexts=one) for one in contexts] == [1.0, 0.0]


async def test_names_and_numbers_are_looked_up_in_the_contexts() -> None:
    assert await score(ContextEntityRecall()) == 1.0
    assert await score(ContextEntityRecall(), retrieved_contexts=["It opened in 1932."]) == 0.5


async def test_a_wrong_statement_from_a_useless_context_is_noise() -> None:
    contexts = [*(SAMPLE.retrieved_contexts or ()), INVENTED]
    fields = {"response": f"The bridge was opened in 1932. {INVENTED}", "retrieved_contexts": contexts}
    assert await score(NoiseSensitivity(mode="irrelevant"), **fields) == 0.5
    assert await score(NoiseSensitivity(mode="relevant"), **fields) == 0.0


@pytest.mark.parametrize(
    ("metric", "fields", "step"),
    [
        (SummarizationScore(), {"reference_contexts": SAMPLE.retrieved_contexts}, "extract_keyphrases"),
        (LLMSQLEquivalence(), {"response": "SELECT 1", "reference": "SELECT 2"}, "compare_queries"),
    ],
)
async def test_what_takes_more_than_words_is_refused(
    metric: Metric, fields: dict[str, object], step: str
) -> None:
    with pytest.raises(JudgeRefused, match=f"cannot answer step '{step}'.* Pass llm="):
        await score(metric, **fields)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Marie Curie worked in Paris in 1911 and 1912.", ["Marie Curie", "Paris", "1911", "1912"]),
        ("Der Rhein ist 1233 km lang. In Köln ist der Rhein breit.", ["Rhein", "1233", "Köln"]),
        ("it rains", []),
        ("杭州有1000万人口", ["1000"]),
        ("", []),
    ],
)
def test_entities_are_capitalised_words_and_numbers(text: str, found: list[str]) -> None:
    assert entities(text) == found
