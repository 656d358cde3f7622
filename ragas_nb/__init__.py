"""Judge LLM and RAG answers where you explore them: live, in the notebook."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from ragas_nb import store, telemetry
    from ragas_nb.api import aevaluate, evaluate, start
    from ragas_nb.comparing import Comparison, compare
    from ragas_nb.engine.budget import TokenBudget
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
        ResultFileError,
        RunCancelled,
        StoreError,
        UploadException,
    )
    from ragas_nb.estimating import aestimate, estimate
    from ragas_nb.judges.prices import set_price
    from ragas_nb.kept import load, resume, runs
    from ragas_nb.results.annotations import MetricAnnotation
    from ragas_nb.results.result import EvaluationResult
    from ragas_nb.run import Run
    from ragas_nb.schema import (
        AIMessage,
        EvaluationDataset,
        HumanMessage,
        MultiTurnSample,
        SingleTurnSample,
        ToolCall,
        ToolMessage,
        read_dataset,
    )

__all__ = [
    "AIMessage",
    "BudgetReached",
    "Comparison",
    "ConfigurationError",
    "DatasetError",
    "EvaluationDataset",
    "EvaluationResult",
    "HumanMessage",
    "JudgeError",
    "JudgeOutputInvalid",
    "JudgeRefused",
    "JudgeUnavailable",
    "MetricAnnotation",
    "MultiTurnSample",
    "PlanError",
    "ProtocolError",
    "RagasNbError",
    "ResultFileError",
    "Run",
    "RunCancelled",
    "RunConfig",
    "SingleTurnSample",
    "StoreError",
    "TokenBudget",
    "ToolCall",
    "ToolMessage",
    "UploadException",
    "aestimate",
    "aevaluate",
    "compare",
    "estimate",
    "evaluate",
    "load",
    "read_dataset",
    "resume",
    "runs",
    "set_price",
    "start",
    "store",
    "telemetry",
]

_HOME_OF = {
    "AIMessage": "ragas_nb.schema",
    "Comparison": "ragas_nb.comparing",
    "EvaluationDataset": "ragas_nb.schema",
    "EvaluationResult": "ragas_nb.results.result",
    "HumanMessage": "ragas_nb.schema",
    "MetricAnnotation": "ragas_nb.results.annotations",
    "MultiTurnSample": "ragas_nb.schema",
    "Run": "ragas_nb.run",
    "RunConfig": "ragas_nb.engine.settings",
    "SingleTurnSample": "ragas_nb.schema",
    "TokenBudget": "ragas_nb.engine.budget",
    "ToolCall": "ragas_nb.schema",
    "ToolMessage": "ragas_nb.schema",
    "aestimate": "ragas_nb.estimating",
    "aevaluate": "ragas_nb.api",
    "compare": "ragas_nb.comparing",
    "estimate": "ragas_nb.estimating",
    "evaluate": "ragas_nb.api",
    "load": "ragas_nb.kept",
    "read_dataset": "ragas_nb.schema",
    "resume": "ragas_nb.kept",
    "runs": "ragas_nb.kept",
    "set_price": "ragas_nb.judges.prices",
    "start": "ragas_nb.api",
}
"""Where the public names live; the others are errors."""
_SHOWS_RUNS = ("ragas_nb.api", "ragas_nb.comparing", "ragas_nb.estimating", "ragas_nb.kept", "ragas_nb.run")


def __getattr__(name: str) -> Any:
    """Load a public name when it is first used, so that the import stays light."""
    if name == "__version__":
        from importlib.metadata import version

        return version("ragas_nb")
    if name in ("store", "telemetry"):
        return import_module(f"ragas_nb.{name}")
    if name not in __all__:
        raise AttributeError(f"module 'ragas_nb' has no attribute {name!r}")
    home = _HOME_OF.get(name, "ragas_nb.errors")
    if home in _SHOWS_RUNS:
        import_module("ragas_nb.notebook")
    return getattr(import_module(home), name)


def __dir__() -> list[str]:
    return [*globals(), *__all__, "__version__"]


def load_ipython_extension(shell: InteractiveShell) -> None:
    """Register the `%ragas` magic: `%load_ext ragas_nb`."""
    from ragas_nb.notebook.magic import load

    load(shell)
