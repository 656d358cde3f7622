// Which rows are selected, and what a click or a key makes of it.
import { batch } from "@preact/signals";
import type { View } from "./view";

/** Select one row and no other, and open it. */
export function pick(view: View, row: number): void {
  batch(() => {
    view.anchor = row;
    if (!isOnly(view, row)) view.selected.value = new Set([row]);
    view.open.value = row;
  });
}

/** Take a row in, or out. */
export function toggleRow(view: View, row: number): void {
  const rows = new Set(view.selected.value);
  if (!rows.delete(row)) rows.add(row);
  view.anchor = row;
  view.selected.value = rows;
}

/** Select the rows shown from where the selection started up to this one. */
export function extendTo(view: View, rows: Uint32Array, row: number): void {
  view.anchor ??= view.cursor.peek()?.row ?? row;
  const [from, to] = [rows.indexOf(view.anchor), rows.indexOf(row)];
  if (to < 0) return;
  const start = from < 0 ? to : from;
  view.selected.value = new Set(rows.subarray(Math.min(start, to), Math.max(start, to) + 1));
}

export function selectAll(view: View, rows: Uint32Array): void {
  view.selected.value = new Set(rows);
}

export function clearSelection(view: View): void {
  view.anchor = null;
  if (view.selected.value.size > 0) view.selected.value = new Set();
}

/** Close the row panel; the row that was selected by opening it is so no more. */
export function closeRow(view: View): void {
  const row = view.open.value;
  if (row === null) return;
  batch(() => {
    if (isOnly(view, row)) view.selected.value = new Set();
    view.open.value = null;
  });
}

const isOnly = ({ selected }: View, row: number): boolean =>
  selected.value.size === 1 && selected.value.has(row);
