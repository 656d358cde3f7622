"""Files that hold somebody's work: written whole or not at all."""

from __future__ import annotations

import gzip
import os
import secrets
from contextlib import suppress
from os import PathLike
from pathlib import Path
from typing import Final

_GZIP: Final = b"\x1f\x8b"


def write_whole(path: str | PathLike[str], data: bytes) -> None:
    """Write a file, compressed where its name ends in `.gz`; an older one stays as it was until then.

    What is written stands beside it first, and a link keeps pointing where it points. Raises `OSError`.
    """
    target = Path(path).expanduser().resolve()
    if Path(path).suffix.lower() == ".gz":
        data = gzip.compress(data, compresslevel=6, mtime=0)
    beside = target.with_name(f".{secrets.token_hex(6)}.part")
    try:
        with beside.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(target)
    finally:
        with suppress(OSError):
            beside.unlink()


def read_whole(path: str | PathLike[str]) -> bytes:
    """Return what a file holds, unpacked where it is compressed, whatever its name is now.

    Raises `OSError`; `EOFError` or `zlib.error` where what is compressed is damaged.
    """
    data = Path(path).expanduser().read_bytes()
    return gzip.decompress(data) if data.startswith(_GZIP) else data
