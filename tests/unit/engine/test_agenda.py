"""Which job comes next."""

from __future__ import annotations

from ragas_nb.engine.agenda import Agenda
from ragas_nb.engine.plan import make_plan
from ragas_nb.store.state import FAILED, PENDING, SCORED
from tests.unit.doubles import Polite, PoliteAndShort, responses


def agenda(samples: int = 3) -> Agenda:
    return Agenda(make_plan(responses(*map(str, range(samples))), [Polite(), PoliteAndShort()]))


def told(jobs: Agenda, most: int = 99) -> list[str]:
    found = []
    while len(found) < most and (job := next(jobs, None)) is not None:
        found.append(f"{job.sample_id} {job.metric.column}")
    return found


def test_jobs_come_row_by_row_and_once():
    jobs = agenda(2)
    assert told(jobs) == ["0 polite", "0 polite_and_short", "1 polite", "1 polite_and_short"]
    assert told(jobs) == []


def test_rows_that_somebody_looks_at_come_first():
    jobs = agenda()
    assert told(jobs, 1) == ["0 polite"]
    jobs.prefer([2, 0])
    assert told(jobs) == [
        "2 polite",
        "2 polite_and_short",
        "0 polite_and_short",
        "1 polite",
        "1 polite_and_short",
    ]


def test_a_later_look_takes_the_place_of_an_earlier_one():
    jobs = agenda()
    jobs.prefer([2])
    jobs.prefer([1])
    assert told(jobs, 3) == ["1 polite", "1 polite_and_short", "0 polite"]


def test_what_has_ended_is_not_given():
    jobs = agenda()
    jobs.close("polite", (SCORED, FAILED), bytearray([SCORED, PENDING, FAILED]))
    assert told(jobs) == ["0 polite_and_short", "1 polite", "1 polite_and_short", "2 polite_and_short"]


def test_what_is_put_back_comes_again_once():
    jobs = agenda(2)
    told(jobs)
    jobs.put_back(0, "polite")
    jobs.put_back(0, "polite")
    assert told(jobs) == ["0 polite"]


def test_what_is_put_back_before_it_was_given_comes_in_its_order():
    jobs = agenda(2)
    jobs.put_back(1, "polite")
    assert told(jobs) == ["0 polite", "0 polite_and_short", "1 polite", "1 polite_and_short"]


def test_what_was_put_back_and_looked_at_comes_once():
    jobs = agenda(2)
    told(jobs)
    jobs.put_back(1, "polite")
    jobs.prefer([1])
    assert told(jobs) == ["1 polite"]
