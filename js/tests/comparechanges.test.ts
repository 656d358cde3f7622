import { expect, it } from "vitest";
import { changeIn, changesOf, kindOf, ofOneRun, toggleChange, told, withCompared } from "../src/beside";
import { NO_FILTER } from "../src/filter";
import { fold, type State } from "../src/state";
import { NOTHING_CHOSEN } from "../src/view";
import { batch, metric, RUN, snapshot, TOTALS } from "./kernel";

const ROWS = 3000;

/** B has 0.1 to 0.9 in turn, A 0.5 throughout. */
function twoRuns(): State {
  const column = Array.from({ length: ROWS }, (_, row) => (1 + (row % 9)) / 10);
  const folded = fold(
    null,
    snapshot([column], {
      beside: { run: RUN, totals: TOTALS, matched: ROWS, only_here: 0, only_there: 0, same: [] },
      besideValues: new Float32Array(ROWS).fill(0.5),
      besideStatuses: new Uint8Array(ROWS).fill(2),
    }),
  );
  if (folded.kind !== "next") throw new Error("no state");
  return folded.state;
}

const counts = (state: State) =>
  changesOf(state).map(({ n, better, worse, equal }) => [n, better, worse, equal]);

it("counts all blocks of rows", () => {
  const state = twoRuns();
  expect(counts(state)).toEqual([[3000, 1332, 1335, 333]]);
  const [found] = changesOf(state);
  expect(found?.sumA).toBeCloseTo(1500, 6);
  expect(found?.binsA).toEqual([0, 0, 0, 0, 0, 3000, 0, 0, 0, 0]);
});

it("counts what a batch has changed", () => {
  const before = twoRuns();
  expect(counts(before)).toEqual([[3000, 1332, 1335, 333]]);
  const folded = fold(
    before,
    batch(2, [
      [2999, 0, 0.9],
      [0, 0, "f"],
    ]),
  );
  if (folded.kind !== "next") throw new Error("no state");
  expect(counts(folded.state)).toEqual([[2999, 1333, 1333, 333]]);
  expect(counts(before)).toEqual([[3000, 1332, 1335, 333]]);
});

it("says better by the metric's own direction", () => {
  const less = metric("noise", { higher_is_better: false });
  const labels = metric("grade", { labels: ["good", "bad"] });
  const cases = [0.2, -0.2, 1e-7, Number.NaN];
  expect(cases.map((change) => kindOf(metric("recall"), change))).toEqual(["better", "worse", "equal", null]);
  expect(cases.map((change) => kindOf(less, change))).toEqual(["worse", "better", "equal", null]);
  expect([0, 1].map((change) => kindOf(labels, change))).toEqual(["equal", null]);
});

it("writes a change with its sign, and a small one with a digit more", () => {
  const changes = [0.05, -0.341, 0.004, 0, -1e-8];
  expect(changes.map(told)).toEqual(["+0.05", "−0.34", "+0.004", "0.00", "0.00"]);
});

it("filters by one change at a time", () => {
  const worse = toggleChange(NO_FILTER, "recall", "worse");
  expect(worse.changes).toEqual([{ metric: "recall", change: "worse" }]);
  expect(toggleChange(worse, "recall", "better").changes).toEqual([{ metric: "recall", change: "better" }]);
  expect(toggleChange(worse, "recall", "worse").changes).toEqual([]);
  expect(withCompared(worse, "faithfulness").changes).toEqual([{ metric: "faithfulness", change: "worse" }]);
  expect(withCompared(NO_FILTER, "faithfulness").changes).toEqual([]);
  expect([changeIn(worse, "recall"), changeIn(worse, "other")]).toEqual(["worse", null]);
});

it("leaves out of a choice what one run alone cannot show", () => {
  const chosen = {
    ...NOTHING_CHOSEN,
    sort: { by: "recall", down: true, change: true },
    filter: { ...NO_FILTER, failed: true, changes: [{ metric: "recall", change: "worse" as const }] },
    selected: [1],
  };
  expect(ofOneRun(chosen)).toEqual({ ...chosen, sort: null, filter: { ...NO_FILTER, failed: true } });
  const plain = { ...chosen, sort: { by: "recall", down: true, change: false } };
  expect(ofOneRun(plain).sort).toEqual(plain.sort);
});
