"""The loopback server for runs that are disturbed."""

from __future__ import annotations

from tests.loopback.fixtures import loopback, loopback_process

__all__ = ["loopback", "loopback_process"]
