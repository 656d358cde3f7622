"""What a person chose in the views of a run, and the same from Python: `run.view`."""

from __future__ import annotations

from collections.abc import Callable

from ragas_nb.notebook import protocol as wire
from ragas_nb.recorded import RecordedRun

OnShow = Callable[[wire.Viewing], None]


def view_of(run: RecordedRun) -> RunView:
    """The view of a run."""
    view = run.view
    if not isinstance(view, RunView):
        raise TypeError(f"{view!r} is not what this notebook layer shows runs with.")
    return view


class RunView:
    """What the views of a run show."""

    def __init__(self, run: RecordedRun) -> None:
        self._run = run
        self._shown: list[OnShow] = []
        self.viewing = wire.Viewing()

    def told(self, viewing: wire.Viewing) -> None:
        """A person chose something in a view."""
        self.viewing = viewing

    def on_show(self, show: OnShow) -> None:
        """Call `show` whenever the user's code asks for something to be shown."""
        self._shown.append(show)
