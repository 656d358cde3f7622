"""Judges and embedders behind any OpenAI-compatible server. Nothing else imports the `openai` package."""

from __future__ import annotations

from ragas_nb.judges.openai.judge import OpenAIEmbedder, OpenAIJudge

__all__ = ["OpenAIEmbedder", "OpenAIJudge"]
