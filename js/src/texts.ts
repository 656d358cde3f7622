// The rows' texts: asked for by page when they come into sight, and only the last ones kept.
import { signal } from "@preact/signals";
import { ROWS_PER_PAGE, type RowText } from "./protocol";

export const TEXTS_KEPT = 2_000;
const AT_ONCE = 2;

export type Texts = ReturnType<typeof createTexts>;

/** A bounded store of texts; `ask` fetches some rows and rejects when the kernel does not answer. */
export function createTexts(ask: (rows: number[]) => Promise<unknown>) {
  const kept = new Map<number, RowText>();
  const version = signal(0);
  let wanted: readonly number[] = [];
  const inFlight = new Set<number>();
  let requests = 0;

  const put = (rows: readonly RowText[]) => {
    for (const text of rows) {
      kept.delete(text.row);
      kept.set(text.row, text);
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

  const fetchMissing = () => {
    const missing = wanted.filter((row) => !kept.has(row) && !inFlight.has(row)).slice(0, ROWS_PER_PAGE);
    if (missing.length === 0 || requests >= AT_ONCE) return;
    for (const row of missing) inFlight.add(row);
    requests++;
    const done = () => {
      for (const row of missing) inFlight.delete(row);
      requests--;
    };
    ask(missing).then(
      () => {
        done();
        fetchMissing();
      },
      done, // the channel says that the kernel is silent; asked again when rows come into sight
    );
  };

  /** Say which rows are in sight (and near it). */
  const want = (rows: readonly number[]) => {
    wanted = rows;
    for (const row of rows) {
      const text = kept.get(row);
      if (text === undefined) continue;
      kept.delete(row); // to the young end
      kept.set(row, text);
    }
    fetchMissing();
  };

  const get = (row: number): RowText | undefined => kept.get(row);

  return { version, get, put, clear, want };
}
