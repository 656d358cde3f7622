"""The notebook layer: live widget, wire, `%ragas` magic. Importing it lets runs show themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

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

    def live(self, run_id: str) -> Run | None:
        from ragas_nb.notebook.display import live

        return live(run_id)


RecordedRun.views = _Notebook()
