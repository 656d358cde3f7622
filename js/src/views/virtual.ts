// The rows in sight, as a hook: virtual-core does the arithmetic.
import {
  defaultRangeExtractor,
  elementScroll,
  observeElementOffset,
  Virtualizer,
  type VirtualizerOptions,
} from "@tanstack/virtual-core";
import type { RefObject } from "preact";
import { useLayoutEffect, useReducer, useRef } from "preact/hooks";

export const ROW_HEIGHT = 28;
const OVERSCAN = 4;

/** Tell of the scroller's size when it changes. Its first size is known, and to ask for it would cost a layout. */
function followRect(
  { scrollElement }: Virtualizer<HTMLDivElement, HTMLDivElement>,
  tell: (rect: { width: number; height: number }) => void,
): (() => void) | undefined {
  if (scrollElement === null || typeof ResizeObserver === "undefined") return undefined;
  const observer = new ResizeObserver(([entry]) => {
    const box = entry?.borderBoxSize[0];
    if (box) tell({ width: Math.round(box.inlineSize), height: Math.round(box.blockSize) });
  });
  observer.observe(scrollElement, { box: "border-box" });
  return () => observer.disconnect();
}

interface Options {
  scroller: RefObject<HTMLDivElement | null>;
  count: number;
  /** A row to keep even out of sight, since it holds the focus; −1 for none. */
  pinned: number;
  height: number;
  scrollTop: number;
  onScroll(top: number): void;
}

/** The positions to draw, and the first and last one in sight. */
export function useVirtual({ scroller, count, pinned, height, scrollTop, onScroll }: Options): {
  drawn: readonly number[];
  first: number;
  last: number;
} {
  const [, redraw] = useReducer((n: number) => n + 1, 0);
  const held = useRef<Virtualizer<HTMLDivElement, HTMLDivElement> | null>(null);
  const scrolled = useRef(false);
  const options: VirtualizerOptions<HTMLDivElement, HTMLDivElement> = {
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: OVERSCAN,
    initialOffset: scrollTop,
    initialRect: { width: 0, height },
    scrollToFn: (top, how, virtual) => {
      if (top > 0 || scrolled.current) elementScroll(top, how, virtual); // at the top it costs a layout for nothing
    },
    observeElementRect: followRect,
    observeElementOffset,
    rangeExtractor: (range: Parameters<typeof defaultRangeExtractor>[0]) => {
      const rows = defaultRangeExtractor(range);
      return pinned < 0 || pinned >= count || rows.includes(pinned)
        ? rows
        : [...rows, pinned].sort((a, b) => a - b);
    },
    onChange: (virtual: Virtualizer<HTMLDivElement, HTMLDivElement>) => {
      scrolled.current ||= (virtual.scrollOffset ?? 0) > 0;
      onScroll(virtual.scrollOffset ?? 0);
      redraw(undefined);
    },
  };
  held.current ??= new Virtualizer(options);
  const virtual = held.current;
  virtual.setOptions(options);
  useLayoutEffect(() => virtual._didMount(), [virtual]);
  useLayoutEffect(() => virtual._willUpdate());
  const drawn = virtual.getVirtualIndexes();
  const { startIndex: first, endIndex: last } = virtual.range ?? { startIndex: 0, endIndex: -1 };
  return { drawn, first, last };
}
