// What a person chose in one view: the kernel is told the first four, the rest never leaves the page.
import { type Signal, signal } from "@preact/signals";
import { type Filter, NO_FILTER } from "./filter";
import type { Sort, Viewing } from "./protocol";

/** The cursor's row when it stands in the head. */
export const HEAD = -1;

/** The cell that has the focus, or would get it; the columns come and go, so theirs is known by its key. */
export interface Cursor {
  row: number;
  column: string;
}

/** What a view shows before anybody chose anything, as it travels. */
export const NOTHING_CHOSEN: Viewing = { sort: null, filter: NO_FILTER, selected: [], open: null };

export interface View {
  sort: Signal<Sort | null>;
  filter: Signal<Filter>;
  selected: Signal<ReadonlySet<number>>;
  /** The row in the panel. */
  open: Signal<number | null>;
  cursor: Signal<Cursor | null>;
  /** The row that a selection is extended from. */
  anchor: number | null;
  /** A row to bring into sight as soon as it is among those shown. */
  wanted: Signal<number | null>;
  /** The keys of the columns that were hidden. */
  hidden: Signal<ReadonlySet<string>>;
  /** The samples' further fields that were made columns. */
  fields: Signal<readonly string[]>;
  /** The columns that were given a width, in pixels, by their keys. */
  widths: Signal<ReadonlyMap<string, number>>;
  /** Whether long texts are read as Markdown. */
  markdown: Signal<boolean>;
  /** Whether the sheet of keys is open. */
  sheet: Signal<boolean>;
  /** What a screen reader is told of the last thing done. */
  said: Signal<string>;
  /** What was folded open (true) or shut (false) by hand. */
  folds: Signal<ReadonlyMap<string, boolean>>;
  scrollTop: number;
  panelTop: number;
  /** What has the focus, if it is in this view. */
  focus: Focus | null;
}

/** An element as a person would tell it: what it says, and the part of the widget that it is in. */
export interface Focus {
  part: string;
  label: string;
}

/** A view that starts where another one is, or afresh. */
export function createView(like: View | null): View {
  return {
    sort: signal(like?.sort.value ?? null),
    filter: signal(like?.filter.value ?? NO_FILTER),
    selected: signal(like?.selected.value ?? new Set()),
    open: signal(like?.open.value ?? null),
    cursor: signal(like?.cursor.value ?? null),
    anchor: like?.anchor ?? null,
    wanted: signal(null),
    hidden: signal(like?.hidden.value ?? new Set()),
    fields: signal(like?.fields.value ?? []),
    widths: signal(like?.widths.value ?? new Map()),
    markdown: signal(like?.markdown.value ?? false),
    sheet: signal(false),
    said: signal(""),
    folds: signal(like?.folds.value ?? new Map()),
    scrollTop: like?.scrollTop ?? 0,
    panelTop: like?.panelTop ?? 0,
    focus: like?.focus ?? null,
  };
}

export function isOpen(view: View, fold: string, otherwise: boolean): boolean {
  return view.folds.value.get(fold) ?? otherwise;
}

export function setFold(view: View, fold: string, open: boolean): void {
  view.folds.value = new Map(view.folds.value).set(fold, open);
}

/** Show a column, or hide it. */
export function toggleColumn({ hidden }: View, key: string): void {
  const next = new Set(hidden.value);
  if (!next.delete(key)) next.add(key);
  hidden.value = next;
}

/** Make a further field a column, or no more; the columns stay in the order of `all`. */
export function toggleField({ fields }: View, field: string, all: readonly string[]): void {
  const shown = fields.value.includes(field);
  fields.value = all.filter((name) => (name === field ? !shown : fields.value.includes(name)));
}

const LEAST_WIDTH = 40;
const MOST_WIDTH = 800;

/** Give a column a width; null gives it its own back. */
export function setWidth({ widths }: View, key: string, width: number | null): void {
  const next = new Map(widths.value);
  if (width === null) next.delete(key);
  else next.set(key, Math.round(Math.min(MOST_WIDTH, Math.max(LEAST_WIDTH, width))));
  widths.value = next;
}
