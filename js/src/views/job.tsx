import * as format from "../format";
import type { Job, MetricColumn } from "../protocol";
import { stepOf } from "../select";
import { share } from "../state";
import { isOpen, setFold, type View } from "../view";
import { isLow, STATUS, StatusMark } from "./cells";
import { Exchanges } from "./exchanges";
import { Failure } from "./failure";
import { Icon } from "./icons";
import { Steps } from "./steps";

const SHORT = 24; // characters of a text that fit into a metric's line

interface JobProps {
  view: View;
  metric: MetricColumn;
  job: Job;
  /** Whether it is open as long as nobody folded it. */
  opened: boolean;
}

/** One metric on the sample: a line with the score, and below it how it came about. */
export function JobLine({ view, metric, job, opened }: JobProps) {
  const fold = `metric:${metric.name}`;
  const open = isOpen(view, fold, opened);
  return (
    <div class="rnb-mt">
      <button type="button" class="rnb-mh" aria-expanded={open} onClick={() => setFold(view, fold, !open)}>
        <Icon name={open ? "down" : "right"} />
        <span class="rnb-t">
          <span class="rnb-nm">{metric.name}</span>
          {!open && job.reason !== null && <span class="rnb-rs">{job.reason}</span>}
        </span>
        <Score metric={metric} job={job} />
      </button>
      {open && <JobBody view={view} job={job} />}
    </div>
  );
}

function Score({ metric, job }: { metric: MetricColumn; job: Job }) {
  if (job.status !== "scored") {
    return (
      <span class="rnb-v">
        <StatusMark status={job.status} />
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

function JobBody({ view, job }: { view: View; job: Job }) {
  const fold = `prompts:${job.metric}`;
  const prompts = isOpen(view, fold, false);
  const toggle = () => setFold(view, fold, !prompts);
  const asked = job.steps.length > 0;
  return (
    <div class="rnb-jb">
      {typeof job.value === "string" && job.value.length > SHORT && <p class="rnb-found">{job.value}</p>}
      {job.error === null && job.reason !== null && <p class="rnb-hint">{job.reason}</p>}
      {job.error === null && job.reason === null && job.status !== "scored" && (
        <p class="rnb-hint">{sentence(STATUS[job.status].why)}</p>
      )}
      {job.error !== null && <Failure job={job} error={job.error} prompts={prompts} onPrompts={toggle} />}
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

const sentence = (words: string): string => `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
