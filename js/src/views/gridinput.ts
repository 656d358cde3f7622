// What clicks and keys do in the grid.
import { batch } from "@preact/signals";
import { clearSelection, closeRow, extendTo, pick, selectAll, toggleRow } from "../selection";
import { type Cursor, HEAD } from "../view";
import type { Column } from "./columns";
import { moved, type Place } from "./gridkeys";
import { resizeByKey } from "./resize";
import type { Scene } from "./scene";
import { HEAD_HEIGHT, ROW_HEIGHT } from "./virtual";

/** The grid as its input sees it. */
export interface Board {
  scene: Scene;
  columns: readonly Column[];
  element: HTMLElement | null;
  /** Set when the cursor is to have the focus after the next drawing. */
  focus: { current: boolean };
}

/** Where the cursor stands among the rows shown; at the first row when its own is not there. */
export function placeOf(cursor: Cursor | null, rows: Uint32Array, columns: readonly Column[]): Place {
  const found = columns.findIndex(({ key }) => key === cursor?.column);
  const column = Math.max(0, found);
  if (cursor === null) return { position: rows.length > 0 ? 0 : HEAD, column };
  if (cursor.row === HEAD || rows.length === 0) return { position: HEAD, column };
  return { position: Math.max(0, rows.indexOf(cursor.row)), column };
}

/** Scroll as little as needed to have a row wholly in sight, below the head. */
export function reveal(grid: HTMLElement, position: number): void {
  const top = position * ROW_HEIGHT;
  const least = top + ROW_HEIGHT + HEAD_HEIGHT - grid.clientHeight;
  if (grid.scrollTop > top) grid.scrollTop = top;
  else if (grid.scrollTop < least) grid.scrollTop = least;
}

/** A click selects the row and opens it; with Ctrl it takes the row in or out, with Shift it extends. */
export function onGridClick(event: MouseEvent, { scene, columns, focus }: Board): void {
  if (!(event.target instanceof Element)) return;
  const { view, order } = scene;
  const found = event.target.closest("[data-row]")?.getAttribute("data-row");
  if (found === null || found === undefined) return;
  const row = Number(found);
  const index = event.target.closest("[aria-colindex]")?.getAttribute("aria-colindex");
  focus.current = true;
  batch(() => {
    if (event.shiftKey) extendTo(view, order.rows.value, row);
    view.cursor.value = { row, column: columns[Number(index ?? 1) - 1]?.key ?? "" };
    if (event.shiftKey) return;
    if (event.ctrlKey || event.metaKey) toggleRow(view, row);
    else pick(view, row);
  });
}

/** What the grid does with a key; keys that it knows end here. */
export function onGridKey(event: KeyboardEvent, board: Board): void {
  if (board.element === null || !(acts(event, board) || moves(event, board))) return;
  event.preventDefault();
  event.stopPropagation();
}

/** Keys that select, open, close and resize; says whether this was one. */
function acts(event: KeyboardEvent, { scene, columns }: Board): boolean {
  const { view, order } = scene;
  const rows = order.rows.value;
  const place = placeOf(view.cursor.value, rows, columns);
  const row = rows[place.position];
  if (event.key === "Escape") {
    if (view.open.value !== null) closeRow(view);
    else if (view.selected.value.size > 0) clearSelection(view);
    else return false;
    return true;
  }
  if ((event.ctrlKey || event.metaKey) && event.key === "a") {
    selectAll(view, rows);
    return true;
  }
  if (resizes(event, view, columns)) return true;
  if (row === undefined) return false;
  if (event.key === "Enter") pick(view, row);
  else if (event.key === " ") toggleRow(view, row);
  else return false;
  return true;
}

/** Shift with ← or → on a head. */
function resizes({ key, shiftKey, target }: KeyboardEvent, view: Scene["view"], columns: readonly Column[]) {
  const by = RESIZES[key];
  const head = target instanceof Element ? target.closest("[role=columnheader]") : null;
  const column = columns[Number(head?.getAttribute("aria-colindex")) - 1];
  if (!shiftKey || by === undefined || head === null || column === undefined) return false;
  resizeByKey(view, column, head, by);
  return true;
}

const RESIZES: Readonly<Record<string, 1 | -1>> = { ArrowLeft: -1, ArrowRight: 1 };

/** Keys that move the cursor; an open row follows it, and with Shift the selection does. */
function moves(event: KeyboardEvent, { scene, columns, element, focus }: Board): boolean {
  const { view, order } = scene;
  const rows = order.rows.value;
  const place = placeOf(view.cursor.value, rows, columns);
  const page = Math.max(1, Math.floor(((element?.clientHeight ?? 0) - HEAD_HEIGHT) / ROW_HEIGHT) - 1);
  const next = moved(event, place, { rows: rows.length, columns: columns.length, page });
  if (next === null) return false;
  const row = rows[next.position] ?? HEAD;
  const extends_ = event.shiftKey && next.position !== place.position && row !== HEAD;
  focus.current = true;
  batch(() => {
    if (extends_) {
      view.anchor ??= rows[place.position] ?? null;
      extendTo(view, rows, row);
    } else if (row !== HEAD && view.open.value !== null) pick(view, row);
    else view.anchor = null;
    view.cursor.value = { row, column: columns[next.column]?.key ?? "" };
  });
  if (row !== HEAD && element !== null) reveal(element, next.position);
  return true;
}
