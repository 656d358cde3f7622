import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { SnapshotData } from "../src/decode";
import type { Beside, MetricColumn, RowDetail, Totals } from "../src/protocol";
import { ABSENT } from "../src/protocol";
import { answering, type FakeModel, job, layOut, METRICS, RUN, type Score, snapshot, TOTALS } from "./kernel";
import { byRole, click, focused, gridRows, open, type Page, press, settle } from "./page";

const FINISHED: Totals = { ...TOTALS, state: "finished", can: [], budget: null, cost: 0.66 };
const BESIDE: Beside = {
  run: { ...RUN, run_id: "run-0", name: "before" },
  totals: { ...FINISHED, cost: 0.64 },
  matched: 4,
  only_here: 1,
  only_there: 2,
  same: ["same judge", "same prompts"],
};

/** A score of A, or "-" where A does not have it. */
type ScoreA = Score | "-";

/** Run B with run A beside it; each metric's scores are one column, of A and of B. */
function pair(a: ScoreA[][], b: Score[][], other: Partial<SnapshotData> = {}): SnapshotData {
  const known = snapshot(a.map((column) => column.map((score) => (score === "-" ? "p" : score))));
  const absent = a.flat().map((score) => score === "-");
  return snapshot(b, {
    totals: FINISHED,
    beside: BESIDE,
    besideValues: known.values,
    besideStatuses: known.statuses.map((status, at) => (absent[at] ? ABSENT : status)),
    ...other,
  });
}

const A: ScoreA[][] = [
  [1, 0.67, 0.5, "-", 0.5],
  [0.5, 0.5, "u", "-", 0.25],
];
const B: Score[][] = [
  [0.5, 0.67, 1, 0.9, "f"],
  [0.75, 0.5, 0.5, 0.5, 0.25],
];

let page: Page;

beforeEach(() => layOut(400));

afterEach(async () => {
  await page.close();
  page.end();
  vi.restoreAllMocks();
});

async function show(data: SnapshotData, detail?: Parameters<typeof answering>[1]): Promise<FakeModel> {
  const model = answering(data, detail);
  page = await open(model);
  return model;
}

const rowsOf = () => gridRows(page.el).map(([id]) => id);
const textOf = (element: Element) => element.textContent?.replace(/\s+/g, " ").trim();

it("shows a metric of both runs as A, B and the change", async () => {
  await show(pair(A, B));
  expect(gridRows(page.el)).toEqual([
    ["s0", "question 0", "1.00", "0.50", "−0.50", "0.50", "0.75", "+0.25", ""],
    ["s1", "question 1", "0.67", "0.67", "=equal", "0.50", "0.50", "=equal", ""],
    ["s2", "question 2", "0.50", "1.00", "+0.50", "undefined", "0.50", "–", ""],
    ["s3", "question 3", "–", "0.90", "–", "–", "0.50", "–", ""],
    ["s4", "question 4", "0.50", "failed", "–", "0.25", "0.25", "=equal", ""],
  ]);
});

it("names each column in full, and groups them for the eye", async () => {
  await show(pair(A, B));
  const heads = [...page.el.querySelectorAll("[role=columnheader]")];
  expect(heads.map((head) => head.getAttribute("aria-label") ?? textOf(head))).toEqual([
    "id",
    "user_input",
    "faithfulness A",
    "faithfulness B",
    "faithfulness Δ",
    "recall A",
    "recall B",
    "recall Δ",
    "tags and note",
  ]);
  expect([...page.el.querySelectorAll(".rnb-group")].map(textOf)).toEqual(["faithfulness", "recall"]);
});

it("shows a metric that only B has as it is", async () => {
  await show(pair([A[0] ?? [], ["-", "-", "-", "-", "-"]], B));
  expect(gridRows(page.el)[0]).toEqual(["s0", "question 0", "1.00", "0.50", "−0.50", "0.75", ""]);
  expect(textOf(byRole(page.el, "region", "recall"))).toContain("only in B");
});

it("tells both runs, what they share and what they do not", async () => {
  await show(pair(A, B));
  const header = byRole(page.el, "region", "Comparison of before and support").querySelector(".rnb-head");
  expect([...(header?.querySelectorAll(".rnb-one-run") ?? [])].map(textOf)).toEqual([
    "AbeforeFinished · $0.64",
    "BsupportFinished · $0.66",
  ]);
  const facts = [...(header?.querySelectorAll(".rnb-facts > span") ?? [])].map(textOf);
  expect(facts).toEqual([
    "4 samples in both2 only in A1 only in B",
    "same judge, same prompts",
    "bars B, outline A",
  ]);
});

