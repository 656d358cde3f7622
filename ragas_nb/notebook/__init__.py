"""The notebook layer: live widget, wire, `%ragas` magic. Importing it lets runs show themselves."""

from __future__ import annotations

from typing import Any

from ragas_nb.run import Run


class _Notebook:
    """Shows runs in Jupyter; the heavy imports wait for the first one."""

    def show(self, run: Run) -> bool:
        from ragas_nb.notebook.display import show

        return show(run)

    def refresh(self, run: Run) -> None:
        if run.shown_as:
            from ragas_nb.notebook.display import refresh

            refresh(run)

    def widget(self, run: Run) -> Any:
        from ragas_nb.notebook.widget import RunWidget

        return RunWidget(run)

    def bundle(self, run: Run) -> dict[str, Any]:
        from ragas_nb.notebook.display import bundle

        return bundle(run)


Run.views = _Notebook()
