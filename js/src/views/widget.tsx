import { useCallback, useLayoutEffect, useRef, useState } from "preact/hooks";
import { Announcer } from "./announcer";
import { Cards } from "./cards";
import { CompareCards } from "./comparecards";
import { CompareHeader } from "./compareheader";
import { ComparePanel } from "./comparepanel";
import { useTakenFocus } from "./focus";
import { Grid, ROWS_IN_SIGHT } from "./grid";
import { Header } from "./header";
import { KeySheet } from "./keysheet";
import { Notes, Nothing } from "./notes";
import { RowPanel } from "./rowpanel";
import type { Scene } from "./scene";
import { Toolbar } from "./toolbar";
import { HEAD_HEIGHT, ROW_HEIGHT } from "./virtual";

const LEAST_ROWS = 8;
const ROWS_ABOVE_PANEL = 9;
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
  const { beside } = state;
  const most = panel && beside ? ROWS_ABOVE_PANEL : ROWS_IN_SIGHT;
  const rows = Math.min(most, Math.max(panel ? most : LEAST_ROWS, state.scores.rows));
  const grid = scene.height ?? HEAD_HEIGHT + rows * ROW_HEIGHT;
  return (
    <>
      {beside ? (
        <CompareHeader scene={scene} state={state} beside={beside} />
      ) : (
        <Header scene={scene} state={state} />
      )}
      <Notes scene={scene} state={state} />
      {stage >= Stage.Cards &&
        (beside ? (
          <CompareCards scene={scene} state={state} beside={beside} />
        ) : (
          <Cards scene={scene} state={state} />
        ))}
      <div
        ref={body}
        class={`rnb-body${beside ? " rnb-below" : panel ? " rnb-with-panel" : ""}`}
        style={{ "--rnb-body": `${grid + TOOLS_AND_FOOT}px` }}
      >
        {stage >= Stage.Grid && (
          <div class="rnb-left">
            <Toolbar scene={scene} state={state} />
            <Grid scene={scene} state={state} />
            <Foot scene={scene} panel={panel} />
          </div>
        )}
        {stage >= Stage.Grid &&
          panel &&
          (beside ? (
            <ComparePanel scene={scene} state={state} beside={beside} row={open} />
          ) : (
            <RowPanel scene={scene} state={state} row={open} />
          ))}
      </div>
      {scene.view.sheet.value && <KeySheet view={scene.view} />}
      <Announcer state={state} rows={scene.order.rows.value.length} />
      <div class="rnb-sr" role="status" aria-label="Changes">
        {scene.view.said.value}
      </div>
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

function Foot({ scene: { view }, panel }: { scene: Scene; panel: boolean }) {
  return (
    <div class="rnb-foot">
      <Hint keys={["↑", "↓"]} does="move" />
      <Hint keys={["Enter"]} does="open" />
      {panel && <Hint keys={["Esc"]} does="close" />}
      {panel && <Hint keys={["j", "k"]} does="next, previous" />}
      <Hint keys={["/"]} does="search" />
      <button
        type="button"
        class="rnb-all-keys"
        aria-expanded={view.sheet.value}
        aria-haspopup="dialog"
        onClick={() => {
          view.sheet.value = !view.sheet.value;
        }}
      >
        <kbd class="rnb-key">?</kbd> all keys
      </button>
    </div>
  );
}

function Hint({ keys, does }: { keys: readonly string[]; does: string }) {
  return (
    <span aria-hidden="true">
      {keys.map((key) => (
        <kbd key={key} class="rnb-key">
          {key}
        </kbd>
      ))}{" "}
      {does}
    </span>
  );
}
