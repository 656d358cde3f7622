// A long text as Markdown. The only place where markup comes from data: the sanitiser lets plain formatting through,
// and nothing that links, loads, runs or looks like a part of the page.
import DOMPurify from "dompurify";
import { Marked } from "marked";
import { useLayoutEffect, useRef } from "preact/hooks";

const LONGEST = 100_000; // characters; what is longer is shown as it is
const TAGS = [
  ...["p", "br", "hr", "strong", "em", "del", "code", "pre", "blockquote"],
  ...["ul", "ol", "li", "table", "thead", "tbody", "tr", "th", "td"],
];

const marked = new Marked({
  async: false,
  gfm: true,
  breaks: true,
  renderer: {
    /** The page's outline is not the text's: a heading is a strong line. */
    heading({ tokens }) {
      return `<p><strong>${this.parser.parseInline(tokens)}</strong></p>`;
    },
    /** Markup is a part of what the text says, and is read as such. */
    html({ text, block }) {
      return block ? `<p>${escaped(text)}</p>` : escaped(text);
    },
  },
});

const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

/** The text's formatting as elements that can do no harm; the text as it is where the sanitiser cannot work. */
export function sanitised(text: string): DocumentFragment | string {
  if (!DOMPurify.isSupported || text.length > LONGEST) return text;
  return DOMPurify.sanitize(marked.parse(text, { async: false }), {
    ALLOWED_TAGS: TAGS,
    ALLOWED_ATTR: [],
    ALLOW_DATA_ATTR: false,
    ALLOW_ARIA_ATTR: false,
    RETURN_DOM_FRAGMENT: true,
  });
}

export function Markdown({ text }: { text: string }) {
  const place = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    place.current?.replaceChildren(sanitised(text));
  }, [text]);
  return <div ref={place} class="rnb-md" />;
}
