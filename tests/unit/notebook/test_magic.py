"""`%ragas` and `%%ragas`, as typed into cells."""

from __future__ import annotations

import asyncio
import html
from typing import Any

import pytest
from IPython.core.completer import provisionalcompleter
from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell

from ragas_nb.metrics import names
from ragas_nb.notebook.display import runs_of
from ragas_nb.run import Run
from ragas_nb.testing import ScriptedJudge
from tests.unit.doubles import HeldJudge, until
from tests.unit.notebook.conftest import Screen

ROWS = [{"response": "a", "reference": "a"}, {"response": "b", "reference": "c"}]
POLITE = {"judge_aspect": {"reason": "r", "verdict": 1}}

pytestmark = pytest.mark.usefixtures("screen")


@pytest.fixture
def cell(shell: InteractiveShell) -> Any:
    """Type a `%ragas` line; its value."""
    shell.user_ns["rows"] = ROWS
    return lambda line: shell.run_line_magic("ragas", line)


def refusal(cell: Any, line: str) -> str:
    with pytest.raises(UsageError) as caught:
        cell(line)
    return str(caught.value)


# ── evaluating ──


async def test_a_line_starts_a_run_on_a_variable(cell: Any):
    run = cell("rows exact_match non_llm_string_similarity")
    assert isinstance(run, Run)
    assert run.status == "starting"
    assert (await run).scores == [
        {"exact_match": 1.0, "non_llm_string_similarity": 1.0},
        {"exact_match": 0.0, "non_llm_string_similarity": 0.0},
    ]


async def test_the_data_may_be_an_expression(cell: Any):
    assert (await cell("rows[:1] exact_match")).scores == [{"exact_match": 1.0}]


async def test_out_puts_the_run_into_a_variable(cell: Any, shell: InteractiveShell):
    run = cell("rows exact_match --out found")
    assert shell.user_ns["found"] is run
    await run


async def test_names_may_be_quoted(cell: Any):
    run = cell('rows exact_match --name "my run"')
    await run
    assert run.name == "my run"


async def test_a_judge_may_be_a_variable_and_is_held_to_the_budget(cell: Any, shell: InteractiveShell):
    shell.user_ns["judge"] = ScriptedJudge(POLITE, price=0.5)
    run = cell("rows coherence --llm judge --budget 0.5")
    await run
    assert (run.status, run.budget, run.result["coherence"]) == (
        "budget_reached",
        "$0.5000 of $0.5",
        [1.0, None],
    )


