"""How jobs end: kinds of failures, and several scores as one."""

from __future__ import annotations

import pytest

from ragas_nb.engine.events import FAILURE_KINDS, JobScored
from ragas_nb.engine.outcomes import kind_of, summed_up
from ragas_nb.errors import JudgeOutputInvalid, JudgeRefused, JudgeUnavailable

ERRORS = [
    (JudgeUnavailable("", kind="rate_limited"), "rate_limited"),
    (JudgeUnavailable("", kind="server_error"), "server_error"),
    (JudgeUnavailable("", kind="connection"), "connection"),
    (JudgeUnavailable("", kind="timeout"), "timeout"),
    (JudgeRefused("", kind="content_filter"), "refused"),
    (JudgeRefused("", kind="bad_request"), "refused"),
    (JudgeRefused("", kind="authentication"), "misconfigured"),
    (JudgeRefused("", kind="model"), "misconfigured"),
    (JudgeRefused("", kind="quota"), "misconfigured"),
    (JudgeOutputInvalid("", raw="?"), "invalid_output"),
    (ZeroDivisionError(), "metric_error"),
]


@pytest.mark.parametrize(("error", "kind"), ERRORS)
def test_every_error_is_of_a_kind(error: Exception, kind: str):
    assert kind_of(error) == kind


def test_every_kind_has_an_error():
    assert {kind for _, kind in ERRORS} == set(FAILURE_KINDS)


def once(value: object, reason: str | None = None) -> JobScored:
    return JobScored(sample_id=1, metric="m", value=value, reason=reason)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("found", "kind", "value", "reason"),
    [
        ([once(0.2, "a"), once(0.4, "b"), once(0.9, "c")], "continuous", 0.5, "b"),
        (
            [once(0.2, "a"), once(None, "nothing"), once(0.5, "b"), once(0.2)],
            "continuous",
            pytest.approx(0.3),
            "a",
        ),
        ([once(None, "x"), once(None, "y")], "continuous", None, "x"),
        ([once(1.0, "a"), once(0.0, "b"), once(1.0, "c")], "binary", 1.0, "a"),
        ([once(1.0, "a"), once(0.0, "b")], "binary", 0.0, "b"),
        ([once("pass", "a"), once("fail", "b"), once("fail", "c")], "continuous", "fail", "b"),
        ([once("pass", "a"), once("fail", "b")], "continuous", "pass", "a"),
        ([once(["x", "y"]), once(["y", "x"]), once(["y", "x"])], "continuous", ["y", "x"], None),
    ],
)
def test_several_scores_are_summed_up(found, kind, value, reason):
    summed = summed_up(found, kind, ())
    assert (summed.value, summed.reason) == (value, reason)
    assert summed.repeats == tuple(one.value for one in found)
