import { useEffect, useRef, useState } from "preact/hooks";
import * as format from "../format";
import type { State } from "../state";
import { settled } from "./header";

const CALM_MS = 5_000;

/** Tells a screen reader how the run goes, at most every five seconds. */
export function Announcer({ state, rows }: { state: State; rows: number }) {
  const { totals, run } = state;
  const failed = totals.failed > 0 ? `, ${format.count(totals.failed)} failed` : "";
  const shown = rows < state.scores.rows ? ` ${format.count(rows)} rows shown.` : "";
  const done = `${format.count(settled(totals))} of ${format.count(run.samples)} samples done${failed}`;
  return (
    <div class="rnb-sr" role="status" aria-label="Progress">
      {useCalm(`${totals.state.replace("_", " ")}: ${done}.${shown}`)}
    </div>
  );
}

function useCalm(text: string): string {
  const [said, say] = useState(text);
  const newest = useRef(text);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  newest.current = text;
  if (text !== said && timer.current === undefined) {
    timer.current = setTimeout(() => {
      timer.current = undefined;
      say(newest.current);
    }, CALM_MS);
  }
  useEffect(() => () => clearTimeout(timer.current), []);
  return said;
}
