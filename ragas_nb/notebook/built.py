"""The front end's files, which are built from `js/`."""

from __future__ import annotations

from pathlib import Path

from ragas_nb.errors import ConfigurationError

STATIC = Path(__file__).parent / "static"


def built(name: str) -> Path:
    """The path of one of the files.

    Raises:
        ConfigurationError: it has not been built.
    """
    path = STATIC / name
    if not path.exists():
        raise ConfigurationError(
            f"The widget's front end is not built: {name} is missing from ragas_nb/notebook/static. "
            "In a checkout run `make build`; otherwise install the package again."
        )
    return path
