"""Requests of six metrics on one sample with four contexts: in one run, and in a run of its own for each."""

from __future__ import annotations

from collections.abc import Sequence

import ragas_nb as rnb
from ragas_nb.judges.openai import OpenAIEmbedder, OpenAIJudge
from ragas_nb.metrics import AnswerCorrectness, ContextPrecision, Faithfulness, LLMContextRecall
from ragas_nb.metrics._factual_correctness import FactualCorrectness
from ragas_nb.metrics._noise_sensitivity import NoiseSensitivity
from ragas_nb.metrics.base import Metric
from tests.loopback.fixtures import Loopback, start_loopback, stop_loopback
from tests.loopback.samples import make_samples

CONTEXTS = 4
ALONE = {
    Faithfulness(): 2,  # split the response, check its statements
    AnswerCorrectness(): 4,  # split response and reference, compare them; one embedding request
    FactualCorrectness(): 4,  # split and check in both directions
    NoiseSensitivity(): 2 * CONTEXTS
    + 3,  # split both; check both by each context, and the response's once more
    ContextPrecision(): CONTEXTS,  # judge each context
    LLMContextRecall(): 1,
}
"""What each metric asks when it is alone."""
SHARED = 3
"""Equal steps: three metrics split the response, two the reference."""


def requests_of(loopback: Loopback, metrics: Sequence[Metric], sample: dict[str, object]) -> int:
    """How many requests one run of these metrics sends."""
    loopback.reset()
    result = rnb.evaluate(
        [sample],
        metrics,
        llm=OpenAIJudge("judge", base_url=loopback.base_url, api_key="none"),
        embeddings=OpenAIEmbedder("embed", base_url=loopback.base_url, api_key="none"),
        store=None,
    )
    if len(result.errors):
        raise RuntimeError(f"{len(result.errors)} jobs failed: {result.errors.iloc[0].to_dict()}")
    return len(loopback.requests())


def main() -> bool:
    """Print the table; whether every number is the one expected."""
    sample = next(one for one in make_samples(50) if len(list(one["retrieved_contexts"])) == CONTEXTS)  # type: ignore[call-overload]
    process, loopback = start_loopback()
    try:
        alone = {metric: requests_of(loopback, [metric], sample) for metric in ALONE}
        together = requests_of(loopback, list(ALONE), sample)
        both = requests_of(loopback, [NoiseSensitivity(), NoiseSensitivity(mode="irrelevant")], sample)
    finally:
        stop_loopback(process)
    for metric, count in alone.items():
        print(f"  {count:3}  {metric.column} alone")
    total = sum(alone.values())
    print(f"  {total:3}  each in a run of its own\n  {together:3}  in one run: {total - together} saved")
    print(f"  {both:3}  both modes of noise sensitivity in one run")
    return alone == ALONE and together == total - SHARED and both == ALONE[NoiseSensitivity()]


if __name__ == "__main__":
    raise SystemExit(not main())
