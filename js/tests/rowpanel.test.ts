import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { RowDetail } from "../src/protocol";
import { answering, batch, FakeModel, job, layOut, type Score, snapshot, TOTALS, trace } from "./kernel";
import { byRole, click, open, type Page, settle } from "./page";

let page: Page;
const START: Score[][] = [
  [0.67, 0.5],
  [1, "r"],
];

async function openRow(row: number, detail: Partial<RowDetail> = {}) {
  const model = answering(snapshot(START), () => detail);
  page = await open(model);
  await click(page.el.querySelector(`[data-row="${row}"]`) ?? page.el);
  return { model, panel: byRole(page.el, "complementary", `Row s${row}`) };
}

const line = (panel: Element, name: string): HTMLElement => {
  const found = [...panel.querySelectorAll<HTMLElement>(".rnb-mh")].find((at) =>
    at.textContent?.startsWith(name),
  );
  if (found === undefined) throw new Error(`no line of ${name}`);
  return found;
};
const body = (panel: Element, name: string): string =>
  line(panel, name).parentElement?.querySelector(".rnb-jb")?.textContent ?? "";

beforeEach(() => layOut(400));
afterEach(async () => {
  await page.close();
  page.end();
});

const attempt = (outcome: string, reply: string | null) => ({
  outcome,
  reply,
  problem: outcome === "ok" ? null : "the reply is cut off",
  model: "gpt-4o-mini",
  input_tokens: 1612,
  output_tokens: 256,
  cost: 0.0005,
  seconds: 1.84,
});

const CHECK = {
  name: "check",
  turn: 0,
  source: "asked",
  prompt: "system: check each statement",
  attempts: [attempt("cut off", '{"a": ['), attempt("ok", '{"a": [1]}')],
  items: [
    { text: "It rains.", reason: "Context 1 says so.", verdict: 1, word: "supported" },
    { text: "It snows.", reason: null, verdict: 0, word: "not supported" },
    { text: "Hm.", reason: null, verdict: null, word: null },
  ],
} as const;
const STEP = { ...CHECK, attempts: [...CHECK.attempts], items: [...CHECK.items] };

