// biome-ignore-all lint/a11y/useSemanticElements: an ARIA grid of plain elements, since a table cannot be virtual
// biome-ignore-all lint/a11y/useFocusableInteractive: the focus moves among the cells; one of them has the Tab stop
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { State } from "../state";
import { type Cursor, HEAD } from "../view";
import { type Column, columnsOf, idWidthFor, widthsOf } from "./columns";
import { GridHead } from "./gridhead";
import { moved } from "./gridkeys";
import { None } from "./none";
import { Row } from "./row";
import type { Scene } from "./scene";
import { ROW_HEIGHT, useVirtual } from "./virtual";

const POOL = 64; // more than rows are ever drawn: a row out of sight lends its element to one in sight
const FIRST_ROWS = 6;
const TEXT = 1;
export const HEAD_HEIGHT = 38;
export const ROWS_IN_SIGHT = 13;

/** The samples and their scores; only the rows in sight are in the page. */
export function Grid({ scene, state }: { scene: Scene; state: State }) {
  const { view, order, store } = scene;
  const scroller = useRef<HTMLDivElement>(null);
  const idWidth = useRef(0);
  const rows = order.rows.value;
  const panel = view.open.value !== null;
  const columns = useMemo(() => columnsOf(state.metrics, panel), [state.metrics, panel]);
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
    store.texts.want(drawn);
    const open = view.open.value;
    const seen = [...rows.subarray(first, last + 1)];
    scene.look.at(open === null ? seen : [open, ...seen.filter((row) => row !== open)]);
  });
  for (const row of drawn)
    idWidth.current = Math.max(idWidth.current, idWidthFor(store.texts.get(row)?.sample_id ?? ""));
  const focus = useCursor(scene, scroller);
  const whole = useNextTask();
  const { template, least } = widthsOf(columns, panel, idWidth.current);

  return (
    <div class="rnb-gw">
      <div
        ref={scroller}
        class="rnb-grid"
        role="grid"
        aria-label="Samples and scores"
        aria-rowcount={rows.length + 1}
        aria-colcount={columns.length}
        aria-busy={!whole}
        style={{ "--rnb-cols": template, "--rnb-min": `${least}px` }}
        onKeyDown={(event) => onKey(event, scene, columns, scroller.current, focus)}
        onClick={(event) => onClick(event, scene, columns, focus)}
      >
        <GridHead view={view} columns={columns} stop={cursor.position === HEAD ? cursor.column : null} />
        <div class="rnb-rows" role="presentation" style={{ height: `${rows.length * ROW_HEIGHT}px` }}>
          {(whole ? sight : sight.slice(0, FIRST_ROWS)).map((position) => {
            const row = rows[position];
            if (row === undefined) return null;
            const stop = position === cursor.position ? cursor.column : null;
            return (
              <Row
                key={position === cursor.position ? `cursor ${row}` : position % POOL}
                state={state}
                columns={columns}
                row={row}
                position={position}
                stop={stop}
                text={store.texts.get(row)}
                selected={view.open.value === row}
              />
            );
          })}
        </div>
      </div>
      {rows.length === 0 && <None scene={scene} state={state} />}
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

/** Where the cursor stands among the rows shown; at the first row when its own is not there. */
function placeOf(cursor: Cursor | null, rows: Uint32Array, columns: readonly Column[]) {
  const found = columns.findIndex(({ label }) => label === cursor?.column);
  const column = found >= 0 || cursor === null ? Math.max(0, found) : TEXT; // the column that is always there
  if (cursor === null) return { position: rows.length > 0 ? 0 : HEAD, column };
  if (cursor.row === HEAD || rows.length === 0) return { position: HEAD, column };
  return { position: Math.max(0, rows.indexOf(cursor.row)), column };
}

/** Keeps the cursor in sight, and gives it the focus after a key moved it. */
function useCursor({ view }: Scene, scroller: { current: HTMLDivElement | null }) {
  const wanted = useRef(false);
  const lastOpen = useRef(view.open.peek());
  useLayoutEffect(() => {
    const grid = scroller.current;
    if (grid === null) return;
    const cursor = view.cursor.peek();
    if (wanted.current && cursor !== null) {
      wanted.current = false;
      const line = cursor.row === HEAD ? ".rnb-rh" : `[data-row="${cursor.row}"]`;
      grid.querySelector<HTMLElement>(`${line} [tabindex="0"]`)?.focus({ preventScroll: true });
    }
    const open = view.open.peek();
    if (open !== null && open !== lastOpen.current) {
      reveal(grid, grid.querySelector(`[data-row="${open}"]`));
    }
    lastOpen.current = open;
  });
  return wanted;
}

/** Scroll as little as needed to have a row wholly in sight, below the head. */
function reveal(grid: HTMLElement, line: Element | null): void {
  const position = Number(line?.getAttribute("aria-rowindex") ?? Number.NaN) - 2;
  if (!Number.isNaN(position)) revealPosition(grid, position);
}

function revealPosition(grid: HTMLElement, position: number): void {
  const top = position * ROW_HEIGHT;
  const least = top + ROW_HEIGHT + HEAD_HEIGHT - grid.clientHeight;
  if (grid.scrollTop > top) grid.scrollTop = top;
  else if (grid.scrollTop < least) grid.scrollTop = least;
}

function onClick(
  event: MouseEvent,
  { view }: Scene,
  columns: readonly Column[],
  focus: { current: boolean },
): void {
  if (!(event.target instanceof Element)) return;
  const row = event.target.closest("[data-row]")?.getAttribute("data-row");
  if (row === null || row === undefined) return;
  const index = event.target.closest("[aria-colindex]")?.getAttribute("aria-colindex");
  focus.current = true;
  view.cursor.value = { row: Number(row), column: columns[Number(index ?? 1) - 1]?.label ?? "" };
  view.open.value = Number(row);
}

function onKey(
  event: KeyboardEvent,
  { view, order }: Scene,
  columns: readonly Column[],
  grid: HTMLElement | null,
  focus: { current: boolean },
): void {
  const rows = order.rows.value;
  const place = placeOf(view.cursor.value, rows, columns);
  if (grid === null) return;
  if (event.key === "Enter" && place.position !== HEAD) {
    view.open.value = rows[place.position] ?? null;
  } else if (event.key === "Escape" && view.open.value !== null) {
    view.open.value = null;
  } else {
    const page = Math.max(1, Math.floor((grid.clientHeight - HEAD_HEIGHT) / ROW_HEIGHT) - 1);
    const next = moved(event, place, { rows: rows.length, columns: columns.length, page });
    if (next === null) return;
    const row = rows[next.position] ?? HEAD;
    focus.current = true;
    view.cursor.value = { row, column: columns[next.column]?.label ?? "" };
    if (row !== HEAD) revealPosition(grid, next.position);
    if (row !== HEAD && view.open.value !== null) view.open.value = row;
  }
  event.preventDefault();
  event.stopPropagation();
}
