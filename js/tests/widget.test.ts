import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { HELLO_TIMEOUT_MS } from "../src/channel";
import type { Totals } from "../src/protocol";
import { answering, batch, FakeModel, layOut, RUN, type Score, saved, snapshot, TOTALS } from "./kernel";
import { byRole, click, gridRows, open, type Page, settle } from "./page";

const START: Score[][] = [
  [0.5, 1, "u"],
  [0.25, "f", "p"],
];
let page: Page;

beforeEach(() => layOut(400));
afterEach(async () => {
  vi.useRealTimers();
  await page.close();
  page.end();
});

const facts = () => page.el.querySelector(".rnb-facts")?.textContent?.replaceAll("\u00a0", " ");

describe("the header", () => {
  it("tells name, state, judge, progress, time, tokens and cost", async () => {
    page = await open(answering(snapshot(START)));
    const root = page.el.querySelector(".ragas-nb");
    expect([root?.getAttribute("data-run-id"), root?.getAttribute("data-lm-suppress-shortcuts")]).toEqual([
      "run-1",
      "true",
    ]);
    expect(page.el.querySelector(".rnb-h1")?.textContent).toBe(
      "supportRunninggpt-4o-miniPauseCancelRetry failed1Add budgetLimitsExport",
    );
    expect(facts()).toBe(
      "100 %2 / 3 scored1 failed12 s2.5 / s4 s left12 of 32 at once1.20 k in90 out$0.42 of ≈ $0.67 ± 0.02budget $1.00",
    );
    expect(byRole(page.el, "progressbar", "Samples scored").getAttribute("aria-valuetext")).toBe(
      "3 of 3 samples, 100 percent",
    );
  });

  it("owns up to unpriced calls", async () => {
    page = await open(answering(snapshot(START, { totals: { ...TOTALS, unpriced: 118 } })));
    expect(facts()).toContain("≥ $0.42, 118 calls unpriced");
  });

  it("cancels, once, and is finished when the run is", async () => {
    const model = answering(snapshot(START));
    page = await open(model);
    await click(byRole(page.el, "button", "Cancel"));
    expect([
      model.count("cancel"),
      byRole(page.el, "button", "Cancelling").getAttribute("aria-disabled"),
    ]).toEqual([1, "true"]);
    await click(byRole(page.el, "button", "Cancelling"));
    expect(model.count("cancel")).toBe(1);
    const ended = {
      ...TOTALS,
      state: "cancelled",
      message: "Cancelled at 2 of 3.",
      can: [],
    } satisfies Totals;
    model.receive({ ...batch(2, []), totals: ended });
    await settle();
    expect(page.el.querySelector(".rnb-state")?.textContent).toBe("Cancelled");
    expect(page.el.querySelector(".rnb-note")?.textContent).toBe("Cancelled at 2 of 3.");
  });

  it("shows why a cancel was refused", async () => {
    const model = answering(snapshot(START));
    const { answer } = model;
    model.answer = (command) => {
      if (command.type !== "cancel") return answer(command);
      return model.reply({ type: "reply", id: command.id, ok: false, error: "The run has ended." });
    };
    page = await open(model);
    await click(byRole(page.el, "button", "Cancel"));
    expect(byRole(page.el, "alert", "The run has ended.")).toBeTruthy();
    expect(byRole(page.el, "button", "Cancel").hasAttribute("disabled")).toBe(false);
  });
});

it("a click that a waiting cell holds back says what helps", async () => {
  const model = answering(snapshot(START, { run: { ...RUN, samples: 3, blocking: true } }));
  const { answer } = model;
  model.answer = (command) => (command.type === "cancel" ? undefined : answer(command));
  page = await open(model);
  vi.useFakeTimers({ shouldAdvanceTime: true });
  await click(byRole(page.el, "button", "Cancel"));
  vi.advanceTimersByTime(2000);
  await settle();
  expect(byRole(page.el, "alert", /^This cell is still running/)).toBeTruthy();
});

describe("the cards", () => {
  it("fill while scores arrive", async () => {
    const model = answering(snapshot(START));
    page = await open(model);
    const card = () => byRole(page.el, "region", "faithfulness").textContent;
    expect(card()).toBe("faithfulness0.750.26–1.00n 2 · 1 undefined");
    model.receive(batch(2, [[2, 0, 0]]));
    await settle();
    expect(card()).toBe("faithfulness0.500.00–1.00n 3");
  });

  it("say so before the first score", async () => {
    page = await open(answering(snapshot([["p", "r"]])));
    expect(byRole(page.el, "region", "faithfulness").textContent).toBe("faithfulness–no score yet\u00a0");
  });
});

