"""What a person chose in the views of a run, and the same from Python: `run.view`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from ragas_nb.errors import ConfigurationError, ProtocolError
from ragas_nb.marking import SamplesMeant, rows_meant
from ragas_nb.notebook import protocol as wire
from ragas_nb.notebook.expressions import Columns, in_words, joined, read_expression
from ragas_nb.notebook.finding import COST, ID, Beside, check_choice, find
from ragas_nb.notebook.labels import labels_of
from ragas_nb.recorded import RecordedRun
from ragas_nb.schema import SampleId

if TYPE_CHECKING:
    import pandas as pd

OnShow = Callable[[wire.Viewing], None]


def view_of(run: RecordedRun) -> RunView:
    """The view of a run."""
    view = run.view
    if not isinstance(view, RunView):
        raise TypeError(f"{view!r} is not what this notebook layer shows runs with.")
    return view


class RunView:
    """What the widgets of a run show: the rows chosen there, and how to choose them from Python.

    It works without a widget, too. Whoever chose last wins, a person or this code; calls from any thread.
    """

    def __init__(self, run: RecordedRun) -> None:
        self._run = run
        self._shown: list[OnShow] = []
        self._beside: Beside | None = None
        self.viewing = wire.Viewing()

    # ── of the views ──

    def told(self, viewing: wire.Viewing, beside: Beside | None = None) -> None:
        """A person chose something in a view, where another run may stand beside this one.

        Raises:
            ProtocolError: there is no such row or metric.
        """
        check_choice(self._run, viewing.filter, viewing.sort, beside)
        for row in (*viewing.selected, viewing.open):
            if row is not None and not 0 <= row < len(self._run):
                raise ProtocolError(f"There is no row {row}: the run has {len(self._run)} samples.")
        self.viewing, self._beside = viewing, beside

    def on_show(self, show: OnShow) -> None:
        """Call `show` whenever the user's code asks for something to be shown."""
        self._shown.append(show)

    # ── of the user ──

    @property
    def selected(self) -> pd.DataFrame:
        """The rows of `run.df` that are selected; where none is, the one that is open."""
        viewing = self.viewing
        opened = [] if viewing.open is None else [viewing.open]
        return self._run.df.iloc[viewing.selected or opened]

    @property
    def filtered(self) -> pd.DataFrame:
        """The rows of `run.df` that the filter lets through, in the order in which the widget shows them."""
        viewing = self.viewing
        rows = find(self._run, viewing.filter, viewing.sort, self._beside)
        return self._run.df.iloc[list(rows)]

    def select(self, samples: SamplesMeant) -> None:
        """Select samples: one id, several, or rows of `run.df`; an empty list selects none.

        Raises:
            ConfigurationError: there is no such sample.
        """
        self._show(self.viewing.model_copy(update={"selected": self._rows(samples)}))

    def sort(self, by: str | None, descending: bool = False) -> None:
        """Sort the rows by a metric, `cost` or `id`; None leaves them as the data came. Rows without a score
        come last.

        Raises:
            ConfigurationError: there is no such column.
        """
        if by is not None and by not in (columns := [*self._run.state.metrics, COST, ID]):
            raise ConfigurationError(f"There is no column {by!r} to sort by; there is {', '.join(columns)}.")
        sort = None if by is None else wire.Sort(by=by, down=bool(descending))
        self._show(self.viewing.model_copy(update={"sort": sort}))

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
        wanted = [tags] if isinstance(tags, str) else list(tags)
        chosen = wire.Filter(text=text, failed=failed, undefined=undefined, tags=wanted)
        if expression is not None:
            chosen = joined(read_expression(expression, self._columns()), chosen)
        self._show(self.viewing.model_copy(update={"filter": chosen}))

    def open(self, sample_id: SampleId) -> None:
        """Open a sample in the row panel.

        Raises:
            ConfigurationError: there is no such sample.
        """
        rows = self._rows(sample_id)
        if len(rows) != 1:
            raise ConfigurationError(f"One sample can be open; found {len(rows)}. Pass one id.")
        self._show(self.viewing.model_copy(update={"open": rows[0]}))

    def close(self) -> None:
        """Close the row panel."""
        self._show(self.viewing.model_copy(update={"open": None}))

    def _show(self, viewing: wire.Viewing) -> None:
        self.viewing = viewing
        self._run.on_loop(lambda: self._tell(viewing))

    def _tell(self, viewing: wire.Viewing) -> None:
        for show in self._shown:
            show(viewing)

    def _rows(self, samples: SamplesMeant) -> list[int]:
        return rows_meant(self._run.dataset, self._run.state, samples)

    def _columns(self) -> Columns:
        metrics = self._run.state.metrics
        labelled = [name for name, labels in zip(metrics, labels_of(self._run), strict=True) if labels]
        return Columns(metrics, labelled)

    def __repr__(self) -> str:
        viewing = self.viewing
        ids, sort = self._run.state.ids, viewing.sort
        said = [f"rows where {in_words(viewing.filter)}" if in_words(viewing.filter) else "all rows"]
        if sort is not None:
            by = f"the change of {sort.by}" if sort.change else sort.by
            said.append(f"by {by}, the {'highest' if sort.down else 'lowest'} first")
        if viewing.selected:
            said.append(f"{len(viewing.selected):,} selected")
        if viewing.open is not None:
            said.append(f"{ids[viewing.open]!r} open")
        return f"<View of run {self._run.name!r} {self._run.run_id}: {'; '.join(said)}>"
