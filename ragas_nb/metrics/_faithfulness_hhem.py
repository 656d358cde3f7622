"""Faithfulness by a small local model instead of a judge's verdicts."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from importlib.util import find_spec
from typing import ClassVar

from pydantic import ConfigDict, Field

from ragas_nb.errors import ConfigurationError
from ragas_nb.judges.threads import in_thread
from ragas_nb.metrics.asking import AskingMetric, Prompts
from ragas_nb.metrics.base import Ask, MetricResult
from ragas_nb.metrics.classifiers import HHEM, PairClassifier, local_classifier
from ragas_nb.metrics.reading import given, joined
from ragas_nb.metrics.scoring import mean
from ragas_nb.metrics.statements import SPLIT, statements_of
from ragas_nb.schema import SingleTurnSample

_PACKAGES = ("transformers", "torch")


class FaithfulnesswithHHEM(AskingMetric):
    """Tells how much of the response the retrieved contexts prove, by a local model trained to see it.

    Fields: `user_input`, `response`, `retrieved_contexts`. Range 0 to 1, higher is better. One request per
    sample for the statements (shared with faithfulness); the verdicts cost computing time only. Needs the
    packages `transformers` and `torch`: pip install 'ragas_nb[local]'.

    Score: mean of the rounded probabilities that the contexts, as one text, prove a statement. None when the
    response states nothing. Source: Vectara's HHEM, Hughes Hallucination Evaluation Model (2023).

    Differs from Ragas: the model is loaded when it is first used, and never holds up the notebook; any model
    that tells entailment can take the place of HHEM; code that comes with a model runs only for HHEM itself
    (whose code is Vectara's) or with `trust_remote_code=True`.

    >>> FaithfulnesswithHHEM(model="models/nli", batch_size=32).column
    'faithfulness_with_hhem'
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    name: str = "faithfulness_with_hhem"
    model: str = HHEM
    """A folder with a model, or its name on the hub."""
    device: str = "cpu"
    batch_size: int = Field(default=10, ge=1)
    """How many statements are classified at once."""
    trust_remote_code: bool = False
    """Whether Python code that comes with another model than HHEM may run."""
    classifier: PairClassifier | None = None
    """What classifies instead of a model that is loaded."""
    requires: ClassVar[frozenset[str]] = frozenset({"user_input", "response", "retrieved_contexts"})
    steps: ClassVar[Prompts] = (SPLIT,)

    def check_ready(self) -> None:
        """Make sure that what loads the model is installed.

        Raises:
            ConfigurationError: a package is missing.
        """
        missing = [package for package in _PACKAGES if find_spec(package) is None]
        if self.classifier is None and missing:
            raise ConfigurationError(
                f"Metric {self.name!r} runs a local model with the packages {' and '.join(_PACKAGES)}; "
                f"not installed: {', '.join(missing)}. Install them: pip install 'ragas_nb[local]'."
            )

    async def measure(self, sample: SingleTurnSample, ask: Ask) -> MetricResult:
        """The share of the response's statements that the model sees proven."""
        context = joined(given(sample.retrieved_contexts, "retrieved_contexts"))
        statements = await statements_of(
            ask, given(sample.user_input, "user_input"), given(sample.response, "response")
        )
        if not statements:
            return MetricResult(None, "the response makes no statement")
        pairs = [(context, statement) for statement in statements]
        found = await in_thread(partial(self._classifier().probabilities, pairs))
        verdicts = _rounded(found, len(statements))
        return MetricResult(mean(verdicts), f"{sum(verdicts)} of {len(verdicts)} statements supported")

    def _classifier(self) -> PairClassifier:
        if self.classifier is not None:
            return self.classifier
        trusted = self.trust_remote_code or self.model == HHEM
        return local_classifier(self.model, self.device, self.batch_size, trusted)


def _rounded(probabilities: Sequence[float], asked: int) -> list[int]:
    """The verdicts; exactly a half counts as not proven.

    Raises:
        ValueError: there is not one probability for each statement.
    """
    if len(probabilities) != asked or not all(0 <= one <= 1 for one in probabilities):
        raise ValueError(
            f"the classifier gave {list(probabilities)} for {asked} statements; "
            "it has to give one probability for each, in order"
        )
    return [round(probability) for probability in probabilities]
