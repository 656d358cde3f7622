import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { NO_FILTER } from "../src/filter";
import type { Viewing } from "../src/protocol";
import { NOTHING_CHOSEN } from "../src/view";
import { TELL_MS } from "../src/viewing";
import { answering, type FakeModel, layOut, type Score, saved, snapshot } from "./kernel";
import { byRole, click, gridRows, open, type Page, settle } from "./page";

const COLUMNS: Score[][] = [
  [0.9, 0.25, "u", "f", 0.5],
  [0.1, 0.5, 1, 0.25, 0.7],
];
const FAITHFULNESS = { by: "faithfulness", down: false, change: false };
let page: Page;
let model: FakeModel;

async function show(viewing: Partial<Viewing> = {}, columns = COLUMNS) {
  model = answering(snapshot(columns, { viewing: { ...NOTHING_CHOSEN, ...viewing } }));
  page = await open(model);
}

const ids = (el: ParentNode = page.el) => gridRows(el).map(([id]) => id);
const selected = () =>
  [...page.el.querySelectorAll("[data-row][aria-selected=true]")].map((row) => row.getAttribute("data-row"));
const row = (number: number) => page.el.querySelector(`[data-row="${number}"]`) ?? page.el;
const asks = async (viewing: Partial<Viewing>) => {
  model.reply({ type: "show", viewing: { ...NOTHING_CHOSEN, ...viewing } });
  await settle();
};
/** What the kernel was told, after the time that a view takes to tell it. */
async function told(): Promise<Viewing[]> {
  await new Promise((resolve) => setTimeout(resolve, TELL_MS + 50));
  await settle();
  return model.sent.flatMap((command) => (command.type === "viewed" ? [command.viewing] : []));
}

beforeEach(() => layOut(400));
afterEach(async () => {
  await page.close();
  page.end();
});

describe("a new view", () => {
  it("starts from what was chosen last, and tells nothing back", async () => {
    await show({
      sort: { ...FAITHFULNESS, down: true },
      filter: { ...NO_FILTER, conditions: [{ column: "recall", op: ">=", value: 0.25 }] },
      selected: [1, 4],
      open: 4,
    });
    expect([ids(), selected(), byRole(page.el, "complementary", "Row s4") !== null]).toEqual([
      ["s4", "s1", "s2", "s3"],
      ["4", "1"],
      true,
    ]);
    expect(await told()).toEqual([]);
  });

  it("looks for the text that was looked for", async () => {
    await show({ filter: { ...NO_FILTER, text: "answer 2" } });
    expect([ids(), model.count("find")]).toEqual([["s2"], 1]);
    expect(page.el.querySelector<HTMLInputElement>("input[type=search]")?.value).toBe("answer 2");
  });

  it("forgets rows that there are not", async () => {
    await show({ selected: [1, 99], open: 99 });
    expect([selected(), page.el.querySelector("aside")]).toEqual([["1"], null]);
  });

  it("starts from the kernel's choice when the saved state gives way to it", async () => {
    const start = snapshot(COLUMNS, { viewing: { ...NOTHING_CHOSEN, selected: [3] } });
    model = answering(start);
    Object.assign(model.traits, { saved: saved([[0.5]]) });
    const { answer } = model;
    model.answer = () => undefined;
    page = await open(model);
    await click(row(0));
    model.answer = answer;
    model.receive(start);
    await settle();
    expect([selected(), page.el.querySelector("aside"), await told()]).toEqual([["3"], null, []]);
  });
});

describe("the kernel is told", () => {
  it("of what a person sorts, filters, selects and opens, as a whole, after a moment", async () => {
    await show();
    await click(byRole(page.el, "button", "faithfulness"));
    await click(byRole(page.el, "option", "0.5–0.6: 1 sample"));
    await click(row(4));
    expect((await told()).at(-1)).toEqual({
      sort: FAITHFULNESS,
      filter: { ...NO_FILTER, bins: [{ metric: "faithfulness", bins: [5] }] },
      selected: [4],
      open: 4,
    });
  });

  it("once of several things done within a moment, and not again of the same", async () => {
    await show();
    for (const number of [0, 1, 2]) row(number).dispatchEvent(new MouseEvent("click", { bubbles: true }));
    expect((await told()).map(({ open: at }) => at)).toEqual([2]);
    await click(row(2));
    expect((await told()).length).toBe(1);
  });

  it("nothing of scrolling, columns, folds or streaming scores", async () => {
    await show();
    await click(byRole(page.el, "button", "Columns"));
    await click(page.el.querySelectorAll(".rnb-check input")[2] ?? page.el);
    byRole(page.el, "grid", "Samples and scores").dispatchEvent(new Event("scroll"));
    expect(await told()).toEqual([]);
  });

  it("and goes on when it did not listen", async () => {
    await show();
    const { answer } = model;
    model.answer = (command) =>
      model.reply({ type: "reply", id: command.id, ok: false, error: "No such view." });
    await click(row(1));
    await told();
    model.answer = answer;
    await click(row(2));
    expect((await told()).map(({ selected: rows }) => rows)).toEqual([[1], [2]]);
    expect(page.el.querySelector("[role=alert]")).toBeNull();
  });
});

describe("what the user's code asks for", () => {
  it("is shown, and is not told back", async () => {
    await show();
    await asks({ sort: FAITHFULNESS, selected: [0, 2], open: 2 });
    expect([ids(), selected(), byRole(page.el, "complementary", "Row s2") !== null]).toEqual([
      ["s1", "s4", "s0", "s2", "s3"],
      ["0", "2"],
      true,
    ]);
    await asks({});
    expect([ids().length, selected(), page.el.querySelector("aside")]).toEqual([5, [], null]);
    expect(await told()).toEqual([]);
  });

  it("comes into sight: the open row, else the first one selected", async () => {
    await show({}, [Array<Score>(1000).fill(0.5)]);
    const top = () => byRole(page.el, "grid", "Samples and scores").scrollTop;
    await asks({ open: 500 });
    expect(top()).toBe(500 * 28 + 28 + 38 - 400);
    await asks({ selected: [100, 900] });
    expect(top()).toBe(100 * 28);
  });

  it("is shown by every view of the run", async () => {
    await show();
    const second = await page.show();
    await asks({ filter: { ...NO_FILTER, failed: true } });
    expect([ids(), ids(second.el)]).toEqual([["s3"], ["s3"]]);
    await second.close();
  });

  it("holds also when it comes with the snapshot, before anything is drawn", async () => {
    model = answering(snapshot(COLUMNS));
    const { answer } = model;
    model.answer = (command) => {
      answer(command);
      if (command.type === "hello") {
        model.reply({ type: "show", viewing: { ...NOTHING_CHOSEN, selected: [3] } });
      }
    };
    page = await open(model);
    expect(selected()).toEqual(["3"]);
  });
});
