"""A server that fails in every way at once: no score is missing where asking again can help."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import ragas_nb as rnb
from ragas_nb.judges.openai import OpenAIEmbedder, OpenAIJudge
from ragas_nb.preparing import Resume
from ragas_nb.run import Run
from tests.loopback.fixtures import Loopback
from tests.loopback.samples import make_samples

FAULTS: dict[str, object] = {
    "p_429": 0.10,
    "p_500": 0.10,
    "p_reset": 0.05,
    "p_bad_json": 0.10,
    "p_truncated": 0.05,
    "p_timeout": 0.02,
    "retry_after_s": 0.02,
}


def begin(loopback: Loopback, store: Path, samples: int, resume: Resume = "auto") -> Run:
    return rnb.start(
        make_samples(samples),
        llm=OpenAIJudge("judge", base_url=loopback.base_url, api_key="none"),
        embeddings=OpenAIEmbedder("embed", base_url=loopback.base_url, api_key="none"),
        run_config=rnb.RunConfig(timeout=1.0, max_wait=0.1),
        store=store,
        resume=resume,
    )


async def test_every_fault_at_once_costs_no_score_that_asking_again_can_give(
    loopback: Loopback, tmp_path: Path
):
    loopback.configure(**FAULTS)
    run = begin(loopback, tmp_path / "runs.sqlite", samples=40)
    result = await run
    for failure in result.errors.itertuples():
        assert failure.message
        assert (failure.kind == "invalid_output") == bool(failure.raw)
    for _ in range(5):
        if not len(result.errors):
            break
        result = await run.retry_failed()
    assert (len(result.errors), run.status) == (0, "finished")
    assert all(score is not None for scores in result.scores for score in scores.values())
    loopback.reset()
    again = await begin(loopback, tmp_path / "runs.sqlite", samples=40, resume="never")
    assert (again.scores, loopback.stats()["by_path"].keys() - {"/v1/embeddings"}) == (result.scores, set())


async def test_a_fault_that_stays_is_told_with_kind_and_raw_reply(loopback: Loopback, tmp_path: Path):
    loopback.configure(p_truncated=1.0)
    result = await begin(loopback, tmp_path / "runs.sqlite", samples=3)
    assert Counter(result.errors["kind"]) == {"invalid_output": 12}
    assert all(result.errors["raw"].str.startswith("{"))
