import { isFiltered } from "../filter";
import * as format from "../format";
import type { State } from "../state";
import { Button } from "./button";
import { sayings } from "./chips";
import { ClearFilters } from "./clearfilters";
import type { Scene } from "./scene";

/** What stands in the grid when no row does. */
export function None({ scene, state }: { scene: Scene; state: State }) {
  const { filter } = scene.view;
  if (scene.order.waits.value) return <div class="rnb-none">Searching…</div>;
  if (!isFiltered(filter.value)) return <div class="rnb-none">There is no sample in this run.</div>;
  const { text, failed, undefined: none, changes } = filter.value;
  const words = [
    ...sayings(filter.value, state.metrics).map((saying) => saying.words),
    ...changes.map(({ metric, change }) => `${metric} ${change}`),
    ...changes.map(({ metric, change }) => `${metric} ${change}`),
    ...(failed ? ["failed"] : []),
    ...(none ? ["undefined"] : []),
  ];
  const also = words.length > 0 ? `${words.join(", ")}.` : "";
  return (
    <div class="rnb-none">
      <p>{text === "" ? "No row matches" : `No row contains “${text}”`}</p>
      <p class="rnb-m">{text === "" ? also : also === "" ? loaded(state) : `Among those with ${also}`}</p>
      <div class="rnb-line">
        {text !== "" && (
          <Button
            label="Clear search"
            solid
            keyName="Esc"
            onClick={() => {
              filter.value = { ...filter.value, text: "" };
            }}
          />
        )}
        {words.length > 0 && <ClearFilters scene={scene} />}
      </div>
    </div>
  );
}

/** How much was looked through, and when there will be more to see. */
function loaded({ run, totals }: State): string {
  const rows = `${format.count(run.samples)} ${run.samples === 1 ? "row is" : "rows are"} loaded`;
  const soon = totals.state === "starting" || (totals.state === "running" && totals.scored === 0);
  return soon ? `${rows}; the first scores arrive in a few seconds.` : `${rows}.`;
}
