// Keeps the order of the rows: at once when a person chose it, twice a second while scores stream in.
import { effect, type ReadonlySignal, signal } from "@preact/signals";
import { isFiltered, orderOf } from "./select";
import type { State } from "./state";
import type { View } from "./view";

export const REORDER_MS = 500;

export interface Order {
  rows: ReadonlySignal<Uint32Array>;
  dispose(): void;
}

export function followOrder(shown: ReadonlySignal<State | null>, view: View): Order {
  const rows = signal<Uint32Array>(new Uint32Array());
  let of: { state: State | null; sort: unknown; filter: unknown } = { state: null, sort: null, filter: null };
  let at = Number.NEGATIVE_INFINITY;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const renew = () => {
    clearTimeout(timer);
    timer = undefined;
    const state = shown.peek();
    const [sort, filter] = [view.sort.peek(), view.filter.peek()];
    of = { state, sort, filter };
    at = performance.now();
    rows.value = state ? orderOf(state, sort, filter) : new Uint32Array();
  };

  const stop = effect(() => {
    const state = shown.value;
    const [sort, filter] = [view.sort.value, view.filter.value];
    const chosen = sort !== of.sort || filter !== of.filter;
    if (chosen || state === null || state.scores.rows !== of.state?.scores.rows) renew();
    else if (state !== of.state && (isFiltered(filter) || (sort !== null && sort.by !== "id"))) {
      timer ??= setTimeout(renew, Math.max(0, at + REORDER_MS - performance.now()));
    }
  });

  const dispose = () => {
    stop();
    clearTimeout(timer);
  };
  return { rows, dispose };
}
