import { useEffect, useRef, useState } from "preact/hooks";
import type { Job, JobError } from "../protocol";
import type { State } from "../state";
import { capital, KINDS } from "../words";
import { Button } from "./button";
import { Attempts, Raw } from "./exchanges";
import { Icon } from "./icons";
import { isConnected, type Scene } from "./scene";

const SHOWN_MS = 2_000;

interface FailureProps {
  scene: Scene;
  state: State;
  row: number;
  job: Job;
  error: JobError;
  prompts: boolean;
  onPrompts(): void;
}

/** Why a job failed: the error, what the judge said last, and every attempt. */
export function Failure({ scene, state, row, job, error, prompts, onPrompts }: FailureProps) {
  const step = job.steps.find(({ name }) => name === error.step) ?? job.steps.at(-1);
  return (
    <div class="rnb-ebox">
      <div class="rnb-kind" role="alert">
        <Icon name="alert" />
        {capital(KINDS[error.kind])}
        {error.error !== "" && <code>{error.error}</code>}
      </div>
      <p class="rnb-msg">{error.message}</p>
      {error.raw !== null && <Raw label="Raw reply" of={job.metric} text={error.raw} />}
      {step && <Attempts attempts={step.attempts} />}
      <div class="rnb-row">
        {state.totals.can.includes("retry_failed") && (
          <RetryButton scene={scene} row={row} metric={job.metric} />
        )}
        <CopyButton label="Copy error" text={() => report(job, error)} />
        {job.steps.length > 0 && (
          <Button label="Prompts and replies" solid pressed={prompts} onClick={onPrompts} />
        )}
      </div>
    </div>
  );
}

/** Does this one job again. */
function RetryButton({ scene, row, metric }: { scene: Scene; row: number; metric: string }) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const retry = async () => {
    setBusy(true);
    setProblem(await scene.orders.send({ type: "retry", kind: null, row, metric }));
    setBusy(false);
  };
  return (
    <>
      {problem !== null && (
        <p class="rnb-prob rnb-wide" role="alert">
          {problem}
        </p>
      )}
      <Button
        label="Retry"
        icon="retry"
        main
        busy={busy}
        disabled={!isConnected(scene)}
        title={isConnected(scene) ? "Ask again for this score only" : "The kernel does not listen now"}
        onClick={retry}
      />
    </>
  );
}

/** The error as text, to paste into an issue or a chat. */
function report(job: Job, error: JobError): string {
  const where = error.step === null ? job.metric : `${job.metric}, step ${error.step}`;
  const raw = error.raw === null ? "" : `\n\nRaw reply:\n${error.raw}`;
  return `${error.error || KINDS[error.kind]} (${where})\n${error.message}${raw}`;
}

function CopyButton({ label, text }: { label: string; text(): string }) {
  const [said, say] = useState<string | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const copy = async () => {
    clearTimeout(timer.current);
    try {
      await navigator.clipboard.writeText(text());
      say("Copied");
    } catch {
      say("Not allowed here"); // a page without https, or a frame without the permission
    }
    timer.current = setTimeout(() => say(null), SHOWN_MS);
  };
  return <Button label={said ?? label} solid onClick={copy} />;
}