it("sums up each metric over the samples that both have a score for", async () => {
  await show(pair(A, B));
  const card = byRole(page.el, "region", "faithfulness");
  expect(textOf(card.querySelector(".rnb-mean") as Element)).toBe("Δ 0.00");
  expect([...card.querySelectorAll(".rnb-ci, .rnb-cnt")].map(textOf)).toEqual([
    "n 3",
    "A 0.72 → B 0.72",
    "1 better · 1 worse",
  ]);
});

it("draws the bars of B and the outline of A to one scale", async () => {
  await show(pair([[0.05, 0.05, 0.05, 0.05]], [[0.05, 0.95, 0.95, 0.95]]));
  const heights = [...page.el.querySelectorAll<HTMLElement>(".rnb-hist .rnb-b")].map((bar) =>
    bar.style.getPropertyValue("--rnb-h"),
  );
  expect(heights.filter((height) => height !== "0%")).toEqual(["50%", `${100 * Math.sqrt(3 / 4)}%`]);
  expect(page.el.querySelector(".rnb-outline path")?.getAttribute("d")).toMatch(/^M0 100L0 0L10 0L10 100L/);
});

it("filters what became better, worse or stayed, and counts it", async () => {
  await show(pair(A, B));
  const tools = byRole(page.el, "toolbar", "Rows");
  const button = (name: RegExp) => byRole(tools, "button", name);
  expect([button(/^Better/), button(/^Worse/), button(/^Equal/)].map(textOf)).toEqual([
    "Better1",
    "Worse1",
    "Equal1",
  ]);
  await click(button(/^Worse/));
  expect(rowsOf()).toEqual(["s0"]);
  await click(button(/^Better/));
  expect(rowsOf()).toEqual(["s2"]);
  await click(button(/^Better/));
  expect(rowsOf()).toEqual(["s0", "s1", "s2", "s3", "s4"]);
});

it("asks of another metric what it asked of the one before", async () => {
  await show(pair(A, B));
  const tools = byRole(page.el, "toolbar", "Rows");
  await click(byRole(tools, "button", /^Equal/));
  expect(rowsOf()).toEqual(["s1"]);
  const chooser = tools.querySelector("select") as HTMLSelectElement;
  chooser.value = "recall";
  chooser.dispatchEvent(new Event("change", { bubbles: true }));
  await settle();
  expect(rowsOf()).toEqual(["s1", "s4"]);
});

it("calls a rise worse where less is better", async () => {
  const noise: MetricColumn = { ...(METRICS[0] as MetricColumn), name: "noise", higher_is_better: false };
  await show(pair([[0.2, 0.8]], [[0.6, 0.4]], { metrics: [noise] }));
  expect(gridRows(page.el).map((cells) => cells[4])).toEqual(["+0.40, worse", "−0.40, better"]);
  await click(byRole(page.el, "button", /^Worse/));
  expect(rowsOf()).toEqual(["s0"]);
});

it("tells of labels only whether they are the same", async () => {
  const grade: MetricColumn = { ...(METRICS[0] as MetricColumn), name: "grade", labels: ["good", "bad"] };
  await show(pair([[0, 1, 1]], [[0, 0, 1]], { metrics: [grade] }));
  expect(gridRows(page.el).map((cells) => cells.slice(2, 5))).toEqual([
    ["good", "good", "=equal"],
    ["bad", "good", "≠other"],
    ["bad", "bad", "=equal"],
  ]);
  expect(textOf(byRole(page.el, "region", "grade"))).toContain("2 of 3 as in A");
});

it("sorts by the change; rows without one come last", async () => {
  await show(pair(A, B));
  await click(byRole(page.el, "button", "faithfulness Δ"));
  expect(rowsOf()).toEqual(["s0", "s1", "s2", "s3", "s4"]);
  await click(byRole(page.el, "button", "faithfulness Δ"));
  expect(rowsOf()).toEqual(["s2", "s1", "s0", "s3", "s4"]);
  const sorted = [...page.el.querySelectorAll("[role=columnheader]")].map((head) =>
    head.getAttribute("aria-sort"),
  );
  expect(sorted.filter((sort) => sort === "descending")).toHaveLength(1);
  expect(byRole(page.el, "columnheader", "faithfulness Δ").getAttribute("aria-sort")).toBe("descending");
  await click(byRole(page.el, "button", "faithfulness B"));
  expect(rowsOf()).toEqual(["s0", "s1", "s3", "s2", "s4"]);
});

