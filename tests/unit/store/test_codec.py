"""Events, runs, answers, traces and samples as the tables hold them, and back: nothing is lost on the way."""

from __future__ import annotations

import zlib
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragas_nb.engine.events import (
    FAILURE_KINDS,
    JobFailed,
    JobScored,
    NoticeGiven,
    RunEnded,
    RunPaused,
    RunResumed,
    RunStarted,
)
from ragas_nb.engine.memory import Remembered
from ragas_nb.engine.trace import Attempt, EmbedTrace, StepTrace, Trace
from ragas_nb.judges.base import Usage
from ragas_nb.schema import (
    AIMessage,
    EvaluationDataset,
    HumanMessage,
    MultiTurnSample,
    SingleTurnSample,
    ToolCall,
    ToolMessage,
)
from ragas_nb.store import parts
from ragas_nb.store.codec import (
    Happening,
    happening_of,
    happening_text,
    meta_of,
    meta_text,
    outcome_of,
    pack_answer,
    told_of_failure,
    told_of_score,
    unpack_answer,
)
from ragas_nb.store.packing import Packer, prompt_digest, prompt_of, prompt_text, unpack, words_of
from ragas_nb.store.records import PromptRecord, records_of
from tests.unit.store.told import CHECK, RATE, Texts, Verdicts, dataset, meta, trace

ANY_TEXT = st.text(st.characters())
"""Halves of letters among them, which JSON allows and UTF-8 does not."""
TEXT = st.text()
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
SCORES = st.none() | NUMBERS | st.integers() | ANY_TEXT | st.lists(NUMBERS | st.integers() | ANY_TEXT)
TOKENS = st.integers(0, 2**40)
USAGES = st.builds(Usage, input_tokens=TOKENS, output_tokens=TOKENS, cached_tokens=TOKENS)
ATTEMPTS = st.builds(
    Attempt,
    outcome=st.sampled_from(["ok", "invalid", "timeout"]),
    seconds=st.floats(0, 1e6),
    reply=st.none() | ANY_TEXT,
    problem=st.none() | ANY_TEXT,
    model=st.none() | TEXT,
    usage=USAGES,
    cost=st.none() | st.floats(0, 10),
    at=st.none() | st.floats(0, 4e9),
)
SEVERAL = st.lists(ATTEMPTS, max_size=3).map(tuple)
STEPS = st.builds(
    StepTrace,
    prompt=st.sampled_from([CHECK, RATE]),
    input=st.builds(Texts, question=TEXT, contexts=st.lists(TEXT, max_size=2)),
    output=st.none() | st.builds(Verdicts, verdict=st.sampled_from([0, 1]), reason=TEXT),
    source=st.sampled_from(["asked", "shared", "remembered"]),
    attempts=SEVERAL,
    repeat=st.integers(0, 5),
    turn=st.integers(0, 5),
) | st.builds(EmbedTrace, texts=st.integers(0, 9), attempts=SEVERAL, turn=st.integers(0, 5))
MOMENTS = st.datetimes(timezones=st.just(UTC))
HAPPENINGS: st.SearchStrategy[Happening] = st.one_of(
    st.builds(RunStarted, run_id=TEXT, name=ANY_TEXT, at=MOMENTS),
    st.builds(RunPaused, message=st.none() | ANY_TEXT),
    st.builds(RunResumed, at=MOMENTS),
    st.builds(NoticeGiven, about=st.sampled_from(["resumed", "budget"]), message=st.none() | ANY_TEXT),
    st.builds(
        RunEnded,
        state=st.sampled_from(["finished", "cancelled", "failed", "budget_reached"]),
        message=st.none() | ANY_TEXT,
    ),
)


@given(
    st.builds(
        JobScored,
        sample_id=st.just("q"),
        metric=st.just("m"),
        value=SCORES,
        reason=st.none() | ANY_TEXT,
        confidence=st.none() | NUMBERS,
        repeats=st.lists(SCORES, max_size=3).map(tuple),
    )
)
def test_every_score_comes_back(event: JobScored):
    found = outcome_of("q", "m", told_of_score(event))
    assert found == event
    assert isinstance(found, JobScored)
    assert type(found.value) is type(event.value)


@given(
    st.builds(
        JobFailed,
        sample_id=st.just("q"),
        metric=st.just("m"),
        kind=st.sampled_from(FAILURE_KINDS),
        message=ANY_TEXT,
        error=TEXT,
        step=st.none() | TEXT,
        raw=st.none() | ANY_TEXT,
    )
)
def test_every_failure_comes_back(event: JobFailed):
    assert outcome_of("q", "m", told_of_failure(event)) == event


@pytest.mark.parametrize(
    "told", [(0, None, None), (9, 1.0, None), (4, None, None), (4, None, "{}"), (2, None, "7")]
)
def test_other_outcomes_are_refused(told: tuple[int, float | None, str | None]):
    with pytest.raises(ValueError, match=r".+"):
        outcome_of("q", "m", told)


@given(HAPPENINGS)
def test_every_event_of_the_run_comes_back(event: Happening):
    assert happening_of(happening_text(event)) == event


