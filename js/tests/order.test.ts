import { signal } from "@preact/signals";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { NO_FILTER } from "../src/filter";
import { type Find, followOrder, REORDER_MS } from "../src/order";
import { ROWS_IN_PAGE, type Sort } from "../src/protocol";
import { fold, type State } from "../src/state";
import { createView } from "../src/view";
import { batch, RUN, type Score, snapshot } from "./kernel";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const RISING: Sort = { by: "faithfulness", down: false, change: false };

/** What the kernel was asked to find, to be answered by hand. */
interface Asked {
  text: string;
  sort: Sort | null;
  answer(rows: number[]): Promise<void>;
  fail(): Promise<void>;
}

function begin(scores: Score[]) {
  const shown = signal<State | null>(null);
  const view = createView(null);
  const asked: Asked[] = [];
  const find: Find = ({ text }, sort) =>
    new Promise((resolve, reject) => {
      const heard = () => vi.advanceTimersByTimeAsync(0).then(() => undefined);
      asked.push({
        text,
        sort,
        answer: (rows) => {
          resolve(Uint32Array.from(rows));
          return heard();
        },
        fail: () => {
          reject(new Error("The kernel has not answered."));
          return heard();
        },
      });
    });
  const order = followOrder(shown, view, find);
  const take = (update: Parameters<typeof fold>[1]) => {
    const folded = fold(shown.value, update);
    if (folded.kind === "next") shown.value = folded.state;
  };
  const look = (text: string) => {
    view.filter.value = { ...view.filter.value, text };
  };
  take(snapshot([scores]));
  return { take, view, order, asked, look, rows: () => [...order.rows.value] };
}

it("follows a person's choice at once", () => {
  const { view, rows } = begin([0.9, 0.1, "f"]);
  view.sort.value = RISING;
  expect(rows()).toEqual([1, 0, 2]);
  view.filter.value = { ...NO_FILTER, failed: true };
  expect(rows()).toEqual([2]);
});

it("sorts streaming scores at most twice a second", () => {
  const { take, view, rows } = begin([0.9, 0.5]);
  view.sort.value = RISING;
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
  view.sort.value = RISING;
  take(batch(2, [[0, 0, 0.1]]));
  order.dispose();
  expect(vi.getTimerCount()).toBe(0);
});

describe("rows by their texts", () => {
  it("stay as they are until the kernel has found the others, and are then filtered and sorted here", async () => {
    const { view, order, asked, look, rows } = begin([0.9, 0.1, 0.5, "f"]);
    look("refund");
    expect([rows(), order.waits.value]).toEqual([[0, 1, 2, 3], true]);
    await asked[0]?.answer([0, 1, 3]);
    expect([rows(), order.waits.value]).toEqual([[0, 1, 3], false]);
    view.sort.value = RISING;
    view.filter.value = { ...view.filter.value, failed: true };
    expect([rows(), asked.map(({ text, sort }) => [text, sort])]).toEqual([[3], [["refund", null]]]);
  });

  it("are asked for once for each text", async () => {
    const { asked, look, rows } = begin([0.9, 0.1]);
    look("a");
    await asked[0]?.answer([0]);
    look("b");
    await asked[1]?.answer([1]);
    look("a");
    expect([rows(), asked.length]).toEqual([[0], 2]);
    look("");
    expect([rows(), asked.length]).toEqual([[0, 1], 2]);
  });

  it("are those of the newest text, however long the older one takes", async () => {
    const { asked, look, rows } = begin([0.9, 0.1]);
    look("a");
    look("ab");
    look("abc");
    await asked[0]?.answer([0]);
    await asked[1]?.answer([1]);
    expect([rows(), asked.map(({ text }) => text)]).toEqual([[1], ["a", "abc"]]);
  });

  it("say why they were not found, and forget that with the next choice", async () => {
    const { order, asked, look, rows } = begin([0.9, 0.1]);
    look("a");
    await asked[0]?.fail();
    expect([rows(), order.problem.value, order.waits.value]).toEqual([
      [0, 1],
      "The kernel has not answered.",
      false,
    ]);
    look("");
    expect(order.problem.value).toBeNull();
  });

  it("are forgotten when another run is shown", async () => {
    const { take, asked, look } = begin([0.9, 0.1]);
    look("a");
    await asked[0]?.answer([0]);
    take({ ...snapshot([[1, 1, 1]]), run: { ...RUN, run_id: "run-2", samples: 3 } });
    expect(asked.length).toBe(2);
  });
});

describe("very many rows", () => {
  const many = () => begin(Array<Score>(ROWS_IN_PAGE + 1).fill(0.5));

  it("are filtered and sorted by the kernel, and shown in its order", async () => {
    const { view, asked, rows } = many();
    expect([rows().length, asked.length]).toEqual([ROWS_IN_PAGE + 1, 0]);
    view.sort.value = RISING;
    await asked[0]?.answer([7, 3, 100_000]);
    expect([rows(), asked.map(({ sort }) => sort)]).toEqual([[7, 3, 100_000], [RISING]]);
  });

  it("are asked for again while scores stream, at most twice a second and one after the other", async () => {
    const { take, view, asked, rows } = many();
    view.sort.value = RISING;
    take(batch(2, [[0, 0, 0.1]]));
    await vi.advanceTimersByTimeAsync(REORDER_MS);
    expect(asked.length).toBe(1);
    await asked[0]?.answer([1, 0]);
    await vi.advanceTimersByTimeAsync(REORDER_MS);
    expect([rows(), asked.length]).toEqual([[1, 0], 2]);
    await asked[1]?.answer([0, 1]);
    await vi.advanceTimersByTimeAsync(2 * REORDER_MS);
    expect([rows(), asked.length]).toEqual([[0, 1], 2]);
  });
});
