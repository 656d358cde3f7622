import * as format from "../format";
import type { MetricColumn, MetricSummary } from "../protocol";
import type { State } from "../state";
import { Histogram } from "./histogram";
import { LabelBars } from "./labelbars";
import type { Scene } from "./scene";

export function Cards({ scene, state }: { scene: Scene; state: State }) {
  const summaries = scene.store.summaries.value;
  return (
    <section class="rnb-cards" aria-label="Metrics" style={{ "--rnb-cards": columns(state.metrics.length) }}>
      {state.metrics.map((metric, m) => {
        const summary = summaries[m];
        return (
          summary && <Card key={metric.name} scene={scene} metric={metric} place={m} summary={summary} />
        );
      })}
    </section>
  );
}

/** At most five beside each other, in rows as equal as can be. */
export function columns(cards: number): number {
  return cards <= 5 ? Math.max(4, cards) : Math.ceil(cards / Math.ceil(cards / 5));
}

interface CardProps {
  scene: Scene;
  metric: MetricColumn;
  place: number;
  summary: MetricSummary;
  /** What else there is to say, in few words. */
  note?: string;
}

export function Card({ scene, metric, place, summary, note }: CardProps) {
  const { n } = summary;
  const labelled = metric.labels !== null && n > 0;
  return (
    <section class={`rnb-card${labelled ? " rnb-labelled" : ""}`} aria-label={metric.name}>
      <h3 class="rnb-t" title={metric.name}>
        {metric.name}
      </h3>
      {labelled ? (
        <LabelBars scene={scene} metric={metric} place={place} summary={summary} />
      ) : (
        <Mean scene={scene} metric={metric} place={place} summary={summary} />
      )}
      <span class="rnb-cnt">
        {n + summary.undefined + summary.failed > 0 ? `n ${format.count(n)}` : "\u00a0"}
        {summary.undefined > 0 && ` · ${format.count(summary.undefined)} undefined`}
        {summary.failed > 0 && <span class="rnb-err"> · {format.count(summary.failed)} failed</span>}
        {note !== undefined && ` · ${note}`}
      </span>
    </section>
  );
}

/** The mean of a metric's numbers, and how they lie. */
function Mean({ scene, metric, place, summary: { mean, low, high, bins } }: CardProps) {
  return (
    <div class="rnb-mid">
      <div>
        <div class="rnb-mean">{mean === null ? <span class="rnb-m">–</span> : format.score(mean)}</div>
        {low === null || high === null ? (
          <span class="rnb-ci">{mean === null ? "no score yet" : "one score"}</span>
        ) : (
          <span class="rnb-ci" title="95 % interval of the mean">
            {format.score(low)}–{format.score(high)}
          </span>
        )}
      </div>
      {metric.labels === null && <Histogram scene={scene} metric={metric} place={place} bins={bins} />}
    </div>
  );
}
