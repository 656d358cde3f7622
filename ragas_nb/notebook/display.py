"""Where a run appears: in the output of the cell that started it, with a static picture for readers without a kernel."""

from __future__ import annotations

import secrets
from typing import Any
from weakref import WeakValueDictionary

from IPython.core.getipython import get_ipython
from IPython.core.interactiveshell import InteractiveShell
from IPython.display import display, update_display

from ragas_nb.engine.events import Event, RunEnded
from ragas_nb.notebook.picture import saved_state
from ragas_nb.notebook.saved_html import to_html
from ragas_nb.run import Run

_RUNS = "_ragas_nb_runs"
_SHOWN = "_ragas_nb_shown"


def runs_of(shell: InteractiveShell) -> WeakValueDictionary[str, Run]:
    """The runs that were shown in this kernel, by id; kept with the user's variables, so that a reload of modules does
    not lose them."""
    runs: WeakValueDictionary[str, Run] = shell.user_ns.setdefault(_RUNS, WeakValueDictionary())
    return runs


def bundle(run: Run) -> dict[str, Any]:
    """The run as a MIME bundle: live widget, static HTML, text."""
    made = run.widget._repr_mimebundle_()
    data = dict(made[0] if isinstance(made, tuple) else made or {})
    return data | {"text/html": to_html(saved_state(run)), "text/plain": repr(run)}


def show(run: Run) -> None:
    """Show the run once per cell; its static picture is brought up to date when the run ends."""
    shell = get_ipython()
    if shell is None or not hasattr(shell, "kernel"):
        return
    runs_of(shell)[run.run_id] = run
    place = (run.run_id, shell.execution_count)
    if shell.user_ns.get(_SHOWN) == place:
        return
    shell.user_ns[_SHOWN] = place
    display_id = f"ragas_nb-{run.run_id}-{secrets.token_hex(4)}"
    display(bundle(run), raw=True, display_id=display_id)
    if run.ended:
        return

    def picture(event: Event) -> None:
        if isinstance(event, RunEnded):
            update_display(bundle(run), raw=True, display_id=display_id)

    run.listen(picture)
