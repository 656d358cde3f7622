"""The live widget of a run: an anywidget whose traits hold only what must survive without a kernel."""

from __future__ import annotations

import secrets
from typing import Any

import anywidget
import traitlets

from ragas_nb.engine.events import Event, RunEnded, RunResumed, RunStarted
from ragas_nb.notebook.beside import Counterpart
from ragas_nb.notebook.bridge import Bridge
from ragas_nb.notebook.built import built
from ragas_nb.notebook.picture import saved_state
from ragas_nb.recorded import RecordedRun
from ragas_nb.run import Run


class RunWidget(anywidget.AnyWidget):
    """Shows one run; everything but the saved state travels as messages."""

    _esm = built("widget.js")
    _css = built("widget.css")
    run_id = traitlets.Unicode().tag(sync=True)
    picture = traitlets.Unicode().tag(sync=True)
    """The word that marks the static pictures which stand for this widget where it is not alive."""
    saved = traitlets.Dict(default_value=None, allow_none=True).tag(sync=True)
    height = traitlets.Int(0).tag(sync=True)
    """Pixels of the grid's body; 0 lets the view choose."""

    def __init__(self, run: RecordedRun, *, beside: Counterpart | None = None, **traits: Any) -> None:
        super().__init__(run_id=run.run_id, picture=secrets.token_hex(8), **traits)
        self.outputs: list[str] = []
        """The outputs that show the run, each with a picture that has to be brought up to date."""
        self._run = run
        self._bridge = Bridge(run, self.send, beside=beside)
        self.on_msg(lambda _widget, content, _buffers: self._bridge.handle(content))
        if isinstance(run, Run):
            run.listen(self._heard)
        if run.ended or not isinstance(run, Run):
            self._save()

    def _heard(self, event: Event) -> None:
        if isinstance(event, RunEnded):
            self._save()
        elif isinstance(event, RunResumed):  # it may have ended before
            self._run.shown_as[:] = self.outputs
        elif isinstance(event, RunStarted):  # one that another process has gone on with starts as another
            self.run_id = self._run.run_id

    def _save(self) -> None:
        self.saved = saved_state(self._run).model_dump(mode="json")
