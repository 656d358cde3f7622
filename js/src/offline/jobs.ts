// The jobs of a row whose steps had no room in the file: what their scores alone tell.
import { statusAt, valueAt } from "../blocks";
import { labelOf } from "../labels";
import type { Job, JobError } from "../protocol";
import { FAILURE_KINDS, STATUSES } from "../protocol";
import { FAILED, SCORED, type State } from "../state";
import { capital, KINDS } from "../words";

export function jobsIn({ metrics, scores }: State, row: number): Job[] {
  return metrics.map((metric, m) => {
    const status = statusAt(scores, row, m);
    const value = valueAt(scores, row, m);
    return {
      metric: metric.name,
      status: STATUSES[status] ?? "pending",
      value: status === SCORED ? (labelOf(metric, value) ?? value) : null,
      repeats: null,
      reason: null,
      error: status === FAILED ? errorOf(value) : null,
      steps: [],
      requests: 0,
      cost: null,
      seconds: 0,
    };
  });
}

function errorOf(place: number): JobError | null {
  const kind = FAILURE_KINDS[place];
  if (kind === undefined) return null;
  return {
    kind,
    error: capital(KINDS[kind]),
    message: "There was no room for more in this file.",
    step: null,
    raw: null,
  };
}
