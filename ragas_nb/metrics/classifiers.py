"""Local models that say how likely a text proves a statement."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache, partial
from importlib import import_module
from typing import Any, Final, Protocol, TypeAlias, runtime_checkable

from ragas_nb.errors import ConfigurationError

HHEM: Final = "vectara/hallucination_evaluation_model"

Pair: TypeAlias = tuple[str, str]
"""A text, and a statement that it may prove."""
Classify: TypeAlias = Callable[[Sequence[Pair]], list[float]]


@runtime_checkable
class PairClassifier(Protocol):
    """Says for each pair how likely the text proves the statement; called in threads, several at a time."""

    def probabilities(self, pairs: Sequence[Pair]) -> Sequence[float]:
        """One probability, 0 to 1, per pair and in the same order."""


@lru_cache(maxsize=2)
def local_classifier(
    model: str, device: str, batch_size: int, trust_remote_code: bool
) -> TransformersClassifier:
    """The classifier of these settings; the same one each time, so that a model is loaded once."""
    return TransformersClassifier(model, device, batch_size, trust_remote_code)


class TransformersClassifier:
    """A model of the `transformers` package, loaded when first used; it works on one list at a time.

    It is one with a `predict` of its own (HHEM), one with a single output, or one with an output labelled
    "entailment". What does not fit into such a model is cut off at the end of the text.
    """

    def __init__(self, model: str, device: str, batch_size: int, trust_remote_code: bool) -> None:
        self._load = partial(_load, model, device, trust_remote_code)
        self._batch_size = batch_size
        self._classify: Classify | None = None
        self._lock = threading.Lock()

    def probabilities(self, pairs: Sequence[Pair]) -> list[float]:
        """One probability per pair.

        Raises:
            ConfigurationError: the model cannot be loaded, or does not tell whether a text proves another.
        """
        with self._lock:
            if self._classify is None:
                self._classify = self._load()
            found: list[float] = []
            for start in range(0, len(pairs), self._batch_size):
                found += self._classify(pairs[start : start + self._batch_size])
            return found


def _load(model: str, device: str, trust_remote_code: bool) -> Classify:
    transformers = import_module("transformers")
    try:
        with _no_progress_bars(transformers.utils.logging):
            network = transformers.AutoModelForSequenceClassification.from_pretrained(
                model, trust_remote_code=trust_remote_code
            )
            if hasattr(network, "predict"):
                return partial(_predicted, network.to(device).eval())
            tokenizer = transformers.AutoTokenizer.from_pretrained(model, trust_remote_code=trust_remote_code)
    except (OSError, ValueError) as error:
        raise ConfigurationError(
            f"The model {model!r} cannot be loaded: {error} "
            "Pass model= with the folder of a model, or its name on the hub."
        ) from error
    return partial(_entailed, network.to(device).eval(), tokenizer, _place(model, network.config.id2label))


@contextmanager
def _no_progress_bars(bars: Any) -> Iterator[None]:
    """Loading shows no bar meanwhile: it would land in whichever cell ran last."""
    shown = bars.is_progress_bar_enabled()
    bars.disable_progress_bar()
    try:
        yield
    finally:
        if shown:
            bars.enable_progress_bar()


def _place(model: str, labels: dict[int, str]) -> int | None:
    """Which output tells of entailment; None where there is only one."""
    if len(labels) == 1:
        return None
    for place, label in labels.items():
        if label.casefold().startswith("entail"):
            return place
    raise ConfigurationError(
        f"The model {model!r} tells {', '.join(labels.values())}; one of its labels has to be 'entailment'. "
        "Pass model= with one for natural language inference."
    )


def _predicted(network: Any, pairs: Sequence[Pair]) -> list[float]:
    """What a model says that takes pairs of texts itself."""
    with import_module("torch").inference_mode():
        return [float(one) for one in network.predict(list(pairs)).flatten().tolist()]


def _entailed(network: Any, tokenizer: Any, place: int | None, pairs: Sequence[Pair]) -> list[float]:
    """What a model says that takes tokens."""
    texts, statements = map(list, zip(*pairs, strict=True))
    torch = import_module("torch")
    tokens = tokenizer(texts, statements, padding=True, truncation="only_first", return_tensors="pt")
    with torch.inference_mode():
        logits = network(**tokens.to(network.device)).logits
    chances = logits.sigmoid()[:, 0] if place is None else logits.softmax(dim=-1)[:, place]
    return [float(one) for one in chances.tolist()]
