// The saved state as a state: so that a notebook without a kernel is drawn by the same views.
import { BadMessage } from "./decode";
import type { Saved, SavedCell } from "./protocol";
import { STATUSES } from "./protocol";
import { fold, type State } from "./state";

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
    values: Float32Array.from(cells, (cell) => cell?.value ?? Number.NaN),
    statuses: Uint8Array.from(cells, (cell) => (cell ? statusOf(cell) : 0)),
    costs: Float32Array.from(saved.rows, (row) => row.cost),
  });
  if (folded.kind !== "next") throw new BadMessage("the saved state is not one");
  return { ...folded.state, run: saved.run };
}

/** Nothing is being judged without a kernel: what was, waits. */
function statusOf({ status, value }: SavedCell): number {
  const settled = status === "scored" && value === null ? "undefined" : status;
  return settled === "running" ? 0 : STATUSES.indexOf(settled);
}
