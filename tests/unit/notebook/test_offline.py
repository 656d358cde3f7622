"""A run as one file: all of its data, nothing that could end an element, and told what had no room."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
from array import array
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from ragas_nb.errors import ConfigurationError
from ragas_nb.metrics.base import MetricResult
from ragas_nb.notebook import protocol as wire
from ragas_nb.notebook.offline import to_html
from ragas_nb.notebook.offline_page import page
from ragas_nb.notebook.picture import row_detail, row_text
from ragas_nb.recorded import RecordedRun
from ragas_nb.schema import EvaluationDataset, SingleTurnSample
from ragas_nb.testing import ScriptedJudge
from tests.unit.doubles import YES, Computes, HeldJudge, Polite, new_run, responses

HOSTILE = "</script><script>alert(1)</script><!-- ]]> </main></style> \u2028\u2029 \u202e \x00 &amp; '\""


class Elements(HTMLParser):
    """The elements of a page with what is in them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None], str]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs), ""))

    def handle_endtag(self, tag: str) -> None:
        self.found.append((f"/{tag}", {}, ""))

    def handle_data(self, data: str) -> None:
        if self.found:
            tag, attributes, before = self.found[-1]
            self.found[-1] = (tag, attributes, before + data)

    def scripts(self) -> list[tuple[dict[str, str | None], str]]:
        """The attributes and the text of each script, data blocks included."""
        return [(attributes, text) for tag, attributes, text in self.found if tag == "script"]


def data_of(html: str) -> wire.Offline:
    """The data in a page."""
    (_, told), *_ = Elements(html).scripts()
    return wire.Offline.model_validate_json(told)


def pages_of(html: str, kind: str) -> list[str]:
    """The pages of texts or of jobs, packed, in their order."""
    found = [(a["id"] or "", text) for a, text in Elements(html).scripts() if a.get("type") == "text/plain"]
    pages = [(name, text) for name, text in found if name.startswith(f"rnb-{kind}-")]
    assert [name for name, _ in pages] == [f"rnb-{kind}-{place}" for place in range(len(pages))]
    return [text for _, text in pages]


def unpacked(html: str, kind: str) -> list[Any]:
    """What the pages of texts or of jobs hold, one after the other."""
    pages = pages_of(html, kind)
    return [item for page in pages for item in json.loads(gzip.decompress(base64.b64decode(page)))]


async def judged(*texts: str) -> RecordedRun:
    run = new_run(responses(*texts), [Polite()], ScriptedJudge({"is_polite": YES}, price=0.5))
    await run
    return run


async def test_the_file_has_all_texts_and_all_jobs_the_worst_rows_first():
    run = new_run(
        responses("0.9", "0.1", "x"), [Computes(rule=lambda text: MetricResult(float(text), reason="so"))]
    )
    await run
    html = to_html(run)
    data = data_of(html)
    assert unpacked(html, "texts") == [
        {
            "text": row_text(run, row).model_dump(),
            "facts": [f.model_dump() for f in row_detail(run, row, 0).facts],
        }
        for row in range(3)
    ]
    assert list(array("I", base64.b64decode(data.traced))) == [1, 0, 2]
    assert unpacked(html, "jobs") == [
        [job.model_dump() for job in row_detail(run, row, 0).jobs] for row in (1, 0, 2)
    ]
    values, statuses, costs = map(base64.b64decode, data.buffers)
    assert list(array("f", values))[:2] == pytest.approx([0.9, 0.1])
    assert list(statuses) == [2, 2, 4]
    assert list(array("f", costs)) == [0.0] * 3


async def test_nothing_can_be_told_to_a_run_in_a_file():
    totals = data_of(to_html(await judged("a", "b"))).snapshot.totals
    assert (totals.state, totals.can, totals.limits) == ("finished", [], None)
    assert [notice.about for notice in totals.notices] == ["file"]
    assert re.fullmatch(r"Saved \d+ \w+ \d{4}, \d\d:\d\d\.", totals.notices[0].message)


async def test_a_run_that_goes_on_is_interrupted_in_the_file():
    judge = HeldJudge({"is_polite": YES})
    run = new_run(responses("a"), [Polite()], judge).start()
    await judge.arrived.wait()
    data = data_of(to_html(run))
    assert base64.b64decode(data.buffers[1]) == bytes([0])  # it waits: nothing is being judged there
    assert data.snapshot.totals.state == "interrupted"
    assert data.snapshot.totals.message == "The run was still going on when this file was saved."
    run.cancel()
    await run


