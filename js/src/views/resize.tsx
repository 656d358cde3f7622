// Makes columns wider and narrower: by pulling the edge of a head, or by Shift and an arrow on it.
import { useRef } from "preact/hooks";
import { setWidth, type View } from "../view";
import type { Column } from "./columns";

export const WIDTH_STEP = 16;

/** The right edge of a column's head; a double click gives the column its own width back. */
export function Edge({ view, column }: { view: View; column: Column }) {
  const pulled = useRef<{ from: number; width: number } | null>(null);
  const onPointerDown = (event: PointerEvent & { currentTarget: HTMLElement }) => {
    if (event.button !== 0) return;
    event.preventDefault();
    event.currentTarget.setPointerCapture(event.pointerId);
    pulled.current = { from: event.clientX, width: widthOf(event.currentTarget) };
  };
  const onPointerMove = (event: PointerEvent) => {
    if (pulled.current === null) return;
    setWidth(view, column.key, pulled.current.width + event.clientX - pulled.current.from);
  };
  const onPointerUp = () => {
    if (pulled.current !== null) tellWidth(view, column);
    pulled.current = null;
  };
  return (
    <span
      class="rnb-edge"
      aria-hidden="true"
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={onPointerUp}
      onPointerCancel={onPointerUp}
      onClick={(event) => event.stopPropagation()}
      onDblClick={() => {
        setWidth(view, column.key, null);
        view.said.value = `${column.label}: its own width again`;
      }}
    />
  );
}

/** Make a column wider or narrower by one step; `head` is any element in its head. */
export function resizeByKey(view: View, column: Column, head: Element, by: 1 | -1): void {
  setWidth(view, column.key, widthOf(head) + by * WIDTH_STEP);
  tellWidth(view, column);
}

const widthOf = (element: Element): number =>
  element.closest("[role=columnheader]")?.getBoundingClientRect().width ?? 0;

function tellWidth(view: View, { key, label }: Column): void {
  view.said.value = `${label}: ${view.widths.value.get(key) ?? 0} pixels wide`;
}
