// Puts one view of a run into an element, and takes it away again.
import { render } from "preact";
import { followDetail } from "./detail";
import { createLook } from "./look";
import { followOrder } from "./order";
import { createOrders } from "./orders";
import type { Store } from "./store";
import { createView } from "./view";
import { followFocus } from "./views/focus";
import { Widget } from "./views/widget";

export interface MountOptions {
  runId: string;
  height: number | null;
}

/** Draw the store into the element; returns what undoes it. */
export function mount(el: HTMLElement, store: Store, { runId, height }: MountOptions): () => void {
  const view = createView(store.latest);
  store.latest = view;
  const order = followOrder(store.shown, view);
  const detail = followDetail(store, view.open);
  const orders = createOrders(store);
  const look = createLook(store);
  const uid = `rnb-${Math.random().toString(36).slice(2, 10)}`;

  const root = document.createElement("section");
  root.className = "ragas-nb";
  root.dataset.runId = runId;
  root.setAttribute("aria-label", "Evaluation run");
  root.setAttribute("data-lm-suppress-shortcuts", "true"); // JupyterLab's own single keys rest in here
  root.addEventListener("keydown", keepFromNotebook);
  el.append(root);
  const unfollow = followFocus(root, view);
  const scene = { store, view, order, detail, orders, look, height, uid };
  render(<Widget scene={scene} />, root);

  return () => {
    unfollow();
    render(null, root);
    root.removeEventListener("keydown", keepFromNotebook);
    root.remove();
    order.dispose();
    detail.dispose();
    orders.dispose();
    look.dispose();
  };
}

/** Plain keys end here; combinations such as Ctrl+S go on to the notebook. */
function keepFromNotebook(event: KeyboardEvent): void {
  if (!event.ctrlKey && !event.metaKey && !event.altKey) event.stopPropagation();
}
