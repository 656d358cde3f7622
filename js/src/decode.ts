// The boundary: what the kernel sent becomes typed data here, or a BadMessage.
import type { Batch, CommandReply, RowDetail, RowPage, Saved, SavedCell, Shape, Snapshot } from "./protocol";
import { SHAPES, STATUSES } from "./protocol";

export class BadMessage extends Error {}

/** A snapshot with its columns: metric-major, `metric * rows + row`. */
export interface SnapshotData extends Snapshot {
  values: Float32Array;
  statuses: Uint8Array;
  costs: Float32Array;
}

/** A batch with its changes: the i-th change is of job `(rows[i], metrics[i])`. */
export interface BatchData extends Batch {
  rows: Uint32Array;
  metrics: Uint16Array;
  values: Float32Array;
  statuses: Uint8Array;
  costRows: Uint32Array;
  costs: Float32Array;
}

export type Incoming = SnapshotData | BatchData | RowPage | RowDetail | CommandReply;

const MODELS: Readonly<Record<string, string>> = {
  snapshot: "Snapshot",
  batch: "Batch",
  rows: "RowPage",
  trace: "RowDetail",
  reply: "CommandReply",
};

/** Read one custom message; throws BadMessage when it is not one of ours. */
export function decode(content: unknown, buffers: unknown): Incoming {
  const model = MODELS[String(field(content, "type"))];
  if (model === undefined) throw new BadMessage(`unknown message type ${String(field(content, "type"))}`);
  check(content, { model }, model);
  const message = content as Snapshot | Batch | RowPage | RowDetail | CommandReply;
  const parts = bytes(buffers);
  switch (message.type) {
    case "snapshot":
      return snapshot(message, parts);
    case "batch":
      return batch(message, parts);
    case "rows":
    case "trace":
    case "reply":
      return message;
    default:
      return unreachable(message);
  }
}

/** Read the `saved` trait: null when there is none, or when it is not what it should be. */
export function decodeSaved(value: unknown): Saved | null {
  try {
    check(value, { model: "Saved" }, "saved");
  } catch {
    return null;
  }
  const saved = value as Saved;
  const { metrics, summaries, rows } = saved;
  const cellFits = ({ value }: SavedCell, m: number) =>
    value === null || !metrics[m]?.labels || metrics[m].labels[value] !== undefined;
  const fits = rows.every(({ cells }) => cells.length === metrics.length && cells.every(cellFits));
  return fits && summaries.length === metrics.length ? saved : null;
}

export function unreachable(value: never): never {
  throw new BadMessage(`unexpected ${JSON.stringify(value)}`);
}

function snapshot(message: Snapshot, parts: Uint8Array[]): SnapshotData {
  const rows = message.run.samples;
  const cells = message.metrics.length * rows;
  const [values, statuses, costs] = lengths(parts, [cells * 4, cells, rows * 4], "snapshot");
  return {
    ...message,
    values: new Float32Array(values),
    statuses: known(new Uint8Array(statuses)),
    costs: new Float32Array(costs),
  };
}

function batch(message: Batch, parts: Uint8Array[]): BatchData {
  const { changes, cost_changes } = message;
  const sizes = [changes * 4, changes * 2, changes * 4, changes, cost_changes * 4, cost_changes * 4] as const;
  const [rows, metrics, values, statuses, costRows, costs] = lengths(parts, sizes, "batch");
  return {
    ...message,
    rows: new Uint32Array(rows),
    metrics: new Uint16Array(metrics),
    values: new Float32Array(values),
    statuses: known(new Uint8Array(statuses)),
    costRows: new Uint32Array(costRows),
    costs: new Float32Array(costs),
  };
}

/** The buffers as memory of our own, aligned for every element type. */
function lengths<const T extends readonly number[]>(parts: Uint8Array[], sizes: T, name: string) {
  const found = parts.map((part) => part.byteLength);
  if (found.join() !== sizes.join()) {
    throw new BadMessage(`${name}: buffers of ${found.join(", ")} bytes instead of ${sizes.join(", ")}`);
  }
  return parts.map((part) => part.slice().buffer) as { [K in keyof T]: ArrayBuffer };
}

function bytes(buffers: unknown): Uint8Array[] {
  if (buffers === undefined || buffers === null) return [];
  if (!Array.isArray(buffers)) throw new BadMessage("the buffers are not a list");
  return buffers.map((part: unknown) => {
    if (ArrayBuffer.isView(part)) return new Uint8Array(part.buffer, part.byteOffset, part.byteLength);
    if (part instanceof ArrayBuffer) return new Uint8Array(part);
    throw new BadMessage("a buffer is not binary");
  });
}

function known(statuses: Uint8Array): Uint8Array {
  for (let i = 0; i < statuses.length; i++) {
    if ((statuses[i] ?? 0) >= STATUSES.length) throw new BadMessage(`an unknown status, ${statuses[i]}`);
  }
  return statuses;
}

function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

function check(value: unknown, shape: Shape, path: string): void {
  if (!fits(value, shape, path)) throw new BadMessage(`${path} is not ${JSON.stringify(shape)}`);
}

function fits(value: unknown, shape: Shape, path: string): boolean {
  switch (shape) {
    case "string":
    case "boolean":
      return typeof value === shape;
    case "number":
      return Number.isFinite(value);
    case "integer":
      return Number.isSafeInteger(value);
    case "null":
      return value === null;
    default:
      return fitsParts(value, shape, path);
  }
}

function fitsParts(value: unknown, shape: Exclude<Shape, string>, path: string): boolean {
  if ("one" in shape) return shape.one.some((word) => word === value);
  if ("any" in shape) return shape.any.some((option) => fits(value, option, path));
  if ("list" in shape) {
    return Array.isArray(value) && value.every((item) => fits(item, shape.list, path));
  }
  const fields = Object.entries(SHAPES[shape.model] ?? {});
  if (typeof value !== "object" || value === null) return false;
  for (const [name, inner] of fields) check(field(value, name), inner, `${path}.${name}`);
  return true;
}
