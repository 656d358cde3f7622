// Follows the open row: asks for it, and again when one of its jobs changes.
import { effect, type ReadonlySignal, signal } from "@preact/signals";
import { statusAt, valueAt } from "./blocks";
import type { RowDetail } from "./protocol";
import { ABSENT } from "./protocol";
import type { State } from "./state";
import type { Store } from "./store";

const AGAIN_MS = 300;

export interface Detail {
  /** The open row in full; null while it is on its way. */
  row: ReadonlySignal<RowDetail | null>;
  /** Why it could not be had. */
  problem: ReadonlySignal<string | null>;
  dispose(): void;
}

/** Follow the open row in the run that is shown, or in the run beside it. */
export function followDetail(store: Store, open: ReadonlySignal<number | null>, beside = false): Detail {
  const detail = signal<RowDetail | null>(null);
  const problem = signal<string | null>(null);
  let asked = "";
  let busy = false;
  let disposed = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const refresh = async () => {
    const row = open.peek();
    const mark = markOf(store.live.peek(), row, beside);
    if (busy || disposed || row === null || mark === "" || mark === asked) return;
    busy = true;
    asked = mark;
    try {
      const found = await store.askTrace(row, beside);
      if (open.peek() === row && !disposed) {
        detail.value = found;
        problem.value = null;
      }
    } catch (error) {
      if (open.peek() === row && !disposed)
        problem.value = error instanceof Error ? error.message : String(error);
    }
    busy = false;
    if (open.peek() !== row) refresh();
    else if (!disposed) timer = setTimeout(refresh, AGAIN_MS);
  };

  const stop = effect(() => {
    const row = open.value;
    const mark = markOf(store.live.value, row, beside);
    if (detail.peek() !== null && detail.peek()?.row !== row) detail.value = null;
    if (row === null) asked = "";
    if (mark !== asked) refresh();
  });

  const dispose = () => {
    disposed = true;
    stop();
    clearTimeout(timer);
  };
  return { row: detail, problem, dispose };
}

/** A row's place and scores in one word: it changes when the row's jobs do; empty where there is no such row. */
function markOf(state: State | null, row: number | null, beside: boolean): string {
  const scores = beside ? state?.beside?.scores : state?.scores;
  if (!state || scores === undefined || row === null || row >= scores.rows) return "";
  const statuses = state.metrics.map((_, m) => statusAt(scores, row, m));
  if (statuses.every((status) => status === ABSENT)) return "";
  const jobs = statuses.map((status, m) => `${status} ${valueAt(scores, row, m)}`);
  return `${row}: ${jobs.join()}`;
}
