"""Prompts in other languages: names of languages, language packs, and translation by a judge.

A pack is one file in `packs/`, written by hand. Each of its steps says in `of` which English wording it was
made from; once that wording changes, the step counts as missing, and a test shows its new mark. Instructions
that carry parameters of a metric are translated from their `templates.json`.
"""

from __future__ import annotations
