import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { LOOK_MS } from "../src/look";
import type { Totals } from "../src/protocol";
import { answering, batch, type FakeModel, layOut, RUN, type Score, snapshot, TOTALS } from "./kernel";
import { byRole, click, open, type Page, press, settle } from "./page";

const START: Score[][] = [
  [0.5, "p", "f"],
  [0.25, "r", 1],
];
let page: Page;
let model: FakeModel;
let seq: number;

async function show(totals: Partial<Totals> = {}, columns = START) {
  seq = 1;
  model = answering(snapshot(columns, { totals: { ...TOTALS, ...totals } }));
  page = await open(model);
}

/** The kernel tells how the run is now. */
async function become(totals: Partial<Totals>) {
  seq += 1;
  model.receive({ ...batch(seq, []), totals: { ...TOTALS, ...totals } });
  await settle();
}

/** Have the kernel refuse all orders with a sentence. */
function refuse(sentence: string) {
  const { answer } = model;
  model.answer = (command) => {
    if (["hello", "rows", "trace"].includes(command.type)) return answer(command);
    return model.reply({ type: "reply", id: command.id, ok: false, error: sentence });
  };
}

const orders = () =>
  [...page.el.querySelectorAll(".rnb-orders > button, .rnb-orders > .rnb-hold > button")].map(
    ({ textContent }) => textContent,
  );
const pushed = async (name: string | RegExp) => click(byRole(page.el, "button", name));
const field = (label: string): HTMLInputElement => {
  const named = [...page.el.querySelectorAll("label")].find(({ textContent }) => textContent === label);
  const found = page.el.querySelector<HTMLInputElement>(`[id="${named?.htmlFor}"]`);
  if (found === null) throw new Error(`no field ${label}`);
  return found;
};
async function type(label: string, value: string) {
  const input = field(label);
  input.value = value;
  input.dispatchEvent(new InputEvent("input", { bubbles: true }));
  await settle();
}
const without = (command: object) =>
  Object.fromEntries(Object.entries(command).filter(([key]) => key !== "id"));

beforeEach(() => layOut(400));
afterEach(async () => {
  vi.useRealTimers();
  await page.close();
  page.end();
});

describe("the orders", () => {
  it.each([
    ["starting", ["cancel"], ["Cancel"]],
    ["paused", ["resume", "cancel", "set_limit"], ["Resume", "Cancel", "Limits"]],
    ["cancelled", ["resume", "retry_failed", "add_budget"], ["Resume", "Retry failed1"]],
    ["budget_reached", ["add_budget"], ["Add budget"]],
    ["finished", ["add_budget"], []],
    ["finished", [], []],
  ] as const)("are those that work while the run is %s: %s", async (state, can, shown) => {
    await show({ state, can: [...can] });
    expect(orders()).toEqual(shown);
  });

  it("rest while the kernel does not listen, and say so", async () => {
    await show();
    vi.useFakeTimers({ shouldAdvanceTime: true });
    model.answer = () => undefined;
    model.receive(batch(9, []));
    model.receive(batch(10, []));
    vi.advanceTimersByTime(4000);
    await settle();
    const pause = byRole(page.el, "button", "Pause");
    expect([pause.hasAttribute("disabled"), pause.title.startsWith("This cell is still running")]).toEqual([
      true,
      true,
    ]);
  });

  it("pause, and resume with the same button, which keeps the focus", async () => {
    await show();
    byRole(page.el, "button", "Pause").focus();
    await pushed("Pause");
    expect([without(model.last("pause")), orders()[0]]).toEqual([{ type: "pause" }, "Pausing"]);
    await become({ state: "paused", can: ["resume", "cancel"] });
    expect([document.activeElement?.textContent, page.el.querySelector(".rnb-state")?.textContent]).toEqual([
      "Resume",
      "Paused",
    ]);
    await pushed("Resume");
    await become({});
    expect([model.count("resume"), document.activeElement?.textContent]).toEqual([1, "Pause"]);
  });

  it("tell in an alert why one was refused, until the run changes", async () => {
    await show();
    refuse("The run is finished; it cannot be paused.");
    await pushed("Pause");
    expect(byRole(page.el, "alert", "The run is finished; it cannot be paused.")).toBeTruthy();
    expect(orders()[0]).toBe("Pause");
    await become({ state: "finished", can: [] });
    expect(page.el.querySelector("[role=alert]")).toBeNull();
  });

  it("leave the focus in the header when the pressed button goes, else in the grid", async () => {
    await show();
    byRole(page.el, "button", "Cancel").focus();
    await pushed("Cancel");
    await become({ state: "cancelled", can: ["resume"] });
    expect(document.activeElement?.textContent).toBe("Resume");
    await become({ state: "finished", can: [] });
    expect(document.activeElement?.closest("[role=grid]")).not.toBeNull();
  });
});

