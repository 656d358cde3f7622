// The state of a run, as a pure fold of the kernel's updates.
import { cut, edit, hasStatus, type Scores, statusAt, valueAt } from "./blocks";
import type { BatchData, SnapshotData } from "./decode";
import { BadMessage } from "./decode";
import { withLabels } from "./labels";
import type { MetricColumn, RunInfo, Totals } from "./protocol";
import { STATUSES } from "./protocol";

export const BINS = 10;
export const PENDING = STATUSES.indexOf("pending");
export const RUNNING = STATUSES.indexOf("running");
export const SCORED = STATUSES.indexOf("scored");
export const UNDEFINED = STATUSES.indexOf("undefined");
export const FAILED = STATUSES.indexOf("failed");

/** What is known of a metric's scores, kept up to date change by change. */
export interface Tally {
  n: number;
  running: number;
  undefined: number;
  failed: number;
  /** Of numbers; 0 where scores have labels. */
  sum: number;
  squares: number;
  /** Counts in ten equal ranges, or of each label. */
  bins: number[];
}

export interface State {
  seq: number;
  run: RunInfo;
  metrics: readonly MetricColumn[];
  totals: Totals;
  scores: Scores;
  tallies: readonly Tally[];
  /** Rows with at least one failed, and with at least one undefined score. */
  failedRows: number;
  undefinedRows: number;
}

/** `same`: nothing new in it; `gap`: a batch was missed, a snapshot is needed. */
export type Folded = { kind: "next"; state: State } | { kind: "same" } | { kind: "gap" };

/** The state after an update. Throws BadMessage, and changes nothing, when the update does not fit. */
export function fold(state: State | null, update: SnapshotData | BatchData): Folded {
  if (update.type === "snapshot") {
    const stale = state !== null && state.run.run_id === update.run.run_id && update.seq < state.seq;
    return stale ? { kind: "same" } : { kind: "next", state: fromSnapshot(update) };
  }
  if (state === null || update.seq > state.seq + 1) return { kind: "gap" };
  if (update.seq <= state.seq) return { kind: "same" };
  return { kind: "next", state: withBatch(state, update) };
}

/** The bin, 0 to 9, of a value in its metric's range; of a label's value its place. */
export function binOf(metric: MetricColumn, value: number): number {
  if (metric.labels !== null) return value;
  const place = share(metric, value) * BINS;
  return Math.min(BINS - 1, Math.floor(place + 1e-5)); // 0.7 as a float32 is a little less than 0.7
}

/** Where in its metric's range a value lies, 0 to 1. */
export function share(metric: MetricColumn, value: number): number {
  const width = metric.high - metric.low;
  return width > 0 ? Math.min(1, Math.max(0, (value - metric.low) / width)) : 0;
}

function fromSnapshot({ seq, run, metrics, totals, values, statuses, costs }: SnapshotData): State {
  const scores = cut(values, statuses, costs, metrics.length);
  const tallies = metrics.map((metric, m) => tallyOf(metric, scores, m));
  const state = { seq, run, metrics, totals, scores, tallies };
  return { ...state, failedRows: rowsWith(scores, FAILED), undefinedRows: rowsWith(scores, UNDEFINED) };
}

function tallyOf(metric: MetricColumn, scores: Scores, m: number): Tally {
  const bins = Array<number>(metric.labels?.length ?? BINS).fill(0);
  const tally = { n: 0, running: 0, undefined: 0, failed: 0, sum: 0, squares: 0, bins };
  for (let row = 0; row < scores.rows; row++) {
    count(tally, metric, statusAt(scores, row, m), valueAt(scores, row, m), 1);
  }
  return tally;
}

function rowsWith(scores: Scores, status: number): number {
  let n = 0;
  for (let row = 0; row < scores.rows; row++) if (hasStatus(scores, row, status)) n++;
  return n;
}

function count(tally: Tally, metric: MetricColumn, status: number, value: number, by: 1 | -1): void {
  switch (status) {
    case SCORED: {
      const bin = binOf(metric, value);
      const n = tally.bins[bin];
      if (n === undefined) throw new BadMessage(`${metric.name}: no label ${value}`);
      tally.bins[bin] = n + by;
      tally.n += by;
      if (metric.labels !== null) break;
      tally.sum += by * value;
      tally.squares += by * value * value;
      break;
    }
    case RUNNING:
      tally.running += by;
      break;
    case UNDEFINED:
      tally.undefined += by;
      break;
    case FAILED:
      tally.failed += by;
      break;
  }
}

function withBatch(before: State, update: BatchData): State {
  checkPlaces(before, update);
  const { seq, totals } = update;
  const metrics = withLabels(before.metrics, update.labels);
  if (metrics === null) throw new BadMessage("batch: a label out of place");
  const edited = edit(before.scores);
  const tallies = before.tallies.map((tally, m) => ({ ...tally, bins: grown(tally.bins, metrics[m]) }));
  const state: State = { ...before, seq, metrics, totals, scores: edited.scores, tallies };
  for (let i = 0; i < update.changes; i++) {
    const row = update.rows[i] ?? 0;
    const m = update.metrics[i] ?? 0;
    const [metric, tally] = [state.metrics[m], tallies[m]];
    if (metric === undefined || tally === undefined) continue;
    const [status, value] = [update.statuses[i] ?? 0, update.values[i] ?? Number.NaN];
    state.failedRows -= +hasStatus(state.scores, row, FAILED);
    state.undefinedRows -= +hasStatus(state.scores, row, UNDEFINED);
    count(tally, metric, statusAt(state.scores, row, m), valueAt(state.scores, row, m), -1);
    edited.setScore(row, m, status, value);
    count(tally, metric, status, value, 1);
    state.failedRows += +hasStatus(state.scores, row, FAILED);
    state.undefinedRows += +hasStatus(state.scores, row, UNDEFINED);
  }
  for (let i = 0; i < update.cost_changes; i++)
    edited.setCost(update.costRows[i] ?? 0, update.costs[i] ?? Number.NaN);
  return state;
}

/** A copy of a metric's bins, with one for each new label. */
function grown(bins: readonly number[], metric: MetricColumn | undefined): number[] {
  const news = Math.max(0, (metric?.labels?.length ?? 0) - bins.length);
  return metric?.labels ? [...bins, ...Array<number>(news).fill(0)] : bins.slice();
}

function checkPlaces({ scores }: State, update: BatchData): void {
  const known = (row: number) => row < scores.rows;
  if (!update.rows.every(known) || !update.costRows.every(known)) throw new BadMessage("batch: no such row");
  if (!update.metrics.every((m) => m < scores.metrics)) throw new BadMessage("batch: no such metric");
}
