"""What is stored of runs: where it is, how much it is, and removing it.

>>> import ragas_nb as rnb
>>> rnb.store.path()  # doctest: +SKIP
PosixPath('…/.ragas_nb/runs.sqlite')
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from ragas_nb.errors import ConfigurationError

if TYPE_CHECKING:
    from ragas_nb.store.housekeeping import Pruned

__all__ = ["default_path", "path", "prune", "size"]


def default_path() -> Path | None:
    """Where runs are stored: what `RAGAS_NB_STORE` names, else a file beside the notebook.

    None where runs are kept in memory only: `RAGAS_NB_STORE` is `none`, or empty.
    """
    named = os.environ.get("RAGAS_NB_STORE")
    if named is None:
        return Path.cwd() / ".ragas_nb" / "runs.sqlite"
    if named.strip().lower() in ("", "none"):
        return None
    return Path(named).expanduser().absolute()


def path() -> Path | None:
    """Where runs are stored; None where they are kept in memory only."""
    return default_path()


def size(store: str | os.PathLike[str] | None = None) -> int:
    """The bytes that the stored runs take on the disk."""
    from ragas_nb.store.housekeeping import size_of

    return size_of(_named(store))


def prune(
    *,
    older_than: timedelta | None = None,
    keep: int | None = None,
    run_ids: str | Iterable[str] = (),
    answers_older_than: timedelta | None = None,
    store: str | os.PathLike[str] | None = None,
) -> Pruned:
    """Remove stored runs, and what only they needed; a run in progress stays.

    Runs go that have not changed for `older_than`, all but the newest `keep`, and those named by `run_ids`.
    `answers_older_than` removes answers that other runs could still use, too.

    Raises:
        StoreError: the file cannot be written, or there is no such run.
        ConfigurationError: runs are kept in memory only.
    """
    from ragas_nb.store import housekeeping

    return housekeeping.prune(
        _named(store),
        older_than=older_than,
        keep=keep,
        run_ids=[run_ids] if isinstance(run_ids, str) else list(run_ids),
        answers_older_than=answers_older_than,
    )


def _named(store: str | os.PathLike[str] | None) -> Path:
    path = default_path() if store is None else Path(store).expanduser().absolute()
    if path is None:
        raise ConfigurationError(
            "Runs are kept in memory only, for RAGAS_NB_STORE is 'none'. Name a file: store=…."
        )
    return path
