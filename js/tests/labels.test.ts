import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { BadMessage, decodeSaved } from "../src/decode";
import { NO_FILTER, toggleBins } from "../src/filter";
import { barsOf, ranksOf } from "../src/labels";
import { orderOf } from "../src/select";
import { fold, type State } from "../src/state";
import { answering, batch, FakeModel, job, layOut, metric, type Score, saved, snapshot } from "./kernel";
import { byRole, click, gridRows, open, type Page, press, settle } from "./page";

const TONE = metric("tone", { labels: ["kind", "curt"] });
const start = (scores: Score[], labels = TONE.labels) =>
  snapshot([scores], { metrics: [{ ...TONE, labels }] });
const found = (number: number, label: string) => ({ metric: 0, number, label });

function next(state: State | null, update: Parameters<typeof fold>[1]): State {
  const folded = fold(state, update);
  if (folded.kind !== "next") throw new Error(`expected a next state, found ${folded.kind}`);
  return folded.state;
}

describe("fold", () => {
  it("ends where a snapshot of the end begins, whatever labels came on the way", () => {
    let state = next(null, start([0, "p", "p"]));
    state = next(state, { ...batch(2, [[1, 0, 2]]), labels: [found(2, "rude")] });
    state = next(state, { ...batch(3, [[2, 0, 1]]), labels: [found(2, "rude")] }); // told a second time
    const end = { ...start([0, 2, 1], ["kind", "curt", "rude"]), seq: 3 };
    expect(state).toEqual(next(null, end));
    expect(state.tallies[0]).toMatchObject({ n: 3, sum: 0, squares: 0, bins: [1, 1, 1] });
  });

  it.each([
    ["a score without a label", batch(2, [[0, 0, 2]])],
    ["a score between two labels", batch(2, [[0, 0, 0.5]])],
    ["a label too far on", { ...batch(2, []), labels: [found(3, "rude")] }],
    ["a label before the first", { ...batch(2, []), labels: [found(-1, "rude")] }],
    ["a label of no metric", { ...batch(2, []), labels: [{ ...found(2, "rude"), metric: 1 }] }],
  ])("refuses %s", (_, update) => {
    expect(() => fold(next(null, start(["p"])), update)).toThrow(BadMessage);
  });

  it("refuses labels of a metric that finds numbers", () => {
    const update = { ...batch(2, []), labels: [found(0, "rude")] };
    expect(() => fold(next(null, snapshot([[0.5]])), update)).toThrow(BadMessage);
  });
});

it("a saved score without its label is not a saved state", () => {
  const metrics = [TONE];
  expect(decodeSaved(saved([[1]], { metrics }))).not.toBeNull();
  expect(decodeSaved(saved([[2]], { metrics }))).toBeNull();
});

it("orders labels as a person would, numbers in them by their size", () => {
  expect([...ranksOf(["b", "level 10", "level 9", "a"])]).toEqual([1, 3, 2, 0]);
});

describe("orderOf", () => {
  const state = next(null, start([1, 0, "f", 2, 1], ["kind", "curt", "rude"]));

  it("sorts by the label's text, both ways, rows without one last", () => {
    expect([...orderOf(state, { by: "tone", down: false, change: false }, NO_FILTER)]).toEqual([
      0, 4, 1, 3, 2,
    ]);
    expect([...orderOf(state, { by: "tone", down: true, change: false }, NO_FILTER)]).toEqual([
      3, 1, 0, 4, 2,
    ]);
  });

  it("filters by labels; a bar of several is chosen and cleared as one", () => {
    const chosen = toggleBins(NO_FILTER, "tone", [0, 2]);
    expect([...orderOf(state, null, chosen)]).toEqual([1, 3]);
    expect([...orderOf(state, null, toggleBins(chosen, "tone", [1, 2]))]).toEqual([0, 1, 3, 4]);
    expect(toggleBins(chosen, "tone", [0, 2])).toEqual(NO_FILTER);
  });
});

