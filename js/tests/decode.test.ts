import { describe, expect, it } from "vitest";
import { BadMessage, decode, decodeSaved } from "../src/decode";
import { batch, saved, snapshot, TOTALS, trace, wire } from "./kernel";

describe("decode", () => {
  it("reads back what was sent, from any address", () => {
    const start = snapshot([
      [0.5, "f"],
      [1, "r"],
    ]);
    const change = batch(2, [[1, 0, 0.25], [0, 1, "u"]], [[1, 0.001]]); // biome-ignore format: one line reads best
    expect(decode(...wire(start))).toEqual(start);
    expect(decode(...wire(change))).toEqual(change);
  });

  it("reads buffers that are plain memory", () => {
    const [content, views] = wire(batch(2, [[1, 0, 0.25]]));
    const plain = views.map((view) => view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength));
    expect(decode(content, plain)).toEqual(batch(2, [[1, 0, 0.25]]));
  });

  it("keeps its own copy of the bytes", () => {
    const [content, views] = wire(snapshot([[0.5]]));
    const read = decode(content, views);
    views[0]?.setFloat32(0, 9, true);
    expect(read).toEqual(snapshot([[0.5]]));
  });

  const [content, buffers] = wire(snapshot([[0.5]]));
  const good = content as Record<string, unknown>;
  it.each([
    ["nothing", null, []],
    ["a text", "snapshot", []],
    ["an unknown type", { type: "boom" }, []],
    ["a type of the wrong kind", { type: 3 }, []],
    ["a missing field", { ...good, seq: undefined }, buffers],
    ["a text for a number", { ...good, seq: "1" }, buffers],
    ["a number that is none", { ...good, totals: { ...TOTALS, cost: Number.NaN } }, buffers],
    ["an unknown state", { ...good, totals: { ...TOTALS, state: "sleeping" } }, buffers],
    ["too few buffers", good, buffers.slice(1)],
    ["a short buffer", good, [new DataView(new ArrayBuffer(3)), ...buffers.slice(1)]],
    ["buffers that are no memory", good, ["a", "b", "c"]],
    ["an unknown status", good, [buffers[0], new Uint8Array([9]), buffers[2]]],
    ["a trace with a broken job", { ...trace(1, 0), jobs: [{ metric: "m" }] }, []],
  ])("refuses %s", (_, message, parts) => {
    expect(() => decode(message, parts)).toThrow(BadMessage);
  });
});

describe("decodeSaved", () => {
  it("reads what was saved", () => {
    expect(decodeSaved(saved([[0.5, "u"]]))).toEqual(saved([[0.5, "u"]]));
  });

  it.each([
    ["nothing", null],
    ["another thing", { run: 1 }],
    ["rows that do not fit the metrics", { ...saved([[0.5]]), metrics: [] }],
  ])("takes %s for not saved", (_, value) => {
    expect(decodeSaved(value)).toBeNull();
  });
});
