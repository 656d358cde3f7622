"""Which model at which address is asked, in words that are fit for messages, identities and labels."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit, urlunsplit

OPENAI_URL = "https://api.openai.com/v1"
_LONGEST_WORDS = 400
_SHORTEST_KEY = 6
"""Shorter ones ("x", "none") are there for servers that need no key; as words they may stand anywhere."""
_TAGS = re.compile(r"<(?:style|script|head)\b.*?</(?:style|script|head)>|<[^>]*>", re.IGNORECASE | re.DOTALL)
_KEYS = re.compile(r"\b(?:sk|pk|gsk|xai|hf)[-_][\w*.-]{6,}|\bAIza[\w-]{20,}|(?<=Bearer )\S+|(?<=Basic )\S+")
_SECRET_NAMES = re.compile(r"key|secret|password|credential|authorization|token$", re.IGNORECASE)


def without_credentials(url: str) -> str:
    """A URL without user, password, query and closing slash.

    >>> without_credentials("https://me:pass@host.example/v1/?key=1")
    'https://host.example/v1'
    """
    parts = urlsplit(url)
    host = parts.netloc.rsplit("@", 1)[-1]
    return urlunsplit((parts.scheme, host, parts.path.rstrip("/"), "", ""))


@dataclass(frozen=True, slots=True)
class Target:
    """A model at a base URL (without credentials); `secret` is the key, which must never be repeated."""

    model: str
    base_url: str
    secret: str = field(default="", repr=False)

    @property
    def label(self) -> str:
        """What a person reads: the model, and the server when it is not OpenAI's."""
        return (
            self.model if self.base_url == OPENAI_URL else f"{self.model} at {urlsplit(self.base_url).netloc}"
        )

    def identity(self, kind: str, parameters: dict[str, object]) -> str:
        """What shapes an answer, as JSON. Parameters that are named like secrets are left out."""
        named = {k: v for k, v in parameters.items() if v is not None and not _SECRET_NAMES.search(k)}
        whole = {"kind": kind, "model": self.model, "base_url": self.base_url, **named}
        return json.dumps(whole, sort_keys=True, default=repr)

    def cleaned(self, words: str) -> str:
        """A server's words in one line, without markup and without keys."""
        if len(self.secret) >= _SHORTEST_KEY:
            words = words.replace(self.secret, "…")
        line = " ".join(_TAGS.sub(" ", _KEYS.sub("…", words)).split())
        return line if len(line) <= _LONGEST_WORDS else line[: _LONGEST_WORDS - 1] + "…"
