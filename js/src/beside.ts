// Two runs side by side: how scores changed from the run beside (A) to the run that is shown (B). All pure.
import { type Scores, sameRow, statusAt, valueAt } from "./blocks";
import type { Change, Filter, MetricColumn, Viewing } from "./protocol";
import { ABSENT } from "./protocol";
import { BINS, binOf, SCORED, type State } from "./state";

type Block = Scores["blocks"][number];

/** Scores that lie no further apart are equal; they are 32-bit numbers. */
const EQUAL_WITHIN = 1e-6;

/** How one metric changed, over the rows that both runs have a score for. */
export interface Changes {
  n: number;
  sumA: number;
  sumB: number;
  better: number;
  worse: number;
  equal: number;
  /** A's scores in ten equal ranges; of labels nothing. */
  binsA: number[];
}

/** B less A; of labels 0 where both are the same, else 1. NaN where one of them has no score. */
export function changeAt(state: State, row: number, m: number): number {
  const { scores, beside, metrics } = state;
  if (beside === null || statusAt(scores, row, m) !== SCORED || statusAt(beside.scores, row, m) !== SCORED)
    return Number.NaN;
  return difference(metrics[m], valueAt(beside.scores, row, m), valueAt(scores, row, m));
}

function difference(metric: MetricColumn | undefined, before: number, now: number): number {
  return metric?.labels ? +(before !== now) : now - before;
}

/** What a change is to its metric; null where there is none to tell, and where labels differ. */
export function kindOf(metric: MetricColumn, change: number): Change | null {
  if (Math.abs(change) <= EQUAL_WITHIN) return "equal";
  if (metric.labels !== null || Number.isNaN(change)) return null;
  return change > 0 === metric.higher_is_better ? "better" : "worse";
}

/** Whether A has the metric at all. */
export function isShared(state: Pick<State, "beside">, m: number): boolean {
  return sharedOf(state)[m] ?? false;
}

const shared = new WeakMap<Scores, readonly boolean[]>();

function sharedOf({ beside }: Pick<State, "beside">): readonly boolean[] {
  if (beside === null) return [];
  const known = shared.get(beside.scores);
  if (known) return known;
  const { rows, metrics, blocks } = beside.scores;
  const found = Array.from({ length: metrics }, (_, m) =>
    blocks.some(({ statuses, costs }, at) => {
      const from = m * costs.length;
      const end = from + Math.min(costs.length, rows - at * costs.length);
      return statuses.subarray(from, end).some((status) => status !== ABSENT);
    }),
  );
  shared.set(beside.scores, found);
  return found;
}

/** The changes of each metric. Blocks that stayed as they were are not counted again. */
export function changesOf(state: State): Changes[] {
  const { metrics, scores, beside } = state;
  const sums = metrics.map(nothing);
  if (beside === null) return sums;
  for (const [at, block] of scores.blocks.entries()) {
    const before = beside.scores.blocks[at];
    if (before === undefined) continue;
    const rows = Math.min(block.costs.length, scores.rows - at * block.costs.length);
    for (const [m, found] of counted(metrics, before, block, rows).entries()) add(sums[m], found);
  }
  return sums;
}

const kept = new WeakMap<Block, { before: Block; found: Changes[] }>();

function counted(metrics: readonly MetricColumn[], before: Block, now: Block, rows: number): Changes[] {
  const known = kept.get(now);
  if (known?.before === before) return known.found;
  const found = metrics.map((metric, m) => count(metric, m * now.costs.length, before, now, rows));
  kept.set(now, { before, found });
  return found;
}

function count(metric: MetricColumn, from: number, before: Block, now: Block, rows: number): Changes {
  const found = nothing();
  for (let i = from; i < from + rows; i++) {
    const value = before.values[i] ?? Number.NaN;
    if (before.statuses[i] !== SCORED) continue;
    if (metric.labels === null)
      found.binsA[binOf(metric, value)] = (found.binsA[binOf(metric, value)] ?? 0) + 1;
    if (now.statuses[i] !== SCORED) continue;
    found.n++;
    found.sumA += value;
    found.sumB += now.values[i] ?? 0;
    const kind = kindOf(metric, difference(metric, value, now.values[i] ?? 0));
    if (kind !== null) found[kind]++;
  }
  return found;
}

function nothing(): Changes {
  return { n: 0, sumA: 0, sumB: 0, better: 0, worse: 0, equal: 0, binsA: Array<number>(BINS).fill(0) };
}

function add(sum: Changes | undefined, { binsA, ...counts }: Changes): void {
  if (sum === undefined) return;
  for (const [name, n] of Object.entries(counts)) sum[name as keyof typeof counts] += n;
  for (const [bin, n] of binsA.entries()) sum.binsA[bin] = (sum.binsA[bin] ?? 0) + n;
}

/** Whether a row of the run beside is as it was. */
export function sameBeside(a: State, b: State, row: number): boolean {
  if (a.beside === b.beside) return true;
  if (a.beside === null || b.beside === null) return false;
  return a.beside.totals.state === b.beside.totals.state && sameRow(a.beside.scores, b.beside.scores, row);
}

/** What the filter says of a metric's change; null where it says nothing. */
export function changeIn(filter: Filter, metric: string): Change | null {
  return filter.changes.find((one) => one.metric === metric)?.change ?? null;
}

/** The filter with this change of this metric and of no other; the same again takes it out. */
export function toggleChange(filter: Filter, metric: string, change: Change): Filter {
  const same = changeIn(filter, metric) === change;
  return { ...filter, changes: same ? [] : [{ metric, change }] };
}

/** The filter with what it says of changes said of another metric. */
export function withCompared(filter: Filter, metric: string): Filter {
  const [first] = filter.changes;
  return first === undefined ? filter : { ...filter, changes: [{ metric, change: first.change }] };
}

/** What a screen reader calls the widget. */
export function nameOf(state: State | null): string {
  if (!state?.beside) return "Evaluation run";
  return `Comparison of ${state.beside.run.name} and ${state.run.name}`;
}

/** What was chosen without what only makes sense where two runs are side by side. */
export function ofOneRun(viewing: Viewing): Viewing {
  const { sort, filter } = viewing;
  return { ...viewing, sort: sort?.change ? null : sort, filter: { ...filter, changes: [] } };
}

/** A change as people read it: `+0.05`, `−0.34`; smaller ones have a third digit, `+0.004`. */
export function told(change: number): string {
  const size = Math.abs(change);
  const digits = size >= 0.005 || size <= EQUAL_WITHIN ? 2 : 3;
  const sign = size <= EQUAL_WITHIN ? "" : change < 0 ? "−" : "+";
  return `${sign}${size.toFixed(digits)}`;
}
