import * as format from "../format";
import type { MetricColumn } from "../protocol";
import { stepOf } from "../select";
import { BINS } from "../state";
import { Bars } from "./bars";
import type { Scene } from "./scene";

interface HistogramProps {
  scene: Scene;
  metric: MetricColumn;
  place: number;
  bins: readonly number[];
  /** The count that is as high as the histogram; without it the highest of its own. */
  most?: number;
}

/** The limits of a metric's bins, such as `0.2–0.3`. */
export function rangeOf(metric: MetricColumn, first: number, last = first): string {
  const width = (metric.high - metric.low) / BINS;
  const digits = width >= 1 ? 0 : width >= 0.1 ? 1 : 2;
  const limit = (bin: number) => (metric.low + width * bin).toFixed(digits);
  return `${limit(first)}–${limit(last + 1)}`;
}

/** Ten bars; their heights are the roots of the counts, so that a small tail stays visible. */
export function Histogram({ scene, metric, place, bins, most }: HistogramProps) {
  const max = most ?? Math.max(1, ...bins);
  const bars = bins.map((n, bin) => {
    const middle = metric.low + ((bin + 0.5) / BINS) * (metric.high - metric.low);
    const height = n > 0 ? Math.max(4, 100 * Math.sqrt(n / max)) : 0;
    return {
      bins: [bin],
      label: `${rangeOf(metric, bin)}: ${format.samples(n)}`,
      class: `rnb-k${stepOf(metric, middle)}`,
      style: { "--rnb-h": `${height}%` },
    };
  });
  return (
    <Bars
      scene={scene}
      metric={metric.name}
      place={place}
      kind="rnb-hist"
      bars={bars}
      picture={`${metric.name}: ${bins.join(", ")} samples in ten equal score ranges`}
      choice={`${metric.name} histogram: choose score ranges to filter`}
    />
  );
}