describe("barsOf", () => {
  const bars = (labels: string[], bins: number[], n: number) =>
    barsOf(metric("tone", { labels }), {
      n,
      failed: 0,
      undefined: 0,
      mean: null,
      low: null,
      high: null,
      bins,
    });

  it("has a bar for each of a few labels, in the order they came, also for one never found", () => {
    expect(bars(["pass", "fail"], [0, 3], 3)).toEqual([
      { label: "pass", places: [0], n: 0 },
      { label: "fail", places: [1], n: 3 },
    ]);
  });

  it("has the five most frequent of many, and the others in one", () => {
    const found = bars(["a", "b", "c", "d", "…", "f", "g"], [2, 1, 5, 1, 9, 3, 2], 25); // two are known to the kernel only
    expect(found.map(({ label, places, n }) => [label, places, n])).toEqual([
      ["a", [0], 2],
      ["b", [1], 1],
      ["c", [2], 5],
      ["f", [5], 3],
      ["g", [6], 2],
      ["others", [3, 4], 12],
    ]);
  });
});

describe("in the widget", () => {
  let page: Page;
  beforeEach(() => layOut(400));
  afterEach(async () => {
    await page.close();
    page.end();
  });
  const ids = () => gridRows(page.el).map(([id]) => id);
  const card = () => byRole(page.el, "region", "tone");

  it("labels are shown as texts and counted while the run goes on", async () => {
    const model = answering(start([0, "u", "p"]));
    page = await open(model);
    expect(card().textContent).toBe("tonekind 1curt 0n 1 · 1 undefined");
    model.receive({ ...batch(2, [[2, 0, 2]]), labels: [found(2, "<b>rude</b>")] });
    await settle();
    expect(gridRows(page.el).map((row) => row[3])).toEqual(["kind", "undefined", "<b>rude</b>"]);
    expect(page.el.querySelector('[title="tone: <b>rude</b>"]')).not.toBeNull();
    expect(card().textContent).toBe("tonekind 1curt 0<b>rude</b> 1n 2 · 1 undefined");
    expect(page.el.querySelectorAll("[role=grid] b, .rnb-t b").length).toBe(0);
  });

  it("no label is told before the first score", async () => {
    page = await open(answering(start(["p"])));
    expect(card().textContent).toBe("tone–no score yet\u00a0");
  });

  it("a click on a label filters, and the filter tells it", async () => {
    page = await open(answering(start([0, 1, 0])));
    await click(byRole(card(), "option", "curt: 1 sample"));
    expect([ids(), page.el.querySelector(".rnb-chip")?.textContent]).toEqual([["s1"], "tone curt"]);
  });

  it("keys move among labels and filter", async () => {
    page = await open(answering(start([0, 1, 0])));
    byRole(card(), "listbox", /^tone labels/).focus();
    for (const key of ["ArrowDown", "Enter"]) await press(key);
    expect(ids()).toEqual(["s1"]);
    await press("Escape");
    expect(ids()).toEqual(["s0", "s1", "s2"]);
  });

  it("the row panel has the label at once, and the whole text when it comes", async () => {
    const whole = "first > second > third and more of it";
    const model = answering(start([1]), () => ({ jobs: [job("tone", { value: whole })] }));
    const { answer } = model;
    model.answer = (command) => (command.type === "trace" ? undefined : answer(command));
    page = await open(model);
    await click(page.el.querySelector("[data-row]") ?? page.el);
    const line = () => page.el.querySelector(".rnb-mt .rnb-v")?.textContent;
    expect(line()).toBe("curt");
    await page.close();
    page.end();
    page = await open(answering(start([1]), () => ({ jobs: [job("tone", { value: whole })] })));
    await click(page.el.querySelector("[data-row]") ?? page.el);
    expect([line(), page.el.querySelector(".rnb-found")?.textContent]).toEqual([whole, whole]);
  });

  it("a saved state shows its labels, and counts those that were not saved as others", async () => {
    const counts = { n: 90, failed: 0, undefined: 0, mean: null, low: null, high: null, bins: [50, 30] };
    page = await open(new FakeModel({ saved: saved([[1, 0]], { metrics: [TONE], summaries: [counts] }) }));
    expect(gridRows(page.el).map((row) => row[3])).toEqual(["curt", "kind"]);
    expect(card().textContent).toBe("tonekind 50curt 30others 10n 90");
  });
});
