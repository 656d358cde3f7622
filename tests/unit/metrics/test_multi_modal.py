"""Scripted verdicts → score for the multi-modal metrics; what a judge, a trace and a view get of an image."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from ragas_nb.engine.events import JobFailed, JobScored
from ragas_nb.errors import ConfigurationError, JudgeOutputInvalid
from ragas_nb.judges.base import JudgeRequest, Reply
from ragas_nb.judges.calls import FunctionJudge
from ragas_nb.judges.images.image import Image, images_of
from ragas_nb.judges.offline import OfflineJudge
from ragas_nb.metrics._multi_modal import (
    JUDGE_FAITHFULNESS,
    JUDGE_RELEVANCE,
    ExchangeInContexts,
    Faithful,
    MultiModalFaithfulness,
    MultiModalRelevance,
    Relevant,
    ResponseInContexts,
)
from ragas_nb.metrics.base import Metric, MetricResult
from ragas_nb.run import Run
from ragas_nb.schema import EvaluationDataset, SingleTurnSample
from ragas_nb.testing import ScriptedJudge, measure
from tests.loopback.image_server import JPEG, PNG, ImageServer, reply
from tests.unit.doubles import new_run, record
from tests.unit.judges.picturing import content_of, data_uri

SAMPLE = SingleTurnSample(
    user_input="What is on the mat?",
    response="A cat sits on the mat.",
    retrieved_contexts=["A mat.", data_uri(PNG), "On it: see the picture.", data_uri(JPEG, "image/jpeg")],
)
METRICS = [MultiModalFaithfulness(), MultiModalRelevance()]
YES = {
    "judge_multi_modal_faithfulness": {"reason": "It does.", "faithful": True},
    "judge_multi_modal_relevance": {"reason": "It does.", "relevant": True},
}
NO = {
    "judge_multi_modal_faithfulness": {"reason": "It is a dog.", "faithful": False},
    "judge_multi_modal_relevance": {"reason": "It is a dog.", "relevant": False},
}
SHOWN: list[str | Image] = ["A mat.", Image.of(2, PNG), "On it: see the picture.", Image.of(4, JPEG)]
QUESTIONS = [
    ResponseInContexts(response="A cat sits on the mat.", retrieved_contexts=SHOWN),
    ExchangeInContexts(
        user_input="What is on the mat?", response="A cat sits on the mat.", retrieved_contexts=SHOWN
    ),
]
"""What a judge is asked about the sample, by metric."""


def changed(**fields: object) -> SingleTurnSample:
    return SAMPLE.model_copy(update=fields)


class Looking(ScriptedJudge):
    """Keeps the content of the images that it is shown, while it is shown them."""

    def __init__(self, *args: object) -> None:
        super().__init__(*args)  # type: ignore[arg-type]
        self.seen: list[bytes] = []

    async def reply(self, request: JudgeRequest) -> Reply:
        self.seen += [content_of(image) for image in images_of(request.input)]
        return await super().reply(request)


async def ended(run: Run) -> JobScored | JobFailed:
    """How the one job of a run ended, with its trace."""
    events = record(run)
    await run
    (outcome,) = (event for event in events if isinstance(event, JobScored | JobFailed))
    return outcome


# Scores


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize(("answers", "expected"), [(YES, (1.0, "It does.")), (NO, (0.0, "It is a dog."))])
async def test_score_is_the_verdict(
    metric: Metric, answers: dict[str, object], expected: tuple[float, str]
) -> None:
    judge = ScriptedJudge(answers)  # type: ignore[arg-type]
    assert await measure(metric, SAMPLE, judge=judge) == MetricResult(*expected)


@pytest.mark.parametrize(("metric", "question"), list(zip(METRICS, QUESTIONS, strict=True)))
async def test_judge_is_asked_once_about_texts_and_images_in_their_order(
    metric: Metric, question: ResponseInContexts | ExchangeInContexts
) -> None:
    judge = Looking(YES)
    await measure(metric, SAMPLE, judge=judge)
    (request,) = judge.requests
    assert request.input.model_dump() == question.model_dump()
    assert judge.seen == [PNG, JPEG]


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize(
    ("sample", "expected"),
    [
        (changed(response=" \n"), MetricResult(None, "the response is blank")),
        (changed(retrieved_contexts=[]), MetricResult(0.0, "there is no context to bear the response out")),
        (
            changed(retrieved_contexts=["", " "]),
            MetricResult(0.0, "there is no context to bear the response out"),
        ),
        (changed(response="", retrieved_contexts=[]), MetricResult(None, "the response is blank")),
    ],
)
async def test_nobody_is_asked_where_there_is_nothing_to_ask(
    metric: Metric, sample: SingleTurnSample, expected: MetricResult
) -> None:
    judge = ScriptedJudge({})
    assert await measure(metric, sample, judge=judge) == expected
    assert judge.requests == []


@pytest.mark.parametrize(
    ("prompt", "said", "answer"),
    [
        (JUDGE_FAITHFULNESS, '{"reason": "", "faithful": "yes"}', Faithful(reason="", faithful=True)),
        (JUDGE_FAITHFULNESS, '{"faithful": 0, "reason": "r"}', Faithful(reason="r", faithful=False)),
        (JUDGE_RELEVANCE, '{"reason": "", "relevant": "False"}', Relevant(reason="", relevant=False)),
    ],
)
def test_verdict_may_be_said_in_other_words(prompt: object, said: str, answer: object) -> None:
    assert prompt.parse(said, QUESTIONS[0]) == answer  # type: ignore[attr-defined]


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("verdict", [2, "perhaps", None, 0.5])
async def test_other_verdicts_are_invalid(metric: Metric, verdict: object) -> None:
    answer = {"reason": "r", "faithful": verdict, "relevant": verdict}
    with pytest.raises(JudgeOutputInvalid):
        await measure(metric, SAMPLE, judge=ScriptedJudge(dict.fromkeys(YES, answer)))


async def test_texts_alone_need_no_judge_that_sees() -> None:
    judge = FunctionJudge(lambda prompt: '{"reason": "So.", "faithful": true}')
    sample = changed(retrieved_contexts=["A cat sits on the mat."])
    assert await measure(METRICS[0], sample, judge=judge) == MetricResult(1.0, "So.")


# From where images are loaded


async def test_image_file_below_an_allowed_folder_is_shown(tmp_path: Path) -> None:
    (tmp_path / "cat.png").write_bytes(JPEG)
    sample = changed(retrieved_contexts=["cat.png", f"{tmp_path}/cat.png"])
    judge = Looking(YES)
    await measure(MultiModalFaithfulness(allowed_folders=(str(tmp_path),)), sample, judge=judge)
    assert judge.seen == [JPEG, JPEG]


async def test_what_is_not_allowed_stays_text_and_is_told(tmp_path: Path) -> None:
    (tmp_path / "cat.png").write_bytes(PNG)
    server = ImageServer({"/cat": reply()})
    contexts = [f"{tmp_path}/cat.png", server.url("/cat"), "A mat."]
    judge = Looking(NO)
    result = await measure(METRICS[0], changed(retrieved_contexts=contexts), judge=judge)
    server.close()
    assert judge.requests[0].input == ResponseInContexts(
        response="A cat sits on the mat.", retrieved_contexts=list(contexts)
    )
    assert result == MetricResult(
        0.0,
        "It is a dog. (context 1 was judged as text: allowed_folders names no folder to read image files "
        "from; context 2 was judged as text: addresses are fetched only with allow_urls=True)",
    )
    assert server.heard == []


@pytest.mark.parametrize("kind", [MultiModalFaithfulness, MultiModalRelevance])
async def test_address_on_this_computer_fails_the_job_and_is_not_asked(
    kind: type[MultiModalFaithfulness | MultiModalRelevance],
) -> None:
    server = ImageServer({"/cat.png": reply()})
    samples = EvaluationDataset([changed(retrieved_contexts=["A mat.", server.url("/cat.png?key=hush")])])
    judge = ScriptedJudge(YES)
    outcome = await ended(new_run(samples, [kind(allow_urls=True)], judge))
    server.close()
    assert isinstance(outcome, JobFailed)
    assert (outcome.kind, outcome.error, outcome.message) == (
        "metric_error",
        "DatasetError",
        f"context 2 ('{server.url('/cat.png')}') cannot be shown to the judge: "
        "'127.0.0.1' is not on the public internet, and nothing else is fetched.",
    )
    assert (server.heard, judge.requests) == ([], [])


async def test_one_broken_image_fails_its_job_and_no_other() -> None:
    samples = EvaluationDataset([changed(retrieved_contexts=[data_uri(PNG), data_uri(b"<html>")]), SAMPLE])
    judge = ScriptedJudge(YES)
    run = new_run(samples, [METRICS[0]], judge)
    result = await run
    assert result["faithful_rate"] == [None, 1.0]
    assert [failure.message for failure in run.state.failures()] == [
        "context 2 ([image, 6 B, image/png]) cannot be shown to the judge: "
        "its content is no PNG, JPEG, GIF or WebP image."
    ]
    assert len(judge.requests) == 1


def test_folder_that_is_not_there_is_told_before_the_run(tmp_path: Path) -> None:
    MultiModalRelevance(allowed_folders=(tmp_path,)).check_ready()
    with pytest.raises(ConfigurationError, match="'relevance_rate': allowed_folders names 'no images here'"):
        MultiModalRelevance(allowed_folders=(tmp_path, Path("no images here"))).check_ready()


def test_metric_can_be_kept_as_json() -> None:
    metric = MultiModalFaithfulness(allowed_folders=(Path("scans"),), allow_urls=True, name="seen")
    assert MultiModalFaithfulness.model_validate_json(metric.model_dump_json()) == metric


# What stays of an image


async def test_equal_images_are_asked_about_once_and_others_again() -> None:
    same = [changed(retrieved_contexts=[data_uri(PNG)]), changed(retrieved_contexts=[f" {data_uri(PNG)}"])]
    other = changed(retrieved_contexts=[data_uri(PNG + b"1")])
    forged = changed(retrieved_contexts=[Image.of(1, PNG).model_dump_json()])
    judge = Looking(YES)
    await new_run(EvaluationDataset([*same, other, forged]), [METRICS[0]], judge)
    assert sorted(judge.seen) == [PNG, PNG + b"1"]
    assert len(judge.requests) == 3


async def test_image_is_shown_again_after_an_invalid_answer_and_then_forgotten() -> None:
    judge = Looking({"judge_multi_modal_faithfulness": ["no idea", YES["judge_multi_modal_faithfulness"]]})
    run = new_run(EvaluationDataset([SAMPLE]), [METRICS[0]], judge)
    outcome = await ended(run)
    assert isinstance(outcome, JobScored)
    assert judge.seen == [PNG, JPEG, PNG, JPEG]
    images = [image for step in outcome.trace for image in images_of(step.input)]  # type: ignore[union-attr]
    assert [image._data_uri for image in images] == [None, None]


async def test_trace_describes_an_image_in_few_words() -> None:
    huge = data_uri(PNG + bytes(2_000_000))
    run = new_run(EvaluationDataset([changed(retrieved_contexts=[huge])]), [METRICS[0]], ScriptedJudge(YES))
    result = await run
    (record,) = result.steps(run.state.ids[0], "faithful_rate")
    digest = Image.of(1, PNG + bytes(2_000_000)).digest
    assert record.input["retrieved_contexts"] == [
        {"image": 1, "media_type": "image/png", "size": "2.0 MB", "digest": digest}
    ]
    assert len(json.dumps(record.input) + record.text) < 4000


# Judges that cannot be shown images


async def test_judge_of_words_refuses_clearly() -> None:
    for judge, words in (
        (OfflineJudge(), "The offline judge cannot answer step 'judge_multi_modal_faithfulness'"),
        (FunctionJudge(lambda prompt: "", name="mine"), "the judge 'mine' cannot be shown any"),
    ):
        run = new_run(EvaluationDataset([SAMPLE]), [METRICS[0]], judge)  # type: ignore[arg-type]
        outcome = await asyncio.wait_for(ended(run), 20)
        assert isinstance(outcome, JobFailed)
        assert (outcome.kind, outcome.step) == ("refused", "judge_multi_modal_faithfulness")
        assert words in outcome.message
