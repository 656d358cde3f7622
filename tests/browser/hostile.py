"""A run whose every text is hostile: ids, samples, names, labels, marks, answers, errors and notices."""

from __future__ import annotations

import ragas_nb as rnb
from ragas_nb.engine.events import NoticeGiven
from ragas_nb.errors import JudgeRefused
from ragas_nb.metrics import AspectCritic, discrete_metric, faithfulness
from ragas_nb.metrics.statements import Answer, StatementsInContext
from ragas_nb.run import Run
from ragas_nb.testing import Line, ScriptedJudge
from tests.browser.payloads import ELEMENTS, NAMES, PAYLOADS

MOST = 1_000
"""Characters of a payload that is put together with others."""
HALF = "\ud83d"
"""Half an emoji, as a reply that was cut off leaves it; no file or connection takes it."""
ALL = " ".join(payload for payload in PAYLOADS if len(payload) <= MOST)
PRINTABLE = "".join(character for character in ALL if character.isprintable()).strip()
"""All that the name of a metric may hold; what cannot be printed is refused there."""
INVALID, REFUSED = 1, 2
"""The samples about which the judge gives no usable reply, and refuses one."""
LABELS = ("__proto__", "constructor", "<img src=x onerror=alert(1)>", "\u202e'><svg/onload=alert(1)>")

TAGS = (*NAMES, *ELEMENTS)


class HostileJudge(ScriptedJudge):
    """Repeats what it is asked about, names itself badly, and fails badly."""

    def __init__(self) -> None:
        script: dict[str, Line] = {
            "split_into_statements": self._split,
            "check_statements": self._check,
            "judge_aspect": {"reason": ALL, "verdict": 1},
        }
        super().__init__(script, identity=ALL)

    def _split(self, answer: Answer) -> dict[str, object] | str | Exception:
        if answer.answer == PAYLOADS[INVALID]:
            return ALL
        if answer.answer == PAYLOADS[REFUSED]:
            return JudgeRefused(ALL + HALF, kind="content_filter")
        return {"statements": [answer.answer]}

    def _check(self, asked: StatementsInContext) -> dict[str, object]:
        return {
            "statements": [{"statement": text, "reason": text, "verdict": 0} for text in asked.statements]
        }


@discrete_metric(name="__proto__", allowed_values=LABELS)
def named_as_properties_are(response: str) -> tuple[str, str]:
    """A metric with hostile labels."""
    return LABELS[len(response) % len(LABELS)], ALL + HALF


def start() -> Run:
    """Start the run: a sample for each payload, which is its id and all its texts."""
    samples = [
        {
            "id": payload,
            "user_input": payload,
            "response": payload,
            "retrieved_contexts": PAYLOADS if place in (0, INVALID, REFUSED) else [payload, HALF],
        }
        for place, payload in enumerate(PAYLOADS)
    ]
    critic = AspectCritic(name=PRINTABLE, definition=ALL)
    run = rnb.start(samples, [faithfulness, critic, named_as_properties_are], llm=HostileJudge(), name=ALL)
    for tag in TAGS:
        run.tag(PAYLOADS[0], tag)
    run.note(PAYLOADS[0], ALL + HALF)
    run._announce(NoticeGiven(about="store", message=ALL + HALF))
    return run
