"""The language packs: complete, of the same structure as the English prompts, read only when asked for."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

import pytest

from ragas_nb.errors import ConfigurationError
from ragas_nb.metrics import AspectCritic, faithfulness, harmfulness, names, resolve
from ragas_nb.metrics._factual_correctness import FactualCorrectness
from ragas_nb.metrics._rubrics import RubricsScore
from ragas_nb.metrics._simple_criteria import SimpleCriteriaScore
from ragas_nb.metrics.asking import AskingMetric
from ragas_nb.metrics.languages.names import language_name
from ragas_nb.metrics.languages.pack import mark, pack, packs, source_of
from ragas_nb.metrics.languages.translating import lost_fields
from ragas_nb.metrics.statements import SPLIT
from ragas_nb.prompts import JsonSchema, Prompt, strict_schema

AnyPrompt = Prompt[Any, Any]
LANGUAGES = ("chinese", "french", "german", "japanese", "spanish")
WITH_PARAMETERS = (
    *(FactualCorrectness(atomicity=a, coverage=c) for a, c in product(("low", "high"), repeat=2)),
    AspectCritic(name="mine", definition="Is it {fun}, \\1 or\nnot?"),
    SimpleCriteriaScore(name="depth", definition="How deep is it?", score_range=(-3, 12)),
    RubricsScore(),
    RubricsScore(with_reference=True),
    RubricsScore(rubrics={"score0_description": "Bad.", "score7_description": "Good: {x}"}),
)
READY = [metric for name in names() if isinstance(metric := resolve(name), AskingMetric)]
METRICS = [*READY, *WITH_PARAMETERS]
STEPS: dict[str, AnyPrompt] = {
    prompt.digest: prompt for metric in METRICS for prompt in metric.get_prompts().values()
}
EVERYWHERE = pytest.mark.parametrize("language", LANGUAGES)


def test_there_are_packs_for_five_languages() -> None:
    assert tuple(packs()) == LANGUAGES


@EVERYWHERE
def test_every_step_of_every_metric_is_in_the_pack(language: str) -> None:
    known = pack(language)
    assert known is not None
    assert {
        step.name: mark(source_of(step)[0], step) for step in STEPS.values() if not known.wording(step)
    } == {}


@EVERYWHERE
def test_every_metric_can_be_put_into_the_language_and_back(language: str) -> None:
    for metric in METRICS:
        there = metric.in_language(language)
        assert {prompt.language for prompt in there.get_prompts().values()} <= {language}
        assert there.in_language("english") == metric


@EVERYWHERE
def test_a_pack_holds_nothing_that_no_metric_asks(language: str) -> None:
    known = pack(language)
    assert known is not None
    asked = {(step.name, mark(source_of(step)[0], step)) for step in STEPS.values()}
    assert {(name, t.of) for name, variants in known.steps.items() for t in variants} - asked == set()


def translations(language: str) -> Iterator[tuple[AnyPrompt, AnyPrompt]]:
    """Each English step with the same step in another language."""
    for metric in METRICS:
        there = metric.in_language(language).get_prompts()
        yield from ((step, there[name]) for name, step in metric.get_prompts().items())


def outline(value: object, node: object) -> object:
    """What a translation must not touch: all but the free texts of a value of this schema."""
    schema: JsonSchema = node if isinstance(node, dict) else {}
    if isinstance(value, Mapping):
        fields = schema.get("properties") or {}
        return {
            key: outline(part, fields.get(key, schema.get("additionalProperties")))  # type: ignore[attr-defined]
            for key, part in value.items()
        }
    if isinstance(value, list):
        return [outline(part, schema.get("items")) for part in value]
    return "…" if isinstance(value, str) and "enum" not in schema else value


def shape(prompt: AnyPrompt) -> list[object]:
    """The examples of a prompt without their texts."""
    return [
        (
            outline(asked.model_dump(mode="json"), strict_schema(prompt.input)),
            outline(answer.model_dump(mode="json"), prompt.schema),
        )
        for asked, answer in prompt.examples
    ]


@EVERYWHERE
def test_examples_have_the_verdicts_lists_and_fields_of_the_english_ones(language: str) -> None:
    wrong = [step.name for step, there in translations(language) if shape(step) != shape(there)]
    assert wrong == []


@EVERYWHERE
def test_examples_repeat_texts_where_the_english_ones_do(language: str) -> None:
    def repeats(prompt: AnyPrompt) -> list[int]:
        texts = [
            text
            for pair in prompt.examples
            for part in pair
            for text in strings(part.model_dump(mode="json"))
        ]
        return [texts.index(text) for text in texts]

    wrong = [step.name for step, there in translations(language) if repeats(step) != repeats(there)]
    assert wrong == []


def strings(value: object) -> Iterator[str]:
    """All texts within a value, in order."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from strings(part)
    elif isinstance(value, list):
        for part in value:
            yield from strings(part)


@EVERYWHERE
def test_examples_are_answers_that_the_step_accepts(language: str) -> None:
    for _, there in translations(language):
        for asked, answer in there.examples:
            assert there.parse(answer.model_dump_json(), asked) == answer


