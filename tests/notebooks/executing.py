"""Executes notebooks in a kernel of the running interpreter."""

from __future__ import annotations

from pathlib import Path

from nbclient import NotebookClient
from nbformat import NotebookNode
from traitlets.config import Config

from tests.kernel.driver import settings_of_kernels

TIMEOUT_S = 120
"""Seconds that one cell may take; only a fault takes that long."""


def execute(notebook: NotebookNode, folder: Path) -> NotebookNode:
    """The notebook, executed from its first to its last cell in `folder`.

    Raises:
        CellExecutionError: a cell raised; the message has its traceback.
    """
    with settings_of_kernels() as settings:
        client = NotebookClient(
            notebook,
            timeout=TIMEOUT_S,
            kernel_name="python3",
            resources={"metadata": {"path": str(folder)}},
            config=Config(KernelManager=settings),
        )
        done: NotebookNode = client.execute()
    return done


def printed(cell: NotebookNode) -> str:
    """What a cell printed."""
    return "".join(output.text for output in cell.outputs if output.output_type == "stream")
