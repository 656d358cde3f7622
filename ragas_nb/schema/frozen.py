"""What does not change once made, and says so with the way out."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from pydantic import BaseModel, ConfigDict

from ragas_nb.errors import DatasetError


class Frozen(BaseModel):
    """A model whose fields keep the values that they were made with."""

    model_config = ConfigDict(frozen=True)

    way_out: ClassVar[str]
    """What to do instead of setting the field `{name}`."""

    if not TYPE_CHECKING:  # type checkers refuse the assignment anyway, unless they see this

        def __setattr__(self, name: str, value: object) -> None:
            """Raise `DatasetError`, but for private attributes and in subclasses that are not frozen."""
            if name.startswith("_") or not self.model_config.get("frozen"):
                super().__setattr__(name, value)
                return
            raise DatasetError(
                f"A {type(self).__name__} does not change: {name!r} cannot be set. "
                f"{self.way_out.format(name=name)}"
            )
