// Puts one view of a run into an element, and takes it away again.
import { effect } from "@preact/signals";
import { render } from "preact";
import { nameOf } from "./beside";
import { followDetail } from "./detail";
import { createFiles } from "./files";
import { createLook } from "./look";
import { type Find, followOrder } from "./order";
import { createOrders } from "./orders";
import { hidePicture } from "./picture";
import type { Store } from "./store";
import { createView } from "./view";
import { followViewing } from "./viewing";
import { followFocus } from "./views/focus";
import { followKeys } from "./views/keys";
import { Widget } from "./views/widget";

export interface MountOptions {
  runId: string;
  /** The word that marks the widget's static picture; empty where there is none. */
  picture: string;
  height: number | null;
}

/** Draw the store into the element; returns what undoes it. */
export function mount(el: HTMLElement, store: Store, { runId, picture, height }: MountOptions): () => void {
  const view = createView(store.latest);
  const unview = followViewing(store, view, store.latest === null);
  store.latest = view;
  const order = followOrder(store.shown, view, finder(store));
  const detail = followDetail(store, view.open);
  const before = followDetail(store, view.open, true);
  const orders = createOrders(store);
  const look = createLook(store);
  const files = createFiles(store);
  const uid = `rnb-${Math.random().toString(36).slice(2, 10)}`;

  const root = document.createElement("section");
  root.className = "ragas-nb";
  root.dataset.runId = runId;
  const unname = effect(() => root.setAttribute("aria-label", nameOf(store.shown.value)));
  root.setAttribute("data-lm-suppress-shortcuts", "true"); // JupyterLab's own single keys rest in here
  root.addEventListener("keydown", keepFromNotebook);
  el.append(root);
  const showPicture = hidePicture(el, picture, store);
  const unfollow = followFocus(root, view);
  const scene = { store, view, order, detail, before, orders, files, look, height, uid };
  const unkey = followKeys(root, scene);
  render(<Widget scene={scene} />, root);

  return () => {
    showPicture();
    unname();
    unfollow();
    unkey();
    unview();
    render(null, root);
    root.removeEventListener("keydown", keepFromNotebook);
    root.remove();
    order.dispose();
    detail.dispose();
    before.dispose();
    orders.dispose();
    look.dispose();
  };
}

/** Lets the kernel find rows; without one nothing can be found. */
function finder({ channel, live }: Store): Find {
  return async (filter, sort) => {
    if (live.peek() === null) throw new Error("Searching needs the kernel: run the cell again.");
    return (await channel.ask({ type: "find", filter, sort })).order;
  };
}

/** Plain keys end here; combinations such as Ctrl+S go on to the notebook. */
function keepFromNotebook(event: KeyboardEvent): void {
  if (!event.ctrlKey && !event.metaKey && !event.altKey) event.stopPropagation();
}
