// biome-ignore-all lint/a11y/useSemanticElements: an ARIA grid of plain elements, since a table cannot be virtual
// biome-ignore-all lint/a11y/useFocusableInteractive: the focus moves among the cells; one of them has the Tab stop
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { State } from "../state";
import { HEAD } from "../view";
import { type Column, columnsOf, idWidthFor, widthsOf } from "./columns";
import { IN_GRID, useKeptFocus } from "./focus";
import { GridHead } from "./gridhead";
import { onGridClick, onGridKey, placeOf, reveal } from "./gridinput";
import type { Place } from "./gridkeys";
import { None } from "./none";
import { Row } from "./row";
import type { Scene } from "./scene";
import { HEAD_HEIGHT, ROW_HEIGHT, useVirtual } from "./virtual";

const POOL = 64; // more than rows are ever drawn: a row out of sight lends its element to one in sight
const FIRST_ROWS = 6;
const NEAR = 40; // rows before and after those in sight whose texts are asked for with theirs
export const ROWS_IN_SIGHT = 13;

/** The samples and their scores; only the rows in sight are in the page. */
export function Grid({ scene, state }: { scene: Scene; state: State }) {
  const { view, order, store } = scene;
  const scroller = useRef<HTMLDivElement>(null);
  const idWidth = useRef(0);
  const rows = order.rows.value;
  const panel = view.open.value !== null && state.beside === null; // that of two runs is below
  const [hidden, fields] = [view.hidden.value, view.fields.value];
  const columns = useMemo(
    () => columnsOf(state, panel, { hidden, fields }),
    [state.metrics, state.beside, panel, hidden, fields],
  );
  const cursor = placeOf(view.cursor.value, rows, columns);
  const {
    drawn: sight,
    first,
    last,
  } = useVirtual({
    scroller,
    count: rows.length,
    pinned: cursor.position,
    height: scene.height ?? HEAD_HEIGHT + ROWS_IN_SIGHT * ROW_HEIGHT,
    scrollTop: view.scrollTop,
    onScroll: (top) => {
      view.scrollTop = top;
    },
  });
  store.texts.version.value; // drawn again when texts arrive
  const drawn = sight.flatMap((position) => rows[position] ?? []);
  useEffect(() => {
    store.texts.want(drawn, fields, rows.subarray(Math.max(0, first - NEAR), last + NEAR));
    const open = view.open.value;
    const seen = [...rows.subarray(first, last + 1)];
    scene.look.at(open === null ? seen : [open, ...seen.filter((row) => row !== open)]);
  });
  for (const row of drawn)
    idWidth.current = Math.max(idWidth.current, idWidthFor(store.texts.get(row)?.sample_id ?? ""));
  const focus = useCursor(scene, scroller, rows);
  useKeptFocus(scroller, IN_GRID, IN_GRID); // a row that has the cursor no more is drawn anew
  const whole = useNextTask();
  const { template, least } = widthsOf(columns, panel, idWidth.current, view.widths.value);
  const board = () => ({ scene, columns, element: scroller.current, focus });

  return (
    <div class="rnb-gw">
      <div
        ref={scroller}
        class="rnb-grid"
        role="grid"
        aria-label="Samples and scores"
        aria-rowcount={rows.length + 1}
        aria-colcount={columns.length}
        aria-multiselectable="true"
        aria-busy={!whole}
        style={{ "--rnb-cols": template, "--rnb-min": `${least}px` }}
        onKeyDown={(event) => onGridKey(event, board())}
        onMouseDown={keepTextUnselected}
        onClick={(event) => onGridClick(event, board())}
      >
        <GridHead view={view} columns={columns} stop={cursor.position === HEAD ? cursor.column : null} />
        <Rows
          scene={scene}
          state={state}
          columns={columns}
          positions={whole ? sight : sight.slice(0, FIRST_ROWS)}
          cursor={cursor}
        />
      </div>
      {rows.length === 0 && <None scene={scene} state={state} />}
    </div>
  );
}

interface RowsProps {
  scene: Scene;
  state: State;
  columns: readonly Column[];
  /** Those to draw. */
  positions: readonly number[];
  cursor: Place;
}

function Rows({ scene, state, columns, positions, cursor }: RowsProps) {
  const { view, order, store } = scene;
  const rows = order.rows.value;
  const [selected, open] = [view.selected.value, view.open.value];
  return (
    <div class="rnb-rows" role="presentation" style={{ height: `${rows.length * ROW_HEIGHT}px` }}>
      {positions.map((position) => {
        const row = rows[position];
        if (row === undefined) return null;
        const hasCursor = position === cursor.position;
        return (
          <Row
            key={hasCursor ? `cursor ${row}` : position % POOL}
            state={state}
            columns={columns}
            row={row}
            position={position}
            stop={hasCursor ? cursor.column : null}
            text={store.texts.get(row)}
            more={store.texts.more}
            selected={selected.has(row)}
            open={open === row}
          />
        );
      })}
    </div>
  );
}

/** False at first, true from the next task on: what is long is drawn in two parts, so that none holds the page. */
function useNextTask(): boolean {
  const [next, setNext] = useState(false);
  useLayoutEffect(() => {
    const timer = setTimeout(() => setNext(true));
    return () => clearTimeout(timer);
  }, []);
  return next;
}

/** Keeps the cursor in sight, and gives it the focus after a key moved it. */
function useCursor({ view }: Scene, scroller: { current: HTMLDivElement | null }, rows: Uint32Array) {
  const focus = useRef(false);
  const lastOpen = useRef(view.open.peek());
  const wanted = view.wanted.value;
  useLayoutEffect(() => {
    const grid = scroller.current;
    if (grid === null) return;
    const cursor = view.cursor.peek();
    if (focus.current && cursor !== null) {
      focus.current = false;
      const line = cursor.row === HEAD ? ".rnb-rh" : `[data-row="${cursor.row}"]`;
      grid.querySelector<HTMLElement>(`${line} [tabindex="0"]`)?.focus({ preventScroll: true });
    }
    const open = view.open.peek();
    if (open !== null && open !== lastOpen.current) view.wanted.value = open;
    lastOpen.current = open;
  });
  useLayoutEffect(() => {
    const position = wanted === null ? -1 : rows.indexOf(wanted);
    if (scroller.current === null || position < 0) return;
    view.wanted.value = null;
    reveal(scroller.current, position);
  }, [wanted, rows, view, scroller]);
  return focus;
}

/** With Shift a click selects rows, not their text. */
function keepTextUnselected(event: MouseEvent): void {
  if (event.shiftKey) event.preventDefault();
}
