// What states and failures are called.
import type { FailureKind, JobStatus, RunState } from "./protocol";

export const KINDS: Readonly<Record<FailureKind, string>> = {
  rate_limited: "rate limited",
  server_error: "server error",
  connection: "no connection",
  timeout: "timeout",
  refused: "refused",
  invalid_output: "invalid output",
  misconfigured: "judge misconfigured",
  metric_error: "metric error",
};

const PENDING: Readonly<Record<RunState, string>> = {
  starting: "waiting for its turn",
  running: "waiting for its turn",
  paused: "waiting: the run is paused",
  finished: "not judged",
  cancelled: "not judged: cancelled",
  failed: "not judged: the run failed",
  budget_reached: "not judged: budget reached",
  interrupted: "not judged: the run was interrupted",
};

export const isActive = (state: RunState): boolean =>
  state === "starting" || state === "running" || state === "paused";

/** A job's status in a word: what will not be done any more is not pending. */
export function wordOf(status: JobStatus, run: RunState): string {
  return status === "pending" && !isActive(run) ? "not judged" : status;
}

/** Why there is no score. */
export function whyOf(
  status: Exclude<JobStatus, "scored">,
  run: RunState,
  kind: FailureKind | undefined,
): string {
  switch (status) {
    case "pending":
      return PENDING[run];
    case "running":
      return "being judged now";
    case "undefined":
      return "nothing to score: the metric is not defined for this sample";
    case "failed":
      return `failed${kind ? `: ${KINDS[kind]}` : ""}. Open the row to see why`;
    default:
      return status satisfies never;
  }
}

export const sentence = (words: string): string => `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
export const capital = (words: string): string => `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
