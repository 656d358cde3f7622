"""The page around a run's data: what it looks like, its script, and what it may do: nothing but show them."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from ragas_nb.notebook.built import built
from ragas_nb.notebook.saved_words import text

_LOOK = (
    ":root{color-scheme:light dark}"
    "body{margin:0;padding:16px;background:light-dark(#fff,#16181b);color:light-dark(#1f2328,#e4e6e9)}"
    "main{max-width:1600px;margin:auto}"
    "h1{position:absolute;width:1px;height:1px;margin:0;overflow:hidden;clip-path:inset(50%)}"
)


def page(name: str, picture: str, data: str, pages: Mapping[str, Sequence[str]]) -> str:
    """A page that shows the picture, and in its place the grid with the data as soon as its script runs.

    `picture` is HTML, `data` is JSON, and `pages` are in base64, by what they are of: nothing in any of them
    can end its element. The pages come after the script, which need not wait for them. The page may run this
    one script and asks no host for anything.
    """
    script, allowed = _script()
    policy = (
        f"default-src 'none'; script-src '{allowed}'; style-src 'unsafe-inline'; "
        "base-uri 'none'; form-action 'none'"
    )
    inert = data.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width">\n'
        f"<title>{text(name)}</title>\n<style>{_LOOK}{_css()}</style>\n</head>\n<body>\n"
        f'<main><h1>{text(name)}</h1><div id="rnb-run">{picture}</div></main>\n'
        f'<script type="application/json" id="rnb-data">{inert}</script>\n'
        f"<script>{script}</script>\n{''.join(_parts(pages))}</body>\n</html>\n"
    )


def _parts(pages: Mapping[str, Sequence[str]]) -> Iterator[str]:
    for kind, parts in pages.items():
        for place, part in enumerate(parts):
            yield f'<script type="text/plain" id="rnb-{kind}-{place}">{part}</script>\n'


@cache
def _script() -> tuple[str, str]:
    """The page's script and its hash."""
    script = built("offline.js").read_text(encoding="utf-8")
    # What would begin or end an element, written so that it does not.
    script = (
        script.replace("<!--", "\\x3c!--").replace("<script", "\\x3cscript").replace("</script", "<\\/script")
    )
    digest = hashlib.sha256(script.encode("utf-8")).digest()
    return script, f"sha256-{base64.b64encode(digest).decode('ascii')}"


@cache
def _css() -> str:
    return built("widget.css").read_text(encoding="utf-8")
