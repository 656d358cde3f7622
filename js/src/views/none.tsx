import { isFiltered, NO_FILTER } from "../select";
import type { State } from "../state";
import { Button } from "./button";
import type { Scene } from "./scene";
import { describe } from "./toolbar";

/** What stands in the grid when no row does. */
export function None({ scene, state }: { scene: Scene; state: State }) {
  const filter = scene.view.filter.value;
  if (!isFiltered(filter)) return <div class="rnb-none">There is no sample in this run.</div>;
  const words = [
    ...state.metrics.flatMap((metric, m) => {
      const bins = filter.bins.get(m);
      return bins ? [describe(metric, bins)] : [];
    }),
    ...(filter.failed ? ["failed"] : []),
    ...(filter.undefined ? ["undefined"] : []),
  ];
  return (
    <div class="rnb-none">
      <p>No row matches</p>
      <p class="rnb-m">{words.join(", ")}.</p>
      <Button
        label="Clear filters"
        solid
        onClick={() => {
          scene.view.filter.value = NO_FILTER;
        }}
      />
    </div>
  );
}
