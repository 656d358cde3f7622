import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { answering, batch, layOut, type Score, snapshot, TOTALS } from "./kernel";
import { byRole, click, focused, open, type Page, press, settle } from "./page";

const COLUMNS: Score[][] = [
  [0.9, 0.25, "u", "f", 0.5],
  [0.1, 0.5, 1, 0.25, 0.7],
];
const MARKS = [
  { row: 1, tags: ["billing"], note: null },
  { row: 3, tags: ["billing", "urgent"], note: "ask the team" },
];
let page: Page;

async function show() {
  const model = answering(snapshot(COLUMNS, { marks: MARKS }));
  page = await open(model);
  return model;
}

const button = (name: string | RegExp) => byRole(page.el, "button", name);

beforeEach(() => layOut(400));
afterEach(async () => {
  vi.useRealTimers();
  await page.close();
  page.end();
});

const chips = () => [...page.el.querySelectorAll(".rnb-chip")].map(({ textContent }) => textContent);
const search = () => page.el.querySelector<HTMLInputElement>("input[type=search]");

describe("selected rows", () => {
  const selected = () =>
    [...page.el.querySelectorAll("[data-row][aria-selected=true]")].map((row) =>
      row.getAttribute("data-row"),
    );
  const row = (number: number) => page.el.querySelector(`[data-row="${number}"]`) ?? page.el;
  const clickWith = async (number: number, keys: MouseEventInit) => {
    row(number).dispatchEvent(new MouseEvent("click", { bubbles: true, ...keys }));
    await settle();
  };

  it("are the one that is clicked, which opens", async () => {
    await show();
    await click(row(1));
    await click(row(2));
    expect([selected(), byRole(page.el, "complementary", "Row s2") !== null]).toEqual([["2"], true]);
  });

  it("are more with Ctrl, and a stretch with Shift, without opening", async () => {
    await show();
    await clickWith(1, { ctrlKey: true });
    await clickWith(4, { metaKey: true });
    expect([selected(), chips(), page.el.querySelector("aside")]).toEqual([["1", "4"], ["2 selected"], null]);
    await clickWith(2, { shiftKey: true });
    expect(selected()).toEqual(["2", "3", "4"]);
    await clickWith(3, { ctrlKey: true });
    expect(selected()).toEqual(["2", "4"]);
    await click(button("Clear the selection of 2 rows"));
    expect(selected()).toEqual([]);
  });

  it("are taken by Space, Shift and the arrows, and Ctrl+A, and left by Escape", async () => {
    await show();
    await click(row(0));
    await press("Escape");
    const path: unknown[] = [selected()];
    await press(" ");
    await press("ArrowDown");
    await press(" ");
    path.push(selected());
    await press("ArrowDown", { shiftKey: true });
    await press("ArrowDown", { shiftKey: true });
    path.push(selected());
    await press("a", { ctrlKey: true });
    path.push(selected());
    await press("Escape");
    path.push(selected());
    expect(path).toEqual([[], ["0", "1"], ["1", "2", "3"], ["0", "1", "2", "3", "4"], []]);
  });

  it("are told to a screen reader", async () => {
    await show();
    expect(byRole(page.el, "grid", "Samples and scores").getAttribute("aria-multiselectable")).toBe("true");
  });
});

describe("keys", () => {
  it("lead to the search box, and to the next and the previous row", async () => {
    await show();
    await click(page.el.querySelector('[data-row="1"]') ?? page.el);
    expect([await press("j"), await press("j"), await press("k")]).toEqual([false, false, false]);
    expect(byRole(page.el, "complementary", "Row s2")).toBeTruthy();
    await press("/");
    expect(document.activeElement).toBe(search());
  });

  it("are letters while somebody types", async () => {
    await show();
    search()?.focus();
    for (const key of ["/", "?", "j", "k"]) await press(key);
    expect([page.el.querySelector("aside"), page.el.querySelector("[role=dialog]")]).toEqual([null, null]);
  });

  it("are listed in a sheet, which Escape closes before the row", async () => {
    await show();
    await click(page.el.querySelector('[data-row="1"]') ?? page.el);
    await press("?");
    expect(byRole(page.el, "dialog", "Keys").textContent).toContain("select more rows");
    await press("Escape");
    expect([page.el.querySelector("[role=dialog]"), focused()]).toEqual([null, ["1", 1]]);
    await press("Escape");
    expect(page.el.querySelector("aside")).toBeNull();
  });

  it("are listed by a click, too", async () => {
    await show();
    await click(button("? all keys"));
    expect(byRole(page.el, "dialog", "Keys")).toBeTruthy();
    await click(button("Close (Esc)"));
    expect(page.el.querySelector("[role=dialog]")).toBeNull();
  });
});

