"""What holds for every test and every example in a docstring."""

from __future__ import annotations

from collections.abc import Generator
from itertools import count
from pathlib import Path

import pytest

_numbers = count()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Half characters, of which hostile texts are made, would not travel from a worker to the reporter."""
    report = yield
    report.sections = [(name, _whole(text)) for name, text in report.sections]
    if report.longrepr is not None and not isinstance(report.longrepr, tuple):
        told = str(report.longrepr)
        if told != _whole(told):
            report.longrepr = _whole(told)
    return report


def _whole(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")


@pytest.fixture(scope="session")
def _stores(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("stores")


@pytest.fixture(autouse=True)
def _store_of_its_own(_stores: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test goes on with the runs of another; the file is made when something is written."""
    monkeypatch.setenv("RAGAS_NB_STORE", str(_stores / f"{next(_numbers)}.sqlite"))
