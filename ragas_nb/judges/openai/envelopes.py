"""Bodies of chat requests as bytes: what a prompt's requests have in common is written once."""

from __future__ import annotations

from secrets import token_hex
from typing import Any, TypeAlias
from weakref import WeakKeyDictionary

from pydantic_core import to_json

from ragas_nb.judges.base import JudgeRequest
from ragas_nb.judges.images.image import images_of
from ragas_nb.judges.openai.chat import ChatMessage, Sampling, chat_body, chat_messages
from ragas_nb.judges.openai.forms import Form
from ragas_nb.prompts import Prompt

_Kind: TypeAlias = tuple[Form, int, bool]
"""What tells the envelopes of a prompt apart: form, number of answers, whether they should differ."""
_Envelope: TypeAlias = tuple[bytes, bytes]
"""The bytes before and after the user's message."""


class Envelopes:
    """Writes the bodies of requests to one model."""

    def __init__(self, model: str, sampling: Sampling) -> None:
        self._model = model
        self._sampling = sampling
        self._written: WeakKeyDictionary[Prompt[Any, Any], dict[_Kind, _Envelope]] = WeakKeyDictionary()

    def body(self, request: JudgeRequest, form: Form) -> bytes:
        """The JSON of a request in the form that the server takes."""
        if request.invalid or images_of(request.input):
            return self._whole(request, form, _messages(request, form))
        known = self._written.get(request.prompt)
        if known is None:
            known = self._written[request.prompt] = {}
        kind = (form, request.n, request.varied)
        before, after = known.get(kind) or known.setdefault(kind, self._envelope(request, form))
        return b"".join((before, to_json(request.prompt.content(request.input)), after))

    def _envelope(self, request: JudgeRequest, form: Form) -> _Envelope:
        """A body without its user's message: written with a mark that nothing in it can hold, cut there."""
        mark = token_hex()
        messages = _messages(request, form)
        messages[-1]["content"] = mark
        before, after = self._whole(request, form, messages).split(to_json(mark))
        return before, after

    def _whole(self, request: JudgeRequest, form: Form, messages: list[ChatMessage]) -> bytes:
        return to_json(chat_body(request, messages, self._model, form, self._sampling))


def _messages(request: JudgeRequest, form: Form) -> list[ChatMessage]:
    return chat_messages(request, with_schema=form.mode != "json_schema")
