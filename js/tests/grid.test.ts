import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { answering, batch, layOut, type Score, snapshot } from "./kernel";
import { byRole, click, focused, gridRows, open, type Page, press, settle } from "./page";

const COLUMNS: Score[][] = [
  [0.9, 0.123, "u", "f"],
  ["p", 0.5, 1, "r"],
];
let page: Page;

async function show(columns: Score[][] = COLUMNS) {
  const costs = new Float32Array(columns[0]?.length ?? 0);
  costs.set([0.001, Number.NaN, 0, 0.00038]);
  const model = answering(snapshot(columns, { costs }));
  page = await open(model);
  return { model, el: page.el, grid: byRole(page.el, "grid", "Samples and scores") };
}

async function focusCell(row: number, column: number) {
  const cell = page.el.querySelector<HTMLElement>(`[data-row="${row}"] [aria-colindex="${column}"]`);
  if (cell === null) throw new Error("no such cell");
  await click(cell);
  await press("Escape");
}

beforeEach(() => layOut(400));
afterEach(async () => {
  await page.close();
  page.end();
});

describe("the grid", () => {
  it("shows every sample with its texts, scores, statuses and cost", async () => {
    const { el, grid } = await show();
    expect(gridRows(el)).toEqual([
      ["s0", "question 0", "answer 0", "0.90", "pending", "0.00100", ""],
      ["s1", "question 1", "answer 1", "0.12", "0.50", "–", ""],
      ["s2", "question 2", "answer 2", "undefined", "1.00", "0", ""],
      ["s3", "question 3", "answer 3", "failed", "running", "0.00038", ""],
    ]);
    expect([grid.getAttribute("aria-rowcount"), grid.getAttribute("aria-colcount")]).toEqual(["5", "7"]);
  });

  it("draws only the rows in sight, and what changes in them", async () => {
    const { model, el } = await show([Array<Score>(5000).fill("p")]);
    expect(gridRows(el).length).toBeLessThan(30);
    model.receive(batch(2, [[1, 0, 0.75]]));
    await settle();
    expect(gridRows(el)[1]).toEqual(["s1", "question 1", "answer 1", "0.75", "–", ""]);
  });

  it("sorts by a click on a column's head, up, down and back", async () => {
    const { el } = await show();
    const ids = () => gridRows(el).map(([id]) => id);
    const sorts = () =>
      [...el.querySelectorAll("[role=columnheader]")].map((head) => head.getAttribute("aria-sort"));
    const head = () => click(byRole(el, "button", "faithfulness"));
    await head();
    expect([ids(), sorts()[3]]).toEqual([["s1", "s0", "s2", "s3"], "ascending"]);
    await head();
    expect([ids(), sorts()[3]]).toEqual([["s0", "s1", "s2", "s3"], "descending"]);
    await head();
    expect([ids(), sorts()[3]]).toEqual([["s0", "s1", "s2", "s3"], "none"]);
  });

  it("shows failed rows, and those of a bin, and says how many", async () => {
    const { el } = await show();
    const count = () => el.querySelector(".rnb-count")?.textContent;
    await click(byRole(el, "button", "Failed1"));
    expect([gridRows(el).map(([id]) => id), count()]).toEqual([["s3"], "1 of 4 rows"]);
    await click(byRole(el, "button", "Failed1"));
    await click(byRole(el, "option", "0.1–0.2: 1 sample"));
    expect([gridRows(el).map(([id]) => id), count()]).toEqual([["s1"], "1 of 4 rows"]);
    await click(byRole(el, "button", "Remove filter faithfulness 0.1–0.2"));
    expect([gridRows(el).length, count()]).toEqual([4, "4 rows"]);
  });

  it("says so when no row matches, and clears the filters", async () => {
    const { el } = await show();
    await click(byRole(el, "option", "0.3–0.4: 0 samples"));
    expect(el.querySelector(".rnb-none")?.textContent).toBe(
      "No row matchesfaithfulness 0.3–0.4.Clear filters",
    );
    await click(byRole(el, "button", "Clear filters"));
    expect(gridRows(el).length).toBe(4);
  });
});

describe("keys in the grid", () => {
  it("move one cell, to the ends of the row, and to the ends of the grid", async () => {
    await show();
    await focusCell(1, 2);
    const path: unknown[] = [];
    for (const key of ["ArrowDown", "ArrowRight", "ArrowUp", "ArrowLeft", "End", "Home"]) {
      await press(key);
      path.push(focused());
    }
    await press("End", { ctrlKey: true });
    path.push(focused());
    await press("Home", { ctrlKey: true });
    path.push(focused());
    expect(path).toEqual([
      ["2", 2],
      ["2", 3],
      ["1", 3],
      ["1", 2],
      ["1", 7],
      ["1", 1],
      ["3", 7],
      ["0", 1],
    ]);
  });

  it("move by a page in a long grid, and stop at its ends", async () => {
    await show([Array<Score>(100).fill(0.5)]);
    await focusCell(3, 1);
    await press("PageDown");
    expect(focused()).toEqual(["14", 1]);
    for (let i = 0; i < 10; i++) await press("PageDown");
    expect(focused()).toEqual(["99", 1]);
    await press("ArrowDown");
    expect(focused()).toEqual(["99", 1]);
  });

  it("reach the heads above the first row", async () => {
    await show();
    await focusCell(0, 4);
    await press("ArrowUp");
    expect([focused(), document.activeElement?.textContent]).toEqual([[null, 4], "faithfulness"]);
    await press("ArrowDown");
    expect(focused()).toEqual(["0", 4]);
  });

  it("open a row with Enter, follow the cursor, and close with Escape", async () => {
    const { el } = await show();
    await focusCell(0, 1);
    await press("Enter");
    expect(byRole(el, "complementary", "Row s0")).toBeTruthy();
    await press("ArrowDown");
    expect(byRole(el, "complementary", "Row s1")).toBeTruthy();
    expect(el.querySelector("[aria-selected=true]")?.getAttribute("data-row")).toBe("1");
    await press("Escape");
    expect([el.querySelector("aside"), focused()]).toEqual([null, ["1", 1]]);
  });

  it("stay in the widget, but for combinations the widget does not know", async () => {
    await show();
    await focusCell(0, 1);
    expect([await press("ArrowDown"), await press("d"), await press("Enter"), await press("s", { ctrlKey: true })])
      .toEqual([false, false, false, true]); // biome-ignore format: one line reads best
  });

  it("have one stop for the Tab key in the grid", async () => {
    const { grid } = await show();
    expect(grid.querySelectorAll('[tabindex="0"]').length).toBe(1);
    await focusCell(2, 3);
    await press("ArrowLeft");
    expect([...grid.querySelectorAll('[tabindex="0"]')]).toEqual([document.activeElement]);
  });
});

describe("keys in a histogram", () => {
  it("choose, extend and clear score ranges", async () => {
    const { el } = await show();
    const histogram = byRole(el, "listbox", /^faithfulness/);
    const chosen = () =>
      [...histogram.querySelectorAll("[aria-selected=true]")].map(({ id }) => Number(id.at(-1)));
    histogram.focus();
    await press("ArrowRight");
    await press("Enter");
    expect(chosen()).toEqual([1]);
    await press("ArrowRight", { shiftKey: true });
    expect(chosen()).toEqual([1, 2]);
    await press("Escape");
    expect(chosen()).toEqual([]);
  });
});
