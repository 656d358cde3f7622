"""Metrics on letters and words: reference values, and the same values as the libraries on any text."""

from __future__ import annotations

import asyncio
import sys

import pytest
import sacrebleu
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import Hamming, Jaro, JaroWinkler, Levenshtein
from rouge_score.rouge_scorer import RougeScorer

from ragas_nb.errors import ConfigurationError, DatasetError
from ragas_nb.metrics._bleu import BleuScore
from ragas_nb.metrics._chrf import ChrfScore
from ragas_nb.metrics._exact_match import ExactMatch
from ragas_nb.metrics._rouge import Mode, RougeScore, RougeType, tokens
from ragas_nb.metrics._string_presence import StringPresence
from ragas_nb.metrics._string_similarity import DistanceMeasure, NonLLMStringSimilarity
from ragas_nb.metrics.base import Metric, MetricResult
from ragas_nb.metrics.computing import ComputedMetric
from ragas_nb.schema import MultiTurnSample, SingleTurnSample
from ragas_nb.testing import measure

MEASURES = {
    DistanceMeasure.LEVENSHTEIN: Levenshtein,
    DistanceMeasure.HAMMING: Hamming,
    DistanceMeasure.JARO: Jaro,
    DistanceMeasure.JARO_WINKLER: JaroWinkler,
}
METRICS = [
    BleuScore(),
    ChrfScore(),
    ExactMatch(),
    NonLLMStringSimilarity(),
    RougeScore(),
    StringPresence(),
]
CAT = "the cat sat on the mat"
WORDS = st.sampled_from(
    [
        "the",
        "The",
        "cat",
        "cats",
        "sitting",
        "sat",
        "was",
        "generously",
        "flies",
        "dying",
        "über",
        "1,5",
        "猫",
    ]
)
TEXTS = st.lists(WORDS, max_size=12).map(" ".join) | st.text(max_size=40)


def score(metric: ComputedMetric, reference: str, response: str) -> float | int | str | None:
    return metric.compute(SingleTurnSample(reference=reference, response=response)).value


# ── exact match, presence ──


@pytest.mark.parametrize(
    ("reference", "response", "expected"), [("a", "a", 1.0), ("a", "A", 0.0), ("a", "a ", 0.0), ("", "", 1.0)]
)
def test_exact_match(reference: str, response: str, expected: float) -> None:
    assert score(ExactMatch(), reference, response) == expected


@pytest.mark.parametrize(
    ("reference", "response", "expected"),
    [
        ("Lima", "It is Lima.", 1.0),
        ("lima", "It is Lima.", 0.0),
        ("It is Lima.", "Lima", 0.0),
        ("", "a", 1.0),
    ],
)
def test_string_presence(reference: str, response: str, expected: float) -> None:
    assert score(StringPresence(), reference, response) == expected


# ── similarity ──


@pytest.mark.parametrize(
    ("distance", "reference", "response", "expected"),
    [
        ("levenshtein", "kitten sits", "sitting cat", 0.4545),
        ("hamming", "kitten sits", "sitting cat", 0.3636),
        ("jaro", "kitten sits", "sitting cat", 0.7100),
        ("jaro_winkler", "kitten sits", "sitting cat", 0.7100),
        ("hamming", "abc", "abcd", 0.75),
        ("levenshtein", "", "", 1.0),
        ("hamming", "", "", 1.0),
        ("jaro", "", "", 1.0),
        ("jaro_winkler", "", "", 1.0),
        ("levenshtein", "", "abc", 0.0),
    ],
)
def test_string_similarity_reference_values(
    distance: str, reference: str, response: str, expected: float
) -> None:
    metric = NonLLMStringSimilarity(distance_measure=DistanceMeasure(distance))
    assert score(metric, reference, response) == pytest.approx(expected, abs=5e-5)


@given(st.sampled_from(list(DistanceMeasure)), st.text(max_size=30), st.text(max_size=30))
def test_string_similarity_is_that_of_rapidfuzz(
    distance: DistanceMeasure, reference: str, response: str
) -> None:
    expected = 1 - MEASURES[distance].normalized_distance(reference, response)
    assert score(NonLLMStringSimilarity(distance_measure=distance), reference, response) == expected


@pytest.mark.parametrize("distance", list(DistanceMeasure))
def test_the_similarity_of_long_texts_is_that_of_rapidfuzz(distance: DistanceMeasure) -> None:
    reference, response = "Lima is in Peru. " * 300, "Quito is in Ecuador. " * 300
    expected = 1 - MEASURES[distance].normalized_distance(reference, response)
    assert score(NonLLMStringSimilarity(distance_measure=distance), reference, response) == expected


# ── BLEU, chrF ──


@pytest.mark.parametrize(
    ("reference", "response", "expected"),
    [
        (CAT, CAT, 1.0),
        (CAT, "", 0.0),
        ("the cat", "the cat", 0.0),  # no run of four words
        (CAT, "the cat sat on a mat", 0.5373),
        (f"It rained. {CAT}", f"It rained. {CAT}", 1.0),
    ],
)
def test_bleu_reference_values(reference: str, response: str, expected: float) -> None:
    assert score(BleuScore(), reference, response) == pytest.approx(expected, abs=5e-5)


@given(TEXTS, TEXTS, st.booleans(), st.sampled_from(["13a", "intl", "char", "none"]), st.booleans())
def test_bleu_is_that_of_sacrebleu(
    reference: str, response: str, lowercase: bool, tokenize: str, effective: bool
) -> None:
    settings = {"lowercase": lowercase, "tokenize": tokenize, "use_effective_order": effective}
    expected = min(1.0, sacrebleu.corpus_bleu([response], [[reference]], **settings).score / 100)
    assert score(BleuScore.model_validate(settings), reference, response) == expected


