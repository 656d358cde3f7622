import { useCallback, useLayoutEffect, useRef, useState } from "preact/hooks";
import { Announcer } from "./announcer";
import { Cards } from "./cards";
import { useTakenFocus } from "./focus";
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
  const stage = useStage(state !== null);
  const body = useRef<HTMLDivElement>(null);
  const root = useCallback(() => body.current?.closest(".ragas-nb") ?? null, []);
  useTakenFocus(scene.view, root, stage === Stage.Grid);
  if (state === null) return <Nothing scene={scene} />;
  const open = scene.view.open.value;
  const panel = open !== null && open < state.scores.rows;
  const rows = Math.min(ROWS_IN_SIGHT, Math.max(panel ? ROWS_IN_SIGHT : LEAST_ROWS, state.scores.rows));
  const grid = scene.height ?? HEAD_HEIGHT + rows * ROW_HEIGHT;
  return (
    <>
      <Header scene={scene} state={state} />
      <Notes scene={scene} state={state} />
      {stage >= Stage.Cards && <Cards scene={scene} state={state} />}
      <div
        ref={body}
        class={`rnb-body${panel ? " rnb-with-panel" : ""}`}
        style={{ "--rnb-body": `${grid + TOOLS_AND_FOOT}px` }}
      >
        {stage >= Stage.Grid && (
          <div class="rnb-left">
            <Toolbar scene={scene} state={state} />
            <Grid scene={scene} state={state} />
            <Foot panel={panel} />
          </div>
        )}
        {stage >= Stage.Grid && panel && <RowPanel scene={scene} state={state} row={open} />}
      </div>
      <Announcer state={state} rows={scene.order.rows.value.length} />
    </>
  );
}

enum Stage {
  Header,
  Cards,
  Grid,
}

/** How much of the widget is drawn: part after part, each in a task of its own, so that none holds the page. */
function useStage(begun: boolean): Stage {
  const [stage, setStage] = useState(Stage.Header);
  useLayoutEffect(() => {
    if (!begun || stage === Stage.Grid) return;
    const timer = setTimeout(() => setStage(stage + 1));
    return () => clearTimeout(timer);
  }, [begun, stage]);
  return stage;
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
