"""Images within the data: `data:image/png;base64,…`."""

from __future__ import annotations

import base64
import binascii
import re

from ragas_nb.judges.images.image import MAX_BYTES, ImageRefused, size_in_words, too_large

_HEAD = re.compile(r"data:(image/[\w.+-]+)(?:;[\w.=+-]+)*;base64,", re.IGNORECASE)


def is_data_uri(text: str) -> bool:
    """Whether a text is an image written out.

    >>> is_data_uri("data:image/png;base64,iVBORw0KGgo="), is_data_uri("data:image/png stands before images")
    (True, False)
    """
    return _HEAD.match(text) is not None


def described(text: str) -> str:
    """A context as a person can read it: an image that is written out by size and type, other texts as they
    are.

    >>> described("data:image/png;base64,iVBORw0KGgo=")
    '[image, 8 B, image/png]'
    """
    found = _HEAD.match(text)
    if found is None:
        return text
    padding = text.count("=", max(found.end(), len(text) - 2))
    size = (len(text) - found.end()) * 3 // 4 - padding
    return f"[image, {size_in_words(size)}, {found[1].lower()}]"


def read_data_uri(text: str) -> bytes:
    """The bytes that are written out; takes milliseconds for large images.

    Raises:
        ImageRefused: it is too large, or malformed.
    """
    coded = text.partition(",")[2]
    if len(coded) > MAX_BYTES * 2:
        raise too_large()
    try:
        return base64.b64decode("".join(coded.split()), validate=True)
    except (binascii.Error, ValueError):
        raise ImageRefused("its base64 is malformed") from None
