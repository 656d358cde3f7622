// The static picture of a run stands below its widget in the notebook, for where the widget is not alive.
import { effect } from "@preact/signals";
import type { Store } from "./store";

const WORD = /^[\w-]+$/;

/** Take the widget's picture out of sight as long as the widget has something better to show, within `root`. */
export function hidePicture(root: HTMLElement, picture: string, { shown, channel }: Store): () => void {
  if (!WORD.test(picture)) return () => {};
  const style = document.createElement("style");
  const mark = `[data-picture="${picture}"]`;
  const rule = `${mark}, .jp-OutputArea-child:has(${mark}) { display: none }`;
  root.append(style);
  const stop = effect(() => {
    style.textContent = shown.value === null && channel.link.value === "lost" ? "" : rule;
  });
  return () => {
    stop();
    style.remove();
  };
}
