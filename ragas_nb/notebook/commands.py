"""What `%ragas` does with runs: list them, show them, tell them what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from IPython.core.error import UsageError

from ragas_nb.engine.events import FAILURE_KINDS
from ragas_nb.engine.limits import KEEP, Keep
from ragas_nb.notebook.orders import add_budget
from ragas_nb.recorded import RecordedRun
from ragas_nb.run import Run
from ragas_nb.store.state import FAILED, SCORED, UNDEFINED

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = (
    "run_id",
    "name",
    "state",
    "scored",
    "failed",
    "undefined",
    "jobs",
    "cost",
    "judge",
    "created_at",
)
"""What is told of each run; the counts are of jobs."""


@dataclass(frozen=True, slots=True)
class Told:
    """What was typed after a command: its words, and the options that some commands take."""

    words: tuple[str, ...] = ()
    store: str | None = "auto"
    requests_per_minute: float | Keep | None = KEEP
    tokens_per_minute: float | Keep | None = KEEP


Runs = Mapping[str, RecordedRun]
"""The runs that were shown in this kernel, by id, the last one last."""


def listed(runs: Runs, told: Told) -> pd.DataFrame:
    """The runs of this kernel and those that the store keeps, newest first; `here` tells which is which."""
    import pandas as pd

    from ragas_nb import kept

    stored = kept.runs(told.store)
    here = pd.DataFrame([_row(run) for run in runs.values()], columns=list(COLUMNS))
    others = stored.loc[~stored["run_id"].isin(list(runs)), list(COLUMNS)]
    frames = [frame for frame in (here, others) if len(frame)]
    frame = pd.concat(frames, ignore_index=True) if frames else here
    frame["here"] = frame["run_id"].isin(list(runs))
    return frame.sort_values("created_at", ascending=False, ignore_index=True, kind="stable")


def _row(run: RecordedRun) -> tuple[object, ...]:
    columns = run.state.columns.values()
    counts = (sum(column.count(status) for column in columns) for status in (SCORED, FAILED, UNDEFINED))
    return (
        run.run_id,
        run.name,
        run.status,
        *counts,
        len(run) * len(columns),
        run.state.total.cost,
        run.meta.judge,
        run.meta.created_at,
    )


def show(runs: Runs, told: Told) -> None:
    """Show a run again: the last one, or the one with this id or name."""
    for run in chosen(runs, told.words):
        run.show()


def load(runs: Runs, told: Told) -> RecordedRun:
    """Show a run that the store keeps."""
    from ragas_nb import kept

    run = kept.load(_named("load", told), told.store)
    run.show()
    return run


def resume(runs: Runs, told: Told) -> Run | None:
    """Go on with runs that are paused or have ended here, or with one that the store keeps."""
    from ragas_nb import kept

    if told.words and told.words[0] not in _names(runs):
        return kept.resume(told.words[0], store=told.store)
    for run in _live(chosen(runs, told.words, unless=lambda run: "resume" not in run.can)):
        run.resume()
    return None


def pause(runs: Runs, told: Told) -> None:
    """Have runs send no further request for now."""
    for run in _live(chosen(runs, told.words, unless=lambda run: run.ended)):
        run.pause()


def cancel(runs: Runs, told: Told) -> None:
    """End runs; finished scores stay."""
    for run in _live(chosen(runs, told.words, unless=lambda run: run.ended)):
        run.cancel()


def retry(runs: Runs, told: Told) -> None:
    """Do failed jobs again, all or those of the kinds that are named."""
    kinds = [kind for kind in FAILURE_KINDS if kind in told.words]
    names = tuple(word for word in told.words if word not in kinds)
    for run in _live(chosen(runs, names)):
        run.retry_failed(kinds or None)


def limit(runs: Runs, told: Told) -> None:
    """Change how fast the requests of runs go out."""
    words = told.words
    at_once = int(words[0]) if words and words[0].isdecimal() else KEEP
    names = words if at_once is KEEP else words[1:]
    if at_once is KEEP and told.requests_per_minute is KEEP and told.tokens_per_minute is KEEP:
        raise UsageError("Name a limit: `%ragas limit 8` (requests at once), --rpm 60 or --tpm 40000.")
    for run in _live(chosen(runs, names, unless=lambda run: run.ended)):
        run.set_limit(
            at_once,
            requests_per_minute=told.requests_per_minute,
            tokens_per_minute=told.tokens_per_minute,
        )


def budget(runs: Runs, told: Told) -> None:
    """Allow so much more to be spent."""
    amount = _amount(told.words[0] if told.words else "")
    for run in _live(chosen(runs, told.words[1:])):
        add_budget(run, amount)


Command = Callable[[Runs, Told], Any]
COMMANDS: Mapping[str, Command] = {
    "runs": listed,
    "show": show,
    "load": load,
    "pause": pause,
    "resume": resume,
    "cancel": cancel,
    "retry": retry,
    "limit": limit,
    "budget": budget,
}


def chosen(
    runs: Runs, words: Sequence[str], *, unless: Callable[[RecordedRun], bool] | None = None
) -> list[RecordedRun]:
    """The runs with this id or name; without one the last, or all but those that `unless` leaves out.

    Raises:
        UsageError: there is none; those that there are, are told.
    """
    if not words and unless is not None:
        return [run for run in runs.values() if not unless(run)]
    every = list(runs.values())
    found = [run for run in every if words[0] in (run.run_id, run.name)] if words else every[-1:]
    if found:
        return found
    if not every:
        raise UsageError("No run is here yet: start one with `%ragas df faithfulness`.")
    known = ", ".join(f"{run.run_id} ({run.name})" for run in every)
    raise UsageError(f"No run {words[0]!r} here; runs of this kernel: {known}.")


def _live(runs: Iterable[RecordedRun]) -> list[Run]:
    """The runs, each of which can be told something.

    Raises:
        UsageError: one is shown as the store has it.
    """
    listed = list(runs)
    for run in listed:
        if not isinstance(run, Run):
            raise UsageError(
                f"Run {run.run_id} is shown as it was kept: `%ragas resume {run.run_id}` goes on with it."
            )
    return [run for run in listed if isinstance(run, Run)]


def _names(runs: Runs) -> set[str]:
    """Ids and names of the runs of this kernel that can be told something."""
    live = [run for run in runs.values() if isinstance(run, Run)]
    return {run.run_id for run in live} | {run.name for run in live}


def _named(command: str, told: Told) -> str:
    if told.words:
        return told.words[0]
    raise UsageError(f"Name the run: `%ragas {command} ID`. `%ragas runs` lists them.")


def _amount(word: str) -> float:
    """The number of `+2.50`, `2.50` or `$2.50`."""
    try:
        return float(word.lstrip("+$"))
    except ValueError:
        raise UsageError(
            f"How much more? `%ragas budget +2.50` adds to what may be spent; found {word!r}."
        ) from None
