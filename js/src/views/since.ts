import { useEffect, useReducer, useRef } from "preact/hooks";

const TICK_MS = 1_000;

/** Seconds since `news` came, drawn again each second while it ticks; 0 while it does not. */
export function useSince(news: object, ticks: boolean): number {
  const came = useRef({ news, at: performance.now() });
  if (came.current.news !== news) came.current = { news, at: performance.now() };
  const [, redraw] = useReducer((n: number, _: undefined) => n + 1, 0);
  useEffect(() => {
    if (!ticks) return;
    const timer = setInterval(() => redraw(undefined), TICK_MS);
    return () => clearInterval(timer);
  }, [ticks]);
  return ticks ? (performance.now() - came.current.at) / 1_000 : 0;
}