describe("retry", () => {
  it("asks at once where all failed in one way", async () => {
    await show();
    await pushed("Retry failed1");
    expect(without(model.last("retry"))).toEqual({ type: "retry", kind: null, row: null, metric: null });
  });

  const SEVERAL: Totals["failures"] = [
    { kind: "rate_limited", jobs: 3 },
    { kind: "timeout", jobs: 1200 },
  ];

  it("offers the kinds where there are several", async () => {
    await show({ failures: SEVERAL });
    await pushed("Retry failed1,203");
    const menu = byRole(page.el, "group", "Retry failed");
    const offered = [...menu.querySelectorAll("button")].map(({ textContent }) => textContent);
    expect(offered).toEqual(["All1,203", "Rate limited3", "Timeout1,200"]);
    expect(document.activeElement?.textContent).toBe("All1,203");
    await pushed("Timeout1,200");
    expect(without(model.last("retry"))).toEqual({ type: "retry", kind: "timeout", row: null, metric: null });
    expect([page.el.querySelector(".rnb-pop"), document.activeElement?.textContent]).toEqual([
      null,
      "Retry failed1,203",
    ]);
  });

  it("closes its menu on Escape, which gives the focus back and reaches nobody else", async () => {
    await show({ failures: SEVERAL });
    const trigger = byRole(page.el, "button", "Retry failed1,203");
    await click(trigger);
    expect(trigger.getAttribute("aria-expanded")).toBe("true");
    expect(await press("Escape")).toBe(false);
    expect([
      page.el.querySelector(".rnb-pop"),
      document.activeElement,
      trigger.getAttribute("aria-expanded"),
    ]).toEqual([null, trigger, "false"]);
  });

  it("closes its menu when a person turns to something else", async () => {
    await show({ failures: SEVERAL });
    await pushed("Retry failed1,203");
    byRole(page.el, "button", "Pause").focus();
    await settle();
    expect(page.el.querySelector(".rnb-pop")).toBeNull();
  });
});

describe("the budget", () => {
  it("grows by what is typed", async () => {
    await show();
    await pushed("Add budget");
    await type("How much more", " $2.50 ");
    await pushed("Add");
    expect(without(model.last("add_budget"))).toEqual({ type: "add_budget", amount: 2.5 });
    expect([page.el.querySelector(".rnb-pop"), document.activeElement?.textContent]).toEqual([
      null,
      "Add budget",
    ]);
  });

  it.each(["", "much", "0", "-1"])("takes no %j", async (typed) => {
    await show();
    await pushed("Add budget");
    await type("How much more", typed);
    await pushed("Add");
    expect([byRole(page.el, "alert", "Type an amount above 0.") !== null, model.count("add_budget")]).toEqual(
      [true, 0],
    );
  });

  it("says in its form why it was refused", async () => {
    await show();
    refuse("No.");
    await pushed("Add budget");
    await type("How much more", "1");
    await pushed("Add");
    expect(byRole(page.el, "alert", "No.").closest(".rnb-pop")).not.toBeNull();
  });

  it("stands out when it is why the run stopped", async () => {
    await show();
    const main = () => byRole(page.el, "button", "Add budget").classList.contains("rnb-main");
    expect(main()).toBe(false);
    await become({ state: "budget_reached", can: ["add_budget"] });
    expect(main()).toBe(true);
  });

  it("is told with what it will come to", async () => {
    await show({ budget: { told: "10 of 200,000 tokens", unit: "tokens", limit: 200_000 } });
    const cost = () => page.el.querySelector(".rnb-end")?.textContent;
    expect(cost()).toBe("$0.42 of ≈ $0.67 ± 0.02budget 10 of 200,000 tokens");
    await become({});
    expect(cost()).toBe("$0.42 of ≈ $0.67 ± 0.02budget $1.00");
  });
});

