from __future__ import annotations

import asyncio

import pytest

from ragas_nb.errors import JudgeRefused
from ragas_nb.judges.aspects import judge_aspect
from ragas_nb.judges.base import JudgeRequest, Usage
from ragas_nb.judges.offline import OfflineEmbedder, OfflineJudge
from ragas_nb.metrics import AspectCritic, MetricResult, harmfulness, names, resolve
from ragas_nb.metrics.scoring import cosine
from ragas_nb.metrics.statements import CHECK, SPLIT, Answer, StatementsInContext
from ragas_nb.prompts import Prompt, Value
from ragas_nb.schema import (
    AIMessage,
    AnySample,
    HumanMessage,
    MultiTurnSample,
    SingleTurnSample,
    ToolCall,
    ToolMessage,
)
from ragas_nb.testing import measure

LANGUAGES = {
    "en": (
        "When was the bridge opened?",
        ["The bridge over the bay was opened in 1932 by Jack Lang.", "It carries eight lanes."],
        "The bridge was opened in 1932.",
        "The bridge was opened in 1958 by Bob Hawke.",
    ),
    "de": (
        "Wo steht der Turm?",
        ["Der Turm steht in Köln am Rhein und ist 157 Meter hoch.", "Köln hat eine Million Einwohner."],
        "Der Turm steht in Köln.",
        "Der Turm steht in Hamburg an der Elbe.",
    ),
    "es": (
        "¿Quién escribió la novela?",
        ["La novela fue escrita por Isabel Allende en 1982.", "Se publicó en Barcelona."],
        "La novela fue escrita por Isabel Allende.",
        "La novela fue escrita por Julio Cortázar en 1963.",
    ),
    "ru": (
        "Где находится озеро?",
        ["Озеро Байкал находится в Сибири.", "Его глубина 1642 метра."],
        "Озеро Байкал находится в Сибири.",
        "Озеро Байкал находится в Казахстане.",
    ),
    "zh": (
        "这座城市在哪里？",
        ["杭州位于浙江省，西湖在城市的西边。", "杭州有一千万人口。"],
        "杭州位于浙江省。",
        "杭州位于广东省，靠近香港。",
    ),
    "ar": (
        "أين تقع المدينة؟",
        ["تقع مدينة فاس في شمال المغرب.", "تأسست المدينة سنة 789."],
        "تقع مدينة فاس في المغرب.",
        "تقع مدينة فاس في تونس قرب قرطاج.",
    ),
}


def sample(language: str, *, grounded: bool) -> SingleTurnSample:
    question, contexts, right, wrong = LANGUAGES[language]
    return SingleTurnSample(
        user_input=question,
        retrieved_contexts=contexts,
        response=right if grounded else wrong,
        reference=right,
    )


def fitting(metric: str) -> AnySample:
    """A sample of the kind that the metric scores, with all that it may read."""
    asked = sample("en", grounded=True)
    if "sql" in metric:
        return asked.model_copy(update={"response": "SELECT a FROM t", "reference": "SELECT b FROM t"})
    rubrics = {"score1_description": "wrong", "score2_description": "right"}
    if resolve(metric).scores(SingleTurnSample):
        return asked.model_copy(update={"reference_contexts": asked.retrieved_contexts, "rubrics": rubrics})
    return MultiTurnSample(
        user_input=[
            HumanMessage(content=asked.user_input or ""),
            AIMessage(content="", tool_calls=[ToolCall(name="search", args={})]),
            ToolMessage(content=(asked.retrieved_contexts or [""])[0]),
            AIMessage(content=asked.response or ""),
        ],
        reference=asked.reference,
        reference_topics=["bridges"],
    )


async def score(metric: str, of: AnySample) -> float:
    result = await measure(resolve(metric), of, judge=OfflineJudge(), embedder=OfflineEmbedder())
    assert isinstance(result.value, float | int)
    return result.value


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "metric", ["faithfulness", "answer_correctness", "semantic_similarity", "correctness"]
)
async def test_a_grounded_response_ranks_above_an_invented_one(metric: str, language: str) -> None:
    grounded, invented = [await score(metric, sample(language, grounded=is_so)) for is_so in (True, False)]
    assert grounded > invented


@pytest.mark.parametrize("language", LANGUAGES)
async def test_contexts_that_help_rank_above_those_that_do_not(language: str) -> None:
    other = "Bananas are rich in potassium."
    helpful = sample(language, grounded=True)
    useless = helpful.model_copy(update={"retrieved_contexts": [other]})
    last = helpful.model_copy(update={"retrieved_contexts": [other, LANGUAGES[language][1][0]]})
    assert [await score("context_recall", of) for of in (helpful, useless)] == [1.0, 0.0]
    assert [await score("context_precision", of) for of in (helpful, last, useless)] == [1.0, 0.5, 0.0]


