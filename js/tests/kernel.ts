// A kernel of a few samples, played by hand: what it is sent and what it sends.
import { vi } from "vitest";
import type { Model } from "../src/channel";
import type { BatchData, SnapshotData } from "../src/decode";
import type {
  Command,
  Job,
  JobStatus,
  MetricColumn,
  RowDetail,
  RunInfo,
  Saved,
  Totals,
  Update,
} from "../src/protocol";
import { FAILURE_KINDS, STATUSES } from "../src/protocol";
import { NOTHING_CHOSEN } from "../src/view";

export const RUN: RunInfo = {
  run_id: "run-1",
  name: "support",
  judge: "gpt-4o-mini",
  embedder: null,
  started_at: "2025-03-14T12:41:00+00:00",
  samples: 4,
  blocking: false,
};

export const TOTALS: Totals = {
  state: "running",
  message: null,
  scored: 2,
  failed: 1,
  undefined: 0,
  elapsed_s: 12,
  rate: 2.5,
  left_s: 4,
  input_tokens: 1200,
  output_tokens: 90,
  requests: 8,
  cost: 0.42,
  unpriced: 0,
  projected_cost: 0.67,
  projected_margin: 0.02,
  budget: { told: "$0.4200 of $1", unit: "dollars", limit: 1 },
  can: ["pause", "cancel", "retry_failed", "add_budget", "set_limit"],
  notices: [],
  limits: {
    in_flight: 12,
    at_once: 32,
    max_workers: 32,
    waiting_s: 0,
    requests_per_minute: null,
    tokens_per_minute: null,
  },
  failures: [{ kind: "timeout", jobs: 1 }],
};

export const metric = (name: string, other: Partial<MetricColumn> = {}): MetricColumn => ({
  name,
  kind: "continuous",
  low: 0,
  high: 1,
  higher_is_better: true,
  labels: null,
  ...other,
});

export const METRICS = [metric("faithfulness"), metric("recall")];

/** A score, or the first letter of the status of a job that has none. */
export type Score = number | "p" | "r" | "u" | "f";
const WORDS = { p: "pending", r: "running", u: "undefined", f: "failed" } as const;
const statusOf = (score: Score): JobStatus => (typeof score === "number" ? "scored" : WORDS[score]);
const placeOf = (score: Score): number => STATUSES.indexOf(statusOf(score));
const numberOf = (score: Score): number => {
  if (score === "f") return FAILURE_KINDS.indexOf("timeout");
  return typeof score === "number" ? score : Number.NaN;
};

/** A snapshot; each metric's scores are one column. */
export function snapshot(columns: Score[][], other: Partial<SnapshotData> = {}): SnapshotData {
  const samples = columns[0]?.length ?? 0;
  const scores = columns.flat();
  return {
    type: "snapshot",
    seq: 1,
    hello: 0,
    run: { ...RUN, samples },
    metrics: columns.map((_, m) => METRICS[m] ?? metric(`metric_${m}`)),
    totals: TOTALS,
    values: Float32Array.from(scores, numberOf),
    statuses: Uint8Array.from(scores, placeOf),
    costs: new Float32Array(samples),
    fields: [],
    marks: [],
    viewing: NOTHING_CHOSEN,
    beside: null,
    besideValues: new Float32Array(),
    besideStatuses: new Uint8Array(),
    ...other,
  };
}

/** A batch of changes `[row, metric, score]` and of costs `[row, dollars]`. */
export function batch(
  seq: number,
  changes: [number, number, Score][],
  costs: [number, number][] = [],
): BatchData {
  return {
    type: "batch",
    seq,
    totals: TOTALS,
    labels: [],
    spans: changes.length,
    cost_spans: costs.length,
    marks: [],
    places: Uint32Array.from(changes.flatMap(([row, m]) => [m, row, 1])),
    values: Float32Array.from(changes, ([, , score]) => numberOf(score)),
    statuses: Uint8Array.from(changes, ([, , score]) => placeOf(score)),
    costPlaces: Uint32Array.from(costs.flatMap(([row]) => [row, 1])),
    costs: Float32Array.from(costs, ([, cost]) => cost),
  };
}

/** A message as it travels: its JSON and its buffers. */
export function wire(data: SnapshotData | BatchData): [unknown, DataView[]] {
  if (data.type === "snapshot") {
    const { values, statuses, costs, besideValues, besideStatuses, ...content } = data;
    const beside = content.beside ? [besideValues, besideStatuses] : [];
    return [content, [values, statuses, costs, ...beside].map(view)];
  }
  const { places, values, statuses, costPlaces, costs, ...content } = data;
  return [content, [places, values, statuses, costPlaces, costs].map(view)];
}

/** The bytes at an odd address, as a host may hand them over. */
function view(array: Float32Array | Uint8Array | Uint32Array): DataView {
  const moved = new Uint8Array(array.byteLength + 1);
  moved.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), 1);
  return new DataView(moved.buffer, 1, array.byteLength);
}

export function job(name: string, other: Partial<Job> = {}): Job {
  return {
    metric: name,
    status: "scored",
    value: 0.5,
    repeats: null,
    reason: null,
    error: null,
    steps: [],
    requests: 2,
    cost: 0.00011,
    seconds: 1.9,
    ...other,
  };
}

