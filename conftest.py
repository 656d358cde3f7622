"""What holds for every test and every example in a docstring."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import pytest

_numbers = count()


@pytest.fixture(scope="session")
def _stores(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("stores")


@pytest.fixture(autouse=True)
def _store_of_its_own(_stores: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test goes on with the runs of another; the file is made when something is written."""
    monkeypatch.setenv("RAGAS_NB_STORE", str(_stores / f"{next(_numbers)}.sqlite"))
