"""Write `docs/metrics.md` from the registry of metrics, so that docs and code cannot disagree.

python tools/generate_metrics_table.py            writes the file
python tools/generate_metrics_table.py --check    changes nothing; exits with 1 when the file is stale
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from ragas_nb.metrics.catalogue import Entry, catalogue  # noqa: E402

TARGET = ROOT / "docs" / "metrics.md"
HEAD = """\
# Metrics

Every metric that has a name: use it in `metrics=["…"]` and in `%ragas df …`. `%ragas metrics` shows the
same table in a notebook, and `help()` of a metric's class tells its formula, its cost and its source.
↓ marks metrics where a low score is good.
"""
SECTIONS: tuple[tuple[str, Callable[[Entry], bool]], ...] = (
    ("For questions, asking a judge", lambda entry: entry.fields is not None and "judge" in entry.asks),
    ("For questions, asking no judge", lambda entry: entry.fields is not None and "judge" not in entry.asks),
    ("For conversations", lambda entry: entry.conversation_fields is not None),
)


def table(entries: Iterable[Entry], fields: Callable[[Entry], tuple[str, ...] | None]) -> str:
    """The entries as a Markdown table."""
    lines = ["| name | tells | reads | asks |", "|---|---|---|---|"]
    for entry in entries:
        name = " = ".join(f"`{name}`" for name in entry.names) + ("" if entry.higher_is_better else " ↓")
        reads = ", ".join(fields(entry) or ()) or "what the sample has"
        asks = ", ".join(entry.asks) or "nobody"
        lines.append(f"| {name} | {entry.tells.replace('|', '·')} | {reads} | {asks} |")
    return "\n".join(lines) + "\n"


def document() -> str:
    """The whole file."""
    entries = catalogue()
    parts = [HEAD]
    for title, belongs in SECTIONS:
        chosen = [entry for entry in entries if belongs(entry)]
        if not chosen:
            continue
        conversations = title == "For conversations"
        shown = table(chosen, lambda e: e.conversation_fields if conversations else e.fields)  # noqa: B023
        parts.append(f"## {title}\n\n{shown}")
    return "\n".join(parts)


def main(arguments: list[str]) -> int:
    """Write the file, or check it."""
    fresh = document()
    if "--check" not in arguments:
        TARGET.write_text(fresh, encoding="utf-8")
        return 0
    if TARGET.exists() and TARGET.read_text(encoding="utf-8") == fresh:
        return 0
    print(f"{TARGET.relative_to(ROOT)} is stale: run python tools/generate_metrics_table.py")
    return 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
