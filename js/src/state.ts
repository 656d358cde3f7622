// The state of a run, as a pure fold of the kernel's updates.
import { cut, edit, hasStatus, rowsWith, type Scores, statusAt, valueAt, visitMetric } from "./blocks";
import type { BatchData, SnapshotData } from "./decode";
import { BadMessage } from "./decode";
import { withLabels } from "./labels";
import type { Beside, Mark, MetricColumn, RunInfo, Totals } from "./protocol";
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
  /** The further fields of the samples. */
  fields: readonly string[];
  /** What people left on samples, by row. */
  marks: ReadonlyMap<number, Mark>;
  beside: RunBeside | null;
}

/** Another run of the same data: its scores, by the rows and metrics of this one. */
export interface RunBeside extends Beside {
  scores: Scores;
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

function fromSnapshot(snapshot: SnapshotData): State {
  const { seq, run, metrics, totals, values, statuses, costs, fields } = snapshot;
  const scores = cut(values, statuses, costs, metrics.length);
  const tallies = metrics.map((metric, m) => tallyOf(metric, scores, m));
  const marks = new Map(snapshot.marks.map((mark) => [mark.row, mark]));
  const beside = snapshot.beside && { ...snapshot.beside, scores: scoresBeside(snapshot) };
  const state = { seq, run, metrics, totals, scores, tallies, fields, marks, beside };
  return { ...state, failedRows: rowsWith(scores, FAILED), undefinedRows: rowsWith(scores, UNDEFINED) };
}

function scoresBeside({ besideValues, besideStatuses, metrics, run }: SnapshotData): Scores {
  return cut(besideValues, besideStatuses, new Float32Array(run.samples), metrics.length);
}

function tallyOf(metric: MetricColumn, scores: Scores, m: number): Tally {
  const bins = Array<number>(metric.labels?.length ?? BINS).fill(0);
  const tally = { n: 0, running: 0, undefined: 0, failed: 0, sum: 0, squares: 0, bins };
  if (metric.labels === null) {
    visitMetric(scores, m, (...part) => countNumbers(tally, metric, ...part));
    return tally;
  }
  visitMetric(scores, m, (values, statuses, from, end) => {
    for (let i = from; i < end; i++) count(tally, metric, statuses[i] ?? 0, values[i] ?? Number.NaN, 1);
  });
  return tally;
}

/** The same as `count` for many scores that are numbers, without a call for each. */
function countNumbers(
  tally: Tally,
  { low, high }: MetricColumn,
  values: Float32Array,
  statuses: Uint8Array,
  from: number,
  end: number,
): void {
  const bins = new Uint32Array(BINS);
  const counts = new Uint32Array(STATUSES.length);
  const scale = high > low ? BINS / (high - low) : 0;
  let [n, sum, squares] = [0, 0, 0];
  for (let i = from; i < end; i++) {
    const status = statuses[i] ?? 0;
    if (status !== SCORED) {
      counts[status] = (counts[status] ?? 0) + 1;
      continue;
    }
    n++;
    const value = values[i] ?? 0;
    const bin = Math.max(0, Math.min(BINS - 1, Math.floor((value - low) * scale + 1e-5)));
    bins[bin] = (bins[bin] ?? 0) + 1;
    sum += value;
    squares += value * value;
  }
  for (const [bin, n] of bins.entries()) tally.bins[bin] = (tally.bins[bin] ?? 0) + n;
  tally.n += n;
  tally.running += counts[RUNNING] ?? 0;
  tally.undefined += counts[UNDEFINED] ?? 0;
  tally.failed += counts[FAILED] ?? 0;
  tally.sum += sum;
  tally.squares += squares;
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
  const marks = update.marks.length > 0 ? withMarks(before.marks, update.marks) : before.marks;
  const state: State = { ...before, seq, metrics, totals, scores: edited.scores, tallies, marks };
  const told = { state, edited, tallies };
  forSpans(update.places, 3, (m, first, rows, at) => {
    for (let i = 0; i < rows; i++) setJob(told, first + i, m, update.statuses[at + i], update.values[at + i]);
  });
  forSpans(update.costPlaces, 2, (first, rows, _, at) => {
    for (let i = 0; i < rows; i++) edited.setCost(first + i, update.costs[at + i] ?? Number.NaN);
  });
  return state;
}

/** The marks with those that are new; one that says nothing any more is gone. */
function withMarks(before: State["marks"], news: readonly Mark[]): State["marks"] {
  const marks = new Map(before);
  for (const mark of news) {
    if (mark.tags.length > 0 || mark.note !== null) marks.set(mark.row, mark);
    else marks.delete(mark.row);
  }
  return marks;
}

/** A copy of a metric's bins, with one for each new label. */
function grown(bins: readonly number[], metric: MetricColumn | undefined): number[] {
  const news = Math.max(0, (metric?.labels?.length ?? 0) - bins.length);
  return metric?.labels ? [...bins, ...Array<number>(news).fill(0)] : bins.slice();
}

/** Visit the spans: their two or three numbers, and where their scores begin. */
function forSpans(
  places: Uint32Array,
  width: 2 | 3,
  visit: (a: number, b: number, c: number, at: number) => void,
): void {
  let at = 0;
  for (let i = 0; i < places.length; i += width) {
    visit(places[i] ?? 0, places[i + 1] ?? 0, places[i + 2] ?? 0, at);
    at += places[i + width - 1] ?? 0;
  }
}

/** The scores in the making. */
interface Making {
  state: State;
  edited: ReturnType<typeof edit>;
  tallies: Tally[];
}

function setJob({ state, edited, tallies }: Making, row: number, m: number, status = 0, value = 0): void {
  const [metric, tally] = [state.metrics[m], tallies[m]];
  if (metric === undefined || tally === undefined) return;
  const before = statusAt(state.scores, row, m);
  const was = valueAt(state.scores, row, m);
  if (before === status && Object.is(was, value)) return;
  const counts = before === FAILED || status === FAILED || before === UNDEFINED || status === UNDEFINED;
  if (counts) countRow(state, row, -1);
  count(tally, metric, before, was, -1);
  edited.setScore(row, m, status, value);
  count(tally, metric, status, value, 1);
  if (counts) countRow(state, row, 1);
}

/** Count a row that has a failed or an undefined score, or count it no more. */
function countRow(state: State, row: number, by: 1 | -1): void {
  state.failedRows += by * +hasStatus(state.scores, row, FAILED);
  state.undefinedRows += by * +hasStatus(state.scores, row, UNDEFINED);
}

function checkPlaces({ scores }: State, update: BatchData): void {
  forSpans(update.places, 3, (m, first, rows) => {
    if (m >= scores.metrics) throw new BadMessage("batch: no such metric");
    if (first + rows > scores.rows) throw new BadMessage("batch: no such row");
  });
  forSpans(update.costPlaces, 2, (first, rows) => {
    if (first + rows > scores.rows) throw new BadMessage("batch: no such row");
  });
}
