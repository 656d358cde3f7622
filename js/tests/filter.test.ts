import { describe, expect, it } from "vitest";
import {
  chosenBins,
  cleared,
  isFiltered,
  limitsOf,
  NO_FILTER,
  toggleBins,
  toggleTag,
  withBins,
  withLimit,
} from "../src/filter";
import type { Filter } from "../src/protocol";
import { sayings } from "../src/views/chips";
import { metric } from "./kernel";

const only = (part: Partial<Filter>): Filter => ({ ...NO_FILTER, ...part });

describe("a filter", () => {
  it("is one when it says anything at all", () => {
    const parts: Partial<Filter>[] = [
      { text: "a" },
      { failed: true },
      { undefined: true },
      { bins: [{ metric: "m", bins: [1] }] },
      { conditions: [{ column: "m", op: "<", value: 1 }] },
      { tags: ["t"] },
      { changes: [{ metric: "m", change: "worse" }] },
    ];
    expect([isFiltered(NO_FILTER), ...parts.map((part) => isFiltered(only(part)))]).toEqual([
      false,
      ...parts.map(() => true),
    ]);
  });

  it("is cleared but for the text", () => {
    expect(cleared(only({ text: "a", failed: true, tags: ["t"] }))).toEqual(only({ text: "a" }));
  });

  it("switches bins and tags on and off", () => {
    const chosen = toggleBins(toggleBins(NO_FILTER, "m", [3, 1]), "m", [2]);
    expect(chosen.bins).toEqual([{ metric: "m", bins: [1, 2, 3] }]);
    expect(toggleBins(chosen, "m", [1, 3]).bins).toEqual([{ metric: "m", bins: [2] }]);
    expect([...chosenBins(chosen, "m")]).toEqual([1, 2, 3]);
    expect(withBins(chosen, "m", new Set())).toEqual(NO_FILTER);
    expect(toggleTag(toggleTag(NO_FILTER, "t"), "t")).toEqual(NO_FILTER);
  });

  it("has limits of a column, whoever set them and however", () => {
    const given = only({
      conditions: [
        { column: "m", op: ">", value: 0.2 },
        { column: "m", op: "<", value: 0.5 },
        { column: "m", op: "!=", value: 0.3 },
        { column: "n", op: "==", value: 1 },
      ],
    });
    expect([limitsOf(given, "m"), limitsOf(given, "n")]).toEqual([
      { low: 0.2, high: 0.5 },
      { low: null, high: null },
    ]);
    expect(withLimit(withLimit(given, "m", "low", 0.1), "m", "high", null).conditions).toEqual([
      { column: "m", op: "!=", value: 0.3 },
      { column: "n", op: "==", value: 1 },
      { column: "m", op: ">=", value: 0.1 },
    ]);
  });
});

it("says what it filters by, one thing after the other, each with the filter without it", () => {
  const low = { column: "recall", op: "<", value: 0.5 } as const;
  const kind = { column: "tone", op: "!=", value: "kind" } as const;
  const bins = [
    { metric: "recall", bins: [0, 1, 4] },
    { metric: "tone", bins: [1] },
  ];
  const filter = only({ text: "a", failed: true, bins, conditions: [low, kind], tags: ["late"] });
  const metrics = [metric("recall"), metric("tone", { labels: ["kind", "curt"] })];
  const found = sayings(filter, metrics);
  expect(found.map(({ words }) => words)).toEqual([
    "recall 0.0–0.2, 0.4–0.5",
    "tone curt",
    "recall < 0.5",
    "tone ≠ kind",
    "tag late",
  ]);
  expect(found.map(({ without }) => without)).toEqual([
    { ...filter, bins: bins.slice(1) },
    { ...filter, bins: bins.slice(0, 1) },
    { ...filter, conditions: [kind] },
    { ...filter, conditions: [low] },
    { ...filter, tags: [] },
  ]);
});
