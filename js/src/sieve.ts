// Which rows a filter lets through: one sieve for each thing it says, block after block, nothing made for a row.
import { changeAt, kindOf } from "./beside";
import type { Scores } from "./blocks";
import type { Filter } from "./filter";
import { textOrder } from "./labels";
import type { Bins, Change, Comparison, Condition, MetricColumn } from "./protocol";
import { BINS, binOf, FAILED, SCORED, type State, UNDEFINED } from "./state";

type Block = Scores["blocks"][number];

/** Puts 0 into `keep` for the block's rows that it does not let through; `first` is the block's first row. */
export type Sieve = (keep: Uint8Array, block: Block, first: number) => void;

/** For each row, 1 when it is one of these. */
export function bitmap(rows: Iterable<number>, length: number): Uint8Array {
  const bits = new Uint8Array(length);
  for (const row of rows) bits[row] = 1;
  return bits;
}

/** The rows that the filter lets through, as the data came; `found` are those with its text, where it has one. */
export function matching(state: State, filter: Filter, found: Uint8Array | null): Uint32Array {
  const { rows, blocks } = state.scores;
  const sieves = sievesOf(state, filter, found);
  const through = new Uint32Array(rows);
  let n = 0;
  let first = 0;
  const whole = new Uint8Array(blocks[0]?.costs.length ?? 0);
  for (const block of blocks) {
    const keep = whole.subarray(0, Math.min(whole.length, rows - first)).fill(1);
    for (const sieve of sieves) sieve(keep, block, first);
    for (let i = 0; i < keep.length; i++) if (keep[i]) through[n++] = first + i;
    first += keep.length;
  }
  return through.subarray(0, n);
}

function sievesOf(state: State, filter: Filter, found: Uint8Array | null): Sieve[] {
  const { metrics, scores, marks } = state;
  const sieves: Sieve[] = [];
  if (filter.failed || filter.undefined) sieves.push(ofStatuses(filter, metrics.length));
  for (const bins of filter.bins) sieves.push(ofBins(metrics, bins));
  for (const condition of filter.conditions) sieves.push(ofCondition(metrics, condition));
  for (const { metric, change } of filter.changes) sieves.push(ofChange(state, metric, change));
  if (filter.tags.length > 0) {
    const tagged = [...marks.values()].filter(({ tags }) => tags.some((tag) => filter.tags.includes(tag)));
    const rows = tagged.map(({ row }) => row);
    sieves.push(ofRows(bitmap(rows, scores.rows)));
  }
  if (found !== null) sieves.push(ofRows(found));
  return sieves;
}

const NOTHING: Sieve = (keep) => void keep.fill(0);

const ofRows =
  (wanted: Uint8Array): Sieve =>
  (keep, _, first) => {
    for (let i = 0; i < keep.length; i++) keep[i] = (keep[i] ?? 0) & (wanted[first + i] ?? 0);
  };

function ofStatuses({ failed, undefined: none }: Filter, metrics: number): Sieve {
  const wanted = new Uint8Array(8);
  if (failed) wanted[FAILED] = 1;
  if (none) wanted[UNDEFINED] = 1;
  return (keep, { statuses, costs }) => {
    const has = new Uint8Array(keep.length);
    for (let m = 0; m < metrics; m++) {
      const from = m * costs.length;
      for (let i = 0; i < keep.length; i++) has[i] = (has[i] ?? 0) | (wanted[statuses[from + i] ?? 0] ?? 0);
    }
    for (let i = 0; i < keep.length; i++) keep[i] = (keep[i] ?? 0) & (has[i] ?? 0);
  };
}

function ofBins(metrics: readonly MetricColumn[], { metric: name, bins }: Bins): Sieve {
  const place = metrics.findIndex((metric) => metric.name === name);
  const metric = metrics[place];
  if (metric === undefined) return NOTHING;
  const wanted = new Uint8Array(metric.labels?.length ?? BINS);
  for (const bin of bins) wanted[bin] = 1;
  return ofScores(place, (value) => wanted[binOf(metric, value)] === 1);
}

function ofChange(state: State, name: string, wanted: Change): Sieve {
  const place = state.metrics.findIndex((metric) => metric.name === name);
  const metric = state.metrics[place];
  if (metric === undefined) return NOTHING;
  return (keep, _, first) => {
    for (let i = 0; i < keep.length; i++) {
      if (keep[i] && kindOf(metric, changeAt(state, first + i, place)) !== wanted) keep[i] = 0;
    }
  };
}

function ofCondition(metrics: readonly MetricColumn[], { column, op, value }: Condition): Sieve {
  if (column === "cost") return typeof value === "number" ? ofCosts(holding(op, value)) : NOTHING;
  const place = metrics.findIndex(({ name }) => name === column);
  const labels = metrics[place]?.labels;
  if (labels === undefined) return NOTHING;
  if (labels === null) return typeof value === "number" ? ofScores(place, holding(op, value)) : NOTHING;
  const fits = labels.map((label) => compared(op, textOrder.compare(label, String(value))));
  return ofScores(place, (number) => fits[number] === true);
}

function ofScores(place: number, holds: (value: number) => boolean): Sieve {
  return (keep, { statuses, values, costs }) => {
    const from = place * costs.length;
    for (let i = 0; i < keep.length; i++) {
      if (keep[i] && !(statuses[from + i] === SCORED && holds(values[from + i] ?? Number.NaN))) keep[i] = 0;
    }
  };
}

function ofCosts(holds: (cost: number) => boolean): Sieve {
  return (keep, { costs }) => {
    for (let i = 0; i < keep.length; i++) {
      const cost = costs[i] ?? Number.NaN;
      if (Number.isNaN(cost) || !holds(cost)) keep[i] = 0;
    }
  };
}

/** Compare as float32, as scores are: 0.7 is 0.7. */
function holding(op: Comparison, limit: number): (value: number) => boolean {
  const single = Math.fround(limit);
  return (value) => compared(op, value - single);
}

/** Whether a comparison holds of two things whose difference has this sign. */
function compared(op: Comparison, difference: number): boolean {
  switch (op) {
    case "<":
      return difference < 0;
    case "<=":
      return difference <= 0;
    case ">":
      return difference > 0;
    case ">=":
      return difference >= 0;
    case "==":
      return difference === 0;
    case "!=":
      return difference !== 0;
    default:
      return op satisfies never;
  }
}
