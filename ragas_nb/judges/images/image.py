"""An image as a judge gets it and as a trace keeps it; what counts as one."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from typing import Final, Literal, TypeAlias

from pydantic import PrivateAttr

from ragas_nb.errors import JudgeRefused
from ragas_nb.prompts import Value

MediaType: TypeAlias = Literal["image/png", "image/jpeg", "image/gif", "image/webp"]

MAX_BYTES: Final = 10 * 1024 * 1024
"""The size of the largest image that is loaded."""
_DIGEST_BYTES: Final = 16


class ImageRefused(ValueError):
    """An image cannot be loaded, or must not be; the message says why, as the end of a sentence."""


class Image(Value):
    """One image of a sample.

    Its fields are what is written down of it: traces, views and the key of the answer have them, the pixels
    go into the request only. `image` tells the images of a request apart; `digest` stands for the content.

    >>> Image.of(2, b"GIF89a...").model_dump_json()
    '{"image":2,"media_type":"image/gif","size":"9 B","digest":"2fccd6f2e25eaaf01bbc9b033fdd667e"}'
    """

    image: int
    media_type: MediaType
    size: str
    digest: str
    _data_uri: str | None = PrivateAttr(default=None)

    @classmethod
    def of(cls, number: int, content: bytes) -> Image:
        """The image in these bytes.

        Raises:
            ImageRefused: it is none, or too large.
        """
        if len(content) > MAX_BYTES:
            raise too_large()
        kind = media_type_of(content)
        digest = hashlib.blake2b(content, digest_size=_DIGEST_BYTES).hexdigest()
        image = cls(image=number, media_type=kind, size=size_in_words(len(content)), digest=digest)
        image._data_uri = f"data:{kind};base64,{base64.b64encode(content).decode()}"
        return image

    @property
    def data_uri(self) -> str:
        """The image itself, as requests carry it.

        Raises:
            JudgeRefused: it was forgotten, or never loaded, as in a trace.
        """
        if self._data_uri is None:
            raise JudgeRefused(
                f"Image {self.image} ({self.media_type}, {self.size}) is not in memory any more. "
                "Evaluate the sample again.",
                kind="bad_request",
            )
        return self._data_uri

    def forget(self) -> None:
        """Let go of the pixels: traces outlive the request, and must not hold megabytes."""
        self._data_uri = None


def images_of(asked: Value) -> list[Image]:
    """The images in the fields of an input, and in lists among them, in order."""
    return [part for _, value in asked for part in _parts(value) if isinstance(part, Image)]


def _parts(value: object) -> Iterator[object]:
    if isinstance(value, list | tuple):
        yield from value
    else:
        yield value


def media_type_of(content: bytes) -> MediaType:
    """The type of an image by its first bytes; what others say of its type does not count.

    Raises:
        ImageRefused: they are of no type that judges take.
    """
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return "image/webp"
    raise ImageRefused("its content is no PNG, JPEG, GIF or WebP image" if content else "it is empty")


def too_large() -> ImageRefused:
    """What to raise for more than `MAX_BYTES`."""
    return ImageRefused(f"it is larger than {MAX_BYTES // 1024**2} MB")


def size_in_words(size: int) -> str:
    """A number of bytes as a person reads it.

    >>> [size_in_words(size) for size in (9, 34_211, 1_250_000)]
    ['9 B', '34 kB', '1.2 MB']
    """
    if size < 1000:
        return f"{size} B"
    return f"{size / 1000:.0f} kB" if size < 999_500 else f"{size / 1_000_000:.1f} MB"
