"""Where a run appears: in its cell's output, as a live widget and as a picture for readers without a kernel.

These are two outputs. The first is the widget. The second is plain HTML, which every host shows, keeps and
can be given anew by its display id; the widget takes it out of sight where it is alive. Where it is not,
JupyterLab has an error in the widget's place, which the picture takes out of sight.
"""

from __future__ import annotations

import secrets
from typing import Any
from weakref import WeakValueDictionary

from IPython.core.getipython import get_ipython
from IPython.core.interactiveshell import InteractiveShell
from IPython.display import display, update_display

from ragas_nb.notebook.picture import saved_state
from ragas_nb.notebook.saved_html import to_html
from ragas_nb.recorded import RecordedRun
from ragas_nb.run import Run

_RUNS = "_ragas_nb_runs"
_SHOWN = "_ragas_nb_shown"


def runs_of(shell: InteractiveShell) -> WeakValueDictionary[str, RecordedRun]:
    """The runs that were shown in this kernel, by id; kept with the user's variables, so that a reload of
    modules does not lose them."""
    runs: WeakValueDictionary[str, RecordedRun] = shell.user_ns.setdefault(_RUNS, WeakValueDictionary())
    return runs


def live(run_id: str) -> Run | None:
    """The run with this id that was shown in this kernel and has not ended."""
    shell = get_ipython()
    found = None if shell is None else runs_of(shell).get(run_id)
    return found if isinstance(found, Run) and not found.ended else None


def bundle(run: RecordedRun) -> dict[str, Any]:
    """The run as one MIME bundle: live widget (in a kernel), static HTML, text."""
    texts = {"text/html": to_html(saved_state(run)), "text/plain": repr(run)}
    return texts if _kernel_shell() is None else _widget(run) | texts


def show(run: RecordedRun) -> bool:
    """Show the run once per cell; its static picture is brought up to date whenever the run ends.

    False where there is no notebook to show it in.
    """
    shell = _kernel_shell()
    if shell is None:
        return False
    runs_of(shell)[run.run_id] = run
    if not _is_shown(shell, run):
        _display(run)
    return True


def _kernel_shell() -> InteractiveShell | None:
    """The shell of the notebook's kernel; None in a script or a terminal."""
    shell = get_ipython()
    return shell if shell is not None and hasattr(shell, "kernel") else None


def _is_shown(shell: InteractiveShell, run: RecordedRun) -> bool:
    """Whether this cell shows the run already; from now on it does."""
    cell, shown = shell.user_ns.get(_SHOWN, (None, frozenset()))
    if cell != shell.execution_count:
        shown = frozenset()
    shell.user_ns[_SHOWN] = (shell.execution_count, shown | {run.run_id})
    return run.run_id in shown


def _display(run: RecordedRun) -> None:
    display_id = f"ragas_nb-{run.run_id}-{secrets.token_hex(4)}"
    # Neither says anything where the widget is not alive: the picture below does.
    display(_widget(run) | {"text/html": "<!-- -->", "text/plain": f"Run {run.run_id}"}, raw=True)
    display(_picture(run), raw=True, display_id=display_id)
    run.widget.outputs.append(display_id)
    if not run.ended:
        run.shown_as.append(display_id)


def _widget(run: RecordedRun) -> dict[str, Any]:
    """The live widget as a MIME bundle."""
    made = run.widget._repr_mimebundle_()
    return dict(made[0] if isinstance(made, tuple) else made or {})


def _picture(run: RecordedRun) -> dict[str, Any]:
    """The static picture as a MIME bundle."""
    return {"text/html": to_html(saved_state(run), run.widget.picture), "text/plain": repr(run)}


def refresh(run: RecordedRun) -> None:
    """Bring the pictures of a run that has ended up to date, once: a saved notebook keeps the last one."""
    shown = _picture(run)
    while run.shown_as:
        update_display(shown, raw=True, display_id=run.shown_as.pop())
