"""Reads texts word by word for the offline judge and embedder: pure functions, the same answer every time."""

from __future__ import annotations
