"""How a run is carried out: Ragas' names, in Ragas' order, and what is refused."""

from __future__ import annotations

import asyncio
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
    assert RunConfig() == RunConfig(180.0, 6, 60.0, 32, (), False, 42, max_invalid=2)


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
