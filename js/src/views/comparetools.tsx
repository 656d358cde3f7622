import { useMemo, useState } from "preact/hooks";
import { changeIn, changesOf, isShared, toggleChange, withCompared } from "../beside";
import type { Change } from "../protocol";
import type { RunBeside, State } from "../state";
import { Button } from "./button";
import type { Scene } from "./scene";

const KINDS: readonly [Change, label: string, what: string][] = [
  ["better", "Better", "Rows where this metric is better in B than in A"],
  ["worse", "Worse", "Rows where this metric is worse in B than in A"],
  ["equal", "Equal", "Rows where this metric is the same in both"],
];

interface CompareToolsProps {
  scene: Scene;
  state: State;
  beside: RunBeside;
}

/** Chooses a metric, and the rows where it became better or worse. */
export function CompareTools({ scene, state, beside }: CompareToolsProps) {
  const { filter } = scene.view;
  const changes = useMemo(() => changesOf(state), [state.scores, beside.scores]);
  const metrics = state.metrics.filter((_, m) => isShared(state, m)).map(({ name }) => name);
  const [chosen, choose] = useState(comparedIn(scene));
  const metric = filter.value.changes[0]?.metric ?? (metrics.includes(chosen) ? chosen : (metrics[0] ?? ""));
  const counts = changes[state.metrics.findIndex(({ name }) => name === metric)];
  if (counts === undefined) return null;
  return (
    <fieldset class="rnb-changes" aria-label="What changed">
      <select
        class="rnb-select"
        aria-label="Metric that better and worse refer to"
        title="Metric that better and worse refer to"
        value={metric}
        onChange={({ currentTarget }) => {
          choose(currentTarget.value);
          filter.value = withCompared(filter.value, currentTarget.value);
        }}
      >
        {metrics.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
      {KINDS.map(([change, label, what]) => {
        const pressed = changeIn(filter.value, metric) === change;
        return (
          <Button
            key={change}
            label={label}
            n={counts[change]}
            pressed={pressed}
            disabled={counts[change] === 0 && !pressed}
            title={what}
            onClick={() => {
              filter.value = toggleChange(filter.value, metric, change);
            }}
          />
        );
      })}
    </fieldset>
  );
}

/** The metric that a view compares: the one it filters or sorts by. */
export function comparedIn({ view }: Scene): string {
  return view.filter.peek().changes[0]?.metric ?? view.sort.peek()?.by ?? "";
}