describe("without a kernel", () => {
  async function openSilent(model: FakeModel) {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    page = await open(model);
    vi.advanceTimersByTime(HELLO_TIMEOUT_MS);
    await settle();
  }

  it("the saved state is shown, and what needs a kernel rests", async () => {
    await openSilent(new FakeModel({ saved: saved([[0.5, "u"], ["r", 1]]) })); // biome-ignore format: one line reads best
    expect(page.el.querySelector(".rnb-note")?.textContent).toBe(
      "Kernel not connected: showing the saved state. Run the cell again to work with it.",
    );
    expect(page.el.querySelector(".rnb-state")?.textContent).toBe("Not connected");
    expect(gridRows(page.el)).toEqual([
      ["s0", "question 0", "answer 0", "0.50", "pending", "0.00030", ""],
      ["s1", "question 1", "answer 1", "undefined", "1.00", "0.00030", ""],
    ]);
    expect(page.el.querySelector(".rnb-count")?.textContent).toBe("2 of 2,000 rows");
    expect(byRole(page.el, "region", "faithfulness").textContent).toContain("0.810.80–0.82n 1,990");
    expect([...page.el.querySelectorAll("button[disabled]")].map((button) => button.textContent)).toEqual([
      "Filter",
      "Failed1",
      "Undefined0",
    ]);
  });

  it("a row of the saved state opens with what was saved", async () => {
    await openSilent(new FakeModel({ saved: saved([[0.5]]) }));
    await click(page.el.querySelector("[data-row]") ?? page.el);
    expect(byRole(page.el, "complementary", "Row s0").textContent).toContain("The steps need the kernel");
  });

  it("and without a saved state one calm line says what to do", async () => {
    await openSilent(new FakeModel({ saved: { old: "format" } }));
    expect(page.el.textContent).toBe("Kernel not connected, and no state was saved. Run the cell again.");
  });

  it("the kernel's snapshot takes over when it comes", async () => {
    const model = new FakeModel({ saved: saved([[0.5]]) });
    await openSilent(model);
    model.receive(snapshot(START));
    await settle();
    expect([gridRows(page.el).length, page.el.querySelector(".rnb-note")]).toEqual([3, null]);
    expect(model.last("rows").rows).toEqual([0, 1, 2]);
  });

  it("a cell that blocks the kernel is named as the reason", async () => {
    const model = new FakeModel({ saved: saved([[0.5]]) });
    page = await open(model);
    vi.useFakeTimers({ shouldAdvanceTime: true });
    model.receive(snapshot(START));
    await settle();
    model.receive(batch(9, []));
    model.receive(batch(10, []));
    vi.advanceTimersByTime(HELLO_TIMEOUT_MS);
    await settle();
    expect(page.el.querySelector(".rnb-note")?.textContent).toContain("This cell is still running");
    expect(byRole(page.el, "button", "Cancel").hasAttribute("disabled")).toBe(true);
  });
});

describe("shown again", () => {
  it("a view starts where the last one was", async () => {
    const model = answering(
      snapshot([
        Array<Score>(300)
          .fill(0.5)
          .map((_, i) => i / 300),
      ]),
    );
    page = await open(model);
    const first = await page.show();
    await click(byRole(first.el, "button", "faithfulness"));
    await click(byRole(first.el, "button", "faithfulness"));
    const grid = byRole(first.el, "grid", "Samples and scores");
    grid.scrollTop = 2800;
    grid.dispatchEvent(new Event("scroll"));
    await settle();
    await click(first.el.querySelector('[data-row="195"]') ?? first.el);
    await click(byRole(first.el, "button", "retrieved_contexts2"));
    const look = (el: HTMLElement) => [
      byRole(el, "grid", "Samples and scores").scrollTop,
      gridRows(el).map(([id]) => id),
      el.querySelector("aside")?.getAttribute("aria-label"),
      el.querySelector("[aria-selected=true]")?.getAttribute("data-row"),
      el.querySelector(".rnb-unfolded")?.textContent,
    ];
    const before = look(first.el);
    await first.close();
    const second = await page.show();
    expect(look(second.el)).toEqual(before);
    expect(before.slice(2)).toEqual(["Row s195", "195", "retrieved_contexts1first context2second context"]);
    await second.close();
  });

  it("a view has the focus that the last one had when the host took it away", async () => {
    page = await open(answering(snapshot(START)));
    const first = await page.show();
    byRole(first.el, "button", "Limits").focus();
    await first.close();
    const second = await page.show();
    expect(document.activeElement).toBe(byRole(second.el, "button", "Limits"));
    await second.close();
  });

  it("a view takes the focus from nobody", async () => {
    page = await open(answering(snapshot(START)));
    byRole(page.el, "button", "Limits").focus();
    const second = await page.show();
    expect(document.activeElement).toBe(byRole(page.el, "button", "Limits"));
    await second.close();
  });

  it("nor once a person has turned to something else", async () => {
    page = await open(answering(snapshot(START)));
    const first = await page.show();
    byRole(first.el, "button", "Limits").focus();
    byRole(first.el, "button", "Limits").blur();
    await settle();
    await first.close();
    const second = await page.show();
    expect(document.activeElement).toBe(document.body);
    await second.close();
  });

  it("twice at once, each view has its own choices", async () => {
    page = await open(answering(snapshot(START)));
    const second = await page.show();
    await click(byRole(second.el, "button", "Failed1"));
    expect([gridRows(second.el).length, gridRows(page.el).length]).toEqual([1, 3]);
    await second.close();
  });
});

it("says the progress aloud at most every five seconds", async () => {
  const model = answering(snapshot(START));
  page = await open(model);
  vi.useFakeTimers({ shouldAdvanceTime: true });
  const said = () => byRole(page.el, "status", "Progress").textContent;
  const first = said();
  model.receive({ ...batch(2, []), totals: { ...TOTALS, scored: 1 } });
  await settle();
  model.receive({ ...batch(3, []), totals: { ...TOTALS, scored: 0 } });
  await settle();
  expect([first, said()]).toEqual([first, "running: 3 of 3 samples done, 1 failed."]);
  vi.advanceTimersByTime(5000);
  await settle();
  expect(said()).toBe("running: 1 of 3 samples done, 1 failed.");
});

it("leaves no listener, timer or element behind", async () => {
  const model = answering(snapshot(START));
  page = await open(model);
  await page.close();
  page.end();
  expect([[...model.listeners.values()].map(({ size }) => size), document.body.children.length]).toEqual([
    [0, 0],
    0,
  ]);
});
