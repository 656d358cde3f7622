import * as format from "../format";
import type { Budget, RunState, Totals } from "../protocol";
import type { State } from "../state";
import { isActive } from "../words";
import { Actions } from "./actions";
import { ExportMenu } from "./exportmenu";
import { Icon, type IconName } from "./icons";
import { paceOf } from "./limitform";
import { isLive, type Scene } from "./scene";
import { useSince } from "./since";

const STATES: Readonly<Record<RunState, readonly [word: string, icon: IconName, kind: string]>> = {
  starting: ["Starting", "ring", "run"],
  running: ["Running", "ring", "run"],
  paused: ["Paused", "pause", "off"],
  finished: ["Finished", "done", "ok"],
  cancelled: ["Cancelled", "stop", "off"],
  failed: ["Failed", "alert", "err"],
  budget_reached: ["Budget reached", "alert", "warn"],
  interrupted: ["Interrupted", "off", "off"],
};

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
          <Actions scene={scene} state={state} />
          {isLive(scene) && !scene.store.offline && (
            <>
              <span class="rnb-sep" />
              <ExportMenu scene={scene} />
            </>
          )}
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
  const ticks = active && totals.state !== "paused";
  const passed = useSince(totals, ticks);
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
          <b>{format.duration(totals.elapsed_s + passed)}</b>
          {totals.rate === null && " elapsed"}
        </span>
        {totals.rate !== null && <span>{format.rate(totals.rate)}</span>}
        {active && totals.left_s !== null && (
          <span>{format.duration(Math.max(0, totals.left_s - passed))} left</span>
        )}
        {active && totals.limits !== null && (
          <span
            title={`Requests in flight, of those that the server takes now; ${format.count(totals.limits.max_workers)} at most`}
          >
            {paceOf(totals.limits)}
          </span>
        )}
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
        {totals.budget !== null && <span>budget {budgetWords(totals.budget)}</span>}
      </span>
    </div>
  );
}

function Cost({ totals, active }: { totals: Totals; active: boolean }) {
  const { cost, unpriced, projected_cost: projected, projected_margin: margin } = totals;
  const calls = `${format.count(unpriced)} ${unpriced === 1 ? "call" : "calls"} unpriced`;
  if (unpriced > 0 && cost <= 0) return <span>{calls}</span>;
  const around = margin !== null && margin >= 0.005 ? ` ± ${margin.toFixed(2)}` : "";
  return (
    <span>
      <b>{`${unpriced > 0 ? "≥ " : ""}${format.dollars(cost)}`}</b>
      {active && projected !== null && unpriced === 0 && ` of ≈ ${format.dollars(projected)}${around}`}
      {unpriced > 0 && `, ${calls}`}
    </span>
  );
}

/** What may be spent: a budget in dollars stands beside the cost, so its limit is enough. */
const budgetWords = ({ unit, limit, told }: Budget): string =>
  unit === "tokens" ? told : format.dollars(limit);
