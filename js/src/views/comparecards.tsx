import { useMemo } from "preact/hooks";
import { type Changes, changesOf, isShared, told } from "../beside";
import * as format from "../format";
import type { MetricColumn } from "../protocol";
import type { RunBeside, State } from "../state";
import { Card, columns } from "./cards";
import { Histogram } from "./histogram";
import type { Scene } from "./scene";

interface CompareCardsProps {
  scene: Scene;
  state: State;
  beside: RunBeside;
}

/** A card for each metric: how its mean changed, and in how many samples it became better and worse. */
export function CompareCards({ scene, state, beside }: CompareCardsProps) {
  const changes = useMemo(() => changesOf(state), [state.scores, beside.scores]);
  const summaries = scene.store.summaries.value;
  return (
    <section class="rnb-cards" aria-label="Metrics" style={{ "--rnb-cards": columns(state.metrics.length) }}>
      {state.metrics.map((metric, m) => {
        const [summary, change] = [summaries[m], changes[m]];
        if (summary === undefined || change === undefined) return null;
        const common = { scene, metric, place: m, summary };
        if (!isShared(state, m)) return <Card key={metric.name} {...common} note="only in B" />;
        if (metric.labels !== null) return <Card key={metric.name} {...common} note={kept(change)} />;
        return (
          <ChangeCard
            key={metric.name}
            scene={scene}
            metric={metric}
            place={m}
            bins={summary.bins}
            change={change}
          />
        );
      })}
    </section>
  );
}

const kept = ({ n, equal }: Changes): string => `${format.count(equal)} of ${format.count(n)} as in A`;

interface ChangeCardProps {
  scene: Scene;
  metric: MetricColumn;
  place: number;
  /** B's scores in ten equal ranges. */
  bins: readonly number[];
  change: Changes;
}

function ChangeCard({ scene, metric, place, bins, change }: ChangeCardProps) {
  const { n, sumA, sumB, better, worse, binsA } = change;
  const most = Math.max(1, ...bins, ...binsA);
  return (
    <section class="rnb-card rnb-compared" aria-label={metric.name}>
      <h3 class="rnb-t" title={metric.name}>
        {metric.name}
      </h3>
      <div class="rnb-mid">
        <div>
          <div class="rnb-mean" title="Mean change from A to B, over the samples that both have a score for">
            <span class="rnb-m">{n > 0 ? "Δ " : "–"}</span>
            {n > 0 && told((sumB - sumA) / n)}
          </div>
          <span class="rnb-ci">{n > 0 ? `n ${format.count(n)}` : "nothing to compare yet"}</span>
        </div>
        <div class="rnb-outlined">
          <Histogram scene={scene} metric={metric} place={place} bins={bins} most={most} />
          <Outline bins={binsA} most={most} />
        </div>
      </div>
      {n > 0 && (
        <>
          <span class="rnb-cnt">
            A {format.score(sumA / n)} → B {format.score(sumB / n)}
          </span>
          <span class="rnb-cnt">
            {format.count(better)} better · {format.count(worse)} worse
          </span>
        </>
      )}
    </section>
  );
}

/** A's scores as one line over B's bars, to the same scale. */
function Outline({ bins, most }: { bins: readonly number[]; most: number }) {
  const step = 100 / bins.length;
  const steps = bins.map((n, bin) => {
    const top = 100 - 100 * Math.sqrt(n / most);
    return `L${bin * step} ${top}L${(bin + 1) * step} ${top}`;
  });
  return (
    <svg class="rnb-outline" viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
      <path d={`M0 100${steps.join("")}L100 100`} vector-effect="non-scaling-stroke" />
    </svg>
  );
}
