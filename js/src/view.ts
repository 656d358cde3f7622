// What a person chose in one view. It never leaves the page; the next view of the run starts from it.
import { type Signal, signal } from "@preact/signals";
import type { Viewing } from "./protocol";
import { type Filter, NO_FILTER, type Sort } from "./select";

/** The cursor's row when it stands in the head. */
export const HEAD = -1;

/** The cell that has the focus, or would get it; the columns come and go, so theirs is known by its label. */
export interface Cursor {
  row: number;
  column: string;
}

/** What a view shows before anybody chose anything, as it travels. */
export const NOTHING_CHOSEN: Viewing = {
  sort: null,
  filter: {
    text: "",
    failed: false,
    undefined: false,
    bins: [],
    conditions: [],
    tags: [],
    changes: [],
  },
  selected: [],
  open: null,
};

export interface View {
  sort: Signal<Sort | null>;
  filter: Signal<Filter>;
  cursor: Signal<Cursor | null>;
  /** The row in the panel. */
  open: Signal<number | null>;
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
    cursor: signal(like?.cursor.value ?? null),
    open: signal(like?.open.value ?? null),
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
