"""What a run needs of whoever shows it: the notebook layer plugs itself in, so runs need not know it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from ragas_nb.marking import SamplesMeant
from ragas_nb.schema import SampleId

if TYPE_CHECKING:
    import pandas as pd

    from ragas_nb.run import Run

Run_contra = TypeVar("Run_contra", contravariant=True)


class RowsView(Protocol):
    """What the widgets of a run show: the rows chosen there, and how to choose them from Python.

    It works without a widget, too. Whoever chose last wins, a person or this code.
    """

    @property
    def selected(self) -> pd.DataFrame:
        """The rows of `run.df` that are selected; where none is, the one that is open."""

    @property
    def filtered(self) -> pd.DataFrame:
        """The rows of `run.df` that the filter lets through, in the order in which the widget shows them."""

    def select(self, samples: SamplesMeant) -> None:
        """Select samples: one id, several, or rows of `run.df`; an empty list selects none.

        Raises:
            ConfigurationError: there is no such sample.
        """

    def sort(self, by: str | None, descending: bool = False) -> None:
        """Sort the rows by a metric, `cost` or `id`; None leaves them as the data came. Rows without a score
        come last.

        Raises:
            ConfigurationError: there is no such column.
        """

    def filter(
        self,
        expression: str | None = None,
        *,
        text: str = "",
        failed: bool = False,
        undefined: bool = False,
        tags: str | Iterable[str] = (),
    ) -> None:
        """Show only rows of which all that is said holds, in place of the filter so far; nothing: all rows.

        `expression` compares columns: `faithfulness < 0.5`, `0.2 < faithfulness <= 0.5 and cost > 0.01`,
        `` `my metric` == 1 ``, `tone == 'rude'`; also `failed`, `undefined`, `tag == 'billing'` and
        `'refund' in text`, joined by `and`. `text` is looked for in all texts of a sample, in small or
        capital letters; with `failed` and `undefined` either is enough, and so is one of the `tags`.

        Raises:
            ConfigurationError: the expression says something else, or names a column that is not there.
        """

    def open(self, sample_id: SampleId) -> None:
        """Open a sample in the row panel.

        Raises:
            ConfigurationError: there is no such sample.
        """

    def close(self) -> None:
        """Close the row panel."""


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

    def save_html(self, run: Run_contra, path: Path, most_mb: float) -> Path:
        """Write the run into a file that shows it without a kernel."""

    def to_html(self, run: Run_contra, most_mb: float) -> str:
        """The text of such a file."""

    def live(self, run_id: str) -> Run | None:
        """The run with this id that this kernel knows and that has not ended."""
