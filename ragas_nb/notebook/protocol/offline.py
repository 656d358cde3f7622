"""What a page needs that shows a run without a kernel: the data of the file that `run.to_html` writes."""

from __future__ import annotations

from ragas_nb.notebook.protocol.base import Wire
from ragas_nb.notebook.protocol.rows import Fact, RowText
from ragas_nb.notebook.protocol.updates import Snapshot


class OfflineText(Wire):
    """A sample's texts: as the grid shows them with all further fields, and in full."""

    text: RowText
    facts: list[Fact]
    """Empty where there was no room for them."""


class Offline(Wire):
    """A run in a file. Beside it the file has pages of `ROWS_PER_PAGE` rows, each compressed (gzip) and told
    in base64: those of texts hold lists of `OfflineText`, those of jobs the lists of the rows' jobs."""

    snapshot: Snapshot
    buffers: list[str]
    """Those of the snapshot, in base64."""
    traced: str
    """The rows whose jobs are in the file, in the order in which they are: `u32[]` in base64."""
