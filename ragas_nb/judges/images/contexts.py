"""The contexts of a sample as a judge gets them: texts as they are, images loaded where that is allowed."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Final, Literal, TypeAlias
from weakref import WeakKeyDictionary

from ragas_nb.errors import DatasetError
from ragas_nb.judges.images.data_uris import described, is_data_uri, read_data_uri
from ragas_nb.judges.images.fetching import Fetcher
from ragas_nb.judges.images.files import find_file, may_name_file, read_file
from ragas_nb.judges.images.image import Image, ImageRefused
from ragas_nb.judges.threads import in_thread

Kind: TypeAlias = Literal["text", "data", "address", "file"]

MAX_TOGETHER: Final = 50 * 1024 * 1024
"""Bytes of all images of one sample: what a request to OpenAI may hold."""
_AT_ONCE: Final = 8
"""Images that are loaded at the same time."""
_ADDRESS = re.compile(r"https?://\S{1,8000}", re.IGNORECASE)
_SHOWN: Final = 100


@dataclass(frozen=True, slots=True)
class Permissions:
    """From where images may be loaded, besides those that the data holds: files below `folders`, addresses
    where `urls`."""

    folders: tuple[Path, ...] = ()
    urls: bool = False
    fetcher: Fetcher = field(default_factory=Fetcher)


def kind_of(context: str) -> Kind:
    """What a context is, by its looks: an address or a data URI only where it is nothing else.

    >>> [kind_of(c) for c in ("A cat.", "cats/1.png", "https://cats.example/1", "data:image/png;base64,iVBO")]
    ['text', 'file', 'address', 'data']
    """
    text = context.strip()
    if is_data_uri(text):
        return "data"
    if _ADDRESS.fullmatch(text):
        return "address"
    return "file" if may_name_file(text) else "text"


def unloaded(contexts: Sequence[str], allowed: Permissions) -> Iterator[str]:
    """What to tell a person of contexts that look like images, and are judged as text for want of a
    permission."""
    kinds = {number: kind_of(context) for number, context in enumerate(contexts, start=1)}
    files = [n for n, kind in kinds.items() if kind == "file" and _is_one_word(contexts[n - 1])]
    if files and not allowed.folders:
        yield f"{_numbered(files)} judged as text: allowed_folders names no folder to read image files from"
    addresses = [n for n, kind in kinds.items() if kind == "address"]
    if addresses and not allowed.urls:
        yield f"{_numbered(addresses)} judged as text: addresses are fetched only with allow_urls=True"


def _numbered(places: Sequence[int]) -> str:
    if len(places) == 1:
        return f"context {places[0]} was"
    return f"contexts {', '.join(map(str, places))} were"


def _is_one_word(context: str) -> bool:
    return len(context.split()) == 1


class Pictures:
    """Loads the images of one sample, and lets go of them on leaving the `with` block."""

    def __init__(self, allowed: Permissions) -> None:
        self._allowed = allowed
        self._loaded: list[Image] = []
        self._left = MAX_TOGETHER

    def __enter__(self) -> Pictures:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for image in self._loaded:
            image.forget()

    async def load(self, number: int, context: str) -> str | Image:
        """The image that a context is or names; a context that is text, as it is.

        Raises:
            DatasetError: it cannot be loaded, or must not be; the context is named by its number.
        """
        kind = kind_of(context)
        if kind == "text" or (kind == "file" and not self._allowed.folders):
            return context
        if kind == "address" and not self._allowed.urls:
            return context
        try:
            async with _slots():
                image = await self._load(number, kind, context.strip())
        except ImageRefused as refused:
            raise _error(number, kind, context.strip(), str(refused)) from None
        return context if image is None else image

    async def _load(self, number: int, kind: Kind, text: str) -> Image | None:
        content = await self._content(kind, text)
        if content is None:
            return None
        self._left -= len(content)
        if self._left < 0:
            raise ImageRefused(f"with it the images of the sample exceed {MAX_TOGETHER // 1024**2} MB")
        image = await in_thread(partial(Image.of, number, content))
        self._loaded.append(image)
        return image

    async def _content(self, kind: Kind, text: str) -> bytes | None:
        if kind == "address":
            return await self._allowed.fetcher.fetch(text)
        read = (
            partial(read_data_uri, text) if kind == "data" else partial(_of_file, text, self._allowed.folders)
        )
        return await in_thread(read)


def _of_file(text: str, folders: Sequence[Path]) -> bytes | None:
    """The content of the file that a text names; None for a text that only ends like a path."""
    try:
        path = find_file(text, folders)
    except ImageRefused:
        if _is_one_word(text):
            raise
        return None
    if path is not None:
        return read_file(path)
    if _is_one_word(text):
        raise ImageRefused("there is no such file below allowed_folders")
    return None


_waiting_rooms: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()


def _slots() -> asyncio.Semaphore:
    """What bounds the images that are loaded at once on this event loop."""
    loop = asyncio.get_running_loop()
    return _waiting_rooms.get(loop) or _waiting_rooms.setdefault(loop, asyncio.Semaphore(_AT_ONCE))


def _error(number: int, kind: Kind, text: str, why: str) -> DatasetError:
    match kind:
        case "data":
            shown = described(text)
        case "address":
            shown = repr(_without_secrets(text))
        case _:
            shown = repr(text)
    shown = shown if len(shown) <= _SHOWN else shown[: _SHOWN - 1] + "…"
    return DatasetError(f"context {number} ({shown}) cannot be shown to the judge: {why}.")


def _without_secrets(url: str) -> str:
    """An address without user, password and query."""
    return re.sub(r"//[^/]*@", "//", re.split(r"[?#]", url)[0])
