"""The fold of events: what each one changes, and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from ragas_nb.engine.events import (
    Event,
    JobFailed,
    JobScored,
    JobStarted,
    MarkKind,
    RunEnded,
    RunStarted,
    SampleMarked,
    UsageAdded,
)
from ragas_nb.judges.base import Usage
from ragas_nb.store.ledger import Spent
from ragas_nb.store.state import FAILED, PENDING, RUNNING, SCORED, UNDEFINED, Mark, State

AT = datetime(2030, 1, 2, tzinfo=UTC)


def started(sample_id: str, metric: str = "m") -> JobStarted:
    return JobStarted(sample_id=sample_id, metric=metric)


def scored(sample_id: str, value: float | str | None, metric: str = "m") -> JobScored:
    return JobScored(sample_id=sample_id, metric=metric, value=value)


def failed(sample_id: str, metric: str = "m") -> JobFailed:
    return JobFailed(sample_id=sample_id, metric=metric, kind="ValueError", message="no")


def used(sample_id: str, cost: float | None, model: str = "small") -> UsageAdded:
    usage = Usage(input_tokens=10, output_tokens=2, cached_tokens=5)
    return UsageAdded(sample_id=sample_id, metric="m", step="s", model=model, usage=usage, cost=cost)


def folded(*events: Event, metrics: tuple[str, ...] = ("m",)) -> State:
    state = State(["a", "b", "c"], metrics)
    for event in events:
        state.apply(event)
    return state


def marked(sample_id: str, kind: MarkKind, text: str | None) -> SampleMarked:
    return SampleMarked(sample_id=sample_id, kind=kind, text=text, author="Ana", at=AT)


def test_tags_stand_in_the_order_in_which_they_came_each_once():
    tags = [marked("b", "tag", "x"), marked("b", "tag", "y"), marked("b", "tag", "x")]
    assert folded(*tags).marks == {1: Mark(("x", "y"))}
    assert folded(*tags, marked("b", "untag", "x"), marked("b", "tag", "x")).marks == {1: Mark(("y", "x"))}


def test_the_last_note_counts_and_a_sample_without_marks_has_none():
    notes = [marked("a", "note", "first"), marked("a", "note", "last"), marked("a", "tag", "x")]
    assert folded(*notes).marks == {0: Mark(("x",), "last")}
    assert folded(*notes, marked("a", "note", None), marked("a", "untag", "x")).marks == {}


def test_before_the_first_event_everything_is_pending():
    state = folded()
    assert (state.status, state.scores("m"), bytes(state.columns["m"].statuses)) == (
        "starting",
        [None, None, None],
        bytes([PENDING] * 3),
    )


def test_a_run_that_started_is_running_since_then():
    state = folded(RunStarted(run_id="1", name="n", at=AT))
    assert (state.status, state.started_at) == ("running", AT)


def test_jobs_are_kept_by_sample_and_metric():
    state = folded(scored("c", 0.5), scored("a", None), failed("b"))
    assert bytes(state.columns["m"].statuses) == bytes([UNDEFINED, FAILED, SCORED])
    assert state.scores("m") == [None, None, 0.5]
    assert [state.outcome(sample_id, "m") for sample_id in "abc"] == [
        scored("a", None),
        failed("b"),
        scored("c", 0.5),
    ]


def test_of_a_plain_score_only_the_number_is_kept():
    explained = JobScored(sample_id="a", metric="m", value=0.5, reason="half of it")
    state = folded(explained, scored("b", 0.5))
    assert (state.outcomes, state.outcome("b", "m")) == ({("a", "m"): explained}, scored("b", 0.5))


def test_a_score_of_zero_is_a_score():
    assert folded(scored("a", 0)).scores("m") == [0.0, None, None]


def test_text_scores_are_kept_as_text():
    state = folded(scored("a", "good"), scored("b", "bad"))
    assert state.scores("m") == ["good", "bad", None]


def test_a_sample_is_settled_by_its_worst_outcome_when_all_its_jobs_are():
    state = folded(
        *(scored("a", 1, "x"), scored("a", None, "y")),
        *(failed("b", "x"), scored("b", None, "y")),
        scored("c", 1, "x"),
        metrics=("x", "y"),
    )
    counts = {status: state.settled_samples(status) for status in (SCORED, UNDEFINED, FAILED)}
    assert (counts, state.settled_samples_in_all()) == ({SCORED: 0, UNDEFINED: 1, FAILED: 1}, 2)


def test_usage_adds_up_in_all_by_model_and_by_sample():
    state = folded(used("a", 0.5), used("a", 0.25, "large"), used("b", None))
    assert state.total == Spent(Usage(input_tokens=30, output_tokens=6, cached_tokens=15), 3, 0.75, 1)
    assert state.ledger.by_model() == {
        "small": Spent(Usage(input_tokens=20, output_tokens=4, cached_tokens=10), 2, 0.5, 1),
        "large": Spent(Usage(input_tokens=10, output_tokens=2, cached_tokens=5), 1, 0.25, 0),
    }
    assert list(state.costs) == [0.75, 0.0, 0.0]


def test_an_unknown_price_is_not_a_price_of_zero():
    assert (folded(used("a", None)).total.unpriced, folded(used("a", 0.0)).total.unpriced) == (1, 0)


def test_jobs_that_were_under_way_when_the_run_ended_are_pending_again():
    state = folded(started("a"), started("b"), scored("b", 1), RunEnded(state="cancelled", message="why"))
    assert bytes(state.columns["m"].statuses) == bytes([PENDING, SCORED, PENDING])
    assert (state.status, state.message) == ("cancelled", "why")
    assert RUNNING not in state.columns["m"].statuses


JOBS = st.permutations([(sample, metric) for sample in "abc" for metric in ("x", "y")])


@given(JOBS, st.lists(st.sampled_from([0.5, None, "fail"]), min_size=6, max_size=6))
def test_the_order_in_which_jobs_end_does_not_matter(order: list[tuple[str, str]], results: list[object]):
    ends = {
        job: failed(*job) if result == "fail" else scored(job[0], result, job[1])  # type: ignore[arg-type]
        for job, result in zip(sorted(order), results, strict=True)
    }
    states = [folded(*(ends[job] for job in jobs), metrics=("x", "y")) for jobs in (order, sorted(order))]
    assert vars(states[0]) == vars(states[1])
