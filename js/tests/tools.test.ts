import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Mark } from "../src/protocol";
import { answering, FakeModel, layOut, metric, type Score, saved, snapshot } from "./kernel";
import { byRole, click, gridRows, open, type Page, press, settle, type as typed } from "./page";

const COLUMNS: Score[][] = [
  [0.9, 0.25, "u", "f", 0.5],
  [0.1, 0.5, 1, 0.25, 0.7],
];
const MARKS: Mark[] = [
  { row: 1, tags: ["billing"], note: null },
  { row: 3, tags: ["billing", "urgent"], note: "ask the team" },
];
let page: Page;

async function show(other: Parameters<typeof snapshot>[1] = {}) {
  const costs = Float32Array.from([0.001, 0.002, 0.003, 0, 0.0005]);
  const model = answering(snapshot(COLUMNS, { costs, marks: MARKS, ...other }));
  page = await open(model);
  return model;
}

const ids = () => gridRows(page.el).map(([id]) => id);
const count = () => page.el.querySelector(".rnb-count")?.textContent;
const chips = () => [...page.el.querySelectorAll(".rnb-chip")].map(({ textContent }) => textContent);
const heads = () =>
  [...page.el.querySelectorAll("[role=columnheader]")].map(({ textContent }) => textContent);
const button = (name: string | RegExp) => byRole(page.el, "button", name);
const labelled = (name: string): HTMLInputElement => {
  const found = page.el.querySelector<HTMLInputElement>(`input[aria-label="${name}"]`);
  if (found === null) throw new Error(`no field ${name}`);
  return found;
};
const box = (name: string): HTMLInputElement => {
  const label = [...page.el.querySelectorAll(".rnb-check")].find(({ textContent }) => textContent === name);
  const found = label?.querySelector("input");
  if (!found) throw new Error(`no check box ${name}`);
  return found;
};

beforeEach(() => layOut(400));
afterEach(async () => {
  vi.useRealTimers();
  await page.close();
  page.end();
});

describe("the search box", () => {
  const look = async (words: string) => {
    await typed(labelled("Search texts"), words);
    await new Promise((resolve) => setTimeout(resolve, 200));
    await settle();
  };

  it("shows the rows with a text, which the kernel finds once somebody has stopped typing", async () => {
    const model = await show();
    await typed(labelled("Search texts"), "answ");
    await look("answer 3");
    expect([ids(), count(), model.count("find")]).toEqual([["s3"], "1 of 5 rows", 1]);
    expect(model.last("find")).toMatchObject({ filter: { text: "answer 3", bins: [] }, sort: null });
  });

  it("says so when no row has the text, and is cleared by a click or Escape", async () => {
    await show();
    await look("warranty claim");
    expect(page.el.querySelector(".rnb-none")?.textContent).toBe(
      "No row contains “warranty claim”5 rows are loaded.Clear searchEsc",
    );
    await click(button(/^Clear search/));
    expect([ids().length, labelled("Search texts").value]).toEqual([5, ""]);
    await look("answer 3");
    labelled("Search texts").focus();
    await press("Escape");
    expect([ids().length, labelled("Search texts").value]).toEqual([5, ""]);
  });

  it("narrows what is filtered, and the filter is cleared without it", async () => {
    await show();
    await look("answer");
    await click(button("Failed1"));
    expect(ids()).toEqual(["s3"]);
    await click(button("Undefined1"));
    await look("answer 1");
    expect(page.el.querySelector(".rnb-none p.rnb-m")?.textContent).toBe(
      "Among those with failed, undefined.",
    );
    await click(button("Clear filters"));
    expect([ids(), labelled("Search texts").value]).toEqual([["s1"], "answer 1"]);
  });

  it("says why the kernel has not found anything", async () => {
    const model = await show();
    const { answer } = model;
    model.answer = (command) =>
      command.type === "find"
        ? model.reply({ type: "reply", id: command.id, ok: false, error: "Too long a text." })
        : answer(command);
    await look("a");
    expect(byRole(page.el, "alert", "Too long a text.")).toBeTruthy();
    expect(ids().length).toBe(5);
  });

  it("needs the kernel, and says so where there is none", async () => {
    page = await open(new FakeModel({ saved: saved([[0.5]]) }));
    const { disabled, placeholder } = labelled("Search texts");
    expect([disabled, placeholder]).toEqual([true, "Search needs the kernel"]);
  });
});