async def test_hostile_texts_end_no_element_and_arrive_whole():
    sample = SingleTurnSample(user_input=HOSTILE, response=HOSTILE)
    judge = ScriptedJudge({"is_polite": YES}, identity=HOSTILE)
    run = new_run(EvaluationDataset([sample], ids=[HOSTILE]), [Polite()], judge)
    await run
    html = to_html(run)
    kinds = [(attributes.get("type"), attributes.get("src")) for attributes, _ in Elements(html).scripts()]
    assert kinds == [("application/json", None), (None, None), ("text/plain", None), ("text/plain", None)]
    block = html.split('id="rnb-data">')[1].split("</script>")[0]
    assert {"<", "\u2028", "\u2029"}.isdisjoint(block)
    data = data_of(html)
    assert data.snapshot.run.judge == HOSTILE
    (text,) = unpacked(html, "texts")
    assert (text["text"]["sample_id"], text["text"]["user_input"]) == (HOSTILE, HOSTILE)


async def test_the_page_may_run_its_own_script_and_ask_nobody():
    html = to_html(await judged("a"))
    found = Elements(html)
    (policy,) = [a["content"] or "" for tag, a, _ in found.found if tag == "meta" and "http-equiv" in a]
    _, (_, script), *_ = found.scripts()
    digest = base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode("ascii")
    assert policy.split("; ") == [
        "default-src 'none'",
        f"script-src 'sha256-{digest}'",
        "style-src 'unsafe-inline'",
        "base-uri 'none'",
        "form-action 'none'",
    ]
    assert not re.search("<!--|<script|</script", script)
    assert [tag for tag, attributes, _ in found.found if {"src", "href"} & set(attributes)] == []


async def test_until_its_script_runs_the_page_is_the_picture():
    run = await judged("a")
    before = to_html(run).split('<div id="rnb-run">')[1].split("</main>")[0]
    assert "Open this file in a browser that runs scripts" in before
    assert before.count("<tr>") == 2


def test_what_stands_for_a_half_of_a_pair_can_be_written():
    assert "<title>?</title>" in page("\ud800", "", "{}", {})


async def test_steps_of_good_rows_are_left_out_first_and_the_file_and_a_warning_say_so(tmp_path: Path):
    texts = [hashlib.sha512(str(row).encode()).hexdigest() * 2 for row in range(400)]
    rule = Computes(rule=lambda text: MetricResult(0.1 + (text == texts[399]), reason=text[::-1]))
    run = new_run(responses(*texts), [rule])
    await run
    jobs = [len(page) for page in pages_of(to_html(run), "jobs")]
    room = (len(to_html(run)) - sum(jobs) + 1.5 * jobs[0]) / 1e6
    path = tmp_path / "run.html"
    said = (
        "Of reasons, steps and errors those of the 200 worst of 400 rows are here. A file of at most "
        f"{room:g} MB has no room for the others; most_mb allows more."
    )
    with pytest.warns(UserWarning, match=re.escape(f"{path}: {said}")):
        assert run.to_html(path, most_mb=room) == path
    html = path.read_text(encoding="utf-8")
    data = data_of(html)
    assert [notice.message for notice in data.snapshot.totals.notices][1:] == [said]
    assert len(unpacked(html, "jobs")) == 200
    assert 399 not in array("I", base64.b64decode(data.traced))
    assert path.stat().st_size <= room * 1e6 * 1.02


async def test_where_there_is_no_room_for_texts_they_are_cut():
    run = await judged("a" * 1000)
    html = to_html(run, 0.001)
    (text,) = unpacked(html, "texts")
    assert (text["text"]["response"], text["facts"], pages_of(html, "jobs")) == ("a" * 299 + "…", [], [])
    assert [notice.message.split(".")[0] for notice in data_of(html).snapshot.totals.notices][1:] == [
        "The texts of 0 of 1 rows are here in full",
        "Of reasons, steps and errors none are here",
    ]


async def test_a_run_of_the_store_and_one_without_a_path_give_the_same_page():
    run = await judged("a")
    recorded = RecordedRun(run.meta, run.dataset, run.state, run._steps)
    assert pages_of(recorded.to_html(), "jobs") == pages_of(run.to_html(), "jobs")
    assert data_of(recorded.to_html()).snapshot.totals.state == "finished"


async def test_a_path_that_cannot_be_written_is_named_with_the_way_out(tmp_path: Path):
    run = await judged("a")
    with pytest.raises(
        ConfigurationError, match=r"run\.html cannot be written: No such file .* a folder that"
    ):
        run.to_html(tmp_path / "missing" / "run.html")


async def test_a_size_that_makes_no_sense_is_refused():
    run = await judged("a")
    with pytest.raises(
        ConfigurationError, match="most_mb is how large the file may be, in megabytes; found 0"
    ):
        run.to_html(most_mb=0)
