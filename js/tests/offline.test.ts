// @vitest-environment node
// A run in a file: the widget's questions are answered from the data, packed as Python packs it.
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import type { FoundData, Incoming, SnapshotData } from "../src/decode";
import { decode } from "../src/decode";
import { NO_FILTER } from "../src/filter";
import { createOfflineModel } from "../src/offline/model";
import type { Pages } from "../src/offline/packed";
import type { Command, Fact, Offline, OfflineText } from "../src/protocol";
import { FAILURE_KINDS, ROWS_PER_PAGE } from "../src/protocol";
import { job, type Score, snapshot, wire } from "./kernel";

const base64 = (bytes: ArrayBufferView): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
const pack = (data: unknown): string => gzipSync(JSON.stringify(data)).toString("base64");

/** The items in packed pages. */
function packed<T>(items: readonly T[]): string[] {
  const pages: string[] = [];
  for (let at = 0; at < items.length; at += ROWS_PER_PAGE) {
    pages.push(pack(items.slice(at, at + ROWS_PER_PAGE)));
  }
  return pages;
}

const textOf = (row: number, said: string): OfflineText["text"] => ({
  row,
  sample_id: `id-${row}`,
  user_input: said,
  response: `answer ${row}`,
  more: [`reference ${row}`, `topic ${row}`],
});
const factsOf = (row: number, said: string): Fact[] => [
  { name: "user_input", text: said, texts: null },
  { name: "retrieved_contexts", text: null, texts: ["nothing", `context ${row}`] },
  { name: "rubrics", text: "never looked at", texts: null },
];

interface File {
  data: Offline;
  pages: Pages;
}

/** A file of one metric with these scores; of the rows in `traced` it has the steps. */
function fileOf(scores: Score[], traced: readonly number[], said: (row: number) => string): File {
  const [content, buffers] = wire(snapshot([scores], { fields: ["reference", "topic"] }));
  const texts = scores.map((_, row) => ({ text: textOf(row, said(row)), facts: factsOf(row, said(row)) }));
  const jobs = traced.map((row) => [job("faithfulness", { reason: `why ${row}` })]);
  const pages = { texts: packed(texts), jobs: packed(jobs) };
  return {
    data: {
      snapshot: content as Offline["snapshot"],
      buffers: buffers.map(base64),
      traced: base64(Uint32Array.from(traced)),
    },
    pages: async (kind, place) => pages[kind][place] ?? Promise.reject(new Error("There is no such page.")),
  };
}

/** What a model says to one command, checked as the widget checks it. */
function ask({ data, pages }: File, command: Command): Promise<Incoming> {
  const model = createOfflineModel(data, pages);
  return new Promise((resolve, reject) => {
    const listen = (content: unknown, buffers: unknown) => {
      try {
        resolve(decode(content, buffers));
      } catch (error) {
        reject(error);
      }
    };
    model.on("msg:custom", listen as (...args: never[]) => void);
    model.send(command);
  });
}

const SMALL = fileOf([0.9, 0.1, "f", 0.5], [1, 3], (row) => (row === 3 ? "A REFUND?" : "Hello"));
const LARGE = fileOf(
  Array.from({ length: 450 }, (_, row) => row / 450),
  Array.from({ length: 450 }, (_, place) => 449 - place),
  (row) => `question ${row}.`,
);
const find = (
  change: Partial<typeof NO_FILTER>,
  sort: { by: string; down: boolean } | null = null,
): Command => ({
  type: "find",
  id: 7,
  filter: { ...NO_FILTER, ...change },
  sort: sort && { ...sort, change: false },
});
const rowsOf = async (file: File, command: Command) => [...((await ask(file, command)) as FoundData).order];

describe("the model of a run in a file", () => {
  it("greets with the snapshot", async () => {
    const found = (await ask(SMALL, { type: "hello", id: 5 })) as SnapshotData;
    expect([found.hello, found.run.samples]).toEqual([5, 4]);
    expect([...found.values].map((value) => Math.round(value * 10) / 10)).toEqual([
      0.9,
      0.1,
      FAILURE_KINDS.indexOf("timeout"),
      0.5,
    ]);
  });

  it("tells texts of rows on several pages, with the further fields in the order asked for", async () => {
    expect(
      await ask(LARGE, { type: "rows", id: 1, rows: [449, 0, 200], fields: ["topic", "other"] }),
    ).toEqual({
      type: "rows",
      id: 1,
      rows: [449, 0, 200].map((row) => ({ ...textOf(row, `question ${row}.`), more: [`topic ${row}`, ""] })),
    });
  });

  it.each([0, 249, 250, 449])("tells row %i in full, wherever its steps are packed", async (row) => {
    expect(await ask(LARGE, { type: "trace", id: 2, row, beside: false })).toEqual({
      type: "trace",
      id: 2,
      row,
      beside: false,
      sample_id: `id-${row}`,
      facts: factsOf(row, `question ${row}.`),
      jobs: [job("faithfulness", { reason: `why ${row}` })],
    });
  });

  it("tells what the scores tell of a row whose steps had no room", async () => {
    const failed = await ask(SMALL, { type: "trace", id: 3, row: 2, beside: false });
    expect(failed.type === "trace" && failed.jobs).toEqual([
      {
        metric: "faithfulness",
        status: "failed",
        value: null,
        repeats: null,
        reason: null,
        error: {
          kind: "timeout",
          error: "Timeout",
          message: "There was no room for more in this file.",
          step: null,
          raw: null,
        },
        steps: [],
        requests: 0,
        cost: null,
        seconds: 0,
      },
    ]);
    const scored = await ask(SMALL, { type: "trace", id: 3, row: 0, beside: false });
    expect(
      scored.type === "trace" &&
        scored.jobs.map(({ status, value }) => [status, value?.toString().slice(0, 3)]),
    ).toEqual([["scored", "0.8"]]);
  });

  it("finds texts in small and capital letters, in ids, fields and lists, and nowhere else", async () => {
    expect(await rowsOf(SMALL, find({ text: "refund" }))).toEqual([3]);
    expect(await rowsOf(SMALL, find({ text: "ID-2" }))).toEqual([2]);
    expect(await rowsOf(SMALL, find({ text: "Context 1" }))).toEqual([1]);
    expect(await rowsOf(SMALL, find({ text: "never looked at" }))).toEqual([]);
    expect(await rowsOf(LARGE, find({ text: "question 4" }))).toHaveLength(1 + 10 + 50);
  });

  it("sorts and filters what it finds", async () => {
    const sort = { by: "faithfulness", down: false };
    expect(await rowsOf(SMALL, find({}, sort))).toEqual([1, 3, 0, 2]);
    expect(await rowsOf(SMALL, find({ text: "hello", failed: true }, sort))).toEqual([2]);
  });

  it.each<Command>([
    { type: "cancel", id: 9 },
    { type: "export", id: 9, format: "csv" },
  ])("refuses $type: nothing can be told to a file", async (command) => {
    expect(await ask(SMALL, command)).toEqual({
      type: "reply",
      id: 9,
      ok: false,
      error: "This is a saved file: it shows the run and cannot change it.",
    });
  });

  it("says that there is no such row", async () => {
    expect(await ask(SMALL, { type: "rows", id: 4, rows: [4], fields: [] })).toEqual({
      type: "reply",
      id: 4,
      ok: false,
      error: "There is no row 4.",
    });
  });
});
