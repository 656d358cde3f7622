// Keeps the focus where a person left it when buttons come and go.
import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { Focus, View } from "../view";

/** What has the focus in the tree that a node is in: of a shadow root the document tells only its host. */
export function focusedAround(node: Node | null): Element | null {
  const root = node?.getRootNode();
  const focused = root && "activeElement" in root ? root.activeElement : null;
  return focused instanceof Element ? focused : null;
}

/**
 * When what has the focus in `whole` goes away with a drawing, the focus goes to `next` in there, else to
 * `elsewhere` in the widget.
 */
export function useKeptFocus(whole: RefObject<HTMLElement | null>, next: string, elsewhere: string): void {
  const held = useRef<Element | null>(null);
  const had = whole.current?.contains(focusedAround(whole.current)) ?? false; // before this drawing
  held.current = had ? (whole.current?.closest(".ragas-nb") ?? null) : null;
  useLayoutEffect(() => {
    const root = held.current;
    if (root === null || root.contains(focusedAround(root))) return;
    const found =
      whole.current?.querySelector<HTMLElement>(next) ?? root.querySelector<HTMLElement>(elsewhere);
    found?.focus({ preventScroll: true });
  });
}

/** The one cell of the grid that the Tab key reaches. */
export const IN_GRID = '.rnb-rows [tabindex="0"]';

/** The parts of the widget, and what gets the focus there when the element that had it is gone. */
const PARTS: Readonly<Record<string, string>> = {
  ".rnb-orders": "button:not([disabled])",
  ".rnb-cards": "[tabindex='0']",
  ".rnb-tools": "button:not([disabled])",
  ".rnb-grid": IN_GRID,
  ".rnb-panel": ".rnb-pb",
  ".rnb-two": ".rnb-pb",
};

/** Follow the focus in a view: it is the view's until a person takes it elsewhere. Returns what ends that. */
export function followFocus(root: HTMLElement, view: View): () => void {
  const enter = (event: FocusEvent) => {
    if (event.target instanceof HTMLElement) view.focus = told(event.target);
  };
  const leave = () => {
    // A host that shows the run anew takes the whole view away: then nobody has left it.
    setTimeout(() => {
      if (root.isConnected && !root.contains(focusedAround(root))) view.focus = null;
    });
  };
  root.addEventListener("focusin", enter);
  root.addEventListener("focusout", leave);
  return () => {
    root.removeEventListener("focusin", enter);
    root.removeEventListener("focusout", leave);
  };
}

/** A view that takes the place of one that had the focus has it too, once it is drawn. */
export function useTakenFocus(view: View, root: () => Element | null, drawn: boolean): void {
  const taken = useRef(view.focus);
  useEffect(() => {
    const focus = taken.current;
    if (!drawn || focus === null) return;
    taken.current = null;
    const isFree = document.activeElement === null || document.activeElement === document.body;
    if (isFree) find(root(), focus)?.focus({ preventScroll: true });
    else view.focus = null;
  }, [view, drawn, root]);
}

const labelOf = (element: Element): string => element.getAttribute("aria-label") ?? element.textContent ?? "";

function told(element: HTMLElement): Focus | null {
  const part = Object.keys(PARTS).find((name) => element.closest(name) !== null);
  return part === undefined ? null : { part, label: labelOf(element) };
}

function find(root: Element | null, { part, label }: Focus): HTMLElement | null {
  const within = root?.querySelector(part) ?? null;
  const same = [...(within?.querySelectorAll<HTMLElement>("button") ?? [])].find(
    (button) => labelOf(button) === label && !button.hasAttribute("disabled"),
  );
  return same ?? within?.querySelector<HTMLElement>(PARTS[part] ?? "button") ?? null;
}
