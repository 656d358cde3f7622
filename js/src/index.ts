// The anywidget entry: called once for each model, so that the views of a model share its store.
import type { AnyWidget } from "@anywidget/types";
import type { Model } from "./channel";
import { mount } from "./mount";
import { createStore, type Store } from "./store";

const widget = (() => {
  let store: Store | null = null;

  /** The model's store; the kernel is greeted when it is made. */
  const storeOf = (model: Model): Store => {
    if (store === null) {
      store = createStore(model);
      store.channel.hello();
    }
    return store;
  };

  return {
    initialize({ model }) {
      storeOf(model as Model);
      return () => {
        store?.dispose();
        store = null;
      };
    },
    render({ model, el }) {
      const height: unknown = model.get("height");
      return mount(el, storeOf(model as Model), {
        runId: String(model.get("run_id") ?? ""),
        picture: String(model.get("picture") ?? ""),
        height: typeof height === "number" && height > 0 ? height : null,
      });
    },
  };
}) satisfies AnyWidget;

export default widget;
