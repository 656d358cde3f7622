// Scores by blocks of rows. A change copies only the blocks it touches, so that states stay values that can be
// compared and kept, and 100,000 rows cost no more than the change itself.
import { BadMessage } from "./decode";

const BITS = 10;
const ROWS = 1 << BITS;
const MASK = ROWS - 1;

/** The scores of 1,024 rows, metric-major within the block. */
interface Block {
  values: Float32Array;
  statuses: Uint8Array;
  costs: Float32Array;
}

export interface Scores {
  readonly rows: number;
  readonly metrics: number;
  readonly blocks: readonly Block[];
}

/** Cut whole columns (metric-major, `metric * rows + row`) into blocks. */
export function cut(
  values: Float32Array,
  statuses: Uint8Array,
  costs: Float32Array,
  metrics: number,
): Scores {
  const rows = costs.length;
  if (values.length !== rows * metrics || statuses.length !== rows * metrics) {
    throw new BadMessage("the columns are not equally long");
  }
  const blocks: Block[] = [];
  for (let first = 0; first < rows; first += ROWS) {
    const n = Math.min(ROWS, rows - first);
    const block = empty(metrics);
    for (let m = 0; m < metrics; m++) {
      const from = m * rows + first;
      block.values.set(values.subarray(from, from + n), m * ROWS);
      block.statuses.set(statuses.subarray(from, from + n), m * ROWS);
    }
    block.costs.set(costs.subarray(first, first + n));
    blocks.push(block);
  }
  return { rows, metrics, blocks };
}

export function statusAt({ blocks }: Scores, row: number, metric: number): number {
  return blocks[row >>> BITS]?.statuses[metric * ROWS + (row & MASK)] ?? 0;
}

export function valueAt({ blocks }: Scores, row: number, metric: number): number {
  return blocks[row >>> BITS]?.values[metric * ROWS + (row & MASK)] ?? Number.NaN;
}

/** Dollars; NaN when a price is not known. */
export function costAt({ blocks }: Scores, row: number): number {
  return blocks[row >>> BITS]?.costs[row & MASK] ?? Number.NaN;
}

/** Whether one of a row's jobs has this status. */
export function hasStatus(scores: Scores, row: number, status: number): boolean {
  const statuses = scores.blocks[row >>> BITS]?.statuses;
  if (statuses === undefined) return false;
  for (let m = 0; m < scores.metrics; m++) if (statuses[m * ROWS + (row & MASK)] === status) return true;
  return false;
}

/** Visit the scores of one metric block by block: where they begin in the block's columns, and how many they are. */
export function visitMetric(
  { rows, blocks }: Scores,
  metric: number,
  visit: (values: Float32Array, statuses: Uint8Array, from: number, end: number) => void,
): void {
  const from = metric * ROWS;
  for (const [at, { values, statuses }] of blocks.entries()) {
    visit(values, statuses, from, from + Math.min(ROWS, rows - at * ROWS));
  }
}

/** How many rows have at least one job with this status. */
export function rowsWith({ rows, metrics, blocks }: Scores, status: number): number {
  const having = new Uint8Array(ROWS);
  let found = 0;
  for (const [at, { statuses }] of blocks.entries()) {
    const n = Math.min(ROWS, rows - at * ROWS);
    if (statuses.indexOf(status) < 0) continue;
    having.fill(0);
    for (let m = 0; m < metrics; m++) {
      for (let i = 0; i < n; i++) if (statuses[m * ROWS + i] === status) having[i] = 1;
    }
    for (let i = 0; i < n; i++) found += having[i] ?? 0;
  }
  return found;
}

/** Whether a row has the same scores and cost in both. */
export function sameRow(a: Scores, b: Scores, row: number): boolean {
  if (a.blocks[row >>> BITS] === b.blocks[row >>> BITS]) return a.metrics === b.metrics;
  if (a.metrics !== b.metrics || !Object.is(costAt(a, row), costAt(b, row))) return false;
  for (let m = 0; m < a.metrics; m++) {
    if (statusAt(a, row, m) !== statusAt(b, row, m)) return false;
    if (!Object.is(valueAt(a, row, m), valueAt(b, row, m))) return false;
  }
  return true;
}

/** New scores in the making: `scores` shares every block with the old ones but those written to. */
export function edit(before: Scores) {
  const blocks = before.blocks.slice();
  const own = (row: number): Block => {
    const at = row >>> BITS;
    const old = before.blocks[at];
    const now = blocks[at];
    if (now !== undefined && now !== old) return now;
    const copy = old ? copied(old) : empty(before.metrics);
    blocks[at] = copy;
    return copy;
  };
  return {
    scores: { ...before, blocks } satisfies Scores,
    setScore(row: number, metric: number, status: number, value: number) {
      const block = own(row);
      block.statuses[metric * ROWS + (row & MASK)] = status;
      block.values[metric * ROWS + (row & MASK)] = value;
    },
    setCost(row: number, cost: number) {
      own(row).costs[row & MASK] = cost;
    },
  };
}

function empty(metrics: number): Block {
  return {
    values: new Float32Array(metrics * ROWS),
    statuses: new Uint8Array(metrics * ROWS),
    costs: new Float32Array(ROWS),
  };
}

function copied({ values, statuses, costs }: Block): Block {
  return { values: values.slice(), statuses: statuses.slice(), costs: costs.slice() };
}
