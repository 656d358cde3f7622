import * as format from "../format";
import { labelOf } from "../labels";
import type { MetricColumn } from "../protocol";
import { isFiltered, withBins } from "../select";
import type { State } from "../state";
import { Button } from "./button";
import { rangeOf } from "./histogram";
import { Icon } from "./icons";
import { isLive, type Scene } from "./scene";

const MOST_NAMES = 3;
const NO_KERNEL = "No kernel: run the cell again to use this";

export function Toolbar({ scene, state }: { scene: Scene; state: State }) {
  const filter = scene.view.filter.value;
  const live = isLive(scene);
  const failed = live ? state.failedRows : state.totals.failed;
  const undefinedRows = live ? state.undefinedRows : state.totals.undefined;
  const toggle = (kind: "failed" | "undefined") => {
    scene.view.filter.value = { ...filter, [kind]: !filter[kind] };
  };
  return (
    <div class="rnb-tools" role="toolbar" aria-label="Rows">
      <Button
        label="Failed"
        n={failed}
        pressed={filter.failed}
        disabled={!live || (failed === 0 && !filter.failed)}
        title={live ? "Rows with a failed score" : NO_KERNEL}
        onClick={() => toggle("failed")}
      />
      <Button
        label="Undefined"
        n={undefinedRows}
        pressed={filter.undefined}
        disabled={!live || (undefinedRows === 0 && !filter.undefined)}
        title={live ? "Rows with a score that is not defined for their sample" : NO_KERNEL}
        onClick={() => toggle("undefined")}
      />
      {state.metrics.map((metric, m) => {
        const bins = filter.bins.get(m);
        return bins && <Chip key={metric.name} scene={scene} metric={metric} place={m} bins={bins} />;
      })}
      <RowCount scene={scene} state={state} />
    </div>
  );
}

interface ChipProps {
  scene: Scene;
  metric: MetricColumn;
  place: number;
  bins: ReadonlySet<number>;
}

function Chip({ scene, metric, place, bins }: ChipProps) {
  const { filter } = scene.view;
  const label = describe(metric, bins);
  const clear = () => {
    filter.value = withBins(filter.value, place, new Set());
  };
  return (
    <button
      type="button"
      class="rnb-chip"
      title="Remove this filter"
      aria-label={`Remove filter ${label}`}
      onClick={clear}
    >
      <span class="rnb-t">{label}</span>
      <Icon name="x" small />
    </button>
  );
}

/** The chosen bins in words: neighbours become one range, labels are told by name. */
export function describe(metric: MetricColumn, bins: ReadonlySet<number>): string {
  if (metric.labels !== null) return `${metric.name} ${namesOf(metric, [...bins])}`;
  const runs: [number, number][] = [];
  for (const bin of [...bins].sort((a, b) => a - b)) {
    const last = runs.at(-1);
    if (last && last[1] === bin - 1) last[1] = bin;
    else runs.push([bin, bin]);
  }
  return `${metric.name} ${runs.map(([first, last]) => rangeOf(metric, first, last)).join(", ")}`;
}

function namesOf(metric: MetricColumn, bins: readonly number[]): string {
  const names = bins.slice(0, MOST_NAMES).map((bin) => labelOf(metric, bin));
  const more = bins.length - names.length;
  return `${names.join(", ")}${more > 0 ? ` and ${format.count(more)} more` : ""}`;
}

function RowCount({ scene, state }: { scene: Scene; state: State }) {
  const n = scene.order.rows.value.length;
  const all = state.run.samples;
  return (
    <span class="rnb-count">
      <b>{format.count(n)}</b>
      {n === all && !isFiltered(scene.view.filter.value) ? " rows" : ` of ${format.count(all)} rows`}
    </span>
  );
}