describe("the row panel", () => {
  it("shows the sample, with contexts to fold out", async () => {
    const { panel } = await openRow(0);
    const blocks = () => [...panel.querySelectorAll(".rnb-blk")].map((block) => block.textContent);
    expect(blocks()).toEqual(["user_inputquestion 0 in full", "responseanswer 0 in full"]);
    await click(byRole(panel, "button", "retrieved_contexts2"));
    expect(blocks()[2]).toBe("retrieved_contexts1first context2second context");
    await click(byRole(panel, "button", "retrieved_contexts2"));
    expect(blocks().length).toBe(2);
  });

  it("shows what is known at once, and the rest when it comes", async () => {
    const model = answering(snapshot(START));
    const { answer } = model;
    model.answer = (command) => (command.type === "trace" ? undefined : answer(command));
    page = await open(model);
    await click(page.el.querySelector('[data-row="0"]') ?? page.el);
    const panel = byRole(page.el, "complementary", "Row s0");
    expect([panel.textContent?.includes("question 0"), line(panel, "faithfulness").textContent]).toEqual([
      true,
      "faithfulness0.67",
    ]);
    model.reply(
      trace(model.last("trace").id, 0, { jobs: [job("faithfulness", { value: 0.67, reason: "why" })] }),
    );
    await settle();
    expect(body(panel, "faithfulness")).toBe("why");
  });

  it("shows the judge's steps with verdicts in words", async () => {
    const { panel } = await openRow(0, { jobs: [job("faithfulness", { value: 0.5, steps: [STEP] })] });
    const items = [...panel.querySelectorAll(".rnb-steps li")].map((item) => [
      item.querySelector("[role=img]")?.getAttribute("aria-label") ?? null,
      [...item.querySelectorAll("p")].map((p) => p.textContent),
    ]);
    expect(items).toEqual([
      ["supported", ["It rains.", "Context 1 says so."]],
      ["not supported", ["It snows."]],
      [null, ["Hm."]],
    ]);
    expect(panel.querySelector(".rnb-meta")?.textContent).toBe(
      "Prompts and replies2 requests$0.000111.9\u00a0s",
    );
  });

  it("leaves out a step that only lists what a later one judges", async () => {
    const item = (text: string, verdict: 0 | 1 | null) => ({ text, reason: null, verdict, word: null });
    const split = { ...STEP, name: "split", items: [item("It rains.", null), item("It snows.", null)] };
    const check = { ...STEP, name: "check", items: [item("It rains.", 1), item("It snows.", 0)] };
    const { panel } = await openRow(0, { jobs: [job("faithfulness", { steps: [split, check] })] });
    expect([...panel.querySelectorAll(".rnb-steps")].map((list) => list.getAttribute("aria-label"))).toEqual([
      "check",
    ]);
  });

  it("shows the word of an item without a verdict", async () => {
    const items = [{ text: "It hails.", reason: null, verdict: null, word: "only in the response (FP)" }];
    const { panel } = await openRow(0, { jobs: [job("faithfulness", { steps: [{ ...STEP, items }] })] });
    expect(panel.querySelector(".rnb-steps li")?.textContent).toContain("only in the response (FP)");
  });

  it("opens prompts, replies and attempts on demand", async () => {
    const { panel } = await openRow(0, { jobs: [job("faithfulness", { steps: [STEP] })] });
    expect(panel.textContent).not.toContain("system: check");
    await click(byRole(panel, "button", "Prompts and replies"));
    expect(byRole(panel, "region", "Prompt of check, faithfulness").textContent).toBe(
      "system: check each statement",
    );
    expect(byRole(panel, "region", "Reply 1 of check, faithfulness").textContent).toBe('{"a": [');
    expect(byRole(panel, "region", "Reply 2 of check, faithfulness").textContent).toBe('{"a": [1]}');
    const rows = [...panel.querySelectorAll("tbody tr")].map((row) =>
      [...row.children].map((td) => td.textContent),
    );
    expect(rows).toEqual([
      ["1", "cut off", "1,612", "256", "$0.0005", "1.8\u00a0s"],
      ["2", "ok", "1,612", "256", "$0.0005", "1.8\u00a0s"],
    ]);
  });

  it("shows a failed job first and open, with error, raw reply and attempts", async () => {
    const error = {
      kind: "invalid_output",
      error: "JudgeOutputInvalid",
      message: "Not JSON. Raise max_tokens.",
      step: "check",
      raw: '{"a',
    } as const;
    const failed = job("recall", { status: "failed", value: null, error, steps: [STEP] });
    const { panel } = await openRow(0, { jobs: [job("faithfulness"), failed] });
    expect([...panel.querySelectorAll(".rnb-nm")].map((name) => name.textContent)).toEqual([
      "recall",
      "faithfulness",
    ]);
    expect(byRole(panel, "alert", "Invalid outputJudgeOutputInvalid")).toBeTruthy();
    expect(panel.querySelector(".rnb-msg")?.textContent).toBe("Not JSON. Raise max_tokens.");
    expect(byRole(panel, "region", "Raw reply of recall").textContent).toBe('{"a');
    expect(panel.querySelectorAll(".rnb-ebox tbody tr").length).toBe(2);
  });

  it("asks again for one failed score, and leaves the focus on its line", async () => {
    const error = {
      kind: "timeout",
      error: "JudgeUnavailable",
      message: "No.",
      step: null,
      raw: null,
    } as const;
    let jobs = [job("faithfulness"), job("recall", { status: "failed", value: null, error })];
    const model = answering(snapshot([[0.67], ["f"]]), () => ({ jobs }));
    page = await open(model);
    await click(page.el.querySelector("[data-row]") ?? page.el);
    const panel = byRole(page.el, "complementary", "Row s0");
    byRole(panel, "button", "Retry").focus();
    await click(byRole(panel, "button", "Retry"));
    expect(model.last("retry")).toMatchObject({ kind: null, row: 0, metric: "recall" });
    jobs = [job("faithfulness"), job("recall", { value: 1 })];
    model.receive(batch(2, [[0, 1, 1]]));
    await vi.waitFor(() => expect(panel.querySelector(".rnb-ebox")).toBeNull());
    expect(document.activeElement).toBe(line(panel, "recall"));
  });

  it("says beside the error why it could not be asked again", async () => {
    const error = { kind: "timeout", error: "", message: "No.", step: null, raw: null } as const;
    const { model, panel } = await openRow(0, {
      jobs: [job("recall", { status: "failed", value: null, error })],
    });
    model.answer = (command) =>
      model.reply({ type: "reply", id: command.id, ok: false, error: "The run has ended." });
    await click(byRole(panel, "button", "Retry"));
    expect(byRole(panel, "alert", "The run has ended.").closest(".rnb-ebox")).not.toBeNull();
  });

  it("offers no retry where the run cannot", async () => {
    const error = { kind: "timeout", error: "", message: "No.", step: null, raw: null } as const;
    const failed = job("recall", { status: "failed", value: null, error });
    page = await open(
      answering(snapshot(START, { totals: { ...TOTALS, can: [] } }), () => ({ jobs: [failed] })),
    );
    await click(page.el.querySelector("[data-row]") ?? page.el);
    const buttons = [...page.el.querySelectorAll(".rnb-ebox button")].map(({ textContent }) => textContent);
    expect(buttons).toEqual(["Copy error"]);
  });

  it("shows each time that a job was done, and its steps", async () => {
    const steps = [STEP, { ...STEP, turn: 1 }];
    const { panel } = await openRow(0, {
      jobs: [job("faithfulness", { value: 0.8, repeats: [0.7, 0.9, null], steps })],
    });
    expect(panel.querySelector(".rnb-hint")?.textContent).toBe("0.80 (0.7, 0.9, undefined)");
    expect([...panel.querySelectorAll(".rnb-turn")].map(({ textContent }) => textContent)).toEqual([
      "Repeat 1 of 2",
      "Repeat 2 of 2",
    ]);
    expect([...panel.querySelectorAll(".rnb-steps")].map((list) => list.getAttribute("aria-label"))).toEqual([
      "check, repeat 1 of 2",
      "check, repeat 2 of 2",
    ]);
    await click(byRole(panel, "button", "Prompts and replies"));
    expect(byRole(panel, "region", "Prompt of check, faithfulness, repeat 2")).toBeTruthy();
  });

  it("copies an error as text", async () => {
    const written = vi.fn(async (_: string) => {});
    vi.stubGlobal("navigator", { clipboard: { writeText: written } });
    const error = {
      kind: "timeout",
      error: "JudgeUnavailable",
      message: "No answer.",
      step: null,
      raw: "503",
    } as const;
    const { panel } = await openRow(0, { jobs: [job("recall", { status: "failed", value: null, error })] });
    await click(byRole(panel, "button", "Copy error"));
    vi.unstubAllGlobals();
    expect(written.mock.calls).toEqual([["JudgeUnavailable (recall)\nNo answer.\n\nRaw reply:\n503"]]);
    expect(byRole(panel, "button", "Copied")).toBeTruthy();
  });

  it.each([
    ["pending", "Waiting for its turn."],
    ["running", "Being judged now."],
    ["undefined", "Nothing to score: the metric is not defined for this sample."],
  ] as const)("says what %s means", async (status, words) => {
    const { panel } = await openRow(0, { jobs: [job("faithfulness", { status, value: null })] });
    expect([line(panel, "faithfulness").textContent, body(panel, "faithfulness")]).toEqual([
      `faithfulness${status}`,
      words,
    ]);
  });

  it("asks again when a job of the row changes, and not when another row does", async () => {
    const { model } = await openRow(0);
    const before = model.count("trace");
    model.receive(batch(2, [[1, 0, 0.1]]));
    await settle();
    expect(model.count("trace")).toBe(before);
    model.receive(batch(3, [[0, 1, 0.25]]));
    await vi.waitFor(() => expect(model.count("trace")).toBe(before + 1));
  });

  it("goes to the next and the previous row as the grid is sorted", async () => {
    await openRow(0);
    await click(byRole(page.el, "button", "faithfulness"));
    await click(byRole(page.el, "button", "Previous row"));
    expect(byRole(page.el, "complementary", "Row s1")).toBeTruthy();
    expect(byRole(page.el, "button", "Previous row").hasAttribute("disabled")).toBe(true);
    await click(byRole(page.el, "button", "Next row"));
    expect(byRole(page.el, "complementary", "Row s0")).toBeTruthy();
  });

  it("says so when the details cannot be had", async () => {
    const model = answering(snapshot(START));
    const { answer } = model;
    model.answer = (command) => {
      if (command.type !== "trace") return answer(command);
      return model.reply({ type: "reply", id: command.id, ok: false, error: "No such row." });
    };
    page = await open(model);
    await click(page.el.querySelector('[data-row="0"]') ?? page.el);
    expect(page.el.querySelector(".rnb-panel .rnb-err")?.textContent).toBe("No such row.");
  });
});

it("is a model that was never answered: nothing opens", async () => {
  page = await open(new FakeModel());
  expect(page.el.querySelector("aside")).toBeNull();
});