export function trace(id: number, row: number, other: Partial<RowDetail> = {}): RowDetail {
  const facts = [
    { name: "user_input", text: `question ${row} in full`, texts: null },
    { name: "response", text: `answer ${row} in full`, texts: null },
    { name: "retrieved_contexts", text: null, texts: ["first context", "second context"] },
  ];
  return {
    type: "trace",
    id,
    row,
    beside: false,
    sample_id: `s${row}`,
    facts,
    jobs: [job("faithfulness"), job("recall")],
    ...other,
  };
}

export const text = (row: number) => ({
  row,
  sample_id: `s${row}`,
  user_input: `question ${row}`,
  response: `answer ${row}`,
  more: [] as string[],
});

export function saved(columns: Score[][], other: Partial<Saved> = {}): Saved {
  const rows = columns[0] ?? [];
  return {
    run: { ...RUN, samples: 2000 },
    metrics: columns.map((_, m) => METRICS[m] ?? metric(`metric_${m}`)),
    totals: TOTALS,
    summaries: columns.map(() => ({
      n: 1990,
      failed: 1,
      undefined: 3,
      mean: 0.81,
      low: 0.8,
      high: 0.82,
      bins: [1, 0, 0, 0, 0, 0, 0, 0, 0, 9],
    })),
    rows: rows.map((_, row) => ({
      text: { ...text(row), row: row + 100 },
      cells: columns.map((column) => {
        const score = column[row] ?? "p";
        return {
          status: statusOf(score),
          value: typeof score === "number" ? score : null,
          kind: score === "f" ? "timeout" : null,
        };
      }),
      cost: 0.0003,
    })),
    ...other,
  };
}

/** The notebook's model, with the kernel's side in the test's hands. */
export class FakeModel implements Model {
  readonly sent: Command[] = [];
  readonly listeners = new Map<string, Set<(...args: never[]) => void>>();
  closed = false;
  answer: (command: Command) => void = () => {};

  constructor(readonly traits: { saved?: unknown; run_id?: string; height?: unknown } = {}) {}

  get(name: "saved" | "run_id" | "height"): unknown {
    return this.traits[name] ?? null;
  }

  send(content: Command): void {
    if (this.closed) throw new Error("comm is closed");
    this.sent.push(content);
    this.answer(content);
  }

  on(event: string, listener: (...args: never[]) => void): void {
    const found = this.listeners.get(event) ?? new Set();
    this.listeners.set(event, found.add(listener));
  }

  off(event: string, listener: (...args: never[]) => void): void {
    this.listeners.get(event)?.delete(listener);
  }

  /** Hand a raw message to the page. */
  emit(content: unknown, buffers: unknown = []): void {
    for (const listener of this.listeners.get("msg:custom") ?? []) {
      (listener as (content: unknown, buffers: unknown) => void)(content, buffers);
    }
  }

  receive(data: SnapshotData | BatchData): void {
    this.emit(...wire(data));
  }

  reply(update: Update): void {
    this.emit(update);
  }

  /** Answer a search. */
  found(id: number, rows: readonly number[]): void {
    this.emit({ type: "found", id, rows: rows.length }, [view(Uint32Array.from(rows))]);
  }

  /** Answer with a file. */
  file(id: number, name: string, content: string): void {
    const bytes = new TextEncoder().encode(content);
    this.emit({ type: "file", id, name, media_type: "text/csv", size: bytes.length }, [view(bytes)]);
  }

  count(type: Command["type"]): number {
    return this.sent.filter((command) => command.type === type).length;
  }

  last<T extends Command["type"]>(type: T): Extract<Command, { type: T }> {
    const found = this.sent.filter((command) => command.type === type).at(-1);
    if (found === undefined) throw new Error(`no ${type} was sent`);
    return found as Extract<Command, { type: T }>;
  }
}

/** A model whose kernel answers everything at once, from one snapshot. */
export function answering(
  data: SnapshotData,
  detail: (row: number) => Partial<RowDetail> = () => ({}),
): FakeModel {
  const model = new FakeModel({ run_id: data.run.run_id });
  model.answer = (command) => {
    switch (command.type) {
      case "hello":
        return model.receive(data);
      case "rows":
        return model.reply({ type: "rows", id: command.id, rows: command.rows.map(text) });
      case "find":
        return model.found(command.id, rowsWith(command.filter.text, data.run.samples));
      case "export":
        return model.file(command.id, `${data.run.name}.${command.format}`, "id,score\n");
      case "trace":
        return model.reply(trace(command.id, command.row, detail(command.row)));
      default:
        return model.reply({ type: "reply", id: command.id, ok: true, error: null });
    }
  };
  return model;
}

/** The rows whose texts contain this. */
const rowsWith = (words: string, samples: number): number[] =>
  Array.from({ length: samples }, (_, row) => row).filter((row) =>
    Object.values(text(row)).some((part) => String(part).includes(words)),
  );

/** Give the page a height: without layout everything is 0 px high, and no row in sight. */
export function layOut(height: number): void {
  for (const name of ["offsetHeight", "clientHeight"]) {
    vi.spyOn(HTMLElement.prototype, name as "offsetHeight", "get").mockReturnValue(height);
  }
}
