// A page with the widget in it, as a notebook would show it.
import type { RenderProps } from "@anywidget/types";
import { act } from "preact/test-utils";
import entry from "../src/index";
import type { FakeModel } from "./kernel";

export interface Page {
  el: HTMLElement;
  /** Show another view of the same model; returns its element and what closes it. */
  show(): Promise<{ el: HTMLElement; close(): Promise<void> }>;
  close(): Promise<void>;
  end(): void;
}

type Props = RenderProps<Record<string, unknown>>;

/** Let timers run and drawings happen, until every part of every widget is drawn. */
export async function settle(): Promise<void> {
  do {
    await act(async () => {
      await new Promise((resolve) => setTimeout(resolve, 40));
    });
  } while (document.querySelector(".rnb-body:empty, .rnb-grid[aria-busy=true]") !== null);
}

export async function open(model: FakeModel): Promise<Page> {
  const widget = entry();
  const props = (el: HTMLElement) => ({ model, el }) as unknown as Props;
  const end = widget.initialize(props(document.body));
  const show = async () => {
    const el = document.createElement("div");
    document.body.append(el);
    const cleanup = widget.render(props(el));
    await settle();
    return {
      el,
      close: async () => {
        cleanup();
        el.remove();
        await settle();
      },
    };
  };
  const { el, close } = await show();
  return { el, close, show, end };
}

/** The element with this role and name; throws when there is none. */
export function byRole(root: ParentNode, role: string, name: string | RegExp): HTMLElement {
  const found = [...root.querySelectorAll<HTMLElement>(`[role="${role}"], ${TAGS[role] ?? "x-none"}`)];
  const hit = found.find((element) => {
    const label = element.getAttribute("aria-label") ?? element.textContent ?? "";
    return typeof name === "string" ? label === name : name.test(label);
  });
  if (hit === undefined) throw new Error(`no ${role} named ${name}`);
  return hit;
}

const TAGS: Readonly<Record<string, string>> = {
  button: "button",
  complementary: "aside",
  region: "section",
};

export async function click(element: Element): Promise<void> {
  element.dispatchEvent(new MouseEvent("click", { bubbles: true }));
  await settle();
}

/** Type a text into a field, in place of what it says. */
export async function type(field: HTMLInputElement, text: string): Promise<void> {
  field.value = text;
  field.dispatchEvent(new InputEvent("input", { bubbles: true }));
  await settle();
}

/** Press a key where the focus is; says whether the notebook would have seen it. */
export async function press(key: string, more: KeyboardEventInit = {}): Promise<boolean> {
  let seen = false;
  const notebook = () => {
    seen = true;
  };
  document.addEventListener("keydown", notebook);
  const target = document.activeElement ?? document.body;
  target.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more }));
  document.removeEventListener("keydown", notebook);
  await settle();
  return seen;
}

/** The rows in the grid, cell by cell, as a person reads them. */
export const gridRows = (el: ParentNode): string[][] =>
  [...el.querySelectorAll("[data-row]")]
    .sort((a, b) => Number(a.getAttribute("aria-rowindex")) - Number(b.getAttribute("aria-rowindex")))
    .map((row) => [...row.children].map((cell) => cell.textContent ?? ""));

/** Where the focus is in the grid: row id and column, from 1. */
export function focused(): [row: string | null, column: number] {
  const cell = document.activeElement?.closest("[aria-colindex]");
  const row = cell?.closest("[role=row]")?.getAttribute("data-row") ?? null;
  return [row, Number(cell?.getAttribute("aria-colindex") ?? 0)];
}
