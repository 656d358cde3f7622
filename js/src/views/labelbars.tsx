import * as format from "../format";
import { barsOf } from "../labels";
import type { MetricColumn, MetricSummary } from "../protocol";
import { Bars } from "./bars";
import type { Scene } from "./scene";

interface LabelBarsProps {
  scene: Scene;
  metric: MetricColumn;
  place: number;
  summary: MetricSummary;
}

/** How often a metric found each of its labels. */
export function LabelBars({ scene, metric, place, summary }: LabelBarsProps) {
  const counted = barsOf(metric, summary);
  const max = Math.max(1, ...counted.map(({ n }) => n));
  const bars = counted.map(({ label, places, n }) => ({
    bins: places,
    label: `${label}: ${format.samples(n)}`,
    class: "",
    style: { "--rnb-v": String(n / max) },
    content: (
      <>
        <span class="rnb-t">{label}</span> {/* a space parts them for a screen reader */}
        <b>{format.count(n)}</b>
      </>
    ),
  }));
  return (
    <Bars
      scene={scene}
      metric={metric.name}
      place={place}
      kind="rnb-labels"
      bars={bars}
      picture={`${metric.name}: ${bars.map(({ label }) => label).join(", ")}`}
      choice={`${metric.name} labels: choose some to filter`}
      listed
    />
  );
}
