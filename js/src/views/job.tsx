import { useRef } from "preact/hooks";
import * as format from "../format";
import type { Job, MetricColumn } from "../protocol";
import { stepOf } from "../select";
import { type State, share } from "../state";
import { isOpen, setFold } from "../view";
import { sentence, whyOf } from "../words";
import { isLow, StatusMark } from "./cells";
import { Exchanges } from "./exchanges";
import { Failure } from "./failure";
import { IN_GRID, useKeptFocus } from "./focus";
import { Icon } from "./icons";
import type { Scene } from "./scene";
import { Steps } from "./steps";

const SHORT = 24; // characters of a text that fit into a metric's line

interface JobProps {
  scene: Scene;
  state: State;
  row: number;
  metric: MetricColumn;
  job: Job;
  /** Whether it is open as long as nobody folded it. */
  opened: boolean;
}

/** One metric on the sample: a line with the score, and below it how it came about. */
export function JobLine({ opened, ...props }: JobProps) {
  const { metric, job } = props;
  const { view } = props.scene;
  const whole = useRef<HTMLDivElement>(null);
  useKeptFocus(whole, ".rnb-mh", IN_GRID); // a failure goes away when it is asked again
  const fold = `metric:${metric.name}`;
  const open = isOpen(view, fold, opened);
  return (
    <div ref={whole} class="rnb-mt">
      <button type="button" class="rnb-mh" aria-expanded={open} onClick={() => setFold(view, fold, !open)}>
        <Icon name={open ? "down" : "right"} />
        <span class="rnb-t">
          <span class="rnb-nm">{metric.name}</span>
          {!open && job.reason !== null && <span class="rnb-rs">{job.reason}</span>}
        </span>
        <Score {...props} />
      </button>
      {open && <JobBody {...props} />}
    </div>
  );
}

function Score({ state, metric, job }: Omit<JobProps, "opened">) {
  if (job.status !== "scored") {
    return (
      <span class="rnb-v">
        <StatusMark status={job.status} run={state.totals.state} />
      </span>
    );
  }
  if (typeof job.value !== "number") {
    return (
      <span class="rnb-v">
        <span class="rnb-label" title={job.value ?? undefined}>
          {job.value ?? "–"}
        </span>
      </span>
    );
  }
  const kind = `rnb-v rnb-bar-v rnb-s${stepOf(metric, job.value)}${isLow(metric, job.value) ? " rnb-low" : ""}`;
  return (
    <span class={kind} style={{ "--rnb-v": share(metric, job.value) }}>
      {format.score(job.value)}
    </span>
  );
}

function JobBody({ scene, state, row, job }: Omit<JobProps, "opened">) {
  const { view } = scene;
  const fold = `prompts:${job.metric}`;
  const prompts = isOpen(view, fold, false);
  const toggle = () => setFold(view, fold, !prompts);
  const asked = job.steps.length > 0;
  return (
    <div class="rnb-jb">
      {typeof job.value === "string" && job.value.length > SHORT && <p class="rnb-found">{job.value}</p>}
      {job.repeats !== null && <p class="rnb-hint">{spread(job.value, job.repeats)}</p>}
      {job.error === null && job.reason !== null && <p class="rnb-hint">{job.reason}</p>}
      {job.error === null && job.reason === null && job.status !== "scored" && (
        <p class="rnb-hint">{sentence(whyOf(job.status, state.totals.state, undefined))}</p>
      )}
      {job.error !== null && (
        <Failure
          scene={scene}
          state={state}
          row={row}
          job={job}
          error={job.error}
          prompts={prompts}
          onPrompts={toggle}
        />
      )}
      <Steps steps={job.steps} />
      {asked && job.error === null && (
        <div class="rnb-meta">
          <button type="button" class="rnb-lnk" aria-expanded={prompts} onClick={toggle}>
            Prompts and replies
          </button>
          <span>{job.requests === 1 ? "1 request" : `${format.count(job.requests)} requests`}</span>
          {job.cost !== null && <span>{format.dollars(job.cost)}</span>}
          {job.seconds > 0 && <span>{format.latency(job.seconds)}</span>}
        </div>
      )}
      {prompts && asked && <Exchanges metric={job.metric} steps={job.steps} />}
    </div>
  );
}

/** A score, and what it was each time: `0.80 (0.7, 0.8, 0.9)`. */
function spread(value: Job["value"], repeats: readonly Job["value"][]): string {
  const whole = typeof value === "number" ? format.score(value) : (value ?? "undefined");
  return `${whole} (${repeats.map(once).join(", ")})`;
}

const once = (value: Job["value"]): string =>
  typeof value === "number" ? String(Number(value.toFixed(2))) : (value ?? "undefined");
