import { useEffect, useRef, useState } from "preact/hooks";
import * as format from "../format";
import type { RunState, Totals } from "../protocol";
import type { State } from "../state";
import { Button } from "./button";
import { Icon, type IconName } from "./icons";
import { isConnected, type Scene } from "./scene";

const LATE_MS = 2_000;
const HELD_BACK =
  "This cell is still running: buttons work when it has finished. Interrupt the kernel to stop now.";

const STATES: Readonly<Record<RunState, readonly [word: string, icon: IconName, kind: string]>> = {
  starting: ["Starting", "ring", "run"],
  running: ["Running", "ring", "run"],
  finished: ["Finished", "done", "ok"],
  cancelled: ["Cancelled", "stop", "off"],
  failed: ["Failed", "alert", "err"],
  budget_reached: ["Budget reached", "alert", "warn"],
};

export const isActive = (state: RunState): boolean => state === "starting" || state === "running";
export const settled = (totals: Totals): number => totals.scored + totals.failed + totals.undefined;

export function Header({ scene, state }: { scene: Scene; state: State }) {
  const { run, totals } = state;
  const lost = scene.store.channel.link.value === "lost" && isActive(totals.state);
  const [word, icon, kind] = lost ? (["Not connected", "off", "off"] as const) : STATES[totals.state];
  return (
    <header class="rnb-head">
      <div class="rnb-h1">
        <h2 class="rnb-name">{run.name}</h2>
        <span class={`rnb-state rnb-${kind}`}>
          <Icon name={icon} spin={icon === "ring"} />
          {word}
        </span>
        {run.judge !== null && <span class="rnb-sub rnb-t">{run.judge}</span>}
        <div class="rnb-acts">
          {isActive(totals.state) && !lost && <CancelButton scene={scene} blocking={run.blocking} />}
          {!isActive(totals.state) && <time class="rnb-sub">{started(run.started_at)}</time>}
        </div>
      </div>
      <Progress state={state} active={isActive(totals.state) && !lost} />
      <Facts state={state} active={isActive(totals.state) && !lost} />
    </header>
  );
}

function started(at: string): string {
  const time = new Date(at);
  if (Number.isNaN(time.getTime())) return at;
  return time.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
}

/** Cancels the run. A cell that waits for the run may hold the click back: then it says what helps. */
function CancelButton({ scene, blocking }: { scene: Scene; blocking: boolean }) {
  const [asked, setAsked] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const late = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(late.current), []);
  const cancel = async () => {
    setAsked(true);
    setProblem(null);
    if (blocking) late.current = setTimeout(() => setProblem(HELD_BACK), LATE_MS);
    try {
      await scene.store.channel.ask({ type: "cancel" });
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
      setAsked(false);
    }
    clearTimeout(late.current);
  };
  return (
    <>
      {problem !== null && (
        <span class="rnb-sub rnb-err" role="alert">
          {problem}
        </span>
      )}
      <Button
        label={asked ? "Cancelling" : "Cancel"}
        icon="stop"
        title={scene.store.channel.link.value === "busy" ? HELD_BACK : "Cancel the run: finished scores stay"}
        disabled={asked || !isConnected(scene)}
        onClick={cancel}
      />
    </>
  );
}

function Progress({ state, active }: { state: State; active: boolean }) {
  const { totals, run, metrics } = state;
  const done = settled(totals);
  const width = (n: number) => ({ width: `${run.samples > 0 ? (100 * n) / run.samples : 0}%` });
  const running = state.tallies.reduce((sum, tally) => sum + tally.running, 0) / Math.max(1, metrics.length);
  return (
    <div
      class="rnb-bar"
      role="progressbar"
      aria-label="Samples scored"
      aria-valuemin={0}
      aria-valuemax={run.samples}
      aria-valuenow={done}
      aria-valuetext={`${format.count(done)} of ${format.count(run.samples)} samples, ${format.percent(done, run.samples)} percent`}
    >
      <i style={width(totals.scored)} />
      {totals.undefined > 0 && <i class="rnb-u" style={width(totals.undefined)} />}
      {totals.failed > 0 && <i class="rnb-x" style={width(totals.failed)} />}
      {active && running > 0 && <i class="rnb-w" style={width(Math.min(running, run.samples - done))} />}
    </div>
  );
}

function Facts({ state, active }: { state: State; active: boolean }) {
  const { totals, run } = state;
  const done = settled(totals);
  return (
    <div class="rnb-facts">
      <span>
        {active && done > 0 && <b>{format.percent(done, run.samples)} %</b>}
        <span>
          <b>{format.count(totals.scored)}</b> / {format.count(run.samples)} scored
        </span>
        {totals.failed > 0 && <span class="rnb-err">{format.count(totals.failed)} failed</span>}
        {totals.undefined > 0 && <span>{format.count(totals.undefined)} undefined</span>}
      </span>
      <span>
        <span>
          <b>{format.duration(totals.elapsed_s)}</b>
          {totals.rate === null && " elapsed"}
        </span>
        {totals.rate !== null && <span>{format.rate(totals.rate)}</span>}
        {active && totals.left_s !== null && <span>{format.duration(totals.left_s)} left</span>}
      </span>
      <span title="Tokens sent to and received from the judge, failed attempts included">
        <span>
          <b>{format.tokens(totals.input_tokens)}</b> in
        </span>
        <span>
          <b>{format.tokens(totals.output_tokens)}</b> out
        </span>
      </span>
      <span class="rnb-end">
        <Cost totals={totals} active={active} />
        {totals.budget !== null && <span>budget {format.dollars(totals.budget)}</span>}
      </span>
    </div>
  );
}

function Cost({ totals, active }: { totals: Totals; active: boolean }) {
  const { cost, unpriced, projected_cost: projected } = totals;
  const calls = `${format.count(unpriced)} ${unpriced === 1 ? "call" : "calls"} unpriced`;
  if (unpriced > 0 && cost <= 0) return <span>{calls}</span>;
  return (
    <span>
      <b>{`${unpriced > 0 ? "≥ " : ""}${format.dollars(cost)}`}</b>
      {active && projected !== null && unpriced === 0 && ` of ≈ ${format.dollars(projected)}`}
      {unpriced > 0 && `, ${calls}`}
    </span>
  );
}
