// What the views share: the store of the run, this view's own state and what follows from both.
import type { ReadonlySignal } from "@preact/signals";
import type { Detail } from "../detail";
import type { Look } from "../look";
import type { Order } from "../order";
import type { Orders } from "../orders";
import type { State } from "../state";
import type { Store } from "../store";
import type { View } from "../view";

export interface Scene {
  store: Store;
  view: View;
  order: Order;
  detail: Detail;
  orders: Orders;
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

/** Open the row that lies `by` places from the open one. */
export function step({ view, order }: Scene, by: 1 | -1): void {
  const rows = order.rows.value;
  const place = view.open.value === null ? -1 : rows.indexOf(view.open.value);
  const row = rows[place + by];
  if (row === undefined) return;
  view.open.value = row;
  view.cursor.value = { row, column: view.cursor.value?.column ?? "id" };
}
