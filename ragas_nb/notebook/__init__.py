"""The notebook layer: live widget, wire, `%ragas` magic. Importing it lets runs show themselves."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from ragas_nb.comparing import Comparison
from ragas_nb.recorded import RecordedRun

if TYPE_CHECKING:
    from ragas_nb.notebook.viewing import RunView
    from ragas_nb.run import Run


class _Notebook:
    """Shows runs in Jupyter; the heavy imports wait for the first one."""

    def show(self, run: RecordedRun) -> bool:
        from ragas_nb.notebook.display import show

        return show(run)

    def refresh(self, run: RecordedRun) -> None:
        if run.shown_as:
            from ragas_nb.notebook.display import refresh

            refresh(run)

    def widget(self, run: RecordedRun) -> Any:
        from ragas_nb.notebook.widget import RunWidget

        return RunWidget(run)

    def view(self, run: RecordedRun) -> RunView:
        from ragas_nb.notebook.viewing import RunView

        return RunView(run)

    def bundle(self, run: RecordedRun) -> dict[str, Any]:
        from ragas_nb.notebook.display import bundle

        return bundle(run)

    def save_html(self, run: RecordedRun, path: Path, most_mb: float) -> Path:
        from ragas_nb.notebook.offline import save

        return save(run, path, most_mb)

    def to_html(self, run: RecordedRun, most_mb: float) -> str:
        from ragas_nb.notebook.offline import to_html

        return to_html(run, most_mb)

    def live(self, run_id: str) -> Run | None:
        from ragas_nb.notebook.display import live

        return live(run_id)


class _SideBySide:
    """Shows two runs beside each other in Jupyter."""

    def show(self, comparison: Comparison) -> bool:
        from ragas_nb.notebook.comparison import show

        return show(comparison)

    def widget(self, comparison: Comparison) -> Any:
        from ragas_nb.notebook.comparison import ComparisonWidget

        return ComparisonWidget(comparison)

    def bundle(self, comparison: Comparison) -> dict[str, Any]:
        from ragas_nb.notebook.comparison import bundle

        return bundle(comparison)


RecordedRun.views = _Notebook()
Comparison.views = _SideBySide()