describe("the filter's form", () => {
  const form = async () => click(button("Filter"));

  it("narrows a metric to a range, from either end, at once", async () => {
    await show();
    await form();
    await typed(labelled("recall, at least"), "0.25");
    expect([ids(), chips()]).toEqual([["s1", "s2", "s3", "s4"], ["recall ≥ 0.25"]]);
    await typed(labelled("recall, at most"), ".7");
    expect([ids(), chips()]).toEqual([
      ["s1", "s3", "s4"],
      ["recall ≥ 0.25", "recall ≤ 0.7"],
    ]);
    await typed(labelled("recall, at least"), "");
    expect([ids(), chips()]).toEqual([["s0", "s1", "s3", "s4"], ["recall ≤ 0.7"]]);
  });

  it("takes no word for a number", async () => {
    await show();
    await form();
    await typed(labelled("recall, at least"), "half");
    expect([labelled("recall, at least").getAttribute("aria-invalid"), ids().length]).toEqual(["true", 5]);
  });

  it("narrows to what a row has cost", async () => {
    await show();
    await form();
    await typed(labelled("cost, at least"), "0.002");
    expect([ids(), chips()]).toEqual([["s1", "s2"], ["cost ≥ 0.002"]]);
  });

  it("chooses failed and undefined rows, and tags with their counts", async () => {
    await show();
    await form();
    await click(box("Failed1"));
    expect(ids()).toEqual(["s3"]);
    await click(box("Failed1"));
    await click(box("billing2"));
    expect([ids(), chips()]).toEqual([["s1", "s3"], ["tag billing"]]);
    await click(box("urgent1"));
    await click(box("billing2"));
    expect([ids(), chips()]).toEqual([["s3"], ["tag urgent"]]);
  });

  it("chooses labels", async () => {
    const tone = metric("tone", { labels: ["kind", "curt"] });
    page = await open(answering(snapshot([[0, 1, 1]], { metrics: [tone] })));
    await form();
    await click(box("curt2"));
    expect([ids(), chips()]).toEqual([["s1", "s2"], ["tone curt"]]);
  });

  it("is cleared as a whole, or by its chips one by one", async () => {
    await show();
    await form();
    await typed(labelled("recall, at least"), "0.25");
    await click(box("billing2"));
    await click(button("Remove filter recall ≥ 0.25"));
    expect([chips(), ids()]).toEqual([["tag billing"], ["s1", "s3"]]);
    expect(labelled("recall, at least").value).toBe("");
    await click(button("Clear filters"));
    expect([chips(), count()]).toEqual([[], "5 rows"]);
  });
});

describe("the columns", () => {
  it("are hidden and shown again, but for the id", async () => {
    await show();
    await click(button("Columns"));
    expect(box("id").disabled).toBe(true);
    for (const name of ["response", "recall", "cost, $", "tags and note"]) await click(box(name));
    expect(heads()).toEqual(["id", "user_input", "faithfulness"]);
    await click(box("recall"));
    expect(heads()).toEqual(["id", "user_input", "faithfulness", "recall"]);
  });

  it("can be further fields of the samples, which the kernel is asked for", async () => {
    const model = await show({ fields: ["reference", "rubrics"] });
    const { answer } = model;
    model.answer = (command) => {
      if (command.type !== "rows") return answer(command);
      const rows = command.rows.map((row) => ({
        row,
        sample_id: `s${row}`,
        user_input: "question",
        response: "answer",
        more: command.fields.map((field) => `${field} ${row}`),
      }));
      model.reply({ type: "rows", id: command.id, rows });
    };
    await click(button("Columns"));
    await click(box("rubrics"));
    await click(box("reference"));
    expect(heads().slice(0, 5)).toEqual(["id", "user_input", "response", "reference", "rubrics"]);
    expect(gridRows(page.el)[2]?.slice(0, 5)).toEqual([
      "s2",
      "question",
      "answer",
      "reference 2",
      "rubrics 2",
    ]);
    expect(model.last("rows").fields).toEqual(["rubrics", "reference"]);
  });

  it("become wider and narrower by Shift and an arrow on the head, and that is told", async () => {
    await show();
    vi.spyOn(HTMLElement.prototype, "getBoundingClientRect").mockReturnValue({ width: 80 } as DOMRect);
    const widths = () =>
      page.el.querySelector<HTMLElement>(".rnb-grid")?.style.getPropertyValue("--rnb-cols").split(" ")[4];
    button("recall").focus();
    await press("ArrowRight", { shiftKey: true });
    const wider = [widths(), byRole(page.el, "status", "Changes").textContent];
    await press("ArrowLeft", { shiftKey: true });
    expect([wider, widths()]).toEqual([["96px", "recall: 96 pixels wide"], "64px"]);
  });

  it("follow the pointer at the edge of a head, and go back with a double click", async () => {
    await show();
    const head = button("recall").closest("[role=columnheader]");
    const edge = head?.querySelector(".rnb-edge");
    if (!head || !edge) throw new Error("no edge");
    vi.spyOn(HTMLElement.prototype, "getBoundingClientRect").mockReturnValue({ width: 80 } as DOMRect);
    edge.setPointerCapture = () => undefined;
    const pull = async (kind: string, clientX: number) => {
      edge.dispatchEvent(new PointerEvent(kind, { bubbles: true, clientX, button: 0, pointerId: 1 }));
      await settle();
    };
    const width = () =>
      page.el.querySelector<HTMLElement>(".rnb-grid")?.style.getPropertyValue("--rnb-cols").split(" ")[4];
    await pull("pointermove", 500);
    const before = width();
    await pull("pointerdown", 100);
    await pull("pointermove", 130);
    await pull("pointerup", 130);
    await pull("pointermove", 500);
    expect(width()).toBe("110px");
    edge.dispatchEvent(new MouseEvent("dblclick", { bubbles: true }));
    await settle();
    expect(width()).toBe(before);
    expect(page.el.querySelector("[aria-sort=ascending]")).toBeNull();
  });
});

it("what is chosen in one view is where the next one starts", async () => {
  await show({ fields: ["reference"] });
  const first = await page.show();
  const inFirst = (name: string) => byRole(first.el, "button", name);
  await click(inFirst("Columns"));
  const boxes = [...first.el.querySelectorAll<HTMLInputElement>(".rnb-check input")];
  await click(boxes[2] ?? first.el); // response
  await first.close();
  const second = await page.show();
  const names = [...second.el.querySelectorAll("[role=columnheader]")].map(({ textContent }) => textContent);
  expect(names).toEqual(["id", "user_input", "faithfulness", "recall", "cost, $", "tags and note"]);
  await second.close();
});
