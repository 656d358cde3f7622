"""Judge LLM and RAG answers where you explore them: live, in the notebook."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from ragas_nb.api import aevaluate, evaluate, start
    from ragas_nb.engine.settings import RunConfig
    from ragas_nb.errors import (
        BudgetReached,
        ConfigurationError,
        DatasetError,
        JudgeError,
        JudgeOutputInvalid,
        JudgeRefused,
        JudgeUnavailable,
        PlanError,
        ProtocolError,
        RagasNbError,
        RunCancelled,
        StoreError,
    )
    from ragas_nb.judges.prices import set_price
    from ragas_nb.results.result import EvaluationResult
    from ragas_nb.run import Run
    from ragas_nb.schema import EvaluationDataset, SingleTurnSample

_HOMES = {
    "ragas_nb.api": ("aevaluate", "evaluate", "start"),
    "ragas_nb.engine.settings": ("RunConfig",),
    "ragas_nb.errors": (
        "BudgetReached",
        "ConfigurationError",
        "DatasetError",
        "JudgeError",
        "JudgeOutputInvalid",
        "JudgeRefused",
        "JudgeUnavailable",
        "PlanError",
        "ProtocolError",
        "RagasNbError",
        "RunCancelled",
        "StoreError",
    ),
    "ragas_nb.judges.prices": ("set_price",),
    "ragas_nb.results.result": ("EvaluationResult",),
    "ragas_nb.run": ("Run",),
    "ragas_nb.schema": ("EvaluationDataset", "SingleTurnSample"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}
_SHOWS_RUNS = ("ragas_nb.api", "ragas_nb.run")

__all__ = sorted(_HOME_OF)  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> Any:
    """Load a public name when it is first used, so that the import stays light."""
    if name == "__version__":
        from importlib.metadata import version

        return version("ragas_nb")
    if name not in _HOME_OF:
        raise AttributeError(f"module 'ragas_nb' has no attribute {name!r}")
    home = _HOME_OF[name]
    if home in _SHOWS_RUNS:
        import_module("ragas_nb.notebook")
    return getattr(import_module(home), name)


def __dir__() -> list[str]:
    return [*globals(), *__all__, "__version__"]


def load_ipython_extension(shell: InteractiveShell) -> None:
    """Register the `%ragas` magic: `%load_ext ragas_nb`."""
    from ragas_nb.notebook.magic import load

    load(shell)
