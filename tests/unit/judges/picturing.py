"""Contexts that are images in tests of judges and metrics: how to write them, load them, look into them."""

from __future__ import annotations

import base64

import pytest

from ragas_nb.errors import DatasetError
from ragas_nb.judges.images.contexts import Permissions, Pictures
from ragas_nb.judges.images.image import Image


def data_uri(content: bytes, kind: str = "image/png") -> str:
    """An image as data holds it."""
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


async def loaded(context: str, allowed: Permissions | None = None) -> str | Image:
    """What becomes of a context."""
    return await Pictures(allowed or Permissions()).load(1, context)


async def refusal(context: str, allowed: Permissions | None = None) -> str:
    """Why a context cannot be loaded."""
    with pytest.raises(DatasetError) as caught:
        await loaded(context, allowed)
    return str(caught.value)


def content_of(image: str | Image) -> bytes:
    """The bytes of an image that was loaded."""
    assert isinstance(image, Image)
    return base64.b64decode(image.data_uri.partition(",")[2])
