"""What servers take differs: which form of request a server refused, and the next one to try.

Nothing is asked beforehand. Every request goes out in the best form known for its server and model. One that
is refused for its form steps down and is sent again at once; what it learnt holds for all others.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias, TypeVar

from pydantic_core import from_json

from ragas_nb.judges.openai.refusals import Problem, judge_error
from ragas_nb.judges.openai.target import Target
from ragas_nb.judges.openai.ways import Answered

A = TypeVar("A")
Mode: TypeAlias = Literal["json_schema", "json_object", "text"]

_NEXT: dict[Mode, Mode] = {"json_schema": "json_object", "json_object": "text"}
_DEPTH: dict[Mode, int] = {"json_schema": 0, "json_object": 1, "text": 2}
_ALWAYS_TAKEN = frozenset({"model", "messages", "response_format", "input", "dimensions"})
_ABOUT_MODE = re.compile(
    r"response_?format|json_schema|json_object|json mode|structured output|grammar|guided", re.I
)
_ABOUT_N = re.compile(
    r"""['"`]n['"`]|\bn\s*[=>:]|\bn must|completion choice|multiple (?:choices|completions)""", re.I
)
_UNSUPPORTED = re.compile(
    r"unsupported|not supported|n[o']t support|unrecogni[sz]ed|unknown|unexpected|extra (?:inputs|fields)"
    r"|not permitted|not allowed|only the default",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Form:
    """What a server takes for a model, as far as its refusals have shown.

    `dropped` are the parameters to leave out; `max_completion_tokens` stands in for `max_tokens`.
    """

    mode: Mode = "json_schema"
    takes_n: bool = True
    dropped: frozenset[str] = frozenset()

    def joined(self, other: Form) -> Form:
        """A form that steps down wherever one of the two does."""
        deeper = max(self.mode, other.mode, key=_DEPTH.__getitem__)
        return Form(deeper, self.takes_n and other.takes_n, self.dropped | other.dropped)


def stepped_down(form: Form, body: Mapping[str, object], problem: Problem) -> Form | None:
    """The next form to try after `problem` met `body`, or None when the form was not what was refused."""
    if problem.status not in (400, 422):
        return None
    for name in body.keys() - _ALWAYS_TAKEN:
        if name == "n" and (problem.parameter == "n" or _ABOUT_N.search(problem.words)):
            return replace(form, takes_n=False)
        if name != "n" and _refuses_parameter(problem, name):
            return replace(form, dropped=form.dropped | {name})
    about_mode = problem.parameter.startswith("response_format") or _ABOUT_MODE.search(problem.words)
    if about_mode and form.mode != "text":
        return replace(form, mode=_NEXT[form.mode])
    return None


def _refuses_parameter(problem: Problem, name: str) -> bool:
    """Whether the server does not know this parameter at all (a value out of range is the user's to mend)."""
    named = problem.parameter == name or re.search(rf"(?<!\w){re.escape(name)}(?!\w)", problem.words)
    if name == "encoding_format":
        return bool(named)
    return bool(named) and (problem.has_code("unsupported") or bool(_UNSUPPORTED.search(problem.words)))


_known: dict[tuple[str, str], Form] = {}


def known_form(base_url: str, model: str) -> Form:
    """The best form that this server is known to take for this model; the full one when nothing is known."""
    return _known.get((base_url, model), Form())


def remember_form(base_url: str, model: str, form: Form) -> None:
    """Let all requests to this server and model step down to `form` where they have not yet."""
    _known[base_url, model] = known_form(base_url, model).joined(form)


def forget_forms() -> None:
    """Forget what is known of all servers: a server may have been replaced by another."""
    _known.clear()


async def negotiated(
    target: Target,
    write: Callable[[Form], bytes],
    post: Callable[[bytes], Awaitable[Answered | Problem]],
    read: Callable[[Answered], A | Problem],
) -> A:
    """The answer to one request, sent again at once in another form while the server refuses its form.

    Raises:
        JudgeRefused, JudgeUnavailable: the server answered with another error.
    """
    while True:
        form = known_form(target.base_url, target.model)
        body = write(form)
        answered = await post(body)
        outcome = answered if isinstance(answered, Problem) else read(answered)
        if not isinstance(outcome, Problem):
            return outcome
        lower = stepped_down(form, from_json(body), outcome)
        if lower is None:
            raise judge_error(outcome, target)
        remember_form(target.base_url, target.model, lower)
