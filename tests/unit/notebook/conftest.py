"""A notebook's shell within the test process."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell

from ragas_nb.notebook import display


@dataclass
class Screen:
    """What was displayed, by display id, in order."""

    shown: list[dict[str, Any]] = field(default_factory=list)
    updated: list[dict[str, Any]] = field(default_factory=list)


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[InteractiveShell]:
    """A shell that believes to be in a kernel, with the extension loaded."""
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    InteractiveShell.clear_instance()
    made = InteractiveShell.instance()
    made.kernel = object()
    made.history_manager.enabled = False
    made.run_line_magic("load_ext", "ragas_nb")
    yield made
    made.history_manager.end_session()
    InteractiveShell.clear_instance()


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Screen:
    """What `display` and `update_display` showed."""
    found = Screen()
    monkeypatch.setattr(display, "display", lambda data, **options: found.shown.append(data))
    monkeypatch.setattr(display, "update_display", lambda data, **options: found.updated.append(data))
    return found