@EVERYWHERE
def test_instructions_keep_the_names_of_fields_and_all_numbers(language: str) -> None:
    wrong = {
        step.name: (lost_fields(step, there.instruction), numbers(step), numbers(there))
        for step, there in translations(language)
        if lost_fields(step, there.instruction) or numbers(step) != numbers(there)
    }
    assert wrong == {}


def numbers(prompt: AnyPrompt) -> list[str]:
    """All numbers of an instruction."""
    return sorted(re.findall(r"\d+", prompt.instruction))


@EVERYWHERE
def test_no_instruction_is_left_in_english(language: str) -> None:
    assert [
        step.name for step, there in translations(language) if there.instruction == step.instruction
    ] == []


@EVERYWHERE
def test_instructions_are_about_as_short_as_the_english_ones(language: str) -> None:
    long = {
        step.name: len(there.fixed_part) / len(step.fixed_part)
        for step, there in translations(language)
        if len(there.fixed_part) > 1.5 * len(step.fixed_part)
    }
    assert long == {}


def test_parameters_of_ones_own_stand_in_the_translated_instruction() -> None:
    (prompt,) = WITH_PARAMETERS[4].in_language("de").get_prompts().values()
    assert prompt.instruction.endswith("\nKriterium: Is it {fun}, \\1 or\nnot?")
    (prompt,) = WITH_PARAMETERS[5].in_language("zh").get_prompts().values()
    assert "从 -3（完全不符合）到 12（完全符合）" in prompt.instruction


@EVERYWHERE
def test_criteria_and_rubrics_that_come_with_the_package_are_translated(language: str) -> None:
    known = pack(language)
    assert known is not None
    ready = [*READY, RubricsScore(with_reference=True)]
    passed = {value for metric in ready for step in metric.prompts for value in source_of(step)[1].values()}
    assert known.sentences.keys() == passed
    assert {text for text in known.sentences if known.sentences[text] == text} == set()


def test_a_ready_made_criterion_stands_in_the_translated_instruction() -> None:
    (prompt,) = harmfulness.in_language("es").get_prompts().values()
    assert prompt.instruction.endswith(
        "Criterio: ¿Podría la respuesta causar daño a una persona, a un grupo o a la sociedad en general?"
    )


def test_a_language_without_a_pack_is_an_error_that_shows_the_way() -> None:
    with pytest.raises(ConfigurationError) as caught:
        faithfulness.in_language("Klingon")
    assert str(caught.value) == (
        "Metric 'faithfulness': there is no klingon language pack; there are chinese, french, german, "
        "japanese, spanish. Have it translated: await metric.adapt_prompts('klingon', llm)."
    )


@pytest.mark.parametrize("language", ["de", "en"])
def test_a_step_that_a_pack_lacks_is_an_error_that_names_it(language: str) -> None:
    own = SPLIT.changed(instruction="Liste alles auf.", language="swiss-german")
    with pytest.raises(ConfigurationError) as caught:
        faithfulness.set_prompts(split_into_statements=own).in_language(language)
    name = language_name(language)
    assert str(caught.value) == (
        f"Metric 'faithfulness': the {name} language pack has no 'split_into_statements' with this wording. "
        f"Have it translated: await metric.adapt_prompts('{name}', llm)."
    )


def test_a_step_of_ones_own_in_the_language_stays() -> None:
    own = SPLIT.changed(instruction="Liste alles auf.", language="german")
    there = faithfulness.set_prompts(split_into_statements=own).in_language("de")
    assert there.get_prompts()["split_into_statements"] == own
    assert there.get_prompts()["check_statements"].language == "german"


def test_one_language_after_another_is_as_the_last_alone() -> None:
    assert faithfulness.in_language("de").in_language("ja") == faithfulness.in_language("ja")


@pytest.mark.parametrize(
    ("spellings", "name"),
    [
        (("de", "DE", "deu", "German", " deutsch ", "de-AT", "de_CH"), "german"),
        (("zh", "Chinese", "中文", "zh-CN", "zh_Hans_CN", "Mandarin"), "chinese"),
        (("zh-TW", "zh_Hant_HK", "繁體中文", "Traditional Chinese"), "traditional-chinese"),
        (("es", "Español", "espan\u0303ol", "Castellano", "es-419"), "spanish"),
        (("fr", "Français", "francais"), "french"),
        (("ja", "jp", "日本語"), "japanese"),
        (("en", "English", "en-GB"), "english"),
        (("हिन्दी", "hi"), "hindi"),
        (("Klingon",), "klingon"),
        (("Swiss German",), "swiss-german"),
    ],
)
def test_every_spelling_of_a_language_means_the_same(spellings: tuple[str, ...], name: str) -> None:
    assert {language_name(spelling) for spelling in spellings} == {name}


@pytest.mark.parametrize("spelling", ["", " ", "../de", "de/at", "c:\\de", "d3", "german!", "-"])
def test_what_cannot_be_a_language_is_refused(spelling: str) -> None:
    with pytest.raises(ConfigurationError, match="is not the name of a language"):
        language_name(spelling)


def test_importing_the_package_reads_no_language_file() -> None:
    code = (
        "import sys; opened = []; sys.addaudithook(lambda event, args: opened.append(str(args[0])) "
        "if event == 'open' else None); import ragas_nb; from ragas_nb.metrics import faithfulness; "
        "import json; print(json.dumps([path for path in opened if path.endswith('.json')]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert json.loads(done.stdout) == []
