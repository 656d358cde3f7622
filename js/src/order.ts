// Keeps the order of the rows: at once when a person chose it, twice a second while scores stream in. What the page
// cannot find by itself, rows by their texts and the order of very many, the kernel finds.
import { effect, type ReadonlySignal, signal } from "@preact/signals";
import { type Filter, isFiltered, NO_FILTER } from "./filter";
import { ROWS_IN_PAGE, type Sort } from "./protocol";
import { orderOf } from "./select";
import { bitmap } from "./sieve";
import type { State } from "./state";
import type { View } from "./view";

export const REORDER_MS = 500;
const TEXTS_KEPT = 20;

/** Ask the kernel for the rows that a filter lets through, in their order. */
export type Find = (filter: Filter, sort: Sort | null) => Promise<Uint32Array>;

export interface Order {
  rows: ReadonlySignal<Uint32Array>;
  /** Whether the rows are those of an earlier choice, until the kernel has found the new ones. */
  waits: ReadonlySignal<boolean>;
  /** Why the kernel has not found them. */
  problem: ReadonlySignal<string | null>;
  dispose(): void;
}

/** What an order was made of. */
interface Made {
  state: State | null;
  sort: Sort | null;
  filter: Filter;
}

const isSorted = (sort: Sort | null): boolean => sort !== null && sort.by !== "id";

export function followOrder(shown: ReadonlySignal<State | null>, view: View, find: Find): Order {
  const rows = signal<Uint32Array>(new Uint32Array());
  const waits = signal(false);
  const problem = signal<string | null>(null);
  const texts = createTextSearch(find);
  let of: Made = { state: null, sort: null, filter: NO_FILTER };
  let at = Number.NEGATIVE_INFINITY;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let busy = false;
  let disposed = false;

  const show = (order: Uint32Array) => {
    rows.value = order;
    waits.value = false;
    problem.value = null;
  };

  /** Let the kernel find something, one thing at a time; what was chosen meanwhile comes next. */
  const ask = async (made: Made, found: () => Promise<Uint32Array | null>) => {
    waits.value = true;
    if (busy) return;
    busy = true;
    const result = await found().catch((error: unknown) =>
      String(error instanceof Error ? error.message : error),
    );
    busy = false;
    if (disposed) return;
    if (made.sort !== of.sort || made.filter !== of.filter) renew();
    else if (typeof result === "string") {
      waits.value = false;
      problem.value = result;
    } else if (result === null) renew();
    else {
      show(result);
      if (of.state !== made.state) timer ??= setTimeout(renew, REORDER_MS);
    }
  };

  const renew = () => {
    clearTimeout(timer);
    timer = undefined;
    const state = shown.peek();
    const [sort, filter] = [view.sort.peek(), view.filter.peek()];
    of = { state, sort, filter };
    at = performance.now();
    if (state === null) return show(new Uint32Array());
    const isLarge = state.scores.rows > ROWS_IN_PAGE && (isFiltered(filter) || isSorted(sort));
    if (isLarge) return ask(of, () => find(filter, sort));
    const found = texts.found(state, filter.text);
    if (found === undefined) return ask(of, () => texts.look(state, filter.text));
    show(orderOf(state, sort, filter, found));
  };

  const stop = effect(() => {
    const state = shown.value;
    const [sort, filter] = [view.sort.value, view.filter.value];
    const chosen = sort !== of.sort || filter !== of.filter;
    if (chosen || state === null || state.scores.rows !== of.state?.scores.rows) renew();
    else if (state !== of.state && (isFiltered(filter) || isSorted(sort))) {
      timer ??= setTimeout(renew, Math.max(0, at + REORDER_MS - performance.now()));
    }
  });

  const dispose = () => {
    disposed = true;
    stop();
    clearTimeout(timer);
  };
  return { rows, waits, problem, dispose };
}

/** Rows by their texts, asked for once for each text: texts do not change while a run goes on. */
function createTextSearch(find: Find) {
  const kept = new Map<string, Uint8Array>();
  let run: string | null = null;

  /** The rows with this text; null for all of them, undefined when they must be looked for. */
  const found = (state: State, text: string): Uint8Array | null | undefined => {
    const of = `${state.run.run_id} ${state.scores.rows}`;
    if (of !== run) kept.clear();
    run = of;
    return text === "" ? null : kept.get(text);
  };

  const look = async ({ scores }: State, text: string): Promise<null> => {
    const rows = await find({ ...NO_FILTER, text }, null);
    kept.set(text, bitmap(rows, scores.rows));
    for (const oldest of kept.keys()) {
      if (kept.size <= TEXTS_KEPT) break;
      kept.delete(oldest);
    }
    return null;
  };
  return { found, look };
}
