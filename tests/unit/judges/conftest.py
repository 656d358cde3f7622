from __future__ import annotations

from collections.abc import Iterator

import pytest

from ragas_nb.judges.openai.forms import forget_forms
from tests.loopback.fixtures import loopback, loopback_process

__all__ = ["loopback", "loopback_process"]

_SETTINGS = ("OPENAI_API_KEY", "OPENAI_BASE_URL", "RAGAS_NB_LLM", "RAGAS_NB_EMBEDDINGS")


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No key, no server and nothing learnt of one."""
    for name in _SETTINGS:
        monkeypatch.delenv(name, raising=False)
    forget_forms()
    yield
    forget_forms()
