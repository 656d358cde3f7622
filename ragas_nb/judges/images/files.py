"""Image files: read only below folders that the user named, whatever the data asks for."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from pathlib import Path, PurePath
from typing import TypeVar

from ragas_nb.judges.images.image import MAX_BYTES, ImageRefused, too_large

AnyPath = TypeVar("AnyPath", bound=PurePath)

_ENDINGS = (".png", ".jpg", ".jpeg", ".gif", ".webp")
_LONGEST = 1024
_FLAGS = ("O_BINARY", "O_CLOEXEC", "O_NOFOLLOW", "O_NONBLOCK")
"""Not through a link that came in the meantime, and without waiting where the file is a pipe."""


def may_name_file(text: str) -> bool:
    """Whether a text reads like the path of an image file.

    >>> [may_name_file(text) for text in ("images/cat.PNG", "See cat.png.", "https://host.example/")]
    [True, False, False]
    """
    return len(text) <= _LONGEST and text.lower().endswith(_ENDINGS) and len(text.splitlines()) == 1


def find_file(text: str, folders: Sequence[Path]) -> Path | None:
    """The real path of the file that a text names, below one of the folders; None where there is none.

    The path may start at the working directory, at one of the folders, or at the root. What lies outside all
    folders by its name is not even looked at; a link that leads outside is not followed.

    Raises:
        ImageRefused: it lies outside.
    """
    starts = [Path.cwd(), *folders]
    named = {path: folder for folder in folders for path in _inside(text, folder.absolute(), starts)}
    if not named:
        raise ImageRefused("it lies outside allowed_folders")
    for path, folder in named.items():
        try:
            real = path.resolve(strict=True)
            home = folder.resolve(strict=True)
        except (OSError, RuntimeError, ValueError):  # missing, a circle of links, no possible name
            continue
        if not real.is_relative_to(home):
            raise ImageRefused("a link leads out of allowed_folders")
        return real
    return None


def _inside(text: str, folder: Path, starts: Sequence[Path]) -> list[Path]:
    """The paths that a text can mean, as far as they lie in the folder by their names."""
    meant = (collapsed(start.absolute() / text) for start in starts)
    return [path for path in meant if is_below(path, collapsed(folder))]


def is_below(path: AnyPath, folder: AnyPath) -> bool:
    """Whether an absolute path without dots lies within the folder, by the rules of its operating system.

    >>> from pathlib import PureWindowsPath as Windows
    >>> folder = Windows("C:/data/images")
    >>> [is_below(collapsed(folder / name), folder) for name in ("a/b.png", "D:b.png", "//server/data/b.png")]
    [True, False, False]
    """
    return path.is_relative_to(folder) and path != folder


def collapsed(path: AnyPath) -> AnyPath:
    """An absolute path without `..`, each taking the part before it away.

    >>> from pathlib import PurePosixPath
    >>> collapsed(PurePosixPath("/data/images/../../../etc/passwd"))
    PurePosixPath('/etc/passwd')
    """
    root, *parts = path.parts
    kept: list[str] = []
    for part in parts:
        if part != "..":
            kept.append(part)
        elif kept:
            kept.pop()
    return type(path)(root, *kept)


def read_file(path: Path) -> bytes:
    """The content of a file.

    Raises:
        ImageRefused: it is no regular file, too large, or cannot be read.
    """
    flags = os.O_RDONLY
    for name in _FLAGS:
        flags |= getattr(os, name, 0)
    try:
        descriptor = os.open(path, flags)
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise ImageRefused("it is no regular file")
        with os.fdopen(descriptor, "rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise ImageRefused(f"the file cannot be read ({error.strerror or type(error).__name__})") from None
    if len(content) > MAX_BYTES:
        raise too_large()
    return content
