"""A run as it can be looked at: one that goes on, or one that the store gives back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, Literal, overload

from ragas_nb.engine.budget import Allowance
from ragas_nb.engine.limits import Limits
from ragas_nb.errors import ConfigurationError
from ragas_nb.marking import MarkedRun
from ragas_nb.results.contents import Contents, Steps
from ragas_nb.results.result import EvaluationResult
from ragas_nb.schema import EvaluationDataset
from ragas_nb.store.meta import RunMeta, ScoreColumn
from ragas_nb.store.state import SCORED, RunStatus, State
from ragas_nb.views import RowsView, Views

if TYPE_CHECKING:
    import pandas as pd

Order = Literal["pause", "resume", "cancel", "retry_failed", "add_budget", "set_limit"]
"""What a person may tell a run to do."""


@dataclass
class Clock:
    """How long a run has been going, in seconds; `before` is what it went in earlier sessions."""

    before: float = 0.0
    _since: float | None = field(default_factory=monotonic)

    def elapsed(self) -> float:
        """Seconds that it went, without those in which it stood still."""
        return self.before + (0.0 if self._since is None else monotonic() - self._since)

    def stop(self) -> None:
        """It stands still from now on."""
        self.before, self._since = self.elapsed(), None

    def go(self) -> None:
        """It goes on from now on."""
        if self._since is None:
            self._since = monotonic()


class RecordedRun(MarkedRun):
    """A run with all that is known of it: `run.result`, `run.df`, `run.errors`; a cell shows its widget.

    `len`, iteration and `run[...]` read the scores so far, as on an `EvaluationResult`. One that comes from
    the store cannot go on by itself: `rnb.resume(run.run_id)` makes one that does. `store` is the file that
    has it; None where it is in memory only.
    """

    views: Views[RecordedRun] | None = None
    """Who shows runs; set by `ragas_nb.notebook`."""

    def __init__(
        self,
        meta: RunMeta,
        dataset: EvaluationDataset,
        state: State,
        steps: Steps,
        store: Path | None = None,
    ) -> None:
        super().__init__(meta, dataset, state, store)
        self.clock = Clock(_since=None)
        self.shown_as: list[str] = []
        """Outputs that show the run and must be brought up to date when it ends."""
        self._steps = steps
        self._widget: Any = None
        self._view: RowsView | None = None

    # ── what it is now ──

    @property
    def name(self) -> str:
        """The run's name."""
        return self.meta.name

    @property
    def columns(self) -> tuple[ScoreColumn, ...]:
        """The score columns, in order."""
        return self.meta.columns

    @property
    def status(self) -> RunStatus:
        """`starting`, `running`, `paused`, `finished`, `cancelled`, `failed` or `budget_reached`."""
        return self.state.status

    @property
    def ended(self) -> bool:
        """Whether nothing of the run goes on any more."""
        return self.status not in ("starting", "running", "paused")

    @property
    def can(self) -> tuple[Order, ...]:
        """What the run may be told to do now."""
        return ()

    @property
    def limits(self) -> Limits | None:
        """How many requests may go out and how many are; None where none will."""
        return None

    @property
    def allowance(self) -> Allowance | None:
        """What may be spent and what was; None where nothing says so."""
        return None

    @property
    def budget(self) -> str | None:
        """The same in words."""
        return None if self.allowance is None else str(self.allowance)

    @property
    def blocking(self) -> bool:
        """Whether a cell waits for this run, so that the host may hold back what a person clicks."""
        return False

    @property
    def result(self) -> EvaluationResult:
        """The scores so far."""
        return EvaluationResult.of(self._contents())

    def _contents(self) -> Contents:
        return Contents(self.run_id, self.name, self.dataset, self.columns, self.state, self._steps)

    @property
    def df(self) -> pd.DataFrame:
        """The samples with the scores so far, tags and notes; missing scores are NaN."""
        return self.result.to_pandas()

    @property
    def errors(self) -> pd.DataFrame:
        """The jobs that have no score so far, each with its kind and reason."""
        return self.result.errors

    # ── how it shows ──

    @property
    def widget(self) -> Any:
        """The run's live widget, to be placed anywhere."""
        if self._widget is None:
            self._widget = self._views().widget(self)
        return self._widget

    @property
    def view(self) -> RowsView:
        """What a person chose in the widget, and the same from Python: `run.view.selected`."""
        if self._view is None:
            self._view = self._views().view(self)
        return self._view

    def _views(self) -> Views[RecordedRun]:
        if self.views is None:
            raise ConfigurationError(
                "Runs have no view here. Import ragas_nb itself: `import ragas_nb as rnb`."
            )
        return self.views

    def show(self) -> None:
        """Show the live widget in this cell's output."""
        self._views().show(self)

    @overload
    def to_html(self, path: None = None, *, most_mb: float = 50) -> str: ...
    @overload
    def to_html(self, path: str | PathLike[str], *, most_mb: float = 50) -> Path: ...
    def to_html(self, path: str | PathLike[str] | None = None, *, most_mb: float = 50) -> str | Path:
        """Write one file that shows the run in any browser: scores, texts, steps; nothing else is needed.

        Rows can be sorted, filtered, searched and opened there, and nothing is asked of any host. Where it
        would be larger than `most_mb` megabytes, steps are left out, those of the worst rows last; the file
        says so, and so does a warning. Returns the path; without one, the text of the file.

        Raises:
            ConfigurationError: the file cannot be written.
        """
        if path is None:
            return self._views().to_html(self, most_mb)
        return self._views().save_html(self, Path(path), most_mb)

    def _ipython_display_(self) -> None:
        if not self._views().show(self):
            raise NotImplementedError  # IPython then takes `repr`

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        return self._views().bundle(self)

    def __len__(self) -> int:
        return len(self.dataset)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self.result)

    def __getitem__(self, key: str | int) -> Any:
        return self.result[key]

    def __repr__(self) -> str:
        scored = self.state.settled_samples(SCORED)
        return f"<Run {self.name!r} {self.run_id}: {self.status}, {scored} of {len(self)} samples scored>"
