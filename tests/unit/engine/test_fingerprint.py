"""Two runs have the same fingerprint exactly where they would find the same."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from textwrap import dedent
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragas_nb.engine import fingerprint as fingerprints
from ragas_nb.engine.fingerprint import dataset_digest, fingerprint, told_metric
from ragas_nb.engine.plan import make_plan
from ragas_nb.metrics import AspectCritic, discrete_metric, numeric_metric
from ragas_nb.metrics.base import Metric
from ragas_nb.prompts import Prompt
from ragas_nb.schema import (
    EvaluationDataset,
    HumanMessage,
    MultiTurnSample,
    SingleTurnSample,
    read_dataset,
)
from ragas_nb.testing import ScriptedEmbedder, ScriptedJudge
from tests.unit import doubles
from tests.unit.doubles import Computes, Opinion, Polite, PoliteAndShort, Text, responses

JUDGE = ScriptedJudge({}, identity="small")
DATA = responses("a", "b")


def of(
    dataset: EvaluationDataset = DATA,
    *metrics: Metric,
    judge: Any = JUDGE,
    embedder: Any = None,
    repeats: int = 1,
) -> str | None:
    plan = make_plan(dataset, metrics or [AspectCritic(name="kind", definition="Is it kind?")])
    return fingerprint(plan, judge, embedder, repeats)


# ── what counts ──


def test_equal_runs_have_one_fingerprint():
    assert of() == of(responses("a", "b"), AspectCritic(name="kind", definition="Is it kind?"))


def named(identity: str) -> ScriptedEmbedder:
    embedder = ScriptedEmbedder({})
    embedder.identity = identity
    return embedder


def test_whatever_shapes_the_scores_makes_another():
    kind = AspectCritic(name="kind", definition="Is it kind?")
    found = [
        of(),
        of(responses("a", "c")),
        of(responses("b", "a")),
        of(responses("a")),
        of(DATA, kind, Polite()),
        of(DATA, Polite(), kind),
        of(DATA, AspectCritic(name="rude", definition="Is it kind?")),
        of(DATA, AspectCritic(name="kind", definition="Is it rude?")),
        of(DATA, kind.model_copy(update={"strictness": 3})),
        of(judge=ScriptedJudge({}, identity="large")),
        of(judge=None),
        of(embedder=named("one")),
        of(embedder=named("other")),
        of(repeats=2),
    ]
    assert len(set(found)) == len(found)
    assert None not in found


def test_another_version_of_the_package_makes_another(monkeypatch: pytest.MonkeyPatch):
    before = of()
    monkeypatch.setattr(fingerprints, "version", lambda name: "9.9.9")
    assert of() != before


def test_it_is_the_same_in_another_process():
    code = dedent(
        """
        from tests.unit.engine.test_fingerprint import DATA, double, of
        print(of(), of(DATA, double(2)))
        """
    )
    here = f"{of()} {of(DATA, double(2))}"
    there = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert there.stdout.strip() == here


# ── data ──


def sampled(**fields: Any) -> EvaluationDataset:
    return EvaluationDataset([SingleTurnSample(**fields)])


DATASETS: list[Callable[[], EvaluationDataset]] = [
    lambda: sampled(response="a"),
    lambda: sampled(reference="a"),
    lambda: sampled(response="a", retrieved_contexts=["b", "c"]),
    lambda: sampled(response="a", retrieved_contexts=["c", "b"]),
    lambda: sampled(response="a", retrieved_contexts=["bc"]),
    lambda: EvaluationDataset([SingleTurnSample(response="a")], ids=["x"]),
    lambda: EvaluationDataset([SingleTurnSample(response="a")], ids=[1]),
    lambda: EvaluationDataset([SingleTurnSample(response="a")], ids=["1"]),
    lambda: EvaluationDataset([SingleTurnSample(response="a")], extra={"weight": [1]}),
    lambda: EvaluationDataset([SingleTurnSample(response="a")], extra={"weight": [2]}),
    lambda: EvaluationDataset([SingleTurnSample(response="a")], extra={"other": [1]}),
    lambda: EvaluationDataset([MultiTurnSample(user_input=[HumanMessage(content="a")])]),
]


def test_datasets_that_differ_have_other_digests():
    digests = [dataset_digest(make()) for make in DATASETS]
    assert len(set(digests)) == len(DATASETS)
    assert digests == [dataset_digest(make()) for make in DATASETS]


def test_the_digest_is_the_same_whatever_the_data_came_as():
    rows = [{"user_input": "q", "response": "a"}, {"user_input": "r", "response": None}]
    assert dataset_digest(read_dataset(rows)) == dataset_digest(read_dataset(pd.DataFrame(rows)))


@pytest.mark.parametrize(
    "value",
    [float("nan"), float("inf"), np.float32(0.5), pd.Timestamp("2030-01-02"), {1, 2}, b"\xff", object],
)
def test_whatever_an_extra_column_holds_has_a_digest(value: object):
    one, other = (
        EvaluationDataset([SingleTurnSample(response="a")], extra={"more": [value]}) for _ in range(2)
    )
    assert dataset_digest(one) == dataset_digest(other)


@given(st.lists(st.text(st.characters(exclude_categories=())), min_size=1))
def test_any_texts_have_a_digest_that_tells_them_apart(texts: list[str]):
    assert dataset_digest(responses(*texts)) == dataset_digest(responses(*texts))
    assert dataset_digest(responses(*texts)) != dataset_digest(responses(*texts, "a"))


# ── metrics that are code ──


def double(factor: int) -> Metric:
    @numeric_metric(name="double")
    def metric(response: str) -> float:
        return factor / 10

    return metric


def test_a_function_is_told_by_its_code_and_what_it_closes_over():
    @numeric_metric(name="double")
    def other(response: str) -> float:
        return 2 / 10 + 0

    @discrete_metric(name="double", allowed_values=["a", "b"])
    def word(response: str) -> str:
        return "a"

    told = [told_metric(metric) for metric in (double(2), double(3), other, word)]
    assert (len(set(told)), None in told) == (4, False)
    assert told_metric(double(2)) == told[0]


def test_the_values_that_a_function_may_return_count():
    def metric(response: str) -> float:
        return 0.5

    wide, narrow = (
        numeric_metric(name="m", allowed_values=values)(metric) for values in ((0.0, 1.0), (0.0, 5.0))
    )
    assert told_metric(wide) != told_metric(narrow)


def test_a_class_of_ones_own_is_told_by_its_code_and_its_settings():
    told = [told_metric(metric) for metric in (Polite(), Polite(name="again"), PoliteAndShort())]
    assert (len(set(told)), None in told) == (3, False)


def test_the_prompt_that_a_class_of_ones_own_asks_counts(monkeypatch: pytest.MonkeyPatch):
    before = told_metric(Polite())
    monkeypatch.setattr(doubles, "POLITE", Prompt("is_polite", "Be strict.", Text, Opinion))
    assert told_metric(Polite()) != before


def test_code_that_cannot_be_told_has_no_fingerprint_so_that_nothing_wrong_is_found_again():
    holds_anything = object()

    @numeric_metric
    def odd(response: str) -> float:
        return float(holds_anything is None)

    assert told_metric(odd) is None
    assert of(DATA, odd, judge=None) is None


def test_a_setting_that_no_file_can_hold_has_no_fingerprint():
    assert told_metric(Computes(rule=len)) is None  # type: ignore[arg-type]
