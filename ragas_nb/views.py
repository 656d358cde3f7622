"""What a run needs of whoever shows it: the notebook layer plugs itself in, so runs need not know it."""

from __future__ import annotations

from typing import Any, Protocol, TypeVar

Run_contra = TypeVar("Run_contra", contravariant=True)


class Views(Protocol[Run_contra]):
    """What shows a run to a person; the notebook layer plugs itself in through `Run.views`."""

    def show(self, run: Run_contra) -> bool:
        """Show the run where the current cell's output goes; False where there is no such place."""

    def refresh(self, run: Run_contra) -> None:
        """Bring the static pictures of a run that has ended up to date."""

    def widget(self, run: Run_contra) -> Any:
        """The run's live widget."""

    def bundle(self, run: Run_contra) -> dict[str, Any]:
        """The run as a MIME bundle."""
