"""What a run needs of whoever shows it: the notebook layer plugs itself in, so runs need not know it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from ragas_nb.run import Run


class Views(Protocol):
    """What shows a run to a person; the notebook layer plugs itself in through `Run.views`."""

    def show(self, run: Run) -> bool:
        """Show the run where the current cell's output goes; False where there is no such place."""

    def refresh(self, run: Run) -> None:
        """Bring the static pictures of a run that has ended up to date."""

    def widget(self, run: Run) -> Any:
        """The run's live widget."""

    def bundle(self, run: Run) -> dict[str, Any]:
        """The run as a MIME bundle."""
