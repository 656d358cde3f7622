// The rows' texts: asked for by page when they come into sight, and only the last ones kept.
import { signal } from "@preact/signals";
import { ROWS_PER_PAGE, type RowText } from "./protocol";

export const TEXTS_KEPT = 2_000;
const AT_ONCE = 2;
/** Missing rows near those in sight from which it is worth asking for them. */
const WORTH_ASKING = 20;
/** Between two requests while rows rush by: nobody reads those. */
export const PAUSE_MS = 100;

export type Texts = ReturnType<typeof createTexts>;

/** A row's texts, and for how many of the further fields they were asked. */
interface Kept {
  text: RowText;
  fields: number;
}

/** A bounded store of texts; `ask` fetches some rows and rejects when the kernel does not answer. */
export function createTexts(ask: (rows: number[], fields: string[]) => Promise<unknown>) {
  const kept = new Map<number, Kept>();
  const version = signal(0);
  const fields: string[] = []; // all that were ever wanted, in that order: the kernel tells them in the same
  let wanted: readonly number[] = [];
  let near: readonly number[] = [];
  const inFlight = new Set<number>();
  let requests = 0;
  let askedAt = Number.NEGATIVE_INFINITY;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const put = (rows: readonly RowText[]) => {
    for (const text of rows) {
      const before = kept.get(text.row);
      const isFuller = before !== undefined && before.text.more.length > text.more.length;
      kept.delete(text.row);
      kept.set(text.row, isFuller ? before : { text, fields: text.more.length });
    }
    for (const row of kept.keys()) {
      if (kept.size <= TEXTS_KEPT) break;
      kept.delete(row);
    }
    version.value++;
  };

  const clear = () => {
    kept.clear();
    version.value++;
  };

  const isMissing = (row: number) => (kept.get(row)?.fields ?? -1) < fields.length && !inFlight.has(row);

  const fetchMissing = () => {
    clearTimeout(timer);
    const wait = askedAt + PAUSE_MS - performance.now();
    if (wait > 0) timer = setTimeout(fetchNow, wait);
    else fetchNow();
  };

  const fetchNow = () => {
    const inSight = wanted.filter(isMissing);
    const around = near.filter(isMissing);
    if (requests >= AT_ONCE || (inSight.length === 0 && around.length < WORTH_ASKING)) return;
    const missing = [...new Set([...inSight, ...around])].slice(0, ROWS_PER_PAGE);
    const asked = fields.length;
    askedAt = performance.now();
    for (const row of missing) inFlight.add(row);
    requests++;
    const done = () => {
      for (const row of missing) inFlight.delete(row);
      requests--;
    };
    ask(missing, [...fields]).then(
      () => {
        done();
        for (const row of missing) {
          const found = kept.get(row);
          if (found !== undefined) kept.set(row, { ...found, fields: Math.max(asked, found.fields) });
        }
        fetchMissing();
      },
      done, // the channel says that the kernel is silent; asked again when rows come into sight
    );
  };

  /** Say which rows are in sight, which further fields of them, and which rows may come into sight next. */
  const want = (rows: readonly number[], further: readonly string[] = [], next: Iterable<number> = []) => {
    wanted = rows;
    near = [...next];
    const news = further.filter((field) => !fields.includes(field));
    fields.push(...news);
    if (news.length > 0) askedAt = Number.NEGATIVE_INFINITY; // a person chose it just now
    for (const row of rows) {
      const text = kept.get(row);
      if (text === undefined) continue;
      kept.delete(row); // to the young end
      kept.set(row, text);
    }
    fetchMissing();
  };

  const get = (row: number): RowText | undefined => kept.get(row)?.text;

  /** A further field of a row; undefined while it is on its way. */
  const more = (text: RowText, field: string): string | undefined => text.more[fields.indexOf(field)];

  return { version, get, more, put, clear, want };
}
