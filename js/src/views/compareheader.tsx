import * as format from "../format";
import type { RunInfo, Totals } from "../protocol";
import type { RunBeside, State } from "../state";
import { capital, isActive } from "../words";
import { Actions } from "./actions";
import { Badge } from "./comparewords";
import { settled } from "./header";
import type { Scene } from "./scene";

interface CompareHeaderProps {
  scene: Scene;
  state: State;
  beside: RunBeside;
}

/** Both runs by name, how they stand, and what they have in common. */
export function CompareHeader({ scene, state, beside }: CompareHeaderProps) {
  const { matched, only_here: onlyB, only_there: onlyA, same } = beside;
  return (
    <header class="rnb-head">
      <div class="rnb-h1 rnb-both">
        <Side letter="A" run={beside.run} totals={beside.totals} />
        <span class="rnb-sub" aria-hidden="true">
          →
        </span>
        <Side letter="B" run={state.run} totals={state.totals} />
        <div class="rnb-acts">
          <Actions scene={scene} state={state} />
        </div>
      </div>
      <div class="rnb-facts">
        <span>
          <span>
            <b>{format.count(matched)}</b> {matched === 1 ? "sample" : "samples"} in both
          </span>
          {onlyA > 0 && <span>{format.count(onlyA)} only in A</span>}
          {onlyB > 0 && <span>{format.count(onlyB)} only in B</span>}
        </span>
        {same.length > 0 && <span>{same.join(", ")}</span>}
        <span class="rnb-end">bars B, outline A</span>
      </div>
    </header>
  );
}

function Side({ letter, run, totals }: { letter: "A" | "B"; run: RunInfo; totals: Totals }) {
  const done = isActive(totals.state) ? ` ${format.percent(settled(totals), run.samples)} %` : "";
  return (
    <span class="rnb-one-run">
      <Badge run={letter} />
      <h2 class="rnb-name rnb-t" title={run.name}>
        {run.name}
      </h2>
      <span class="rnb-sub">
        {capital(totals.state.replace("_", " "))}
        {done} · {spent(totals)}
      </span>
    </span>
  );
}

function spent({ cost, unpriced }: Totals): string {
  if (unpriced > 0 && cost <= 0) return "cost not known";
  return `${unpriced > 0 ? "≥ " : ""}${format.dollars(cost)}`;
}