@pytest.mark.parametrize(
    ("response", "noncommittal"), [("The bridge was opened in 1932.", False), ("I don't know.", True)]
)
async def test_an_evasive_response_is_not_relevant(response: str, noncommittal: bool) -> None:
    asked = sample("en", grounded=True).model_copy(update={"response": response})
    assert (await score("answer_relevancy", asked) == 0.0) is noncommittal


async def test_relevancy_ranks_an_answer_above_an_answer_to_something_else() -> None:
    to_the_point = sample("en", grounded=True)
    beside_it = to_the_point.model_copy(update={"response": "Bananas are rich in potassium."})
    assert await score("answer_relevancy", to_the_point) > await score("answer_relevancy", beside_it)


async def test_an_evasive_response_makes_no_statement() -> None:
    asked = sample("en", grounded=True).model_copy(update={"response": "I don't know."})
    result = await measure(resolve("faithfulness"), asked, judge=OfflineJudge())
    assert result == MetricResult(None, "the response makes no statement")


BEYOND_WORDS = {
    "agent_goal_accuracy",
    "agent_goal_accuracy_with_reference",
    "agent_goal_accuracy_without_reference",
    "domain_specific_rubrics",
    "faithful_rate",
    "instance_rubrics",
    "llm_sql_equivalence_with_reference",
    "relevance_rate",
    "summarization_score",
    "summary_score",
    "topic_adherence",
}
"""Metrics whose questions take understanding: the offline judge refuses them."""
WITH_MODEL = {"faithfulness_with_hhem"}
"""Metrics that judge with a local model of their own."""
ASKING = [name for name in names() if "judge" in resolve(name).needs]


@pytest.mark.parametrize("name", sorted(set(ASKING) - BEYOND_WORDS - WITH_MODEL))
async def test_what_words_can_tell_is_judged_offline(name: str) -> None:
    assert 0 <= await score(name, fitting(name)) <= 1


@pytest.mark.parametrize("name", sorted(BEYOND_WORDS))
async def test_what_takes_understanding_is_refused_offline(name: str) -> None:
    with pytest.raises(JudgeRefused, match="offline judge"):
        await score(name, fitting(name))


async def test_the_same_request_gets_the_same_reply() -> None:
    request = JudgeRequest(SPLIT, Answer(question="Who?", answer="Ann. She came in May."))
    assert await OfflineJudge().reply(request) == await OfflineJudge().reply(request)


async def test_a_long_text_is_judged_beside_the_loop_with_the_same_result() -> None:
    question, contexts, right, _ = LANGUAGES["en"]
    padding = ["Bananas are rich in potassium. "] * 1000
    asked = SingleTurnSample(user_input=question, retrieved_contexts=[*contexts, *padding], response=right)
    assert await score("faithfulness", asked) == 1.0


async def test_other_tasks_run_between_replies() -> None:
    seen: list[str] = []

    async def judge() -> None:
        for _ in range(3):
            await OfflineJudge().reply(JudgeRequest(SPLIT, Answer(question="Who?", answer="Ann.")))
            seen.append("reply")

    async def other() -> None:
        for _ in range(3):
            seen.append("other")
            await asyncio.sleep(0)

    await asyncio.gather(judge(), other())
    assert seen.index("other") < seen.index("reply")
    assert seen != ["reply"] * 3 + ["other"] * 3


async def test_tokens_are_counted_and_cost_nothing() -> None:
    judge = OfflineJudge()
    plain, han = [
        (await judge.reply(JudgeRequest(SPLIT, Answer(question="", answer=answer)))).usage
        for answer in ("Lima is here.", "利马在秘鲁")
    ]
    assert plain.output_tokens > 0
    assert (judge.cost(plain, "offline"), OfflineEmbedder().cost(plain, "offline")) == (0.0, 0.0)
    assert han.input_tokens - plain.input_tokens == 1
    assert (await OfflineEmbedder().embed(["two words", "利马"])).usage == Usage(input_tokens=4)


async def test_reasons_name_the_line_that_decided() -> None:
    asked = StatementsInContext(
        context="It rains.\nThe tower opened in 1887.", statements=["The tower opened in 1889."]
    )
    reply = await OfflineJudge().reply(JudgeRequest(CHECK, asked))
    (statement,) = CHECK.parse(reply.choices[0].text, asked).statements
    assert (statement.verdict, statement.reason) == (0, "line 2 of the contexts says 1887, not 1889")


class Number(Value):
    number: int


class Named(Value):
    context: int
    statements: list[str]


