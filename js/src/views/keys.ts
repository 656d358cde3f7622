// The keys that work wherever the focus is in the widget; the grid, the bars and the forms have their own besides.
import { clearSelection, closeRow } from "../selection";
import { focusedAround, IN_GRID } from "./focus";
import { type Scene, step } from "./scene";

/** All keys there are, by where they work. */
export const KEYS: readonly (readonly [
  where: string,
  keys: readonly (readonly [keys: string[], does: string])[],
])[] = [
  [
    "Everywhere",
    [
      [["/"], "search in the texts"],
      [["j"], "next row"],
      [["k"], "previous row"],
      [["Esc"], "close what is open, then clear the selection"],
      [["?"], "all keys"],
    ],
  ],
  [
    "Grid",
    [
      [["↑", "↓", "←", "→"], "move"],
      [["Home", "End"], "first, last column; with Ctrl row"],
      [["PageUp", "PageDown"], "a page up, down"],
      [["Enter"], "open the row"],
      [["Space"], "select the row, or not"],
      [["Shift ↑", "Shift ↓"], "select more rows"],
      [["Ctrl A"], "select all rows shown"],
    ],
  ],
  [
    "Column head",
    [
      [["Enter"], "sort"],
      [["Shift ←", "Shift →"], "narrower, wider"],
    ],
  ],
  [
    "Bars of a metric",
    [
      [["←", "→"], "move"],
      [["Enter"], "show only these rows"],
      [["Shift ←", "Shift →"], "choose more"],
      [["Esc"], "show all again"],
    ],
  ],
];

/** Listen for them in the widget; returns what ends that. */
export function followKeys(root: HTMLElement, scene: Scene): () => void {
  const listen = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (event.key !== "Escape" && isTyping(event.target)) return;
    if (!act(event.key, root, scene)) return;
    event.preventDefault();
    event.stopPropagation();
  };
  root.addEventListener("keydown", listen);
  return () => root.removeEventListener("keydown", listen);
}

/** Whether a key is a letter of what is being typed. */
function isTyping(target: EventTarget | null): boolean {
  if (target instanceof HTMLInputElement) return target.type !== "checkbox";
  return target instanceof HTMLTextAreaElement || (target instanceof HTMLElement && target.isContentEditable);
}

/** Do what a key asks for; says whether it is one of ours. */
function act(key: string, root: HTMLElement, scene: Scene): boolean {
  const { view } = scene;
  switch (key) {
    case "/":
      root.querySelector<HTMLInputElement>(".rnb-search input:not([disabled])")?.focus();
      return true;
    case "?":
      view.sheet.value = true;
      return true;
    case "j":
      step(scene, 1);
      return true;
    case "k":
      step(scene, -1);
      return true;
    case "Escape":
      return closes(root, scene);
    default:
      return false;
  }
}

/** Close the innermost thing that is open; says whether there was one. */
function closes(root: HTMLElement, { view }: Scene): boolean {
  if (view.sheet.value) view.sheet.value = false;
  else if (view.open.value !== null) closeRow(view);
  else if (view.selected.value.size > 0) clearSelection(view);
  else return false;
  if (!root.contains(focusedAround(root))) root.querySelector<HTMLElement>(IN_GRID)?.focus();
  return true;
}
