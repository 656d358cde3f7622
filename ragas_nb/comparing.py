"""Two runs of the same data side by side: what `rnb.compare` gives."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Protocol

from ragas_nb.errors import ConfigurationError
from ragas_nb.kept import load
from ragas_nb.preparing import Store
from ragas_nb.recorded import RecordedRun
from ragas_nb.results.compare import Change, change_frame, change_of, match, shared_metrics
from ragas_nb.schema import SampleId

if TYPE_CHECKING:
    import pandas as pd


class ComparisonViews(Protocol):
    """What shows a comparison to a person; the notebook layer plugs itself in through `Comparison.views`."""

    def show(self, comparison: Comparison) -> bool:
        """Show it where the current cell's output goes; False where there is no such place."""

    def widget(self, comparison: Comparison) -> Any:
        """Its live widget."""

    def bundle(self, comparison: Comparison) -> dict[str, Any]:
        """It as a MIME bundle."""


class Comparison:
    """What changed from run `a` to run `b`: `comparison.df`; a cell shows both side by side.

    `len` is the number of samples that both have. Runs that go on may be compared; what is told is then what
    is known so far.
    """

    views: ComparisonViews | None = None
    """Who shows comparisons; set by `ragas_nb.notebook`."""

    def __init__(self, a: RecordedRun, b: RecordedRun) -> None:
        self.a = a
        self.b = b
        self.matching = match(a.dataset, b.dataset)
        self._widget: Any = None

    # ── what it is ──

    @property
    def metrics(self) -> tuple[str, ...]:
        """The metrics that both runs have."""
        return shared_metrics(self.a.state, self.b.state)

    @property
    def matched(self) -> list[tuple[SampleId, SampleId]]:
        """The ids in `a` and in `b` of each sample that both have."""
        ids_a, ids_b = self.a.state.ids, self.b.state.ids
        return [(ids_a[there], ids_b[row]) for there, row in self.matching.pairs]

    @property
    def only_a(self) -> list[SampleId]:
        """The samples that only `a` has."""
        return _taken(self.a.state.ids, self.matching.only_a)

    @property
    def only_b(self) -> list[SampleId]:
        """The samples that only `b` has."""
        return _taken(self.b.state.ids, self.matching.only_b)

    @property
    def df(self) -> pd.DataFrame:
        """One row per sample of both: `id` (of `b`), and per metric of both `<metric>_a`, `<metric>_b` and
        `<metric>_change`, which is `b` less `a`. Scores that are texts have no change."""
        return change_frame(self.a.state, self.b.state, self.matching)

    def change(self, metric: str) -> Change:
        """How one metric changed: means over the samples that both have a score for, better, worse, equal.

        Raises:
            KeyError: the runs do not both have it.
        """
        if metric not in self.metrics:
            raise KeyError(
                f"No metric {metric!r} in both runs; they share {', '.join(self.metrics) or 'none'}."
            )
        column = next(column for column in self.b.columns if column.name == metric)
        return change_of(
            self.a.state.columns[metric],
            self.b.state.columns[metric],
            self.matching,
            higher_is_better=column.higher_is_better,
        )

    # ── how it shows ──

    @property
    def widget(self) -> Any:
        """The live widget, to be placed anywhere."""
        if self._widget is None:
            self._widget = self._views().widget(self)
        return self._widget

    def show(self) -> None:
        """Show the live widget in this cell's output."""
        self._views().show(self)

    def _views(self) -> ComparisonViews:
        if self.views is None:
            raise ConfigurationError(
                "Comparisons have no view here. Import ragas_nb itself: `import ragas_nb as rnb`."
            )
        return self.views

    def _ipython_display_(self) -> None:
        if not self._views().show(self):
            raise NotImplementedError  # IPython then takes `repr`

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        return self._views().bundle(self)

    def __len__(self) -> int:
        """Return the number of samples that both runs have."""
        return len(self.matching.pairs)

    def __repr__(self) -> str:
        """Show both runs and each metric's means."""
        told = [f"{name} {_means(self.change(name))}" for name in self.metrics]
        in_both = f"{len(self)} {'sample' if len(self) == 1 else 'samples'} in both"
        return f"<Comparison of {self.a.name!r} and {self.b.name!r}: {', '.join([in_both, *told])}>"


def compare(a: RecordedRun | str, b: RecordedRun | str, *, store: Store = "auto") -> Comparison:
    """Set two runs of the same data side by side: what became better and worse from `a` to `b`, by sample.

    `a` and `b` are runs, or ids of runs that the store keeps. Samples match by their ids, the others by their
    input where no other sample has the same.

    Raises:
        StoreError: there is no such run, or it is damaged.
        DatasetError: the runs have no sample in common.
        ConfigurationError: one of them is no run.
    """
    return Comparison(_run("a", a, store), _run("b", b, store))


def _run(name: str, given: object, store: Store) -> RecordedRun:
    if isinstance(given, RecordedRun):
        return given
    if isinstance(given, str):
        return load(given, store)
    raise ConfigurationError(
        f"compare takes runs or ids of runs; {name} is of type {type(given).__name__}. "
        "What rnb.start(…) and rnb.load(…) give are runs, and rnb.runs() lists the ids."
    )


def _taken(ids: tuple[SampleId, ...], rows: Iterable[int]) -> list[SampleId]:
    return [ids[row] for row in rows]


def _means(change: Change) -> str:
    if change.mean_a is None or change.mean_b is None:
        return "–"
    return f"{change.mean_a:.2f} → {change.mean_b:.2f}"
