// What the views share: the store of the run, this view's own state and what follows from both.
import type { ReadonlySignal } from "@preact/signals";
import type { Detail } from "../detail";
import type { Files } from "../files";
import type { Look } from "../look";
import type { Order } from "../order";
import type { Orders } from "../orders";
import { pick } from "../selection";
import type { State } from "../state";
import type { Store } from "../store";
import type { View } from "../view";

export interface Scene {
  store: Store;
  view: View;
  order: Order;
  detail: Detail;
  /** The open row in the run beside, where there is one. */
  before: Detail;
  orders: Orders;
  files: Files;
  look: Look;
  /** Pixels of the grid, its head included; null for the default. */
  height: number | null;
  /** A word no other widget on the page has, for element ids. */
  uid: string;
}

/** Whether the rows are all there and can be asked for; false while only the saved state is shown. */
export const isLive = (scene: Scene): boolean => scene.store.live.value !== null;

/** Whether the kernel can be asked for anything now. */
export const isConnected = (scene: Scene): boolean =>
  isLive(scene) && scene.store.channel.link.value === "live";

export type Shown = ReadonlySignal<State | null>;

/** What a control says on hover that rests while only the saved state is shown. */
export const NO_KERNEL = "No kernel: run the cell again to use this";

/** Open the row that lies `by` places from the open one; the first one where none is open. */
export function step({ view, order }: Scene, by: 1 | -1): void {
  const rows = order.rows.value;
  const from = view.open.value ?? view.cursor.value?.row ?? null;
  const place = from === null ? -1 : rows.indexOf(from);
  const row = rows[view.open.value === null ? Math.max(0, place) : place + by];
  if (row === undefined) return;
  pick(view, row);
  view.cursor.value = { row, column: view.cursor.value?.column ?? "id" };
}
