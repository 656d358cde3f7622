"""Local models through the real `transformers`, on tiny ones made here; runs where the extra `local` is."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from ragas_nb.errors import ConfigurationError
from ragas_nb.metrics.classifiers import TransformersClassifier

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")
tokenizers = pytest.importorskip("tokenizers")
safetensors = pytest.importorskip("safetensors.torch")

PAIRS = [("lima is in peru " * 30, "lima is in peru"), ("quito is in ecuador", "lima"), ("", "peru")]
WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "lima", "quito", "is", "in", "peru", "ecuador"]
CODE = """
import torch
from transformers import PretrainedConfig, PreTrainedModel

class OwnConfig(PretrainedConfig):
    model_type = "own"

class Own(PreTrainedModel):
    config_class = OwnConfig

    def __init__(self, config):
        super().__init__(config)
        self.layer = torch.nn.Linear(1, 1)
        self.post_init()

    def predict(self, pairs):
        return torch.tensor([0.75 if statement in text else 0.25 for text, statement in pairs])
"""


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)


def network(folder: Path, labels: Sequence[str]) -> str:
    """A model of 32 tokens that has learnt nothing."""
    places = {word: place for place, word in enumerate(WORDS)}
    words = tokenizers.Tokenizer(tokenizers.models.WordLevel(places, unk_token="[UNK]"))
    words.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    words.post_processor = tokenizers.processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    transformers.PreTrainedTokenizerFast(
        tokenizer_object=words, pad_token="[PAD]", unk_token="[UNK]", model_max_length=32
    ).save_pretrained(folder)
    config = transformers.BertConfig(
        vocab_size=len(WORDS), hidden_size=8, num_hidden_layers=1, num_attention_heads=1,
        intermediate_size=8, max_position_embeddings=32, id2label=dict(enumerate(labels)),
    )  # fmt: skip
    torch.manual_seed(1)
    transformers.BertForSequenceClassification(config).save_pretrained(folder)
    return str(folder)


def with_code(folder: Path) -> str:
    """A model that brings its own code, as HHEM does."""
    names = {"AutoConfig": "own.OwnConfig", "AutoModelForSequenceClassification": "own.Own"}
    (folder / "own.py").write_text(CODE)
    (folder / "config.json").write_text(json.dumps({"model_type": "own", "auto_map": names}))
    weights = {"layer.weight": torch.zeros(1, 1), "layer.bias": torch.zeros(1)}
    safetensors.save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    return str(folder)


@pytest.mark.parametrize("labels", [["contradiction", "neutral", "ENTAILMENT"], ["consistent"]])
def test_batches_do_not_change_what_a_model_says(tmp_path: Path, labels: list[str]) -> None:
    model = network(tmp_path, labels)
    at_once = TransformersClassifier(model, "cpu", 3, False).probabilities(PAIRS)
    one_by_one = TransformersClassifier(model, "cpu", 1, False).probabilities(PAIRS)
    assert at_once == pytest.approx(one_by_one, abs=1e-6)
    assert all(0 < chance < 1 for chance in at_once)


def test_the_chance_of_entailment_is_the_one_that_counts(tmp_path: Path) -> None:
    first = network(tmp_path / "first", ["entailment", "neutral"])
    second = network(tmp_path / "second", ["neutral", "entailment"])
    chances = [TransformersClassifier(m, "cpu", 3, False).probabilities(PAIRS) for m in (first, second)]
    assert [a + b for a, b in zip(*chances, strict=True)] == pytest.approx([1.0] * 3)


def test_a_model_with_code_of_its_own_is_asked_in_its_own_way_when_trusted(tmp_path: Path) -> None:
    model = with_code(tmp_path)
    assert TransformersClassifier(model, "cpu", 2, True).probabilities(PAIRS) == [0.75, 0.25, 0.25]
    with pytest.raises(ConfigurationError, match="trust_remote_code=True"):
        TransformersClassifier(model, "cpu", 2, False).probabilities(PAIRS)


def test_a_model_for_something_else_is_refused(tmp_path: Path) -> None:
    model = network(tmp_path, ["spam", "ham"])
    with pytest.raises(ConfigurationError, match="tells spam, ham; one of its labels has to be 'entailment'"):
        TransformersClassifier(model, "cpu", 2, False).probabilities(PAIRS)


def test_a_model_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"The model '.*nowhere' cannot be loaded"):
        TransformersClassifier(str(tmp_path / "nowhere"), "cpu", 2, False).probabilities(PAIRS)


def test_loading_shows_no_bar(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    model = network(tmp_path, ["entailment"])
    capfd.readouterr()
    TransformersClassifier(model, "cpu", 2, False).probabilities(PAIRS)
    assert capfd.readouterr() == ("", "")
    assert transformers.utils.logging.is_progress_bar_enabled()
