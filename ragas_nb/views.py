"""What a run needs of whoever shows it: the notebook layer plugs itself in, so runs need not know it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from ragas_nb.run import Run

Run_contra = TypeVar("Run_contra", contravariant=True)


class RowsView(Protocol):
    """What the widgets of a run show: the rows chosen there, and how to choose them from Python."""


class Views(Protocol[Run_contra]):
    """What shows a run to a person; the notebook layer plugs itself in through `RecordedRun.views`."""

    def show(self, run: Run_contra) -> bool:
        """Show the run where the current cell's output goes; False where there is no such place."""

    def refresh(self, run: Run_contra) -> None:
        """Bring the static pictures of a run that has ended up to date."""

    def widget(self, run: Run_contra) -> Any:
        """The run's live widget."""

    def view(self, run: Run_contra) -> RowsView:
        """What the views of a run show, and how to change it."""

    def bundle(self, run: Run_contra) -> dict[str, Any]:
        """The run as a MIME bundle."""

    def live(self, run_id: str) -> Run | None:
        """The run with this id that this kernel knows and that has not ended."""
