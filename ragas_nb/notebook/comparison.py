"""Where two runs appear side by side: a live widget, with a static picture for readers without a kernel."""

from __future__ import annotations

import asyncio
import secrets
from typing import Any

from IPython.core.getipython import get_ipython
from IPython.display import display, update_display

from ragas_nb.comparing import Comparison
from ragas_nb.engine.events import Event, RunEnded, RunStarted, SampleMarked
from ragas_nb.notebook.beside import Counterpart
from ragas_nb.notebook.comparison_html import to_html
from ragas_nb.notebook.widget import RunWidget
from ragas_nb.run import Run

AGAIN_S = 1.0
"""Seconds between two times that everything is told anew, since run A goes on."""


class ComparisonWidget(RunWidget):
    """Shows run B with run A beside it; while A goes on, its news is told at most once a second.

    It saves nothing: without a kernel the static picture stands in its place, which shows both runs.
    """

    def __init__(self, comparison: Comparison, **traits: Any) -> None:
        beside = Counterpart(comparison.a, comparison.b, comparison.matching)
        super().__init__(comparison.b, beside=beside, **traits)
        self._comparison = comparison
        self._timer: asyncio.TimerHandle | None = None
        if isinstance(comparison.a, Run):
            comparison.a.listen(self._heard_beside)

    def _save(self) -> None:
        pass

    def _heard(self, event: Event) -> None:
        if isinstance(event, RunEnded):
            self._refresh()
        elif isinstance(event, RunStarted):
            self.run_id = self._run.run_id

    def _heard_beside(self, event: Event) -> None:
        """Tell what is new in A together with what comes within a second; how it ended at once."""
        if isinstance(event, RunEnded):
            self._tell_anew()
            self._refresh()
        elif self._timer is None and not isinstance(event, SampleMarked):
            self._timer = asyncio.get_running_loop().call_later(AGAIN_S, self._tell_anew)

    def _tell_anew(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._bridge.tell_anew()

    def _refresh(self) -> None:
        """Bring the static pictures up to date: a saved notebook keeps the last one."""
        for display_id in self.outputs:
            update_display(_picture(self._comparison), raw=True, display_id=display_id)


def bundle(comparison: Comparison) -> dict[str, Any]:
    """A comparison as one MIME bundle: live widget (in a kernel), static HTML, text."""
    texts = {"text/html": to_html(comparison), "text/plain": repr(comparison)}
    return _widget(comparison) | texts if _is_in_kernel() else texts


def show(comparison: Comparison) -> bool:
    """Show a comparison in this cell's output, as runs are: a widget, and a picture for readers without a
    kernel. False where there is no notebook to show it in."""
    if not _is_in_kernel():
        return False
    display_id = f"ragas_nb-compare-{secrets.token_hex(4)}"
    display(_widget(comparison) | {"text/html": "<!-- -->", "text/plain": "Comparison"}, raw=True)
    display(_picture(comparison), raw=True, display_id=display_id)
    comparison.widget.outputs.append(display_id)
    return True


def _widget(comparison: Comparison) -> dict[str, Any]:
    """The live widget as a MIME bundle."""
    made = comparison.widget._repr_mimebundle_()
    return dict(made[0] if isinstance(made, tuple) else made or {})


def _picture(comparison: Comparison) -> dict[str, Any]:
    """The static picture as a MIME bundle."""
    html = to_html(comparison, comparison.widget.picture)
    return {"text/html": html, "text/plain": repr(comparison)}


def _is_in_kernel() -> bool:
    """Whether there is a notebook's kernel; not in a script or a terminal."""
    return hasattr(get_ipython(), "kernel")
