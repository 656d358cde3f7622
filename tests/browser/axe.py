"""What axe-core finds wrong with a page, for people who do not see it, or who use no mouse."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

from tests.browser.server import ROOT

SOURCE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice")
_RUN = """async ([tags, within, left]) => {
  const runOnly = { type: "tag", values: tags };
  const rules = Object.fromEntries(left.map((rule) => [rule, { enabled: false }]));
  return (await axe.run(within ?? document, { runOnly, rules, resultTypes: ["violations"] })).violations;
}"""


def bring_axe(page: Page) -> None:
    """Have axe-core in every document that the page loads from now on."""
    page.add_init_script(path=SOURCE)


def violations(page: Page, over: str | None = None) -> list[str]:
    """Each rule that is broken, with the elements that break it.

    `over` is what lies over the rest: what it covers in part is nothing to aim at, and not measured as such.
    """
    if over is not None:
        return _found(page, None, "target-size") + _found(page, over)
    return _found(page, None)


def _found(page: Page, within: str | None, *left: str) -> list[str]:
    found: list[dict[str, Any]] = page.evaluate(_RUN, [TAGS, within, left])
    return [
        f"{rule['id']}: {node['target']} {node['html'][:200]} {node['failureSummary']}"
        for rule in found
        for node in rule["nodes"]
    ]
