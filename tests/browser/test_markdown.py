"""The Markdown view lets formatting through, and nothing that links, loads, runs or looks like the page."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.browser.payloads import PAYLOADS

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]
BUNDLE = (
    str(ROOT / "node_modules" / ".bin" / "esbuild"),
    str(ROOT / "js" / "src" / "views" / "markdown.tsx"),
    "--bundle",
    "--format=iife",
    "--global-name=markdown",
    "--jsx=automatic",
    "--jsx-import-source=preact",
)
SHOW = """(text) => {
  document.body.replaceChildren(markdown.sanitised(text));
  return document.body.innerHTML.replaceAll("\\n", "");
}"""
LOADED = """() => new Promise((done) => {
  const last = new Image();
  last.onerror = () => requestAnimationFrame(() => done());
  last.src = "data:,";
})"""
"""Settles when an image that is asked for now has failed: what was asked for before has been heard of."""
FOUND = """() => [...document.body.querySelectorAll("*")].map(
  (element) => [element.localName, ...element.getAttributeNames()].join(" "))"""
ALLOWED = frozenset(
    "p br hr strong em del code pre blockquote ul ol li table thead tbody tr th td".split()  # noqa: SIM905
)
IN_MARKDOWN = (
    "[click](javascript:window.ran=[1])",
    "[click](  JaVaScRiPt:window.ran=[1])",
    "[click](data:text/html;base64,PHNjcmlwdD4=)",
    "[click](https://elsewhere.test)",
    "<https://elsewhere.test> and https://elsewhere.test",
    "![image](https://elsewhere.test/a.png)",
    '![image](x"onerror="window.ran=[1])',
    "[name]: javascript:window.ran=[1]\n\n[name]",
    "# <img src=x onerror=window.ran=[1]>",
    "| <img src=x onerror=window.ran=[1]> |\n|---|\n| <svg onload=window.ran=[1]> |",
    "```<img src=x onerror=window.ran=[1]>\n</code><img src=x onerror=window.ran=[1]>\n```",
    "- [ ] <input autofocus onfocus=window.ran=[1]>",
    "<b <script>window.ran=[1]</script>",
    "<p style='position:fixed;inset:0' class='rnb-btn' id='top' data-x='1' aria-label='x' role=alert>x</p>",
    "<math><mtext><table><mglyph><style><img src=x onerror=window.ran=[1]></style></mglyph></table></math>",
)


@pytest.fixture(scope="module")
def script() -> str:
    """The Markdown view alone, as a script."""
    return subprocess.run(BUNDLE, capture_output=True, text=True, check=True).stdout


@pytest.fixture
def page(context: BrowserContext, script: str) -> Iterator[Page]:
    """An empty page with the Markdown view."""
    page = context.new_page()
    page.add_script_tag(content=script)
    yield page
    page.close()


def test_plain_formatting_is_shown(page: Page) -> None:
    texts = {
        "**bold** *soft*": "<p><strong>bold</strong> <em>soft</em></p>",
        "`code` ~~gone~~": "<p><code>code</code> <del>gone</del></p>",
        "- one\n- two\n\n1. first": "<ul><li>one</li><li>two</li></ul><ol><li>first</li></ol>",
        "```js\nlet a = 1 < 2;\n```": "<pre><code>let a = 1 &lt; 2;</code></pre>",
        "> quoted\nagain": "<blockquote><p>quoted<br>again</p></blockquote>",
        "| a |\n|---|": "<table><thead><tr><th>a</th></tr></thead></table>",
        "# Title\n\ntext": "<p><strong>Title</strong></p><p>text</p>",
        "see [the docs](https://example.org) ![chart](a.png)": "<p>see the docs </p>",
    }
    assert {text: page.evaluate(SHOW, text) for text in texts} == texts


def test_nothing_that_is_not_formatting_comes_through(page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("dialog", lambda dialog: asked.append(dialog.message))
    let_through = {}
    for text in (*PAYLOADS, *IN_MARKDOWN):
        page.evaluate(SHOW, text)
        strange = [found for found in page.evaluate(FOUND) if found not in ALLOWED]
        if strange:
            let_through[text] = strange
    page.evaluate(LOADED)
    assert let_through == {}
    assert (asked, page.evaluate("window.ran")) == ([], None)
