from __future__ import annotations

import copy
import pickle
from collections.abc import Callable

import pytest

from ragas_nb.errors import (
    BudgetReached,
    ConfigurationError,
    DatasetError,
    JudgeError,
    JudgeOutputInvalid,
    JudgeRefused,
    JudgeUnavailable,
    PlanError,
    ProtocolError,
    RagasNbError,
    RefusedKind,
    ResultFileError,
    RunCancelled,
    StoreError,
    UploadException,
)

EVERY_ERROR: list[RagasNbError] = [
    RagasNbError("m"),
    DatasetError("m"),
    PlanError("m"),
    ConfigurationError("m"),
    JudgeError("m", step="split", attempts=("first",)),
    JudgeUnavailable("m", kind="rate_limited", retry_after=2.5, step="split", attempts=("a", "b")),
    JudgeRefused("m", kind="quota", step="split", attempts=("a",)),
    JudgeOutputInvalid("m", raw="{", step="check", attempts=("a",)),
    BudgetReached("m"),
    RunCancelled("m", result=[1.0]),
    StoreError("m"),
    ResultFileError("m"),
    UploadException(None, "m"),
    ProtocolError("m"),
]


@pytest.mark.parametrize("error", EVERY_ERROR, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize(
    "clone", [lambda e: pickle.loads(pickle.dumps(e)), copy.copy], ids=["pickle", "copy"]
)
def test_a_cloned_error_keeps_class_message_and_attributes(
    error: RagasNbError, clone: Callable[[RagasNbError], RagasNbError]
) -> None:
    cloned = clone(error)
    assert (type(cloned), str(cloned), vars(cloned)) == (type(error), "m", vars(error))


@pytest.mark.parametrize("error", EVERY_ERROR, ids=lambda error: type(error).__name__)
def test_every_error_is_ours(error: RagasNbError) -> None:
    assert isinstance(error, RagasNbError)


@pytest.mark.parametrize("kind", [DatasetError, PlanError, ResultFileError])
def test_wrong_input_is_also_a_value_error(kind: type[Exception]) -> None:
    assert issubclass(kind, ValueError)


@pytest.mark.parametrize("kind", [JudgeUnavailable, JudgeRefused, JudgeOutputInvalid])
def test_whatever_a_judge_does_wrong_is_a_judge_error(kind: type[Exception]) -> None:
    assert issubclass(kind, JudgeError)


@pytest.mark.parametrize(
    ("kind", "stops"),
    [
        ("authentication", True),
        ("model", True),
        ("quota", True),
        ("content_filter", False),
        ("bad_request", False),
    ],
)
def test_a_refusal_stops_the_run_when_every_job_would_meet_it(kind: RefusedKind, stops: bool) -> None:
    assert JudgeRefused("m", kind=kind).stops_run is stops


def test_a_judge_error_knows_nothing_it_was_not_told() -> None:
    assert vars(JudgeUnavailable("m", kind="timeout")) == {
        "step": None,
        "attempts": (),
        "kind": "timeout",
        "retry_after": None,
        "never_reached": False,
        "overloaded": False,
    }
