import { Announcer } from "./announcer";
import { Cards } from "./cards";
import { Grid, HEAD_HEIGHT, ROWS_IN_SIGHT } from "./grid";
import { Header } from "./header";
import { Notes, Nothing } from "./notes";
import { RowPanel } from "./rowpanel";
import type { Scene } from "./scene";
import { Toolbar } from "./toolbar";
import { ROW_HEIGHT } from "./virtual";

const LEAST_ROWS = 8;
const TOOLS_AND_FOOT = 61;

/** The whole widget: one run. */
export function Widget({ scene }: { scene: Scene }) {
  const state = scene.store.shown.value;
  if (state === null) return <Nothing scene={scene} />;
  const open = scene.view.open.value;
  const panel = open !== null && open < state.scores.rows;
  const rows = Math.min(ROWS_IN_SIGHT, Math.max(LEAST_ROWS, state.scores.rows));
  const grid = scene.height ?? HEAD_HEIGHT + rows * ROW_HEIGHT;
  return (
    <>
      <Header scene={scene} state={state} />
      <Notes scene={scene} state={state} />
      <Cards scene={scene} state={state} />
      <div
        class={`rnb-body${panel ? " rnb-with-panel" : ""}`}
        style={{ "--rnb-body": `${grid + TOOLS_AND_FOOT}px` }}
      >
        <div class="rnb-left">
          <Toolbar scene={scene} state={state} />
          <Grid scene={scene} state={state} />
          <Foot panel={panel} />
        </div>
        {panel && <RowPanel scene={scene} state={state} row={open} />}
      </div>
      <Announcer state={state} rows={scene.order.rows.value.length} />
    </>
  );
}

function Foot({ panel }: { panel: boolean }) {
  return (
    <div class="rnb-foot" aria-hidden="true">
      <span>
        <kbd class="rnb-key">↑</kbd>
        <kbd class="rnb-key">↓</kbd> move
      </span>
      <span>
        <kbd class="rnb-key">Enter</kbd> open
      </span>
      {panel && (
        <span>
          <kbd class="rnb-key">Esc</kbd> close
        </span>
      )}
    </div>
  );
}
