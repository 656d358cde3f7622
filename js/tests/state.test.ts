import { describe, expect, it } from "vitest";
import { costAt, statusAt, valueAt } from "../src/blocks";
import { BadMessage } from "../src/decode";
import { FAILURE_KINDS } from "../src/protocol";
import { fold, type State } from "../src/state";
import { batch, RUN, snapshot } from "./kernel";

const start = (...args: Parameters<typeof snapshot>): State => next(null, snapshot(...args));

function next(state: State | null, update: Parameters<typeof fold>[1]): State {
  const folded = fold(state, update);
  if (folded.kind !== "next") throw new Error(`expected a next state, found ${folded.kind}`);
  return folded.state;
}

const scoresOf = (state: State) =>
  state.metrics.map((_, m) =>
    Array.from({ length: state.scores.rows }, (_, row) => [
      statusAt(state.scores, row, m),
      valueAt(state.scores, row, m),
    ]),
  );

describe("fold", () => {
  it("starts from a snapshot", () => {
    const state = start([
      [0.5, "f", "u"],
      [1, "r", "p"],
    ]);
    expect(scoresOf(state)).toEqual([
      [
        [2, 0.5],
        [4, FAILURE_KINDS.indexOf("timeout")],
        [3, Number.NaN],
      ],
      [
        [2, 1],
        [1, Number.NaN],
        [0, Number.NaN],
      ],
    ]);
    expect([state.failedRows, state.undefinedRows]).toEqual([1, 1]);
    expect(state.tallies).toEqual([
      {
        n: 1,
        running: 0,
        undefined: 1,
        failed: 1,
        sum: 0.5,
        squares: 0.25,
        bins: [0, 0, 0, 0, 0, 1, 0, 0, 0, 0],
      },
      { n: 1, running: 1, undefined: 0, failed: 0, sum: 1, squares: 1, bins: [0, 0, 0, 0, 0, 0, 0, 0, 0, 1] },
    ]);
  });

  it("ends where a snapshot of the end begins, whatever way it took", () => {
    const columns = [
      ["p", "p", "p", "p"],
      ["p", "r", "p", "p"],
    ] as const;
    let state = start(columns.map((column) => [...column]));
    state = next(state, batch(2, [[0, 0, 0.25], [1, 1, "f"], [2, 0, "u"]])); // biome-ignore format: one line reads best
    state = next(state, batch(3, [[2, 0, 0.75], [1, 1, 0.5], [1, 0, "f"]], [[3, 0.5]])); // biome-ignore format: one line reads best
    const end = start(
      [
        [0.25, "f", 0.75, "p"],
        ["p", 0.5, "p", "p"],
      ],
      { seq: 3, costs: Float32Array.of(0, 0, 0, 0.5) },
    );
    expect(state).toEqual(end);
  });

  it("leaves the state before a batch as it was", () => {
    const before = start([["p", "p"]]);
    const after = next(before, batch(2, [[1, 0, 0.5]], [[1, 0.25]]));
    expect([statusAt(before.scores, 1, 0), costAt(before.scores, 1), before.tallies[0]?.n]).toEqual([
      0, 0, 0,
    ]);
    expect([statusAt(after.scores, 1, 0), costAt(after.scores, 1), after.tallies[0]?.n]).toEqual([
      2, 0.25, 1,
    ]);
  });

  it("copies only the blocks of rows that changed", () => {
    const before = start([Array<"p">(3000).fill("p")]);
    const after = next(before, batch(2, [[2999, 0, 1]]));
    const shared = after.scores.blocks.map((block, i) => block === before.scores.blocks[i]);
    expect(shared).toEqual([true, true, false]);
  });

  it("asks for a snapshot when a batch was missed, and when there is none yet", () => {
    expect(fold(start([["p"]]), batch(3, []))).toEqual({ kind: "gap" });
    expect(fold(null, batch(1, []))).toEqual({ kind: "gap" });
  });

  it("ignores a batch it has seen, and a snapshot older than itself", () => {
    const state = next(start([["p"]]), batch(2, [[0, 0, 1]]));
    expect(fold(state, batch(2, [[0, 0, 0]]))).toEqual({ kind: "same" });
    expect(fold(state, batch(1, [[0, 0, 0]]))).toEqual({ kind: "same" });
    expect(fold(state, snapshot([["p"]]))).toEqual({ kind: "same" });
  });

  it("takes the snapshot of another run, whatever its number", () => {
    const state = start([["p"]], { seq: 9 });
    const other = { ...RUN, run_id: "run-2", samples: 1 };
    expect(next(state, snapshot([[0.5]], { run: other })).run).toEqual(other);
  });

  it.each([
    ["row", batch(2, [[2, 0, 1]])],
    ["metric", batch(2, [[0, 1, 1]])],
    ["row", batch(2, [], [[7, 0.5]])],
  ])("refuses a batch for a %s that is not there", (name, update) => {
    expect(() => fold(start([["p", "p"]]), update)).toThrow(new BadMessage(`batch: no such ${name}`));
  });
});
