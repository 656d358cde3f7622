import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { answering, job, layOut, metric, RUN, snapshot, TOTALS } from "./kernel";
import { byRole, click, open, type Page } from "./page";

let page: Page;
beforeEach(() => layOut(400));
afterEach(async () => {
  await page.close();
  page.end();
});

describe("text from outside", () => {
  const EVIL = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>{{7*7}}&lt;b&gt;\u202e';

  it("stays text everywhere", async () => {
    const start = snapshot([["f"]]);
    const step = {
      name: EVIL,
      turn: 0,
      source: "asked" as const,
      prompt: EVIL,
      items: [{ text: EVIL, reason: EVIL, verdict: 0 as const, word: EVIL }],
      attempts: [
        {
          outcome: EVIL,
          reply: EVIL,
          problem: EVIL,
          model: EVIL,
          input_tokens: 1,
          output_tokens: 1,
          cost: 0,
          seconds: 1,
        },
      ],
    };
    const evilJob = job(EVIL, {
      status: "failed",
      value: null,
      reason: EVIL,
      error: { kind: "refused", error: EVIL, message: EVIL, step: EVIL, raw: EVIL },
      steps: [step],
    });
    const model = answering(
      {
        ...start,
        run: { ...RUN, samples: 1, name: EVIL, judge: EVIL, started_at: EVIL },
        metrics: [metric(EVIL)],
        totals: { ...TOTALS, state: "failed", message: EVIL, notices: [{ about: EVIL, message: EVIL }] },
      },
      () => ({
        sample_id: EVIL,
        facts: [
          { name: "user_input", text: EVIL, texts: null },
          { name: EVIL, text: null, texts: [EVIL] },
        ],
        jobs: [evilJob],
      }),
    );
    const { answer } = model;
    model.answer = (command) => {
      if (command.type !== "rows") return answer(command);
      const rows = [{ row: 0, sample_id: EVIL, user_input: EVIL, response: EVIL, more: [] }];
      return model.reply({ type: "rows", id: command.id, rows });
    };
    page = await open(model);
    await click(page.el.querySelector("[data-row]") ?? page.el);
    for (const name of [`${EVIL}1`, "Prompts and replies"]) await click(byRole(page.el, "button", name));
    expect(page.el.querySelectorAll("img, script, b[onerror], a, iframe").length).toBe(0);
    expect(Reflect.get(window, "hacked")).toBeUndefined();
    for (const part of [
      ".rnb-h1",
      ".rnb-note",
      ".rnb-card",
      ".rnb-r[data-row]",
      ".rnb-rh",
      ".rnb-panel",
      ".rnb-ebox",
    ]) {
      expect([part, page.el.querySelector(part)?.textContent?.includes(EVIL)]).toEqual([part, true]);
    }
  });
});
