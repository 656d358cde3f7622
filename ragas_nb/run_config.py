"""Ragas' name for where `RunConfig` lives."""

from __future__ import annotations

from ragas_nb.engine.settings import RunConfig

__all__ = ["RunConfig"]