describe("tags and notes", () => {
  it("are told in the row's last column and in its panel, and change while they are shown", async () => {
    const model = await show();
    const cell = (row: number) => page.el.querySelector(`[data-row="${row}"]`)?.lastElementChild;
    expect([0, 1, 3].map((row) => cell(row)?.getAttribute("title"))).toEqual([
      null,
      "billing",
      "billing, urgent: ask the team",
    ]);
    await click(page.el.querySelector('[data-row="3"]') ?? page.el);
    const panel = () => byRole(page.el, "region", "Tags and note");
    const tags = () => [...panel().querySelectorAll("li")].map(({ textContent }) => textContent);
    expect([tags(), panel().querySelector("p")?.textContent]).toEqual([
      ["billing", "urgent"],
      "ask the team",
    ]);
    model.receive({ ...batch(2, []), marks: [{ row: 3, tags: ["late"], note: null }] });
    await settle();
    expect([tags(), cell(3)?.getAttribute("title")]).toEqual([["late"], "late"]);
    model.receive({ ...batch(3, []), marks: [{ row: 3, tags: [], note: null }] });
    await settle();
    expect([page.el.querySelector(".rnb-marks"), cell(3)?.textContent]).toEqual([null, ""]);
  });
});

describe("export", () => {
  const saves = () => {
    const found: { href: string; name: string }[] = [];
    vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(function (this: HTMLAnchorElement) {
      found.push({ href: this.href, name: this.download });
    });
    return found;
  };

  it.each([
    ["Scores (CSV)", "csv"],
    ["Scores (Parquet)", "parquet"],
    ["Annotations (JSON)", "json"],
    ["Report (HTML)", "html"],
  ])("hands over %s", async (label, format) => {
    const found = saves();
    const blobs: Blob[] = [];
    vi.spyOn(URL, "createObjectURL").mockImplementation((blob) => {
      blobs.push(blob as Blob);
      return "blob:here";
    });
    const model = await show();
    await click(button("Export"));
    await click(button(label));
    expect([found, model.last("export").format]).toEqual([
      [{ href: "blob:here", name: `support.${format}` }],
      format,
    ]);
    expect([await blobs[0]?.text(), blobs[0]?.type]).toEqual(["id,score\n", "text/csv"]);
  });

  it("says why there is no file", async () => {
    const found = saves();
    const model = await show();
    model.answer = (command) =>
      model.reply({ type: "reply", id: command.id, ok: false, error: "Parquet needs pyarrow." });
    await click(button("Export"));
    await click(button("Scores (Parquet)"));
    expect([byRole(page.el, "alert", "Parquet needs pyarrow.") !== null, found]).toEqual([true, []]);
  });
});

it("the time runs on without news, and rests when the run does", async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  const model = await show();
  const times = () =>
    page.el.querySelector(".rnb-facts > span:nth-child(2)")?.textContent?.replaceAll("\u00a0", " ");
  const later = async () => {
    vi.advanceTimersByTime(3_000);
    await settle();
    return times();
  };
  model.receive(batch(2, []));
  await settle();
  expect(await later()).toMatch(/^15 s2\.5 \/ s(1|0\.[5-9]) s left12 of 32 at once$/);
  model.receive({ ...batch(3, []), totals: { ...TOTALS, state: "paused", elapsed_s: 16 } });
  await settle();
  expect(await later()).toBe("16 s2.5 / s4 s left12 of 32 at once");
});
