"""How a run is carried out: Ragas' names, in Ragas' order, and what is refused."""

from __future__ import annotations

import asyncio
import json
import pickle
from dataclasses import FrozenInstanceError, replace
from typing import Any

import numpy as np
import pytest

from ragas_nb.engine.settings import RunConfig


def test_the_settings_stand_in_the_order_of_ragas() -> None:
    assert RunConfig(60, 3, 30, 4, (KeyError, OSError), True, 7) == RunConfig(
        timeout=60.0,
        max_retries=3,
        max_wait=30.0,
        max_workers=4,
        exception_types=(KeyError, OSError),
        log_tenacity=True,
        seed=7,
        max_invalid=2,
    )


def test_what_is_not_said_is_filled_in() -> None:
    assert RunConfig() == RunConfig(
        *(180.0, 6, 60.0, 32, (), False, 42),
        max_invalid=2,
        adaptive=True,
        requests_per_minute=None,
        tokens_per_minute=None,
    )


def test_settings_that_ragas_does_not_have_are_named() -> None:
    with pytest.raises(TypeError, match="positional"):
        RunConfig(180.0, 6, 60.0, 32, (), False, 42, 2)  # type: ignore[misc]


@pytest.mark.parametrize("value", [8, 8.0, np.int64(8), np.float64(8.0)])
def test_numbers_of_any_kind_are_taken(value: Any) -> None:
    config = RunConfig(timeout=value, max_workers=value)
    assert (config.timeout, config.max_workers, type(config.max_workers)) == (8, 8, int)


def test_a_long_seed_is_kept_to_its_last_digit() -> None:
    assert RunConfig(seed=2**60 + 1).seed == 2**60 + 1


@pytest.mark.parametrize("kind", [OSError, (), (KeyError, asyncio.QueueFull), Exception])
def test_one_exception_or_several_are_taken(kind: Any) -> None:
    assert RunConfig(exception_types=kind).exception_types == kind


def test_settings_cannot_be_changed_but_replaced() -> None:
    config = RunConfig()
    with pytest.raises(FrozenInstanceError):
        config.timeout = 1.0  # type: ignore[misc]
    assert replace(config, max_workers=3) == RunConfig(max_workers=3)


def test_settings_can_be_hashed_and_pickled_after_numbers_were_drawn() -> None:
    config = RunConfig()
    config.rng.random()
    assert {config: 1}[RunConfig()] == 1
    assert pickle.loads(pickle.dumps(config)) == config


def test_rng_is_a_numpy_generator_that_starts_from_the_seed_and_goes_on() -> None:
    config = RunConfig(seed=7)
    expected = np.random.default_rng(7).random(4)
    assert [*config.rng.random(2), *config.rng.random(2)] == expected.tolist()


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"timeout": 0}, "timeout must be at least 0.001, not 0"),
        ({"timeout": float("nan")}, "timeout must be at least 0.001, not nan"),
        ({"timeout": "60"}, "timeout must be at least 0.001, not '60'"),
        ({"max_wait": -1}, "max_wait must be at least 0, not -1"),
        ({"max_wait": None}, "max_wait must be at least 0, not None"),
        ({"max_retries": -1}, "max_retries must be a whole number, at least 0, not -1"),
        ({"max_workers": 0}, "max_workers must be a whole number, at least 1, not 0"),
        ({"max_workers": 2.5}, "max_workers must be a whole number, at least 1, not 2.5"),
        ({"max_workers": float("inf")}, "max_workers must be a whole number, at least 1, not inf"),
        ({"max_invalid": -1}, "max_invalid must be a whole number, at least 0, not -1"),
        ({"seed": -1}, "seed must be a whole number, at least 0, not -1"),
        ({"adaptive": 1}, "adaptive must be True or False, not 1"),
        ({"requests_per_minute": 0}, "requests_per_minute must be at least 0.01, not 0"),
        ({"requests_per_minute": float("inf")}, "requests_per_minute must be at least 0.01, not inf"),
        ({"tokens_per_minute": 0.5}, "tokens_per_minute must be at least 1, not 0.5"),
        ({"exception_types": "OSError"}, "exception_types must be Exception, .* not 'OSError'"),
        ({"exception_types": (OSError, int)}, "exception_types must be Exception, .* not .*'int'"),
        ({"exception_types": [OSError]}, "exception_types must be Exception, .* not .*OSError"),
        ({"exception_types": OSError()}, "exception_types must be Exception, .* not OSError"),
        ({"exception_types": asyncio.CancelledError}, "exception_types must be Exception, .*Cancelled"),
        ({"exception_types": (BaseException,)}, "exception_types must be Exception, .*BaseException"),
    ],
)
def test_settings_that_cannot_work_are_refused(setting: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=f"^RunConfig: {message}"):
        RunConfig(**setting)


SETTINGS = [
    RunConfig(),
    RunConfig(60, 3, 30, 4, log_tenacity=True, seed=7, max_invalid=1, adaptive=False),
    RunConfig(timeout=float("inf"), max_wait=float("inf"), requests_per_minute=90, tokens_per_minute=1e6),
]


@pytest.mark.parametrize("config", SETTINGS)
def test_settings_come_back_from_json(config: RunConfig) -> None:
    text = json.dumps(config.to_dict(), allow_nan=False)
    assert RunConfig.from_dict(json.loads(text)) == config


def test_classes_of_exceptions_are_not_written() -> None:
    assert "exception_types" not in RunConfig(exception_types=OSError).to_dict()


def test_settings_of_another_version_are_read_as_far_as_they_are_known() -> None:
    assert RunConfig.from_dict({"max_workers": 3, "mood": "good"}) == RunConfig(max_workers=3)


def test_written_settings_that_cannot_work_are_refused() -> None:
    with pytest.raises(ValueError, match="max_workers must be a whole number"):
        RunConfig.from_dict({"max_workers": None})


def test_limits_that_are_not_named_stay() -> None:
    config = RunConfig(max_workers=9, requests_per_minute=60, tokens_per_minute=9000, seed=1)
    assert [config.limited(), config.limited(5, requests_per_minute=None)] == [
        config,
        RunConfig(max_workers=5, tokens_per_minute=9000, seed=1),
    ]
