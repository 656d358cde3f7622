"""Another run of the same data, shown beside a run: its scores, row by row of that run."""

from __future__ import annotations

from ragas_nb.notebook import protocol as wire


class Counterpart:
    """What a run was before: another run whose samples are matched with those of the one that is shown."""

    def told(self) -> wire.Beside:
        """The other run as a whole."""
        raise NotImplementedError

    def buffers(self) -> list[bytes]:
        """Its scores by the rows of the run that is shown: values and statuses, metric-major."""
        raise NotImplementedError

    def row_detail(self, row: int, number: int) -> wire.RowDetail:
        """The sample in full that is matched with this row; `number` is the command that asked."""
        raise NotImplementedError
