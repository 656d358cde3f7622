import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ROWS_PER_PAGE } from "../src/protocol";
import { createTexts, PAUSE_MS, TEXTS_KEPT } from "../src/texts";
import { text } from "./kernel";

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

/** Texts whose requests the test answers by hand. */
function byHand() {
  const asked: { rows: number[]; answer(): void; fail(): void }[] = [];
  const texts = createTexts(
    (rows) =>
      new Promise<void>((resolve, reject) => {
        const answer = () => {
          texts.put(rows.map(text));
          resolve();
        };
        asked.push({ rows, answer, fail: () => reject(new Error("silent")) });
      }),
  );
  return { asked, texts };
}

const pause = () => vi.advanceTimersByTimeAsync(PAUSE_MS);

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("texts", () => {
  it("are asked for once, and only the missing ones", async () => {
    const { asked, texts } = byHand();
    texts.want([1, 2]);
    texts.want([1, 2, 3]);
    await pause();
    expect(asked.map(({ rows }) => rows)).toEqual([[1, 2], [3]]);
    for (const { answer } of asked) answer();
    await pause();
    texts.want([1, 2, 3]);
    await pause();
    expect([asked.length, texts.get(3)]).toEqual([2, text(3)]);
  });

  it("are asked for by page, two pages at a time, and at last what is in sight then", async () => {
    const { asked, texts } = byHand();
    texts.want(range(0, 500));
    await pause();
    texts.want(range(0, 500));
    texts.want(range(9000, 9010));
    await pause();
    expect(asked.map(({ rows }) => rows.length)).toEqual([ROWS_PER_PAGE, ROWS_PER_PAGE]);
    asked[0]?.answer();
    await pause();
    expect(asked[2]?.rows).toEqual(range(9000, 9010));
  });

  it("can be asked for again after the kernel was silent", async () => {
    const { asked, texts } = byHand();
    texts.want([1]);
    asked[0]?.fail();
    await pause();
    texts.want([1]);
    expect(asked.map(({ rows }) => rows)).toEqual([[1], [1]]);
  });

  it("of rows that rush by are not asked for: only those in sight after a pause", async () => {
    const { asked, texts } = byHand();
    for (const first of [0, 100, 200, 300]) texts.want(range(first, first + 3));
    await pause();
    expect(asked.map(({ rows }) => rows)).toEqual([range(0, 3), range(300, 303)]);
  });

  it("of rows that come into sight next are asked for too, once there are some", async () => {
    const { asked, texts } = byHand();
    texts.put(range(0, 30).map(text));
    texts.want(range(0, 10), [], range(0, 40));
    expect(asked.length).toBe(0);
    texts.want(range(10, 20), [], range(0, 60));
    expect(asked.map(({ rows }) => rows)).toEqual([range(30, 60)]);
  });

  it("are bounded: those longest out of sight go first", () => {
    const { texts } = byHand();
    texts.put(range(0, TEXTS_KEPT).map(text));
    texts.want([0]);
    texts.put([text(5000)]);
    expect([texts.get(0), texts.get(1), texts.get(5000)]).toEqual([text(0), undefined, text(5000)]);
  });
});
