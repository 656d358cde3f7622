"""Ragas' name for where messages live."""

from __future__ import annotations

from ragas_nb.schema.messages import AIMessage, HumanMessage, Message, ToolCall, ToolMessage

__all__ = ["AIMessage", "HumanMessage", "Message", "ToolCall", "ToolMessage"]
