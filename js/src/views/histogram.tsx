import { useState } from "preact/hooks";
import * as format from "../format";
import type { MetricColumn } from "../protocol";
import { stepOf, toggleBin, withBins } from "../select";
import { BINS } from "../state";
import { isLive, type Scene } from "./scene";

interface HistogramProps {
  scene: Scene;
  metric: MetricColumn;
  place: number;
  bins: readonly number[];
}

/** The limits of a metric's bins, such as `0.2–0.3`. */
export function rangeOf(metric: MetricColumn, first: number, last = first): string {
  const width = (metric.high - metric.low) / BINS;
  const digits = width >= 1 ? 0 : width >= 0.1 ? 1 : 2;
  const limit = (bin: number) => (metric.low + width * bin).toFixed(digits);
  return `${limit(first)}–${limit(last + 1)}`;
}

/** Ten bars; their heights are the roots of the counts, so that a small tail stays visible. */
export function Histogram({ scene, metric, place, bins }: HistogramProps) {
  const max = Math.max(1, ...bins);
  const chosen = scene.view.filter.value.bins.get(place);
  const [active, setActive] = useState(0);
  const filter = scene.view.filter;
  const live = isLive(scene);
  const kind = `rnb-hist${chosen ? " rnb-filtered" : ""}`;
  const bars = bins.map((n, bin) => {
    const label = `${rangeOf(metric, bin)}: ${format.count(n)} ${n === 1 ? "sample" : "samples"}`;
    const middle = metric.low + ((bin + 0.5) / BINS) * (metric.high - metric.low);
    const height = n > 0 ? Math.max(4, 100 * Math.sqrt(n / max)) : 0;
    const bar = {
      id: `${scene.uid}-${place}-${bin}`,
      class: `rnb-b rnb-k${stepOf(metric, middle)}${bin === active ? " rnb-active" : ""}`,
      title: label,
      style: { "--rnb-h": `${height}%` },
    };
    if (!live) return <span key={bin} {...bar} />;
    return (
      // biome-ignore lint/a11y/useFocusableInteractive lint/a11y/useKeyWithClickEvents: the list box has the focus and the keys
      <span
        key={bin}
        {...bar}
        role="option"
        aria-selected={chosen?.has(bin) ?? false}
        aria-label={label}
        onClick={() => {
          setActive(bin);
          filter.value = toggleBin(filter.value, place, bin);
        }}
      />
    );
  });
  if (!live) {
    const label = `${metric.name}: ${bins.join(", ")} samples in ten equal score ranges`;
    return (
      <div class={kind} role="img" aria-label={label}>
        {bars}
      </div>
    );
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const next = keyed(event, active, chosen ?? new Set());
    if (next === null) return;
    event.preventDefault();
    event.stopPropagation();
    setActive(next.active);
    if (next.chosen) filter.value = withBins(filter.value, place, next.chosen);
  };
  return (
    <div
      class={kind}
      role="listbox"
      tabIndex={0}
      aria-label={`${metric.name} histogram: choose score ranges to filter`}
      aria-multiselectable="true"
      aria-orientation="horizontal"
      aria-activedescendant={`${scene.uid}-${place}-${active}`}
      onKeyDown={onKeyDown}
    >
      {bars}
    </div>
  );
}

/** What a key does in a histogram: move, extend, toggle, clear; null for other keys. */
function keyed(event: KeyboardEvent, active: number, chosen: ReadonlySet<number>) {
  switch (event.key) {
    case "ArrowLeft":
    case "ArrowRight": {
      const next = Math.min(BINS - 1, Math.max(0, active + (event.key === "ArrowRight" ? 1 : -1)));
      return event.shiftKey ? { active: next, chosen: new Set([...chosen, active, next]) } : { active: next };
    }
    case "Enter":
    case " ": {
      const next = new Set(chosen);
      if (!next.delete(active)) next.add(active);
      return { active, chosen: next };
    }
    case "Escape":
      return chosen.size > 0 ? { active, chosen: new Set<number>() } : null;
    default:
      return null;
  }
}