async def test_wait_works_where_the_loop_cannot_be_nested(cell: Any, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("ragas_nb.engine.loop.choose_strategy", lambda: "thread")
    assert cell("rows exact_match --wait").result["exact_match"] == [1.0, 0.0]


def test_wait_blocks_until_the_run_has_ended(cell: Any):
    run = cell("rows exact_match --wait")
    assert (run.status, run.settings.blocking) == ("finished", True)


def test_without_a_loop_and_without_wait_the_way_out_is_named(cell: Any):
    assert "after %ragas add --wait" in refusal(cell, "rows exact_match")


async def test_a_cell_runs_and_its_last_expression_is_evaluated(shell: InteractiveShell):
    body = "made = [{'response': 'a', 'reference': 'a'}]\nmade * 2"
    run = shell.run_cell_magic("ragas", "exact_match --out run", body)
    assert (await run)["exact_match"] == [1.0, 1.0]
    assert shell.user_ns["made"] == [{"response": "a", "reference": "a"}]


async def test_a_cell_may_use_magics_of_its_own(shell: InteractiveShell):
    run = shell.run_cell_magic("ragas", "exact_match", "%config\n[{'response': 'a', 'reference': 'a'}]")
    assert (await run)["exact_match"] == [1.0]


# ── what is refused ──


async def test_nothing_to_evaluate_shows_an_example(cell: Any):
    assert refusal(cell, "") == (
        "%ragas needs data: `%ragas df faithfulness --llm gpt-4o-mini`. See %ragas? for all."
    )


async def test_data_that_cannot_be_read_is_named(cell: Any):
    assert refusal(cell, "nothing faithfulness") == (
        "The data 'nothing' cannot be read: NameError: name 'nothing' is not defined."
    )
    assert refusal(cell, "faithfulness").endswith("'faithfulness' is a metric: name the data first.")


async def test_our_errors_come_without_a_traceback(cell: Any):
    assert refusal(cell, "rows no_such_metric").startswith("PlanError: There is no metric 'no_such_metric'.")


async def test_no_judge_is_refused_with_the_ways_to_set_one(cell: Any, monkeypatch: pytest.MonkeyPatch):
    for variable in ("RAGAS_NB_LLM", "OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(variable, raising=False)
    assert refusal(cell, "rows coherence").startswith("ConfigurationError: No judge is set.")


@pytest.mark.parametrize("name", ["my-run", "class", "1a"])
async def test_out_takes_names_of_variables_only_and_nothing_is_started(
    name: str, cell: Any, shell: InteractiveShell
):
    message = refusal(cell, f"rows exact_match --out {name}")
    assert message == f"--out takes the name of a variable, as in --out run; found {name!r}."
    assert len(runs_of(shell)) == 0


async def test_unknown_options_are_refused(cell: Any):
    assert "--judge" in refusal(cell, "rows exact_match --judge gpt")


async def test_a_cell_without_a_last_expression_is_refused(shell: InteractiveShell):
    with pytest.raises(UsageError, match="must be an expression: the data to evaluate"):
        shell.run_cell_magic("ragas", "exact_match", "x = 1")


# ── commands ──


def told(table: Any) -> list[tuple[object, ...]]:
    """What a table of runs says of each, in few words."""
    columns = ["name", "state", "scored", "failed", "undefined", "jobs", "cost", "here"]
    return list(table[columns].itertuples(index=False, name=None))


async def test_runs_lists_the_runs_of_this_kernel_and_those_of_the_store(cell: Any, shell: InteractiveShell):
    first, second = cell("rows exact_match --name first"), cell("rows exact_match --name second")
    await first
    await second
    del runs_of(shell)[first.run_id]
    table = cell("runs")
    assert list(table["run_id"]) == [second.run_id, first.run_id]
    assert told(table) == [
        ("second", "finished", 2, 0, 0, 2, 0.0, True),
        ("first", "finished", 2, 0, 0, 2, 0.0, False),
    ]


async def test_runs_without_any_run_is_an_empty_table(cell: Any):
    assert told(cell("runs")) == []
    assert told(cell("runs --store none")) == []


async def test_pause_and_resume_hold_a_run_back_and_let_it_go_on(cell: Any, shell: InteractiveShell):
    judge = shell.user_ns["judge"] = HeldJudge(POLITE)
    run = cell("rows coherence --llm judge --store none")
    await judge.arrived.wait()
    cell("pause")
    await until(lambda: run.status == "paused")
    cell("resume")
    await until(lambda: run.status == "running")
    judge.release.set()
    assert (await run)["coherence"] == [1.0, 1.0]


async def test_retry_does_failed_jobs_of_the_named_kinds_again(cell: Any, shell: InteractiveShell):
    shell.user_ns["judge"] = ScriptedJudge({"judge_aspect": ["no", "no", "no", POLITE["judge_aspect"]]})
    run = cell("rows[:1] coherence --llm judge --store none")
    await run
    assert list(run.errors["kind"]) == ["invalid_output"]
    cell("retry timeout")
    await run
    assert run.result["coherence"] == [None]
    cell("retry invalid_output evaluation")
    await run
    assert run.result["coherence"] == [1.0]


async def test_limit_changes_how_fast_requests_go_out(cell: Any, shell: InteractiveShell):
    judge = shell.user_ns["judge"] = HeldJudge(POLITE)
    run = cell("rows coherence --llm judge --rpm 6000 --tpm 90000")
    await judge.arrived.wait()
    cell("limit 3 --rpm none")
    assert (run.limits.max_workers, run.limits.most_requests, run.limits.most_tokens) == (3, None, 90000.0)
    cell("cancel")
    await run


async def test_budget_adds_to_what_may_be_spent_and_the_run_goes_on(cell: Any, shell: InteractiveShell):
    shell.user_ns["judge"] = ScriptedJudge(POLITE, price=0.5)
    run = cell("rows coherence --llm judge --budget 0.5")
    await run
    cell("budget +1.50")
    await run
    assert (run.status, run.budget, run.result["coherence"]) == (
        "finished",
        "$1.0000 of $2",
        [1.0, 1.0],
    )


async def test_load_shows_a_run_that_the_store_keeps(cell: Any, shell: InteractiveShell, screen: Screen):
    run = cell("rows exact_match --name kept")
    await run
    del runs_of(shell)[run.run_id]
    shell.execution_count += 1
    loaded = cell(f"load {run.run_id} --out again")
    assert (loaded.name, loaded.result["exact_match"]) == ("kept", [1.0, 0.0])
    assert shell.user_ns["again"] is loaded
    assert screen.shown[-1]["text/plain"] == repr(loaded)


async def test_resume_goes_on_with_a_run_that_the_store_keeps(cell: Any, shell: InteractiveShell):
    judge = shell.user_ns["judge"] = HeldJudge(POLITE)
    run = cell("rows exact_match coherence --llm judge")
    await judge.arrived.wait()
    run.cancel()
    await run
    del runs_of(shell)[run.run_id]
    assert "judge" in refusal(cell, f"resume {run.run_id}")  # the store keeps no judge that is code


async def test_a_run_that_is_only_shown_is_told_nothing(cell: Any, shell: InteractiveShell):
    run = cell("rows exact_match --name kept")
    await run
    del runs_of(shell)[run.run_id]
    loaded = cell(f"load {run.run_id}")
    assert refusal(cell, "retry") == (
        f"Run {loaded.run_id} is shown as it was kept: `%ragas resume {loaded.run_id}` goes on with it."
    )


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("limit", "Name a limit"),
        ("budget", "How much more?"),
        ("budget lots", "How much more?"),
        ("load", "Name the run"),
        ("load nothing", "StoreError: There is no run 'nothing'"),
        ("limit --rpm fast", "--rpm takes a number or 'none', not 'fast'."),
        ("rows exact_match --rpm 0", "ValueError: RunConfig: requests_per_minute"),
        ("rows exact_match --repeats 0", "ConfigurationError: repeats"),
    ],
)
async def test_what_cannot_be_done_is_said(cell: Any, line: str, said: str):
    assert said in refusal(cell, line)


