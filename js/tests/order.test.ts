import { signal } from "@preact/signals";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { followOrder, REORDER_MS } from "../src/order";
import { NO_FILTER } from "../src/select";
import { fold, type State } from "../src/state";
import { createView } from "../src/view";
import { batch, type Score, snapshot } from "./kernel";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function begin(scores: Score[]) {
  const shown = signal<State | null>(null);
  const view = createView(null);
  const order = followOrder(shown, view);
  const take = (update: Parameters<typeof fold>[1]) => {
    const folded = fold(shown.value, update);
    if (folded.kind === "next") shown.value = folded.state;
  };
  take(snapshot([scores]));
  return { take, view, order, rows: () => [...order.rows.value] };
}

it("follows a person's choice at once", () => {
  const { view, rows } = begin([0.9, 0.1, "f"]);
  view.sort.value = { by: 0, down: false };
  expect(rows()).toEqual([1, 0, 2]);
  view.filter.value = { ...NO_FILTER, failed: true };
  expect(rows()).toEqual([2]);
});

it("sorts streaming scores at most twice a second", () => {
  const { take, view, rows } = begin([0.9, 0.5]);
  view.sort.value = { by: 0, down: false };
  take(batch(2, [[0, 0, 0.1]]));
  take(batch(3, [[0, 0, 0.2]]));
  expect(rows()).toEqual([1, 0]);
  vi.advanceTimersByTime(REORDER_MS);
  expect(rows()).toEqual([0, 1]);
});

it("does no work for streaming scores in the data's own order", () => {
  const { take, order } = begin([0.9, 0.5]);
  const before = order.rows.value;
  take(batch(2, [[0, 0, 0.1]]));
  vi.advanceTimersByTime(REORDER_MS);
  expect([order.rows.value === before, vi.getTimerCount()]).toEqual([true, 0]);
});

it("rests when it is closed", () => {
  const { take, view, order } = begin([0.9, 0.5]);
  view.sort.value = { by: 0, down: false };
  take(batch(2, [[0, 0, 0.1]]));
  order.dispose();
  expect(vi.getTimerCount()).toBe(0);
});