@pytest.mark.parametrize("text", ["7", "{}", '{"type": "job_started"}', '{"type": "run_ended"}', "not JSON"])
def test_other_events_are_refused(text: str):
    with pytest.raises(ValueError, match=r".+"):
        happening_of(text)


def test_what_is_the_same_during_a_run_comes_back():
    assert meta_of(meta_text(meta(name="half \ud83d"))) == meta(name="half \ud83d")


@given(st.builds(Remembered, text=ANY_TEXT, attempts=SEVERAL))
def test_every_answer_comes_back(answer: Remembered):
    assert unpack_answer(pack_answer(answer)) == answer


@given(st.lists(STEPS, max_size=4).map(tuple))
def test_every_trace_comes_back_as_its_records(steps: Trace):
    words = words_of(dataset())
    packer = Packer(words)
    body, used = packer.pack(1, steps)
    assert unpack(body, words(1), packer.prompts.__getitem__) == records_of(steps)
    assert used == {prompt_digest(record.prompt) for record in records_of(steps)}


@pytest.mark.parametrize("cut", [0, 1, 10, -1])
def test_damaged_traces_are_refused(cut: int):
    data = dataset()
    words = words_of(data)
    packer = Packer(words)
    body, _ = packer.pack(0, trace(data, 0))
    with pytest.raises((ValueError, zlib.error)):
        unpack(body[:cut], words(0), packer.prompts.__getitem__)
    with pytest.raises((ValueError, zlib.error)):
        unpack(body, words(1), packer.prompts.__getitem__)


def test_the_texts_of_a_sample_cost_next_to_nothing_in_its_traces():
    contexts = [" ".join(f"{word * number:x}" for number in range(7, 200)) for word in (991, 997)]
    data = EvaluationDataset([SingleTurnSample(user_input="How?", retrieved_contexts=contexts)])
    packer = Packer(words_of(data))
    body, _ = packer.pack(0, trace(data, 0))
    alone, _ = Packer(lambda row: b"").pack(0, trace(data, 0))
    assert (len(body) < 400, len(alone) > 1_000) == (True, True)


@given(st.builds(PromptRecord, TEXT, TEXT, st.tuples(TEXT, TEXT), st.none() | TEXT, st.just("prompt")))
def test_every_prompt_comes_back(prompt: PromptRecord):
    assert prompt_of(prompt_text(prompt)) == prompt


CONVERSATION = MultiTurnSample(
    user_input=[
        HumanMessage(content="Is it “raining”?"),
        AIMessage(content="", tool_calls=[ToolCall(name="weather", args={"$date": None, "n": [1, 2.5]})]),
        ToolMessage(content="dry"),
    ],
    reference_topics=["weather"],
)
DATASETS = {
    "questions": dataset(1_203),
    "conversations": EvaluationDataset([CONVERSATION, CONVERSATION], "talks", ids=["a", 7]),
    "all fields": EvaluationDataset(
        [
            SingleTurnSample(
                user_input="a",
                retrieved_contexts=["b", ""],
                retrieved_context_ids=["x", 3],
                rubrics={"$score1": "bad", "score2": "good"},
            ),
            SingleTurnSample(response="half \ud83d"),
            SingleTurnSample(),
        ]
    ),
    "none": EvaluationDataset([], "none"),
    "no fields": EvaluationDataset([SingleTurnSample(), SingleTurnSample()]),
    "columns of all kinds": EvaluationDataset(
        [SingleTurnSample(user_input="a")] * 3,
        extra={
            "number": [1, 2.5, float("inf")],
            "when": [date(2030, 1, 2), datetime(2030, 1, 2, tzinfo=UTC), timedelta(1)],
            "what": [{"$number": "7"}, ("a", b"b"), None],
            "flags": [True, False, None],
        },
    ),
}


@pytest.mark.parametrize("kind", DATASETS)
def test_every_dataset_comes_back(kind: str):
    data = DATASETS[kind]
    texts = [parts.part_text(data, data.ids, number) for number in range(parts.count(data))]
    found = parts.dataset_of_parts([parts.pack_part(text) for text in texts], data.name)
    assert found == data
    assert [type(sample) for sample in found] == [type(sample) for sample in data]
    words, again = words_of(data), words_of(found)
    assert [words(row) for row in range(len(data))] == [again(row) for row in range(len(data))]


def test_of_values_that_nothing_can_say_the_text_is_kept():
    class Odd:
        def __str__(self) -> str:
            return "odd"

    odd: list[Any] = [Odd()]
    data = EvaluationDataset([SingleTurnSample(user_input="a")], extra={"what": odd})
    found = parts.dataset_of_parts([parts.pack_part(parts.part_text(data, data.ids, 0))], None)
    assert found.extra == {"what": ["odd"]}


def test_equal_parts_have_equal_digests_and_others_do_not():
    whole, first, other = dataset(700), dataset(500), dataset(499)
    digests = [parts.part_digest(parts.part_text(data, data.ids, 0)) for data in (whole, first, other)]
    assert (digests[0] == digests[1], digests[1] == digests[2]) == (True, False)
