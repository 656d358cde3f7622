"""Prompts translated by a judge: the texts alone, so that everything else of a prompt stays as it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from ragas_nb.errors import JudgeOutputInvalid
from ragas_nb.judges.base import Choice, Invalid, Judge, JudgeRequest
from ragas_nb.judges.reading import read_answer
from ragas_nb.metrics.prompting import AnyPrompt, Wording
from ragas_nb.prompts import JsonSchema, Prompt, Value, strict_schema

TRIES = 3
"""How often a judge is asked for one translation."""


class TextsToTranslate(Value):
    """The texts of a prompt, and the language they are wanted in."""

    language: str
    texts: list[str]


class TranslatedTexts(Value):
    """The same texts in that language, in the same order."""

    texts: list[str]


def _all_there(asked: TextsToTranslate, answer: TranslatedTexts) -> None:
    if len(answer.texts) != len(asked.texts):
        raise ValueError(f"{len(answer.texts)} texts for {len(asked.texts)}; give one for each, in order")
    for place, text in enumerate(answer.texts, start=1):
        if not text.strip():
            raise ValueError(f"text {place} is blank; translate it")


TRANSLATE = Prompt(
    "translate_texts",
    "Translate every text into the language. The first is an instruction to a language model, the others "
    "are from its examples: keep the sense exact, the wording natural. Leave code, {names in braces} and "
    "field names before a colon (as in 'verdict: 1') as they are. A phrase that several texts share stays "
    "the same in all of them. Return as many texts, in the given order.",
    TextsToTranslate,
    TranslatedTexts,
    examples=(
        (
            TextsToTranslate(
                language="spanish",
                texts=["Is the text polite? verdict: 1 if it is, else 0.", "Get lost!", "It is an insult."],
            ),
            TranslatedTexts(
                texts=["¿Es cortés el texto? verdict: 1 si lo es; si no, 0.", "¡Lárgate!", "Es un insulto."]
            ),
        ),
    ),
    check=_all_there,
)


async def translated(prompt: AnyPrompt, language: str, judge: Judge) -> Wording:
    """A prompt's wording in another language, by a judge; an unusable translation is asked for again.

    Raises:
        JudgeOutputInvalid: no translation was usable.
        JudgeUnavailable, JudgeRefused: the judge did not answer.
    """
    texts = texts_of(prompt)
    question = TextsToTranslate(language=language, texts=texts)
    invalid: tuple[Invalid, ...] = ()
    while len(invalid) < TRIES:
        reply = await judge.reply(JudgeRequest(TRANSLATE, question, invalid=invalid))
        choice = next(iter(reply.choices), Choice(""))
        try:
            return _put_back(prompt, language, texts, read_answer(TRANSLATE, question, choice).texts)
        except ValueError as error:
            invalid += (Invalid(choice.text, str(error)),)
    raise JudgeOutputInvalid(
        f"step {prompt.name!r} could not be translated into {language}: {invalid[-1].problem}. "
        f"Asked {TRIES} times. Use another judge, or write the prompt yourself and pass it to set_prompts().",
        raw=invalid[-1].text,
        step=TRANSLATE.name,
    )


def texts_of(prompt: AnyPrompt) -> list[str]:
    """The instruction and each text of the examples, once."""
    found = {prompt.instruction: prompt.instruction}
    _with_texts(prompt, lambda text: found.setdefault(text, text))
    return list(found)


def _put_back(prompt: AnyPrompt, language: str, texts: Sequence[str], said: Sequence[str]) -> Wording:
    """The prompt's wording with its texts translated.

    Raises:
        ValueError: the instruction is not translated or has lost a field's name, or an example does not fit.
    """
    words = dict(zip(texts, said, strict=True))
    instruction = words[prompt.instruction]
    if instruction == prompt.instruction:
        raise ValueError(f"the instruction is not translated into {language}")
    if lost := lost_fields(prompt, instruction):
        raise ValueError(
            f"the instruction has to keep the field names {', '.join(f'{name}:' for name in lost)}"
        )
    shots = _with_texts(prompt, lambda text: words[text])
    return Wording.of(prompt.changed(instruction=instruction, examples=shots, language=language))


def lost_fields(prompt: AnyPrompt, instruction: str) -> list[str]:
    """The fields of an answer that a prompt's instruction explains, as in `verdict: 1 if …`, and another one
    does not.

    >>> from ragas_nb.metrics.statements import CHECK
    >>> lost_fields(CHECK, "verdict: 1 wenn ja. Grund: ein Satz.")
    ['reason']
    """
    return [
        name
        for name in sorted(set(_fields(prompt.schema)))
        if re.search(rf"(?:^|[.;]\s*){name}:", prompt.instruction)
        and not re.search(rf"(?<![A-Za-z_]){name}\s?[:：]", instruction)
    ]


def _fields(node: object) -> Iterator[str]:
    """The names of all fields in a schema."""
    if isinstance(node, list):
        for part in node:
            yield from _fields(part)
    if isinstance(node, dict):
        yield from _properties(node)
        for part in node.values():
            yield from _fields(part)


Change = Callable[[str], str]


def _with_texts(prompt: AnyPrompt, change: Change) -> list[tuple[dict[str, object], dict[str, object]]]:
    """The examples as data, each free text changed; fixed words, numbers and names of fields are not."""
    asked, answered = strict_schema(prompt.input), prompt.schema
    return [
        (_part(question, asked, change), _part(answer, answered, change))
        for question, answer in prompt.examples
    ]


def _part(value: Value, schema: JsonSchema, change: Change) -> dict[str, object]:
    fields: dict[str, object] = value.model_dump(mode="json")
    return {name: _changed(field, _properties(schema).get(name), change) for name, field in fields.items()}


def _properties(schema: JsonSchema) -> dict[str, object]:
    found = schema.get("properties")
    return found if isinstance(found, dict) else {}


def _changed(value: object, node: object, change: Change) -> object:
    """A part of an example with its texts changed, as far as its schema lets it be any text."""
    schema: JsonSchema = node if isinstance(node, dict) else {}
    if isinstance(options := schema.get("anyOf"), list):
        return _changed(value, next((o for o in options if _takes(o, value)), {"const": value}), change)
    if "enum" in schema or "const" in schema:
        return value
    if isinstance(value, dict):
        fields, others = _properties(schema), schema.get("additionalProperties")
        return {name: _changed(field, fields.get(name, others), change) for name, field in value.items()}
    if isinstance(value, list):
        return [_changed(item, schema.get("items"), change) for item in value]
    return change(value) if isinstance(value, str) and any(map(str.isalpha, value)) else value


def _takes(option: object, value: object) -> bool:
    """Whether one of several schemas is the one for this value."""
    kinds = {"string": str, "array": list, "object": dict}
    kind = option.get("type") if isinstance(option, dict) else None
    return isinstance(kind, str) and isinstance(value, kinds.get(kind, ()))