async def test_a_line_that_is_run_again_goes_on_with_the_same_run(cell: Any):
    first = cell("rows exact_match")
    await first
    second = cell("rows exact_match")
    await second
    third = cell("rows exact_match --resume never")
    await third
    assert (second.run_id == first.run_id, third.run_id == first.run_id) == (True, False)


async def test_repeats_are_asked_for(cell: Any, shell: InteractiveShell):
    shell.user_ns["judge"] = ScriptedJudge(POLITE)
    run = cell("rows[:1] coherence --llm judge --repeats 3 --store none")
    await run
    assert run.state.columns["coherence"].repeats == {0: (1.0, 1.0, 1.0)}


async def test_cancel_ends_what_is_running(cell: Any, shell: InteractiveShell):
    judge = shell.user_ns["judge"] = HeldJudge(POLITE)
    run = cell("rows coherence --llm judge")
    await judge.arrived.wait()
    assert cell("cancel") is None
    await run
    assert run.status == "cancelled"
    assert cell("cancel") is None


async def test_one_run_can_be_cancelled_by_name(cell: Any, shell: InteractiveShell):
    judge = shell.user_ns["judge"] = HeldJudge(POLITE)
    first, second = (cell(f"rows coherence --llm judge --name {name}") for name in ("one", "two"))
    await judge.arrived.wait()
    cell("cancel one")
    await first
    await until(lambda: second.status == "running")
    assert first.status == "cancelled"
    judge.release.set()
    await second


async def test_a_run_that_is_not_there_is_refused_with_those_that_are(cell: Any):
    run = cell("rows exact_match --name first")
    await run
    assert refusal(cell, "show other") == f"No run 'other' here; runs of this kernel: {run.run_id} (first)."


async def test_show_without_any_run_says_so(cell: Any):
    assert refusal(cell, "show") == "No run is here yet: start one with `%ragas df faithfulness`."


async def test_show_shows_a_run_again(cell: Any, shell: InteractiveShell, screen: Screen):
    await cell("rows exact_match")
    shell.execution_count += 1
    cell("show")
    assert len(screen.shown) == 4  # each time the widget, and a picture for readers without a kernel


async def test_metrics_lists_every_metric_with_what_it_needs(cell: Any):
    table = cell("metrics")
    assert sorted(name for listed in table.index for name in listed.split(" = ")) == names()
    assert table.loc["faithfulness", "fields"] == "response, retrieved_contexts, user_input"
    assert (table["tells"].str.len() > 10).all()
    assert all(html.escape(sentence, quote=False) in table._repr_html_() for sentence in table["tells"])


async def test_a_variable_goes_before_a_command_of_the_same_name(cell: Any, shell: InteractiveShell):
    shell.user_ns["runs"] = ROWS
    assert (await cell("runs exact_match"))["exact_match"] == [1.0, 0.0]


# ── help and completion ──


def test_help_tells_all_options(shell: InteractiveShell):
    told = shell.object_inspect("%ragas")["docstring"]
    for word in (
        "--llm",
        "--embeddings",
        "--budget",
        "--name",
        "--out",
        "--wait",
        "--repeats",
        "--resume",
        "--store",
        "--rpm",
        "runs",
        "pause",
        "budget",
        "cancel",
        "metrics",
    ):
        assert word in told


@pytest.mark.parametrize(
    ("line", "expected", "unexpected"),
    [
        ("%ragas df faith", {"faithfulness"}, {"exact_match", "runs"}),
        ("%ragas ca", {"cancel"}, {"context_recall"}),
        ("%ragas df ca", set(), {"cancel"}),
        ("%ragas df --w", {"--wait"}, {"--llm"}),
        ("%%ragas exact", {"exact_match"}, {"faithfulness"}),
    ],
)
def test_words_are_completed(shell: InteractiveShell, line: str, expected: set[str], unexpected: set[str]):
    with provisionalcompleter():
        offered = {found.text for found in shell.Completer.completions(line, len(line))}
    assert expected <= offered
    assert not unexpected & offered


async def test_running_a_line_leaves_no_task(cell: Any):
    await cell("rows exact_match")
    assert asyncio.all_tasks() == {asyncio.current_task()}
