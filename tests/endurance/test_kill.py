"""A killed process loses nothing but what was in flight."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.endurance.kills import kill_and_go_on, moments, undisturbed
from tests.endurance.process import AT_ONCE
from tests.loopback.fixtures import Loopback

SAMPLES = 20


@pytest.fixture(scope="module")
def whole(
    loopback_process: Loopback, tmp_path_factory: pytest.TempPathFactory
) -> tuple[dict[str, object], dict[str, int]]:
    """What an undisturbed run finds and asks."""
    return undisturbed(loopback_process, tmp_path_factory.mktemp("whole"), SAMPLES)


@pytest.mark.parametrize("moment", moments(3))
def test_a_killed_run_finds_the_same_and_repeats_only_what_was_in_flight(
    whole: tuple[dict[str, object], dict[str, int]], moment: float, loopback: Loopback, tmp_path: Path
):
    found, asked = whole
    killed = kill_and_go_on(loopback, tmp_path, SAMPLES, asked, moment)
    assert (killed.found["scores"], killed.found["errors"]) == (found["scores"], 0)
    assert all(0 <= repeated <= AT_ONCE for repeated in killed.repeated.values()), killed.repeated
