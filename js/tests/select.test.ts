import { describe, expect, it } from "vitest";
import { NO_FILTER, toggleBins } from "../src/filter";
import type { Comparison, Filter, Sort } from "../src/protocol";
import { nextSort, orderOf, stepOf, summarize } from "../src/select";
import { bitmap } from "../src/sieve";
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

const by = (column: string, down = false): Sort => ({ by: column, down, change: false });
const order = (state: State, sort: Sort | null, filter: Partial<Filter> = {}, found?: Uint8Array) => [
  ...orderOf(state, sort, { ...NO_FILTER, ...filter }, found),
];

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
    expect(order(state, by("faithfulness"))).toEqual([2, 5, 0, 3, 1, 4, 6]);
    expect(order(state, by("faithfulness", true))).toEqual([3, 0, 2, 5, 1, 4, 6]);
  });

  it("sorts by cost and by place", () => {
    expect(order(state, by("cost"))).toEqual([4, 6, 2, 3, 0, 5, 1]);
    expect(order(state, by("id", true))).toEqual([6, 5, 4, 3, 2, 1, 0]);
  });

  it("sorts negative numbers below positive ones", () => {
    expect(order(stateOf([[0.5, -1, 0, -0.25, 2]]), by("faithfulness"))).toEqual([1, 3, 2, 0, 4]);
  });

  it("sorts 5,000 rows as a plain sort does", () => {
    const values = Array.from({ length: 5000 }, (_, i) => Math.sin(i * 12.9898) * 1000);
    const floats = Float32Array.from(values);
    const plain = values.map((_, i) => i).sort((a, b) => (floats[a] ?? 0) - (floats[b] ?? 0) || a - b);
    expect(order(stateOf([values]), by("faithfulness"))).toEqual(plain);
  });

  it("filters failed or undefined rows, and both together", () => {
    expect(order(state, null, { failed: true })).toEqual([0, 1, 5]);
    expect(order(state, null, { undefined: true })).toEqual([1, 6]);
    expect(order(state, null, { failed: true, undefined: true })).toEqual([0, 1, 5, 6]);
  });

  it("filters by bins: one metric's widen, another metric's narrow", () => {
    const quarter = toggleBins(NO_FILTER, "faithfulness", [2]);
    expect(order(state, null, quarter)).toEqual([2, 5]);
    expect(order(state, null, toggleBins(quarter, "faithfulness", [5]))).toEqual([0, 2, 5]);
    expect(order(state, null, toggleBins(quarter, "recall", [1]))).toEqual([2]);
    expect(toggleBins(quarter, "faithfulness", [2])).toEqual(NO_FILTER);
  });

  it("sorts what it filtered", () => {
    expect(order(state, by("cost", true), { failed: true })).toEqual([5, 0, 1]);
  });
});

describe("orderOf, filtered by conditions, tags and texts", () => {
  const state = stateOf(
    [
      [0.5, "f", 0.7, 1, "p"],
      [0.1, 0.2, 0.3, "u", 0.5],
    ],
    [0.002, Number.NaN, 0.001, 0.003, 0],
  );
  const where = (column: string, op: Comparison, value: number | string) =>
    order(state, null, { conditions: [{ column, op, value }] });

  it("compares scores as they are stored: 0.7 is 0.7, and what has no score is never meant", () => {
    const ops = ["<", "<=", ">", ">=", "==", "!="] as const;
    expect(ops.map((op) => where("faithfulness", op, 0.7))).toEqual([[0], [0, 2], [3], [2, 3], [2], [0, 3]]);
  });

  it("compares the cost, where it is known", () => {
    expect([where("cost", ">=", 0.002), where("cost", "!=", 0.002)]).toEqual([[0, 3], [2, 3, 4]]); // biome-ignore format: one line reads best
  });

  it("finds nothing by a metric there is not, or a text where scores are numbers", () => {
    expect([where("grounding", "<", 1), where("faithfulness", "==", "0.5")]).toEqual([[], []]);
  });

  it("compares labels by their texts", () => {
    const labels = ["kind", "curt", "level 10", "level 9"];
    const folded = fold(null, snapshot([[0, 1, 2, 3]], { metrics: [metric("tone", { labels })] }));
    if (folded.kind !== "next") throw new Error("no state");
    const tone = (op: Comparison, value: string) =>
      order(folded.state, null, { conditions: [{ column: "tone", op, value }] });
    expect([tone("==", "curt"), tone("!=", "curt"), tone(">", "level 9")]).toEqual([[1], [0, 2, 3], [2]]);
  });

  it("wants all conditions, and one of the tags", () => {
    const conditions = [
      { column: "faithfulness", op: ">=" as const, value: 0.5 },
      { column: "recall", op: "<=" as const, value: 0.2 },
    ];
    expect(order(state, null, { conditions })).toEqual([0]);
    const marks = new Map([
      [1, { row: 1, tags: ["billing"], note: null }],
      [2, { row: 2, tags: ["urgent", "late"], note: null }],
      [3, { row: 3, tags: ["late"], note: null }],
    ]);
    expect(order({ ...state, marks }, null, { tags: ["billing", "urgent"] })).toEqual([1, 2]);
  });

  it("shows, of the rows with the text, those that the rest lets through, sorted", () => {
    const found = bitmap([0, 2, 4], 5);
    expect(order(state, by("faithfulness", true), { text: "refund" }, found)).toEqual([2, 0, 4]);
    expect(order(state, null, { text: "refund", failed: true }, found)).toEqual([]);
  });

  it("filters 5,000 rows as a plain filter does, over every border of a block", () => {
    const values = Array.from({ length: 5000 }, (_, i) => Math.abs(Math.sin(i * 12.9898)));
    const plain = values.flatMap((value, row) => (value < 0.25 || value >= 0.75 ? [row] : []));
    const chosen = toggleBins(NO_FILTER, "faithfulness", [0, 1, 8, 9]);
    const quarters = values.flatMap((value, row) => (value < 0.2 || value >= 0.8 ? [row] : []));
    expect(order(stateOf([values]), null, chosen)).toEqual(quarters);
    const low = { column: "faithfulness", op: "<" as const, value: 0.25 };
    const high = { column: "faithfulness", op: ">=" as const, value: 0.75 };
    const both = [low, high].flatMap((one) => order(stateOf([values]), null, { conditions: [one] }));
    expect(both.sort((a, b) => a - b)).toEqual(plain);
  });
});

describe("nextSort", () => {
  it("goes up, down and back, and starts afresh on another column", () => {
    const up = nextSort(null, "recall");
    const down = nextSort(up, "recall");
    expect([
      up,
      down,
      nextSort(down, "recall"),
      nextSort(down, "cost"),
      nextSort(down, "recall", true),
    ]).toEqual([
      by("recall"),
      by("recall", true),
      null,
      by("cost"),
      { by: "recall", down: false, change: true },
    ]);
  });
});
