import { describe, expect, it } from "vitest";
import { NO_FILTER, nextSort, orderOf, stepOf, summarize, toggleBins } from "../src/select";
import { binOf, fold, type State, share } from "../src/state";
import { metric, type Score, snapshot } from "./kernel";

function stateOf(columns: Score[][], costs?: number[]): State {
  const data = snapshot(columns);
  const folded = fold(null, costs ? { ...data, costs: Float32Array.from(costs) } : data);
  if (folded.kind !== "next") throw new Error("no state");
  return folded.state;
}

const summaryOf = (scores: Score[], column = metric("m")) => {
  const state = stateOf([scores]);
  const tally = state.tallies[0];
  if (tally === undefined) throw new Error("no tally");
  return summarize(column, tally);
};

const order = (
  state: State,
  ...[sort, filter = NO_FILTER]: [Parameters<typeof orderOf>[1], typeof NO_FILTER?]
) => [...orderOf(state, sort, filter)];

describe("summarize", () => {
  it("gives mean and interval of the scores, and counts the rest", () => {
    const summary = summaryOf([0, 0.5, 1, 0.5, "f", "u", "u", "p", "r"]);
    const half = 1.959964 * Math.sqrt(0.5 / 3 / 4); // of the sample variance
    expect(summary.low).toBeCloseTo(0.5 - half, 12);
    expect(summary.high).toBeCloseTo(0.5 + half, 12);
    expect({ ...summary, low: 0, high: 0 }).toEqual({
      n: 4,
      failed: 1,
      undefined: 2,
      mean: 0.5,
      low: 0,
      high: 0,
      bins: [1, 0, 0, 0, 0, 2, 0, 0, 0, 1],
    });
  });

  it("keeps the interval within the metric's range", () => {
    expect(summaryOf([0, 1])).toMatchObject({ mean: 0.5, low: 0, high: 1 });
  });

  it("has no mean without scores, and no interval with one", () => {
    expect(summaryOf(["f", "p"])).toMatchObject({ n: 0, mean: null, low: null, high: null });
    expect(summaryOf([0.25])).toMatchObject({ n: 1, mean: 0.25, low: null, high: null });
  });
});

describe("bins and steps", () => {
  it("puts a limit into the bin above it, also as a float32", () => {
    const tenths = Float32Array.from({ length: 11 }, (_, i) => i / 10);
    expect([...tenths].map((value) => binOf(metric("m"), value))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9]);
  });

  it("reads a value in the metric's own range", () => {
    const grade = metric("grade", { low: 1, high: 5 });
    expect(
      [1, 3, 5, 7].map((value) => [share(grade, value), binOf(grade, value), stepOf(grade, value)]),
    ).toEqual([
      [0, 0, 0],
      [0.5, 5, 2],
      [1, 9, 4],
      [1, 9, 4],
    ]);
  });

  it("colours a low value well where low is good", () => {
    expect([0, 1].map((value) => stepOf(metric("m", { higher_is_better: false }), value))).toEqual([4, 0]);
  });
});

describe("orderOf", () => {
  const state = stateOf(
    [
      [0.5, "f", 0.25, 1, "p", 0.25, "u"],
      ["f", "u", 0.1, 0.9, 0.95, "f", 0.4],
    ],
    [3, Number.NaN, 1, 2, 0, 9, 0],
  );

  it("is the data's order when nothing is asked", () => {
    expect(order(state, null)).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  it("sorts by a metric both ways, rows without a score last, equal ones as they came", () => {
    expect(order(state, { by: 0, down: false })).toEqual([2, 5, 0, 3, 1, 4, 6]);
    expect(order(state, { by: 0, down: true })).toEqual([3, 0, 2, 5, 1, 4, 6]);
  });

  it("sorts by cost and by place", () => {
    expect(order(state, { by: "cost", down: false })).toEqual([4, 6, 2, 3, 0, 5, 1]);
    expect(order(state, { by: "id", down: true })).toEqual([6, 5, 4, 3, 2, 1, 0]);
  });

  it("sorts negative numbers below positive ones", () => {
    expect(order(stateOf([[0.5, -1, 0, -0.25, 2]]), { by: 0, down: false })).toEqual([1, 3, 2, 0, 4]);
  });

  it("sorts 5,000 rows as a plain sort does", () => {
    const values = Array.from({ length: 5000 }, (_, i) => Math.sin(i * 12.9898) * 1000);
    const floats = Float32Array.from(values);
    const plain = values.map((_, i) => i).sort((a, b) => (floats[a] ?? 0) - (floats[b] ?? 0) || a - b);
    expect(order(stateOf([values]), { by: 0, down: false })).toEqual(plain);
  });

  it("filters failed or undefined rows, and both together", () => {
    expect(order(state, null, { ...NO_FILTER, failed: true })).toEqual([0, 1, 5]);
    expect(order(state, null, { ...NO_FILTER, undefined: true })).toEqual([1, 6]);
    expect(order(state, null, { ...NO_FILTER, failed: true, undefined: true })).toEqual([0, 1, 5, 6]);
  });

  it("filters by bins: one metric's widen, another metric's narrow", () => {
    const quarter = toggleBins(NO_FILTER, 0, [2]);
    expect(order(state, null, quarter)).toEqual([2, 5]);
    expect(order(state, null, toggleBins(quarter, 0, [5]))).toEqual([0, 2, 5]);
    expect(order(state, null, toggleBins(quarter, 1, [1]))).toEqual([2]);
    expect(toggleBins(quarter, 0, [2])).toEqual(NO_FILTER);
  });

  it("sorts what it filtered", () => {
    expect(order(state, { by: "cost", down: true }, { ...NO_FILTER, failed: true })).toEqual([5, 0, 1]);
  });
});

describe("nextSort", () => {
  it("goes up, down and back, and starts afresh on another column", () => {
    const up = nextSort(null, 1);
    const down = nextSort(up, 1);
    expect([up, down, nextSort(down, 1), nextSort(down, "cost")]).toEqual([
      { by: 1, down: false },
      { by: 1, down: true },
      null,
      { by: "cost", down: false },
    ]);
  });
});