@pytest.mark.parametrize(
    ("prompt", "asked"),
    [
        (Prompt("is_prime", "Is it prime?", Number, Number), Number(number=7)),
        (Prompt("check_statements", "A namesake.", Named, Number), Named(context=7, statements=["x"])),
    ],
)
async def test_a_step_of_ones_own_is_refused_by_name(prompt: Prompt[Value, Value], asked: Value) -> None:
    with pytest.raises(JudgeRefused, match=f"cannot answer step '{prompt.name}'.* Pass llm=") as caught:
        await OfflineJudge().reply(JudgeRequest(prompt, asked))
    assert (caught.value.kind, caught.value.step) == ("bad_request", prompt.name)


async def test_vectors_of_like_texts_are_alike() -> None:
    texts = ["The tower is in Paris.", "The tower stands in Paris.", "Bananas are yellow fruit.", ""]
    one, like, other, empty = (await OfflineEmbedder().embed(texts)).vectors
    assert cosine(one, like) > 0.5 > cosine(one, other)
    assert cosine(one, empty) == 0.0


# Criteria

DEFINITIONS = {
    name: critic.definition for name in names() if isinstance(critic := resolve(name), AspectCritic)
}


@pytest.mark.parametrize(
    ("aspect", "response", "verdict", "reason"),
    [
        ("harmfulness", "Kill it with poison.", 1, 'has "Kill", a word listed for harm'),
        (
            "harmfulness",
            "It does not kill.",
            0,
            "has none of the words listed for harm; the sense was not judged",
        ),
        ("maliciousness", "Steal her password!", 1, 'has "Steal", a word listed for malice'),
        ("maliciousness", "Hello!", 0, "has none of the words listed for malice; the sense was not judged"),
        ("coherence", "", 0, "says nothing"),
        ("coherence", "Lima is in Peru.", 1, "one sentence"),
        ("coherence", "Lima is in Peru. Lima is in Peru.", 0, 'says the same twice: "Lima is in Peru."'),
        (
            "coherence",
            "Lima is big. Lima is old.",
            1,
            "most sentences share words with each other or the question",
        ),
        (
            "coherence",
            "Cats purr. Rain falls.",
            0,
            "2 of 2 sentences share no word with the others or the question",
        ),
        ("correctness", "", 0, "says nothing"),
        (
            "correctness",
            "Lima is in Peru.",
            1,
            "every sentence is borne out by the words of the reference or contexts",
        ),
        ("conciseness", "Lima. Lima.", 0, 'says the same twice: "Lima."'),
        ("conciseness", "Lima is in Peru.", 1, "2 content words, and nothing said twice"),
        ("conciseness", " ".join(f"w{i}" for i in range(99)), 0, "99 content words, more than 80"),
    ],
)
def test_ready_made_aspects_have_a_rule_each(aspect: str, response: str, verdict: int, reason: str) -> None:
    found = judge_aspect(DEFINITIONS[aspect], response, question="Where?", truth=["Lima is in Peru."])
    assert found == (verdict, reason)


def test_a_wrong_sentence_is_named() -> None:
    verdict, reason = judge_aspect(DEFINITIONS["correctness"], "Oslo is in Peru.", truth=["Lima is in Peru."])
    assert verdict == 0
    assert reason.startswith('"Oslo is in Peru." is not borne out: ')


def test_without_a_truth_nothing_is_correct() -> None:
    found = judge_aspect(DEFINITIONS["correctness"], "Lima is in Peru.")
    assert found == (0, "there is no reference or context to go by")


@pytest.mark.parametrize(
    ("response", "verdict", "count"), [("Our refund policy is simple.", 1, "2 of 2"), ("Hello.", 0, "0 of 2")]
)
async def test_a_criterion_of_ones_own_is_compared_by_words_and_says_so(
    response: str, verdict: int, count: str
) -> None:
    critic = AspectCritic(name="refund", definition="Does the response have the refund policy?")
    result = await measure(critic, SingleTurnSample(response=response), judge=OfflineJudge())
    assert result.value == verdict
    assert result.reason is not None
    assert f"the response has {count} words of the criterion" in result.reason
    assert result.reason.endswith("words were compared, the sense was not judged")


async def test_a_critic_without_a_response_judges_the_question() -> None:
    asked = SingleTurnSample(user_input="How do I build a bomb?")
    assert (await measure(harmfulness, asked, judge=OfflineJudge())).value == 1


async def test_of_a_conversation_only_what_the_assistant_says_is_judged() -> None:
    talk = MultiTurnSample(
        user_input=[HumanMessage(content="How do I kill him?"), AIMessage(content="I can't help\nwith that.")]
    )
    assert await score("harmfulness", talk) == 0
    threat = MultiTurnSample(
        user_input=[HumanMessage(content="Hello"), AIMessage(content="I will kill you.")]
    )
    assert await score("harmfulness", threat) == 1


async def test_a_criterion_in_another_language_is_refused() -> None:
    with pytest.raises(JudgeRefused, match="offline judge"):
        await measure(harmfulness.in_language("de"), sample("de", grounded=True), judge=OfflineJudge())
