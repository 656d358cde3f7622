"""What a view asks for, answered: rows, a row in full, rows that are looked for, files; and what it tells."""

from __future__ import annotations

from ragas_nb.errors import ProtocolError
from ragas_nb.notebook import protocol as wire
from ragas_nb.notebook.beside import Counterpart
from ragas_nb.notebook.exporting import exported
from ragas_nb.notebook.finding import find
from ragas_nb.notebook.orders import carry_out
from ragas_nb.notebook.picture import row_detail, row_text
from ragas_nb.notebook.viewing import view_of
from ragas_nb.recorded import RecordedRun

Answer = tuple[wire.Wire, list[bytes]]
"""A message and its buffers."""


def answer(run: RecordedRun, command: wire.Command, beside: Counterpart | None) -> Answer:
    """Do what a view asks, and give it the answer.

    Raises:
        ProtocolError: rows, jobs or columns that the run does not have.
        ConfigurationError: the run cannot do that now.
        ValueError: a limit or an amount that cannot work.
    """
    match command:
        case wire.AskRows():
            return _texts(run, command), []
        case wire.AskTrace():
            return _in_full(run, command, beside), []
        case wire.Find():
            rows = find(run, command.filter, command.sort, beside)
            return wire.Found(id=command.id, rows=len(rows)), [rows.tobytes()]
        case wire.Export():
            file, content = exported(run, command.format)
            return wire.File(id=command.id, name=file.name, media_type=file.media_type, size=len(content)), [
                content
            ]
        case wire.Viewed():
            view_of(run).told(command.viewing)
        case wire.Hello():
            raise ProtocolError("hello is answered by a snapshot.")
        case _:
            carry_out(run, command)
    return wire.CommandReply(id=command.id, ok=True), []


def _texts(run: RecordedRun, asked: wire.AskRows) -> wire.RowPage:
    texts = [row_text(run, row) for row in asked.rows if 0 <= row < len(run)]
    return wire.RowPage(id=asked.id, rows=texts)


def _in_full(run: RecordedRun, asked: wire.AskTrace, beside: Counterpart | None) -> wire.RowDetail:
    if not asked.beside:
        return row_detail(run, asked.row, asked.id)
    if beside is None:
        raise ProtocolError(f"Run {run.run_id} is shown alone: there is no run beside it.")
    return beside.row_detail(asked.row, asked.id)
