"""The names that Ragas users import: they work after replacing the package."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace

import numpy as np
import pytest

import ragas_nb as rnb
from ragas_nb import cost, dataset_schema, embeddings, llms, messages, run_config
from ragas_nb.judges.openai import OpenAIEmbedder, OpenAIJudge

DATA = [{"user_input": "1 + 1?", "response": "2", "retrieved_contexts": ["1 + 1 is 2."], "reference": "2"}]


class ChatModel:
    """Looks like a LangChain chat model."""

    async def ainvoke(self, messages: object) -> object:
        """One message, as such models answer."""
        return type("Message", (), {"content": '{"reason": "so", "verdict": 1}', "usage_metadata": None})()


class EmbeddingModel:
    """Looks like a LangChain embedding model."""

    async def aembed_documents(self, texts: Sequence[str]) -> list[list[float]]:
        """The same vector for every text."""
        return [[1.0, 0.0] for _ in texts]


def test_the_modules_of_ragas_hold_its_names_and_they_are_ours() -> None:
    assert dataset_schema.EvaluationDataset is rnb.EvaluationDataset
    assert dataset_schema.SingleTurnSample is rnb.SingleTurnSample
    assert dataset_schema.MultiTurnSample is rnb.MultiTurnSample
    assert dataset_schema.EvaluationResult is rnb.EvaluationResult
    assert dataset_schema.MetricAnnotation is rnb.MetricAnnotation
    assert run_config.RunConfig is rnb.RunConfig
    assert (messages.HumanMessage, messages.AIMessage) == (rnb.HumanMessage, rnb.AIMessage)
    assert (messages.ToolMessage, messages.ToolCall) == (rnb.ToolMessage, rnb.ToolCall)


def test_code_for_ragas_that_builds_reads_and_uploads_runs_after_changing_the_import(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sample = dataset_schema.SingleTurnSample(user_input="1 + 1?", response="2", reference="2")
    dataset = dataset_schema.EvaluationDataset(samples=[sample])
    result = dataset_schema.EvaluationResult(
        scores=[{"exact_match": 1.0}], dataset=dataset, binary_columns=["exact_match"]
    )
    assert (dataset.features(), dataset.get_sample_type()) == (
        ["user_input", "response", "reference"],
        dataset_schema.SingleTurnSample,
    )
    assert result["exact_match"] == [1.0]
    assert list(result.to_pandas().columns) == ["user_input", "response", "reference", "exact_match"]
    monkeypatch.delenv("RAGAS_API_URL", raising=False)
    monkeypatch.setenv("RAGAS_APP_TOKEN", "token")
    with pytest.raises(ValueError, match="RAGAS_API_URL"):
        result.upload()


def test_a_notebook_with_wrapped_models_works_after_changing_the_import() -> None:
    from ragas_nb.metrics import AspectCritic, SemanticSimilarity

    result = rnb.evaluate(
        dataset=dataset_schema.EvaluationDataset.from_list(DATA),
        metrics=[AspectCritic(name="brief", definition="Is it brief?"), SemanticSimilarity()],
        llm=llms.LangchainLLMWrapper(ChatModel()),
        embeddings=embeddings.LangchainEmbeddingsWrapper(EmbeddingModel()),
        run_config=run_config.RunConfig(max_workers=2),
    )
    assert result.scores == [{"brief": 1.0, "semantic_similarity": pytest.approx(1.0)}]


def test_a_notebook_that_counts_what_its_chain_costs_works_after_changing_the_import() -> None:
    counted = {"prompt_tokens": 10, "completion_tokens": 10, "total_tokens": 20}
    reply = SimpleNamespace(generations=[], llm_output={"token_usage": counted, "model_name": "gpt-4o"})
    handler = cost.CostCallbackHandler(token_usage_parser=cost.get_token_usage_for_openai)
    handler.on_llm_end(reply)
    assert handler.total_tokens() == cost.TokenUsage(input_tokens=10, output_tokens=10, model="gpt-4o")
    assert handler.total_cost(cost_per_input_token=0.1, cost_per_output_token=0.1) == 2.0


def test_the_settings_of_a_run_take_what_those_of_ragas_take() -> None:
    given = run_config.RunConfig(
        timeout=60,
        max_retries=10,
        max_wait=60,
        max_workers=16,
        exception_types=(Exception,),
        log_tenacity=True,
        seed=42,
    )
    assert given == run_config.RunConfig(60, 10, 60, 16, (Exception,), True, 42)
    assert given.rng.integers(100) == np.random.default_rng(42).integers(100)


def test_factories_make_judges_and_embedders_of_a_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "none")
    assert isinstance(llms.llm_factory("gpt-4o-mini"), OpenAIJudge)
    assert isinstance(embeddings.embedding_factory(), OpenAIEmbedder)


def test_a_factory_refuses_what_is_no_client() -> None:
    with pytest.raises(rnb.ConfigurationError, match="model= goes with an OpenAI client"):
        llms.llm_factory("gpt-4o-mini", client=object())
