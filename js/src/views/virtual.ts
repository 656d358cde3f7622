// The rows in sight, as a hook: all rows are equally high, so that their places are plain arithmetic.
import type { RefObject } from "preact";
import { useLayoutEffect, useReducer, useRef } from "preact/hooks";

export const ROW_HEIGHT = 28;
export const HEAD_HEIGHT = 38;
const OVERSCAN = 2;

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
export interface Sight {
  drawn: readonly number[];
  first: number;
  last: number;
}

export function useVirtual({ scroller, count, pinned, height, scrollTop, onScroll }: Options): Sight {
  const [, redraw] = useReducer((n: number, _: undefined) => n + 1, 0);
  const box = useRef({ top: scrollTop, height });
  const latest = useRef({ count, onScroll });
  latest.current = { count, onScroll };
  const { first, last } = inSight(box.current, count);
  useLayoutEffect(() => {
    const grid = scroller.current;
    if (grid === null) return;
    if (box.current.top > 0) grid.scrollTop = box.current.top; // at the top it would cost a layout for nothing
    /** Take a new place or size; draw only when other rows are in sight. */
    const take = (next: Partial<typeof box.current>) => {
      const before = inSight(box.current, latest.current.count);
      Object.assign(box.current, next);
      const now = inSight(box.current, latest.current.count);
      if (now.first !== before.first || now.last !== before.last) redraw(undefined);
    };
    const scrolled = () => {
      const top = grid.scrollTop;
      latest.current.onScroll(top);
      take({ top });
    };
    grid.addEventListener("scroll", scrolled, { passive: true });
    const unfollow = followHeight(grid, (now) => take({ height: now }));
    return () => {
      grid.removeEventListener("scroll", scrolled);
      unfollow();
    };
  }, [scroller]);
  return { drawn: around(first, last, count, pinned), first, last };
}

function inSight({ top, height }: { top: number; height: number }, count: number) {
  const most = Math.max(0, count * ROW_HEIGHT + HEAD_HEIGHT - height); // where a grid of so many rows ends
  const from = Math.min(Math.max(0, top), most);
  const first = Math.floor(from / ROW_HEIGHT);
  return { first, last: Math.min(count, Math.ceil((from + height) / ROW_HEIGHT)) - 1 };
}

/** The positions from first to last with some around them, and the pinned one wherever it is. */
function around(first: number, last: number, count: number, pinned: number): number[] {
  const from = Math.max(0, first - OVERSCAN);
  const end = Math.min(count, last + 1 + OVERSCAN);
  const drawn = Array.from({ length: Math.max(0, end - from) }, (_, i) => from + i);
  if (pinned >= 0 && pinned < from) return [pinned, ...drawn];
  return pinned >= end && pinned < count ? [...drawn, pinned] : drawn;
}

/** Tell of the grid's height when it changes. Its first one is known, and to ask for it would cost a layout. */
function followHeight(grid: HTMLElement, tell: (height: number) => void): () => void {
  if (typeof ResizeObserver === "undefined") return () => {};
  const observer = new ResizeObserver(([entry]) => {
    const box = entry?.borderBoxSize[0];
    if (box) tell(Math.round(box.blockSize));
  });
  observer.observe(grid, { box: "border-box" });
  return () => observer.disconnect();
}
