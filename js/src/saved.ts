// The saved state as a state: so that a notebook without a kernel is drawn by the same views.
import { BadMessage } from "./decode";
import type { Saved, SavedCell } from "./protocol";
import { FAILURE_KINDS, STATUSES } from "./protocol";
import { fold, type State } from "./state";
import { NOTHING_CHOSEN } from "./view";

/** The rows that were saved, as if they were all; the run's own totals stay. */
export function fromSaved(saved: Saved): State {
  const rows = saved.rows.length;
  const cells = saved.metrics.flatMap((_, m) => saved.rows.map((row) => row.cells[m]));
  const folded = fold(null, {
    type: "snapshot",
    hello: null,
    seq: 0,
    run: { ...saved.run, samples: rows },
    metrics: saved.metrics,
    totals: saved.totals,
    values: Float32Array.from(cells, (cell) => (cell ? numberOf(cell) : Number.NaN)),
    statuses: Uint8Array.from(cells, (cell) => (cell ? statusOf(cell) : 0)),
    costs: Float32Array.from(saved.rows, (row) => row.cost),
    fields: [],
    marks: [],
    viewing: NOTHING_CHOSEN,
    beside: null,
    besideValues: new Float32Array(),
    besideStatuses: new Uint8Array(),
  });
  if (folded.kind !== "next") throw new BadMessage("the saved state is not one");
  return { ...folded.state, run: saved.run };
}

/** The number that stands in a buffer: of a failed job, the place of its kind. */
function numberOf({ value, kind }: SavedCell): number {
  return value ?? (kind === null ? Number.NaN : FAILURE_KINDS.indexOf(kind));
}

/** Nothing is being judged without a kernel: what was, waits. */
function statusOf({ status, value }: SavedCell): number {
  const settled = status === "scored" && value === null ? "undefined" : status;
  return settled === "running" ? 0 : STATUSES.indexOf(settled);
}