describe("the limits", () => {
  const LIMITS = {
    ...TOTALS.limits,
    in_flight: 3,
    at_once: 8,
    max_workers: 32,
    waiting_s: 4,
    requests_per_minute: 600,
  };
  const limits = LIMITS as NonNullable<Totals["limits"]>;

  it("are told in the header while the server wants to be left alone", async () => {
    await show({ limits });
    expect(page.el.querySelector(".rnb-facts")?.textContent).toContain(
      "3 of 8 at once · waits 4\u00a0s (rate limit)",
    );
  });

  it("change by what is typed; only what changed is sent, an empty field is no limit", async () => {
    await show({ limits });
    await pushed("Limits");
    expect(field("Requests per minute").value).toBe("600");
    await type("Requests per minute", "");
    await type("Tokens per minute", "40,000");
    await pushed("Apply");
    expect(without(model.last("set_limit"))).toEqual({
      type: "set_limit",
      requests_per_minute: null,
      tokens_per_minute: 40000,
    });
    expect(page.el.querySelector(".rnb-pop")).toBeNull();
  });

  it("keep what a person types while the run goes on", async () => {
    await show({ limits });
    await pushed("Limits");
    await type("Requests at once, at most", "5");
    await become({ limits: { ...limits, in_flight: 7 } });
    expect([
      field("Requests at once, at most").value,
      page.el.querySelector(".rnb-pop p")?.textContent,
    ]).toEqual(["5", "7 of 8 at once · waits 4\u00a0s (rate limit)"]);
  });

  it.each([
    ["Requests at once, at most", "", "Requests at once, at most: type a number."],
    ["Requests at once, at most", "0", "Requests at once, at most: type a number of at least 1."],
    ["Tokens per minute", "lots", "Tokens per minute: type a number of at least 1."],
  ])("of %s refuse %j", async (label, typed, said) => {
    await show({ limits });
    await pushed("Limits");
    await type(label, typed);
    await pushed("Apply");
    expect([byRole(page.el, "alert", said) !== null, model.count("set_limit")]).toEqual([true, 0]);
  });

  it("that stay as they are send nothing", async () => {
    await show({ limits });
    await pushed("Limits");
    await pushed("Apply");
    expect([model.count("set_limit"), page.el.querySelector(".rnb-pop")]).toEqual([0, null]);
  });
});

describe("what a person should know", () => {
  it("stands in calm lines, trouble with its own sign and colour", async () => {
    await show({
      message: "Resume goes on from there.",
      notices: [
        { about: "store", message: "Not saved: the disk is full." },
        { about: "resumed", message: "1 of 3 samples were judged before." },
      ],
    });
    const lines = [...byRole(page.el, "status", "Notices").children];
    expect(lines.map((line) => [line.textContent, line.classList.contains("rnb-trouble")])).toEqual([
      ["Resume goes on from there.", false],
      ["Not saved: the disk is full.", true],
      ["1 of 3 samples were judged before.", false],
    ]);
  });

  it("is why a cell has no score, in words", async () => {
    await show();
    const title = (row: number, column: number) =>
      page.el.querySelector(`[data-row="${row}"] [aria-colindex="${column}"]`)?.getAttribute("title");
    expect([title(2, 4), title(1, 4), title(1, 5)]).toEqual([
      "faithfulness: failed: timeout. Open the row to see why",
      "faithfulness: waiting for its turn",
      "recall: being judged now",
    ]);
    await become({ state: "budget_reached" });
    expect(title(1, 4)).toBe("faithfulness: not judged: budget reached");
    await become({ state: "cancelled" });
    expect(title(1, 4)).toBe("faithfulness: not judged: cancelled");
    expect(page.el.querySelector('[data-row="1"] [aria-colindex="4"]')?.textContent).toBe("not judged");
  });
});

describe("the rows in sight", () => {
  const MANY = [Array<Score>(300).fill("p")];

  async function looked() {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    await settle();
    return model.sent.flatMap((command) => (command.type === "look" ? [command.rows] : []));
  }

  it("are told to the kernel, once, the open one first", async () => {
    await show({}, MANY);
    const [first] = await looked();
    expect([first?.slice(0, 3), (first?.length ?? 0) < 30]).toEqual([[0, 1, 2], true]);
    await become({});
    expect((await looked()).length).toBe(1);
    await click(page.el.querySelector('[data-row="5"]') ?? page.el);
    expect((await looked()).at(-1)?.slice(0, 3)).toEqual([5, 0, 1]);
  });

  it.each([
    ["all rows are", {}, [Array<Score>(3).fill("p")]],
    ["they are all judged", {}, [Array<Score>(300).fill(1)]],
    ["the run has ended", { state: "finished" } as const, MANY],
  ])("are not told when %s", async (_, totals, columns) => {
    await show(totals, columns);
    expect(await looked()).toEqual([]);
  });
});

it("an order that a waiting cell holds back says so, and no more once it is heard", async () => {
  seq = 1;
  model = answering(snapshot(START, { run: { ...RUN, samples: 3, blocking: true } }));
  page = await open(model);
  const { answer } = model;
  model.answer = (command) => (command.type === "pause" ? undefined : answer(command));
  vi.useFakeTimers({ shouldAdvanceTime: true });
  await pushed("Pause");
  vi.advanceTimersByTime(2000);
  await settle();
  expect(byRole(page.el, "alert", /^This cell is still running/)).toBeTruthy();
  model.reply({ type: "reply", id: model.last("pause").id, ok: true, error: null });
  await settle();
  expect(page.el.querySelector("[role=alert]")).toBeNull();
});
