"""What a view asks for, answered: rows, a row in full, rows that are looked for, files; and what it tells."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from ragas_nb.errors import ProtocolError
from ragas_nb.notebook import protocol as wire
from ragas_nb.notebook.beside import Counterpart
from ragas_nb.notebook.exporting import exported
from ragas_nb.notebook.finding import Rows, search
from ragas_nb.notebook.orders import carry_out
from ragas_nb.notebook.picture import row_detail, row_text
from ragas_nb.notebook.viewing import view_of
from ragas_nb.recorded import RecordedRun

Answer = tuple[wire.Wire, list[bytes]]
"""A message and its buffers."""
Work = Callable[[], Answer]
"""What finds an answer, and takes a while; any thread may do it."""


def answer(run: RecordedRun, command: wire.Command, beside: Counterpart | None) -> Answer | Work:
    """Do what a view asks, and give it the answer, or what finds it.

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
            return partial(_found, command.id, search(run, command.filter, command.sort, beside))
        case wire.Export():
            return partial(_file, run, command)
        case wire.Viewed():
            view_of(run).told(command.viewing, beside)
        case wire.Hello():
            raise ProtocolError("hello is answered by a snapshot.")
        case _:
            carry_out(run, command)
    return wire.CommandReply(id=command.id, ok=True), []


def _found(number: int, look: Callable[[], Rows]) -> Answer:
    rows = look()
    return wire.Found(id=number, rows=len(rows)), [rows.tobytes()]


def _file(run: RecordedRun, asked: wire.Export) -> Answer:
    file, content = exported(run, asked.format)
    told = wire.File(id=asked.id, name=file.name, media_type=file.media_type, size=len(content))
    return told, [content]


def _texts(run: RecordedRun, asked: wire.AskRows) -> wire.RowPage:
    texts = [row_text(run, row, asked.fields) for row in asked.rows if 0 <= row < len(run)]
    return wire.RowPage(id=asked.id, rows=texts)


def _in_full(run: RecordedRun, asked: wire.AskTrace, beside: Counterpart | None) -> wire.RowDetail:
    if not asked.beside:
        return row_detail(run, asked.row, asked.id)
    if beside is None:
        raise ProtocolError(f"Run {run.run_id} is shown alone: there is no run beside it.")
    return beside.row_detail(asked.row, asked.id)
