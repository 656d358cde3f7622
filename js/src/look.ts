// Tells the kernel which rows somebody looks at, so that they are judged before the others.
import { hasStatus } from "./blocks";
import { ROWS_PER_PAGE } from "./protocol";
import { PENDING, type State } from "./state";
import type { Store } from "./store";
import { isActive } from "./words";

export const LOOK_MS = 300;

export interface Look {
  /** Say which rows are in sight, the most wanted first. */
  at(rows: readonly number[]): void;
  dispose(): void;
}

export function createLook({ channel, live }: Store): Look {
  let rows: readonly number[] = [];
  let told = "";
  let timer: ReturnType<typeof setTimeout> | undefined;

  const tell = () => {
    timer = undefined;
    const state = live.peek();
    if (state === null || channel.link.peek() !== "live" || !matters(state, rows)) return;
    const mark = `${state.totals.state} ${rows.join()}`;
    if (mark === told) return;
    told = mark;
    channel.ask({ type: "look", rows: rows.slice(0, ROWS_PER_PAGE) }).catch(() => {
      told = ""; // nobody heard it: said again when something changes
    });
  };

  const at = (wanted: readonly number[]) => {
    rows = wanted;
    timer ??= setTimeout(tell, LOOK_MS);
  };
  return { at, dispose: () => clearTimeout(timer) };
}

/** Whether it makes a difference: some rows are waiting, and others could go before them. */
function matters({ totals, scores }: State, rows: readonly number[]): boolean {
  const waiting = rows.some((row) => hasStatus(scores, row, PENDING));
  return isActive(totals.state) && rows.length < scores.rows && waiting;
}
