// What is filtered by, one chip for each thing: a click takes it away.
import { chosenBins, type Filter, toggleTag, withBins, withoutCondition } from "../filter";
import * as format from "../format";
import { labelOf } from "../labels";
import type { Comparison, Condition, MetricColumn } from "../protocol";
import type { State } from "../state";
import { rangeOf } from "./histogram";
import { Icon } from "./icons";
import type { Scene } from "./scene";

const MOST_NAMES = 3;
const SIGNS: Readonly<Record<Comparison, string>> = {
  "<": "<",
  "<=": "≤",
  ">": ">",
  ">=": "≥",
  "==": "=",
  "!=": "≠",
};

/** One thing that a filter says, in words, and the filter without it. */
export interface Saying {
  words: string;
  without: Filter;
}

export function Chips({ scene, state }: { scene: Scene; state: State }) {
  const { filter } = scene.view;
  return (
    <>
      {sayings(filter.value, state.metrics).map(({ words, without }) => (
        <button
          key={words}
          type="button"
          class="rnb-chip"
          title="Remove this filter"
          aria-label={`Remove filter ${words}`}
          onClick={() => {
            filter.value = without;
          }}
        >
          <span class="rnb-t">{words}</span>
          <Icon name="x" small />
        </button>
      ))}
    </>
  );
}

/** What a filter says beside the text, and beside failed and undefined, which have buttons of their own. */
export function sayings(filter: Filter, metrics: readonly MetricColumn[]): Saying[] {
  return [
    ...metrics.flatMap((metric) => {
      const bins = chosenBins(filter, metric.name);
      const without = () => withBins(filter, metric.name, new Set());
      return bins.size > 0 ? [{ words: describe(metric, bins), without: without() }] : [];
    }),
    ...filter.conditions.map((one) => ({
      words: conditionInWords(one),
      without: withoutCondition(filter, one),
    })),
    ...filter.tags.map((tag) => ({ words: `tag ${tag}`, without: toggleTag(filter, tag) })),
  ];
}

const conditionInWords = ({ column, op, value }: Condition): string => `${column} ${SIGNS[op]} ${value}`;

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
