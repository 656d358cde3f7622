"""A run as a file that a person downloads."""

from __future__ import annotations

from typing import NamedTuple

from ragas_nb.notebook import protocol as wire
from ragas_nb.recorded import RecordedRun


class FileKind(NamedTuple):
    """What a file is called and what it is."""

    name: str
    media_type: str


def exported(run: RecordedRun, to: wire.ExportFormat) -> tuple[FileKind, bytes]:
    """A run as a file: its kind and its content."""
    raise NotImplementedError
