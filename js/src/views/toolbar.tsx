// Above the grid: what to look for, which rows to show, which columns, and how many rows there are.
import { isFiltered } from "../filter";
import * as format from "../format";
import { clearSelection } from "../selection";
import type { State } from "../state";
import { Button } from "./button";
import { Chips } from "./chips";
import { ColumnChooser } from "./columnchooser";
import { CompareTools } from "./comparetools";
import { FilterForm } from "./filterform";
import { Icon } from "./icons";
import { Popover } from "./popover";
import { isLive, NO_KERNEL, type Scene } from "./scene";
import { SearchBox } from "./searchbox";

interface ToolbarProps {
  scene: Scene;
  state: State;
}

export function Toolbar({ scene, state }: ToolbarProps) {
  const live = isLive(scene);
  return (
    <div class="rnb-tools" role="toolbar" aria-label="Rows">
      <SearchBox scene={scene} />
      <Popover
        id={`${scene.uid}-filter`}
        label="Filter"
        icon="filter"
        title={live ? "Filter: score range, failed, undefined, tag" : NO_KERNEL}
        disabled={!live}
        toLeft
      >
        {() => <FilterForm scene={scene} state={state} />}
      </Popover>
      {state.beside === null ? (
        <StatusToggles scene={scene} state={state} />
      ) : (
        <CompareTools scene={scene} state={state} beside={state.beside} />
      )}
      <div class="rnb-chips">
        <Chips scene={scene} state={state} />
        <SelectedCount scene={scene} />
      </div>
      <RowCount scene={scene} state={state} />
      <Popover
        id={`${scene.uid}-columns`}
        label="Columns"
        icon="columns"
        bare
        title="Columns"
        disabled={false}
      >
        {() => <ColumnChooser scene={scene} state={state} />}
      </Popover>
    </div>
  );
}

/** How many rows have a failed, or an undefined, score; a click shows only those. */
function StatusToggles({ scene, state }: ToolbarProps) {
  const filter = scene.view.filter.value;
  const live = isLive(scene);
  const toggle = (kind: "failed" | "undefined", label: string, n: number, title: string) => (
    <Button
      label={label}
      n={n}
      pressed={filter[kind]}
      disabled={!live || (n === 0 && !filter[kind])}
      title={live ? title : NO_KERNEL}
      onClick={() => {
        scene.view.filter.value = { ...filter, [kind]: !filter[kind] };
      }}
    />
  );
  const failed = live ? state.failedRows : state.totals.failed;
  const undefinedRows = live ? state.undefinedRows : state.totals.undefined;
  return (
    <>
      {toggle("failed", "Failed", failed, "Rows with a failed score")}
      {toggle(
        "undefined",
        "Undefined",
        undefinedRows,
        "Rows with a score that is not defined for their sample",
      )}
    </>
  );
}

/** How many rows are selected, where that is more than the one that a click selects. */
function SelectedCount({ scene: { view } }: { scene: Scene }) {
  const { size } = view.selected.value;
  if (size < 2) return null;
  return (
    <button
      type="button"
      class="rnb-chip"
      title="Clear the selection"
      aria-label={`Clear the selection of ${format.count(size)} rows`}
      onClick={() => clearSelection(view)}
    >
      <span class="rnb-t">{format.count(size)} selected</span>
      <Icon name="x" small />
    </button>
  );
}

function RowCount({ scene, state }: ToolbarProps) {
  const n = scene.order.rows.value.length;
  const all = state.run.samples;
  return (
    <span class="rnb-count">
      <b>{format.count(n)}</b>
      {n === all && !isFiltered(scene.view.filter.value) ? " rows" : ` of ${format.count(all)} rows`}
    </span>
  );
}
