from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from operator import add

import pandas as pd
import pytest

from ragas_nb.schema import (
    AIMessage,
    EvaluationDataset,
    HumanMessage,
    MultiTurnSample,
    SingleTurnSample,
    read_dataset,
)
from ragas_nb.schema.sequences import LazySamples

A, B, C = (SingleTurnSample(user_input=text, retrieved_contexts=[text]) for text in "abc")
OTHER = SingleTurnSample(user_input="z")


def given() -> EvaluationDataset:
    return EvaluationDataset([A, B, C])


def read() -> EvaluationDataset:
    return EvaluationDataset.from_list([sample.to_dict() for sample in (A, B, C)])


def arrows() -> EvaluationDataset:
    return EvaluationDataset.from_pandas(read().to_pandas().astype({"user_input": "string[pyarrow]"}))


@pytest.fixture(params=[given, read, arrows])
def dataset(request: pytest.FixtureRequest) -> EvaluationDataset:
    made: Callable[[], EvaluationDataset] = request.param
    return made()


def test_samples_behave_like_a_list(dataset: EvaluationDataset) -> None:
    samples = dataset.samples
    assert (len(samples), list(samples), list(reversed(samples))) == (3, [A, B, C], [C, B, A])
    assert (samples[0], samples[-1], samples[1:], samples[::-2]) == (A, C, [B, C], [C, A])
    assert (B in samples, OTHER in samples, samples.index(C), samples.count(A)) == (True, False, 2, 1)
    with pytest.raises(ValueError):  # noqa: PT011 - as lists say it
        samples.index(OTHER)


def test_samples_are_equal_by_content(dataset: EvaluationDataset) -> None:
    samples = dataset.samples
    assert samples == [A, B, C]
    assert [A, B, C].__eq__(samples) is NotImplemented  # so that theirs is asked
    assert all(samples == made().samples for made in (given, read, arrows))
    assert samples != [A, B]
    assert samples != [A, B, OTHER]
    assert samples != read()[:2].samples
    assert samples != "abc"


def test_lists_of_samples_can_be_added(dataset: EvaluationDataset) -> None:
    assert add(dataset.samples, [OTHER]) == [A, B, C, OTHER]
    assert add([OTHER], dataset.samples) == [OTHER, A, B, C]
    assert len(EvaluationDataset(dataset.samples + read()[1:].samples)) == 5


@pytest.mark.parametrize(
    "copied",
    [copy.copy, copy.deepcopy, lambda made: pickle.loads(pickle.dumps(made))],
    ids=["copy", "deep", "pickle"],
)
def test_datasets_survive_copying(dataset: EvaluationDataset, copied: Callable[[object], object]) -> None:
    assert copied(dataset) == dataset
    assert copied(dataset.samples) == dataset.samples


def test_samples_do_not_change(dataset: EvaluationDataset) -> None:
    with pytest.raises(AttributeError):
        dataset.samples.append(OTHER)  # type: ignore[attr-defined]
    with pytest.raises(TypeError):
        dataset.extra["topic"] = ["x"]  # type: ignore[index]
    assert len(dataset) == 3


def test_the_samples_given_are_the_very_objects() -> None:
    assert all(kept is made for kept, made in zip(given().samples, (A, B, C), strict=True))
    assert given()[1:].samples[0] is B


def test_a_sample_made_shares_no_list_with_the_dataset() -> None:
    dataset = read()
    dataset[0].retrieved_contexts.append("later")  # type: ignore[union-attr]
    assert dataset[0] == A


def test_samples_without_fields_are_made_too() -> None:
    assert list(LazySamples(SingleTurnSample, {}, 2)) == [SingleTurnSample()] * 2


def test_the_samples_of_a_dataset_are_read_as_data(dataset: EvaluationDataset) -> None:
    assert read_dataset(dataset.samples) == EvaluationDataset([A, B, C])


def test_samples_show_how_many_and_the_first() -> None:
    assert repr(EvaluationDataset([OTHER]).samples).startswith(
        "<1 × SingleTurnSample, the first SingleTurnSample(user"
    )
    assert repr(EvaluationDataset([]).samples) == "<0 × SingleTurnSample>"


class Graded(SingleTurnSample):
    """A user's own sample, with a field more."""

    grade: float | None = None


class Chat(MultiTurnSample):
    """A user's own conversation."""


def test_samples_may_be_of_a_subclass() -> None:
    dataset = EvaluationDataset([Graded(user_input="a", grade=0.5), Graded(user_input="b")])
    assert (dataset.get_sample_type(), dataset.is_multi_turn()) == (Graded, False)
    assert (dataset.features(), dataset.column("grade")) == (["user_input", "grade"], [0.5, None])
    assert dataset[:1].get_sample_type() is Graded
    assert dataset.to_list() == [{"user_input": "a", "grade": 0.5}, {"user_input": "b"}]
    back = EvaluationDataset.from_list(dataset.to_list())
    assert (back.samples, dict(back.extra)) == (
        [SingleTurnSample(user_input="a"), SingleTurnSample(user_input="b")],
        {"grade": [0.5, None]},
    )


def test_conversations_may_be_of_a_subclass() -> None:
    chats = EvaluationDataset([Chat(user_input=[HumanMessage(content="a"), AIMessage(content="b")])])
    assert chats.is_multi_turn()
    assert chats.to_list() == [
        {"user_input": [{"content": "a", "type": "human"}, {"content": "b", "type": "ai"}]}
    ]


def test_arrows_texts_behave_like_a_list() -> None:
    frame = pd.DataFrame({"question": pd.Series(["a", None, "c"], dtype="string[pyarrow]")})
    texts = EvaluationDataset.from_pandas(frame).column("user_input")
    assert (list(texts), texts[-1], texts[1:], len(texts)) == (["a", None, "c"], "c", [None, "c"], 3)
    assert texts == ["a", None, "c"]
    assert texts != ["a", None, "d"]
    assert texts != ("a", None, "c")
    assert repr(texts) == "<3 texts, the first ['a', None, 'c']>"
    with pytest.raises(IndexError):
        texts[3]
