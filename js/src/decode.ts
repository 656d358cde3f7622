// The boundary: what the kernel sent becomes typed data here, or a BadMessage.
import type {
  Batch,
  CommandReply,
  File,
  Found,
  RowDetail,
  RowPage,
  Saved,
  SavedCell,
  Shape,
  Show,
  Snapshot,
  Update,
} from "./protocol";
import { ABSENT, SHAPES, STATUSES } from "./protocol";

export class BadMessage extends Error {}

/** A snapshot with its columns: metric-major, `metric * rows + row`. */
export interface SnapshotData extends Snapshot {
  values: Float32Array;
  statuses: Uint8Array;
  costs: Float32Array;
  /** Those of the run beside, if there is one. */
  besideValues: Float32Array;
  besideStatuses: Uint8Array;
}

/** A batch with its scores; of each span `places` has metric, first row and rows, of costs first row and rows. */
export interface BatchData extends Batch {
  places: Uint32Array;
  values: Float32Array;
  statuses: Uint8Array;
  costPlaces: Uint32Array;
  costs: Float32Array;
}

/** The rows that were looked for. */
export interface FoundData extends Found {
  order: Uint32Array;
}

/** A file to keep. */
export interface FileData extends File {
  content: ArrayBuffer;
}

export type Incoming =
  | SnapshotData
  | BatchData
  | FoundData
  | FileData
  | RowPage
  | RowDetail
  | Show
  | CommandReply;

const MODELS: Readonly<Record<string, string>> = {
  snapshot: "Snapshot",
  batch: "Batch",
  rows: "RowPage",
  trace: "RowDetail",
  found: "Found",
  file: "File",
  show: "Show",
  reply: "CommandReply",
};

/** Read one custom message; throws BadMessage when it is not one of ours. */
export function decode(content: unknown, buffers: unknown): Incoming {
  const model = MODELS[String(field(content, "type"))];
  if (model === undefined) throw new BadMessage(`unknown message type ${String(field(content, "type"))}`);
  check(content, { model }, model);
  const message = content as Update;
  const parts = bytes(buffers);
  switch (message.type) {
    case "snapshot":
      return snapshot(message, parts);
    case "batch":
      return batch(message, parts);
    case "found": {
      const [order] = lengths(parts, [message.rows * 4], "found");
      return { ...message, order: new Uint32Array(order) };
    }
    case "file": {
      const [content] = lengths(parts, [message.size], "file");
      return { ...message, content };
    }
    case "rows":
    case "trace":
    case "show":
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

const NONE = new ArrayBuffer(0);

function snapshot(message: Snapshot, parts: Uint8Array[]): SnapshotData {
  const rows = message.run.samples;
  const cells = message.metrics.length * rows;
  const sizes = [cells * 4, cells, rows * 4, ...(message.beside ? [cells * 4, cells] : [])];
  const [values, statuses, costs, besideValues, besideStatuses] = lengths(parts, sizes, "snapshot");
  return {
    ...message,
    values: new Float32Array(values ?? NONE),
    statuses: known(new Uint8Array(statuses ?? NONE), STATUSES.length - 1),
    costs: new Float32Array(costs ?? NONE),
    besideValues: new Float32Array(besideValues ?? NONE),
    besideStatuses: known(new Uint8Array(besideStatuses ?? NONE), ABSENT),
  };
}

function batch(message: Batch, parts: Uint8Array[]): BatchData {
  const places = new Uint32Array(lengths(parts.slice(0, 1), [message.spans * 12], "batch")[0]);
  const costPlaces = new Uint32Array(lengths(parts.slice(3, 4), [message.cost_spans * 8], "batch")[0]);
  const [jobs, paid] = [total(places, 3), total(costPlaces, 2)];
  const rest = [parts[1], parts[2], parts[4]].filter((part) => part !== undefined);
  if (parts.length !== 5) throw new BadMessage(`batch: ${parts.length} buffers instead of 5`);
  const [values, statuses, costs] = lengths(rest, [jobs * 4, jobs, paid * 4], "batch");
  return {
    ...message,
    places,
    values: new Float32Array(values),
    statuses: known(new Uint8Array(statuses), STATUSES.length - 1),
    costPlaces,
    costs: new Float32Array(costs),
  };
}

/** The rows of all spans, each of which has so many numbers, the last of them its rows. */
function total(places: Uint32Array, width: number): number {
  let sum = 0;
  for (let at = width - 1; at < places.length; at += width) sum += places[at] ?? 0;
  return sum;
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

function known(statuses: Uint8Array, most: number): Uint8Array {
  for (let i = 0; i < statuses.length; i++) {
    if ((statuses[i] ?? 0) > most) throw new BadMessage(`an unknown status, ${statuses[i]}`);
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
