"""What is refused before a token is spent, in the words a person reads."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from ragas_nb.engine.agenda import Agenda
from ragas_nb.engine.plan import Job, make_plan
from ragas_nb.errors import ConfigurationError, PlanError
from ragas_nb.metrics import DEFAULTS, Ask, AspectCritic, ExactMatch, Faithfulness, Metric, MetricResult
from ragas_nb.schema import EvaluationDataset, MultiTurnSample, SingleTurnSample, read_dataset
from tests.unit.doubles import new_run

QUESTION = {"user_input": "Where is Lima?", "response": "In Peru."}


def refusal(rows: Sequence[dict[str, object]], metrics: Sequence[object] | None) -> str:
    with pytest.raises(PlanError) as caught:
        make_plan(read_dataset(rows), metrics)  # type: ignore[arg-type]
    return str(caught.value)


def test_a_field_that_no_sample_has_is_refused_with_the_columns_that_are_there():
    rows = [QUESTION | {"docs": ["Lima is in Peru."]}]
    assert refusal(rows, ["faithfulness"]) == (
        "Metric 'faithfulness' needs 'retrieved_contexts'; the data has 'response', 'user_input', 'docs'. "
        "Pass column_map={'docs': 'retrieved_contexts'}, or leave the metric out."
    )


def test_without_other_columns_the_message_shows_the_shape_of_a_map():
    assert refusal([QUESTION], ["exact_match"]) == (
        "Metric 'exact_match' needs 'reference'; the data has 'response', 'user_input'. "
        "Pass column_map={'your column': 'reference'}, or leave the metric out."
    )


def test_data_without_samples_is_refused():
    with pytest.raises(PlanError) as caught:
        make_plan(EvaluationDataset([]), ["faithfulness"])
    assert str(caught.value) == (
        "There is nothing to evaluate: the data has 0 samples. Pass at least one row."
    )


def test_an_empty_list_of_metrics_is_refused():
    assert refusal([QUESTION], []) == (
        "metrics=[] leaves nothing to do. Name at least one metric, or leave metrics out for the defaults."
    )


def test_an_unknown_metric_is_refused_with_what_was_probably_meant():
    assert "There is no metric 'faithfullness'. Did you mean 'faithfulness'" in refusal(
        [QUESTION], ["faithfullness"]
    )


@pytest.mark.parametrize(
    ("metrics", "message"),
    [
        (
            [ExactMatch(), ExactMatch()],
            "Two metrics would share the column 'exact_match'. Give one of them another name: "
            "ExactMatch(name='exact_match_2').",
        ),
        (
            [AspectCritic(name="kind", definition="Kind?"), AspectCritic(name="kind", definition="Nice?")],
            "Two metrics would share the column 'kind'. Give one of them another name: "
            "AspectCritic(name='kind_2').",
        ),
    ],
)
def test_two_metrics_with_one_column_are_refused(metrics: Sequence[object], message: str):
    assert refusal([QUESTION | {"reference": "Peru"}], metrics) == message


def test_the_default_metrics_are_those_that_the_data_has_the_fields_for():
    plan = make_plan(read_dataset([QUESTION]), None)
    assert plan.columns == ("answer_relevancy",)
    assert plan.left_out == (
        "context_precision: the data has no 'reference', 'retrieved_contexts'",
        "faithfulness: the data has no 'retrieved_contexts'",
        "context_recall: the data has no 'reference', 'retrieved_contexts'",
    )


def test_all_default_metrics_run_where_all_fields_are_there():
    plan = make_plan(read_dataset([QUESTION | {"reference": "Peru", "retrieved_contexts": ["Peru"]}]), None)
    assert (plan.columns, plan.left_out) == (DEFAULTS, ())
    assert plan.needs == {"judge", "embedder"}


def test_data_that_fits_no_default_metric_is_refused_with_what_each_needs():
    message = refusal([{"response": "In Peru."}], None)
    assert message.startswith("None of the default metrics can run: the data has 'response'; ")
    assert "answer_relevancy needs 'response', 'user_input'" in message
    assert message.endswith("Pass column_map={'your column': 'user_input', …}, or metrics=[…] that fit.")


def test_jobs_go_sample_by_sample_and_name_the_fields_that_a_sample_lacks():
    whole = SingleTurnSample(user_input="q", response="a", retrieved_contexts=["c"], reference="a")
    partial = SingleTurnSample(response="a")
    metrics = (ExactMatch(), Faithfulness())
    plan = make_plan(EvaluationDataset([whole, partial], ids=["x", "y"]), metrics)
    computation = metrics[0].computation(SingleTurnSample)
    assert list(Agenda(plan)) == [
        Job("x", whole, metrics[0], (), computation),
        Job("x", whole, metrics[1], ()),
        Job("y", partial, metrics[0], ("reference",), computation),
        Job("y", partial, metrics[1], ("retrieved_contexts", "user_input")),
    ]


# ── conversations ──

CONVERSATION: dict[str, object] = {
    "user_input": [
        {"type": "human", "content": "Is it raining?"},
        {"type": "ai", "content": "No."},
    ]
}


class Turns(Metric):
    """How many messages a conversation has."""

    name: str = "turns"

    async def measure_conversation(self, sample: MultiTurnSample, ask: Ask) -> MetricResult:
        return MetricResult(len(sample.user_input))


def test_a_metric_for_questions_is_refused_for_conversations():
    assert refusal([CONVERSATION], ["exact_match"]).startswith(
        "Metric 'exact_match' scores single questions, but the data holds conversations: "
        "'user_input' is a list of messages. For conversations there "
    )


def test_a_metric_for_conversations_is_refused_for_questions():
    assert refusal([QUESTION], [Turns()]) == (
        "Metric 'turns' scores conversations, but the data holds single questions. "
        "Give lists of messages in 'user_input': [{'type': 'human', 'content': '…'}, …]."
    )


def test_conversations_have_no_default_metrics():
    assert refusal([CONVERSATION], None).startswith(
        "The data holds conversations, and the default metrics score single questions. "
        "Name metrics that score conversations: metrics=[…]."
    )


async def test_a_conversation_is_scored_and_one_without_messages_is_undefined():
    result = await new_run(read_dataset([CONVERSATION, {"user_input": []}]), [Turns()])
    assert result["turns"] == [2.0, None]
    assert result.explain(1, "turns").text == "turns of sample 1: undefined (the sample has no 'user_input')"


def test_what_a_metric_needs_besides_a_judge_is_checked_before_the_run():
    class NeedsPackage(Turns):
        def check_ready(self) -> None:
            raise ConfigurationError("needs a package")

    with pytest.raises(ConfigurationError, match="needs a package"):
        make_plan(read_dataset([CONVERSATION]), [NeedsPackage()])
