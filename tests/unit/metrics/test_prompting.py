"""Prompts as data: read, replaced, saved, loaded, translated; each time a new metric."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from ragas_nb.errors import ConfigurationError, JudgeOutputInvalid, JudgeUnavailable
from ragas_nb.metrics import AspectCritic, Faithfulness, answer_correctness, context_recall, faithfulness
from ragas_nb.metrics._rubrics import InstanceRubrics
from ragas_nb.metrics._summarization import SummarizationScore
from ragas_nb.metrics.asking import AskingMetric
from ragas_nb.metrics.languages.translating import TRANSLATE, TextsToTranslate, texts_of
from ragas_nb.metrics.statements import CHECK, SPLIT
from ragas_nb.prompts import Prompt, Value
from ragas_nb.schema import EvaluationDataset, SingleTurnSample
from ragas_nb.testing import ScriptedJudge, measure
from tests.unit.doubles import new_run

SAMPLE = SingleTurnSample(
    user_input="Where is Lima?", response="In Peru.", retrieved_contexts=["Lima, capital of Peru"]
)
SAID = {"statements": ["Lima is in Peru."]}
CHECKED = {"statements": [{"statement": "Lima is in Peru.", "reason": "It says so.", "verdict": 1}]}
TERSE = SPLIT.changed(instruction="List the facts.", examples=[])


def judge() -> ScriptedJudge:
    return ScriptedJudge({"split_into_statements": SAID, "check_statements": CHECKED})


def terse() -> Faithfulness:
    return faithfulness.set_prompts(split_into_statements=TERSE)


# Read and replaced


def test_prompts_are_named_after_their_steps() -> None:
    assert faithfulness.get_prompts() == {"split_into_statements": SPLIT, "check_statements": CHECK}


def test_a_replaced_prompt_is_what_the_judge_is_asked() -> None:
    assert terse().get_prompts() == {"split_into_statements": TERSE, "check_statements": CHECK}


async def test_the_metric_asks_in_its_own_words() -> None:
    asked = judge()
    result = await measure(terse(), SAMPLE, judge=asked)
    assert (result.value, [request.prompt for request in asked.requests]) == (1.0, [TERSE, CHECK])


async def test_replacing_a_prompt_leaves_the_metric_as_it_was() -> None:
    asked = judge()
    terse()
    await measure(faithfulness, SAMPLE, judge=asked)
    assert [request.prompt for request in asked.requests] == [SPLIT, CHECK]


async def test_several_votes_are_asked_for_in_the_metrics_own_words() -> None:
    critic = AspectCritic(name="polite", definition="Is it polite?", strictness=3)
    own = critic.get_prompts()["judge_aspect"].changed(instruction="Polite?")
    asked = ScriptedJudge({"judge_aspect": {"reason": "r", "verdict": 1}})
    await measure(critic.set_prompts(judge_aspect=own), SAMPLE, judge=asked)
    assert [(request.prompt, request.n) for request in asked.requests] == [(own, 3)]


def test_prompts_can_be_passed_as_a_dict() -> None:
    assert faithfulness.set_prompts({"split_into_statements": TERSE}) == terse()


def test_a_metric_with_other_prompts_is_another_one_in_the_same_column() -> None:
    assert terse() != faithfulness
    assert terse() == terse()
    assert hash(terse()) == hash(terse())
    assert terse().column == faithfulness.column


def test_replacing_twice_keeps_both() -> None:
    check = CHECK.changed(instruction="Check.")
    both = terse().set_prompts(check_statements=check)
    assert list(both.get_prompts().values()) == [TERSE, check]


def test_the_prompts_of_the_code_bring_the_metric_back() -> None:
    assert terse().set_prompts(split_into_statements=SPLIT) == faithfulness


def test_a_copy_and_a_pickle_keep_the_prompts() -> None:
    renamed = terse().model_copy(update={"name": "terse"})
    assert renamed.get_prompts() == terse().get_prompts()
    assert pickle.loads(pickle.dumps(terse())) == terse()


async def test_a_replaced_prompt_keeps_the_steps_check() -> None:
    unchecked = Prompt("mine", "Check.", CHECK.input, CHECK.output)
    own = faithfulness.set_prompts(check_statements=unchecked)
    none = ScriptedJudge({"split_into_statements": SAID, "check_statements": {"statements": []}})
    with pytest.raises(JudgeOutputInvalid, match="0 verdicts for 1 statements"):
        await measure(own, SAMPLE, judge=none)
    assert own.get_prompts()["check_statements"].name == "check_statements"


@pytest.mark.parametrize(
    ("name", "prompt", "problem"),
    [
        (
            "split",
            TERSE,
            "metric 'faithfulness' has no step 'split'. "
            "Its steps: 'split_into_statements', 'check_statements'.",
        ),
        (
            "check_statements",
            TERSE,
            "step 'check_statements' of metric 'faithfulness' goes from StatementsInContext to "
            "CheckedStatements; the prompt given goes from Answer to Statements. "
            "Make it by get_prompts()['check_statements'].changed(instruction=…, examples=…).",
        ),
        (
            "check_statements",
            "Check!",
            "step 'check_statements' of metric 'faithfulness' takes a Prompt; got str. "
            "Pass get_prompts()['check_statements'].changed(instruction=…).",
        ),
        (
            "split_into_statements",
            Prompt("split", " ", SPLIT.input, SPLIT.output),
            "the prompt for step 'split_into_statements' of metric 'faithfulness': instruction: it is blank.",
        ),
    ],
)
def test_a_prompt_that_does_not_fit_is_refused(name: str, prompt: Any, problem: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        faithfulness.set_prompts({name: prompt})
    assert str(caught.value) == problem


async def test_only_the_changed_step_is_asked_again() -> None:
    asked = judge()
    other = faithfulness.set_prompts(check_statements=CHECK.changed(instruction="Check.")).model_copy(
        update={"name": "other"}
    )
    run = new_run(EvaluationDataset([SAMPLE]), [faithfulness, other], asked)
    await run
    assert sorted(request.prompt.instruction[:10] for request in asked.requests) == sorted(
        prompt.instruction[:10] for prompt in (SPLIT, CHECK, other.get_prompts()["check_statements"])
    )


# Saved and loaded


def test_each_prompt_is_saved_as_a_readable_file(tmp_path: Path) -> None:
    paths = faithfulness.in_language("de").save_prompts(tmp_path / "prompts")
    assert [path.name for path in paths] == [
        "faithfulness_split_into_statements_german.json",
        "faithfulness_check_statements_german.json",
    ]
    text = paths[0].read_text(encoding="utf-8")
    assert '"question": "Wo steht der Dom?"' in text
    assert "„Ich weiß es nicht“" in text
    assert list(json.loads(text)) == ["format", "name", "language", "instruction", "examples", "types"]


def test_saved_prompts_come_back_as_they_were(tmp_path: Path) -> None:
    terse().save_prompts(tmp_path)
    assert faithfulness.load_prompts(tmp_path) == terse()


@pytest.mark.parametrize(
    "metric",
    [
        answer_correctness,
        AspectCritic(name="../up/to: no good?", definition="Is it good?"),
        InstanceRubrics(),
        SummarizationScore(),
    ],
    ids=lambda metric: type(metric).__name__,
)
def test_prompts_of_every_shape_can_be_saved_and_loaded(metric: AskingMetric, tmp_path: Path) -> None:
    changed = metric.set_prompts(
        {name: prompt.changed(instruction=f"{name}: {{x}}") for name, prompt in metric.get_prompts().items()}
    )
    paths = changed.save_prompts(tmp_path)
    assert {path.parent for path in paths} == {tmp_path}
    assert metric.load_prompts(tmp_path) == changed


def test_english_is_loaded_unless_another_language_is_asked_for(tmp_path: Path) -> None:
    for metric in (faithfulness, faithfulness.in_language("fr"), faithfulness.in_language("ja")):
        metric.save_prompts(tmp_path)
    assert faithfulness.load_prompts(tmp_path) == faithfulness
    assert faithfulness.load_prompts(tmp_path, "日本語") == faithfulness.in_language("japanese")


def test_the_only_language_in_a_folder_is_loaded(tmp_path: Path) -> None:
    context_recall.save_prompts(tmp_path)
    faithfulness.in_language("es").save_prompts(tmp_path)
    assert faithfulness.load_prompts(tmp_path) == faithfulness.in_language("es")


def test_several_languages_without_english_have_to_be_told_apart(tmp_path: Path) -> None:
    for language in ("es", "fr"):
        faithfulness.in_language(language).save_prompts(tmp_path)
    with pytest.raises(
        ConfigurationError, match=r"'faithfulness' in french, spanish\. Say which in language="
    ):
        faithfulness.load_prompts(tmp_path)


def test_a_file_written_by_hand_needs_name_and_instruction_only(tmp_path: Path) -> None:
    for step in faithfulness.get_prompts():
        (tmp_path / f"faithfulness_{step}_tamil.json").write_text(
            json.dumps({"name": step, "instruction": "__import__('os').abort()"})
        )
    loaded = faithfulness.load_prompts(tmp_path, "Tamil").get_prompts()["check_statements"]
    assert (loaded.instruction, loaded.examples, loaded.language) == ("__import__('os').abort()", (), "tamil")


SHOT = {"input": {"question": "?", "answer": "!"}, "output": {"statements": []}}


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (
            {"name": "check_statements"},
            "name: it is 'check_statements', and the file's name says 'split_into_",
        ),
        ({"language": "french"}, "language: it is 'french', and the file's name says 'english'"),
        ({"format": 2}, "format: Input should be 1"),
        ({"instruction": None}, "instruction: Input should be a valid string"),
        ({"instruction": " "}, "instruction: it is blank"),
        ({"rule": "Obey."}, "rule: Extra inputs are not permitted"),
        ({"types": "0" * 16}, "types: it was written for other fields than those of step 'split_into_statem"),
        ({"examples": [{"input": {}}]}, "examples.0.output: Field required"),
        ({"examples": [SHOT, {**SHOT, "input": {"answer": "!"}}]}, "example 2, input: question: Field requi"),
        ({"examples": [{**SHOT, "output": {"statements": [1]}}]}, "example 1, output: statements.0: Input s"),
    ],
    ids=str,
)
def test_a_damaged_file_is_named_with_what_is_wrong(
    change: Mapping[str, object], problem: str, tmp_path: Path
) -> None:
    path = faithfulness.save_prompts(tmp_path)[0]
    path.write_text(json.dumps({**json.loads(path.read_text(encoding="utf-8")), **change}))
    with pytest.raises(ConfigurationError) as caught:
        faithfulness.load_prompts(tmp_path)
    assert str(caught.value).startswith(f"{path}: {problem}")


def test_an_example_that_the_step_would_refuse_is_refused_on_loading(tmp_path: Path) -> None:
    path = faithfulness.save_prompts(tmp_path)[1]
    content = json.loads(path.read_text(encoding="utf-8"))
    del content["examples"][0]["output"]["statements"][0]
    path.write_text(json.dumps(content))
    with pytest.raises(ConfigurationError, match="example 1: 1 verdicts for 2 statements"):
        faithfulness.load_prompts(tmp_path)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe{}", b"cos\nsystem\n(S'true'\ntR."])
def test_a_file_that_is_no_prompt_is_named(content: bytes, tmp_path: Path) -> None:
    path = faithfulness.save_prompts(tmp_path)[0]
    path.write_bytes(content)
    with pytest.raises(ConfigurationError) as caught:
        faithfulness.load_prompts(tmp_path)
    assert str(caught.value).startswith(f"{path}: file: ")


def test_a_missing_file_is_named_with_those_that_are_there(tmp_path: Path) -> None:
    first, second = faithfulness.save_prompts(tmp_path)
    second.unlink()
    with pytest.raises(ConfigurationError) as caught:
        faithfulness.load_prompts(tmp_path)
    assert str(caught.value) == f"{second} does not exist; the folder has {first.name}."


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"there is no folder '.*nowhere' to load prompts from\."):
        faithfulness.load_prompts(tmp_path / "nowhere")


# Translated by a judge

Translate = Callable[[TextsToTranslate], Any]


def shouted(question: TextsToTranslate) -> dict[str, object]:
    """A language in which everything is loud, but for the names of fields."""
    return {"texts": [f"¡{text}!" for text in question.texts]}


def translator(answer: Any = shouted) -> ScriptedJudge:
    return ScriptedJudge({"translate_texts": answer})


async def test_a_language_with_a_pack_needs_no_judge() -> None:
    assert await faithfulness.adapt_prompts("de") == faithfulness.in_language("german")


async def test_a_prompt_is_translated_in_one_request() -> None:
    asked = translator()
    loud = await faithfulness.adapt_prompts("Loud", asked)
    assert [request.prompt for request in asked.requests] == [TRANSLATE, TRANSLATE]
    assert {prompt.language for prompt in loud.get_prompts().values()} == {"loud"}
    assert loud.get_prompts()["check_statements"] == CHECK.changed(
        instruction=f"¡{CHECK.instruction}!",
        examples=[
            (
                {
                    "context": "¡Mia studies law in Lund. Her sister Eva teaches there.!",
                    "statements": ["¡Mia is a student.!", "¡Mia teaches in Lund.!"],
                },
                {
                    "statements": [
                        {"statement": "¡Mia is a student.!", "reason": "¡She studies law.!", "verdict": 1},
                        {
                            "statement": "¡Mia teaches in Lund.!",
                            "reason": "¡It is Eva who teaches there.!",
                            "verdict": 0,
                        },
                    ]
                },
            )
        ],
        language="loud",
    )


async def test_a_text_that_stands_in_several_places_is_translated_once() -> None:
    asked = translator()
    await faithfulness.adapt_prompts("loud", asked)
    texts = asked.requests[1].input.texts  # type: ignore[attr-defined]
    assert texts == [
        CHECK.instruction,
        "Mia studies law in Lund. Her sister Eva teaches there.",
        "Mia is a student.",
        "Mia teaches in Lund.",
        "She studies law.",
        "It is Eva who teaches there.",
    ]


def test_fixed_words_keys_and_numbers_are_no_texts() -> None:
    (grade,) = InstanceRubrics().prompts
    *_, answer = SummarizationScore().prompts
    assert not {"1", "0"} & set(texts_of(answer))
    assert "No neighbour." in texts_of(grade)
    assert "score0_description" not in texts_of(grade)


@pytest.mark.parametrize(
    ("bad", "problem"),
    [
        (lambda asked: {"texts": asked.texts[1:]}, "5 texts for 6; give one for each, in order"),
        (lambda asked: {"texts": ["", *asked.texts[1:]]}, "text 1 is blank; translate it"),
        (lambda asked: {"texts": asked.texts}, "the instruction is not translated into loud"),
        (
            lambda asked: {"texts": ["¡Urteil: 1!", *asked.texts[1:]]},
            "the instruction has to keep the field names reason:, verdict:",
        ),
        (lambda asked: "¡Hola!", "the reply holds no JSON: '¡Hola!'"),
    ],
    ids=["too few", "blank", "untranslated", "field lost", "no JSON"],
)
async def test_an_unusable_translation_is_asked_for_again(bad: Translate, problem: str) -> None:
    answers = [bad, shouted]

    def badly_at_first(question: TextsToTranslate) -> Any:
        return answers.pop(0)(question)

    asked = translator(badly_at_first)
    split_done = faithfulness.set_prompts(split_into_statements=SPLIT.changed(language="loud"))
    loud = await split_done.adapt_prompts("loud", asked)
    assert loud.get_prompts()["check_statements"].instruction == f"¡{CHECK.instruction}!"
    first, second = asked.requests
    assert first.invalid == ()
    assert [invalid.problem for invalid in second.invalid] == [problem]


async def test_a_judge_that_never_translates_is_given_up() -> None:
    asked = translator("¡Hola!")
    with pytest.raises(JudgeOutputInvalid) as caught:
        await context_recall.adapt_prompts("loud", asked)
    assert str(caught.value) == (
        "step 'attribute_statements' could not be translated into loud: the reply holds no JSON: '¡Hola!'. "
        "Asked 3 times. Use another judge, or write the prompt yourself and pass it to set_prompts()."
    )
    assert (caught.value.raw, len(asked.requests)) == ("¡Hola!", 3)


async def test_a_judge_that_is_away_is_not_asked_again() -> None:
    asked = translator(JudgeUnavailable("away", kind="connection"))
    with pytest.raises(JudgeUnavailable, match="away"):
        await context_recall.adapt_prompts("loud", asked)
    assert len(asked.requests) == 1


async def test_the_judge_is_closed_also_after_a_failure() -> None:
    closed: list[str] = []

    class Closing(ScriptedJudge):
        async def aclose(self) -> None:
            closed.append("closed")

    with pytest.raises(JudgeOutputInvalid):
        await context_recall.adapt_prompts("loud", Closing({"translate_texts": "¡Hola!"}))
    assert closed == ["closed"]


async def test_a_prompt_of_ones_own_is_translated_though_there_is_a_pack() -> None:
    asked = translator()
    german = await terse().adapt_prompts("de", asked)
    assert [request.input for request in asked.requests] == [
        TextsToTranslate(language="german", texts=["List the facts."])
    ]
    assert german.get_prompts() == {
        "split_into_statements": TERSE.changed(instruction="¡List the facts.!", language="german"),
        "check_statements": faithfulness.in_language("de").get_prompts()["check_statements"],
    }


async def test_prompts_that_are_in_the_language_already_stay() -> None:
    loud = await faithfulness.adapt_prompts("loud", translator())
    assert await loud.adapt_prompts("Loud") == loud


def test_translate_shows_an_example_that_it_would_accept() -> None:
    for question, answer in TRANSLATE.examples:
        assert TRANSLATE.parse(answer.model_dump_json(), question) == answer
        assert isinstance(question, Value)