/** What the kernel answers to `trace`: another response and other steps in A. */
function inFull(_: number, beside: boolean): Partial<RowDetail> {
  const words = beside ? "A second factor can be asked for." : "No second factor is needed.";
  const step = {
    name: "check",
    turn: 0,
    source: "asked" as const,
    items: [
      { text: `about ${beside ? "A" : "B"}`, reason: null, verdict: beside ? 1 : 0, word: null } as const,
    ],
    prompt: "",
    attempts: [],
  };
  return {
    beside,
    facts: [{ name: "response", text: `Sign in with a code. ${words}`, texts: null }],
    jobs: [job("faithfulness", { steps: [step] }), job("recall")],
  };
}

async function showInFull(data: SnapshotData): Promise<FakeModel> {
  const model = await show(data);
  const answer = model.answer;
  model.answer = (command) => {
    if (command.type !== "trace") return answer(command);
    const told = { type: "trace", id: command.id, row: command.row, sample_id: `s${command.row}` } as const;
    return model.reply({ ...told, ...inFull(command.row, command.beside) } as RowDetail);
  };
  return model;
}

it("shows both responses of a row with the words that changed", async () => {
  const model = await showInFull(pair(A, B));
  await click(page.el.querySelector('[data-row="0"]') as Element);
  const panel = byRole(page.el, "complementary", "Row s0 in both runs");
  const said = (letter: "A" | "B") => byRole(panel, "region", `Response in ${letter}`);
  expect(said("A").querySelector(".rnb-said")?.textContent).toBe(
    "Sign in with a code. A second factor can be asked for.",
  );
  expect([...said("A").querySelectorAll("del")].map(textOf)).toEqual(["A", "can be asked for"]);
  expect([...said("B").querySelectorAll("ins")].map(textOf)).toEqual(["No", "is needed"]);
  const asked = model.sent.flatMap((command) => (command.type === "trace" ? [command.beside] : []));
  expect(asked.sort()).toEqual([false, true]);
});

it("shows the steps of both runs beside each other", async () => {
  await showInFull(pair(A, B));
  await click(page.el.querySelector('[data-row="0"]') as Element);
  const verdicts = (letter: "A" | "B") => {
    const side = byRole(page.el, "region", `faithfulness in ${letter}`);
    const mark = side.querySelector("[role=img]")?.getAttribute("aria-label");
    return [mark, side.querySelector("li p")?.textContent];
  };
  expect(verdicts("A")).toEqual(["yes", "about A"]);
  expect(verdicts("B")).toEqual(["no", "about B"]);
  const line = byRole(page.el, "complementary", /Row s0/).querySelector(".rnb-from");
  expect(textOf(line as Element)).toBe("A 1.00→B 0.50−0.50");
});

it("does not ask A for a sample that it does not have", async () => {
  const model = await showInFull(pair(A, B));
  await click(page.el.querySelector('[data-row="3"]') as Element);
  const panel = byRole(page.el, "complementary", "Row s3 in both runs");
  expect(textOf(byRole(panel, "region", "Response in A"))).toContain("Run A does not have this sample.");
  const asked = model.sent.flatMap((command) => (command.type === "trace" ? [command.beside] : []));
  expect(asked).toEqual([false]);
});

it("closes the row by Escape, and the focus goes back to the grid", async () => {
  await showInFull(pair(A, B));
  await click(page.el.querySelector('[data-row="1"] [role=gridcell]') as Element);
  page.el.querySelector<HTMLElement>(".rnb-two .rnb-pb")?.focus();
  expect(await press("Escape")).toBe(false);
  expect(page.el.querySelector(".rnb-two")).toBeNull();
  expect(focused()[0]).toBe("1");
});

it("draws what is new in A", async () => {
  const beside = { ...BESIDE, totals: TOTALS };
  const model = await show(pair([["r", "p"]], [[0.5, 0.5]], { beside }));
  expect(gridRows(page.el).map((cells) => cells.slice(2, 5))).toEqual([
    ["running", "0.50", "–"],
    ["pending", "0.50", "–"],
  ]);
  model.receive(pair([[1, "p"]], [[0.5, 0.5]], { hello: null }));
  await settle();
  expect(gridRows(page.el).map((cells) => cells.slice(2, 5))).toEqual([
    ["1.00", "0.50", "−0.50"],
    ["not judged", "0.50", "–"],
  ]);
});