def test_bleu_is_never_above_one() -> None:
    assert sacrebleu.corpus_bleu([CAT], [[CAT]]).score > 100
    assert score(BleuScore(), CAT, CAT) == 1.0


@pytest.mark.parametrize(
    ("reference", "response", "expected"),
    [(CAT, CAT, 1.0), (CAT, " ", 0.0), ("", CAT, 0.0), ("", "", 0.0), ("猫が好き", "猫が嫌い", 0.2083)],
)
def test_chrf_reference_values(reference: str, response: str, expected: float) -> None:
    assert score(ChrfScore(), reference, response) == pytest.approx(expected, abs=5e-5)


@given(TEXTS.filter(str.strip), TEXTS.filter(str.strip), st.integers(0, 2), st.booleans(), st.booleans())
def test_chrf_is_that_of_sacrebleu(
    reference: str, response: str, word_order: int, remove_whitespace: bool, smoothing: bool
) -> None:
    settings = {
        "word_order": word_order,
        "remove_whitespace": remove_whitespace,
        "eps_smoothing": smoothing,
    }
    expected = sacrebleu.corpus_chrf([response], [[reference]], **settings).score / 100
    assert score(ChrfScore.model_validate(settings), reference, response) == expected


def test_parameters_of_sacrebleu_may_be_given_as_ragas_spells_them() -> None:
    assert BleuScore.model_validate({"kwargs": {"lowercase": True}}) == BleuScore(lowercase=True)
    assert ChrfScore.model_validate({"kwargs": {"word_order": 2}}) == ChrfScore(word_order=2)


@pytest.mark.parametrize("kwargs", [{"lowercse": True}, {"tokenize": "flores200"}, {"smooth_method": "best"}])
def test_parameters_that_sacrebleu_cannot_take_are_refused_when_the_metric_is_made(kwargs: object) -> None:
    with pytest.raises(ValueError, match="1 validation error"):
        BleuScore.model_validate({"kwargs": kwargs})


# ── ROUGE ──


@pytest.mark.parametrize(
    ("rouge_type", "mode", "expected"),
    [
        ("rougeL", "precision", 3 / 6),
        ("rougeL", "recall", 3 / 8),
        ("rougeL", "fmeasure", 3 / 7),
        ("rouge1", "recall", 6 / 8),
        ("rouge2", "precision", 2 / 5),
    ],
)
def test_rouge_reference_values(rouge_type: RougeType, mode: Mode, expected: float) -> None:
    reference, response = "The cats were sitting on the old mat", "On the mat the cat sits"
    metric = RougeScore(rouge_type=rouge_type, mode=mode)
    assert (metric.column, score(metric, reference, response)) == (f"rouge_score(mode={mode})", expected)


@pytest.mark.parametrize("text", ["", "...", "猫が好き"])
def test_a_text_without_words_has_no_overlap(text: str) -> None:
    assert [score(RougeScore(mode=mode), CAT, text) for mode in ("fmeasure", "precision", "recall")] == [
        0.0
    ] * 3
    assert score(RougeScore(), text, text) == 0.0


@given(
    st.sampled_from(["rouge1", "rouge2", "rougeL"]),
    st.sampled_from(["fmeasure", "precision", "recall"]),
    TEXTS,
    TEXTS,
)
def test_rouge_is_that_of_rouge_score(
    rouge_type: RougeType, mode: Mode, reference: str, response: str
) -> None:
    expected = getattr(
        RougeScorer([rouge_type], use_stemmer=True).score(reference, response)[rouge_type], mode
    )
    assert score(RougeScore(rouge_type=rouge_type, mode=mode), reference, response) == expected


@given(st.text("aeioustylngrmedcz'’- ISKÉ\n0", max_size=60))
def test_words_and_stems_are_those_of_rouge_score(text: str) -> None:
    assert tokens(text) == RougeScorer(["rougeL"], use_stemmer=True)._tokenizer.tokenize(text)


def test_rouge_of_long_texts_is_that_of_all_common_words() -> None:
    metric = RougeScore(mode="recall")
    assert score(metric, "a b c d " * 1000, "x a c y " * 1000) == 0.5


# ── all of them ──


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
async def test_a_missing_field_is_named(metric: Metric) -> None:
    with pytest.raises(DatasetError, match="the sample has no 'reference'"):
        await measure(metric, SingleTurnSample(response="a"))


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_they_score_single_questions_only(metric: Metric) -> None:
    assert (metric.scores(SingleTurnSample), metric.scores(MultiTurnSample)) == (True, False)


def test_exact_match_says_no_more_than_its_value() -> None:
    sample = SingleTurnSample(reference="a", response="a")
    assert asyncio.run(measure(ExactMatch(), sample)) == MetricResult(1.0)


@pytest.mark.parametrize(
    ("metric", "package"), [(BleuScore(), "sacrebleu"), (ChrfScore(), "sacrebleu"), (RougeScore(), "nltk")]
)
def test_a_missing_package_is_named_with_the_line_that_installs_it(
    metric: Metric, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    metric.check_ready()
    monkeypatch.setattr(sys, "path", [])
    for module in [name for name in sys.modules if name.partition(".")[0] == package]:
        monkeypatch.delitem(sys.modules, module)
    with pytest.raises(ConfigurationError) as caught:
        metric.check_ready()
    assert str(caught.value) == (
        f"Metric {metric.column!r} needs the package {package!r}. Install it: pip install 'ragas_nb[text]'."
    )
