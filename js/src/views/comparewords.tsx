// What stands for the two runs, and for what changed between them.
import { kindOf, told } from "../beside";
import type { MetricColumn } from "../protocol";

const TRIANGLES = { up: "M4 1 8 7H0z", down: "M0 1h8L4 7z" } as const;
const COLOURS = { better: " rnb-better", worse: " rnb-worse", equal: " rnb-m" } as const;

export function Badge({ run }: { run: "A" | "B" }) {
  return <span class={`rnb-ab${run === "B" ? " rnb-ab-b" : ""}`}>{run}</span>;
}

/** A change with its sign: the triangle says up or down, the colour better or worse. */
export function Delta({ metric, change }: { metric: MetricColumn; change: number }) {
  if (Number.isNaN(change)) return <span class="rnb-m">–</span>;
  const kind = kindOf(metric, change);
  if (kind === "equal") {
    return (
      <span class="rnb-d rnb-m">
        <span aria-hidden="true">=</span>
        <span class="rnb-sr">equal</span>
      </span>
    );
  }
  if (kind === null) {
    return (
      <span class="rnb-d">
        <span aria-hidden="true">≠</span>
        <span class="rnb-sr">other</span>
      </span>
    );
  }
  return (
    <span class={`rnb-d${COLOURS[kind]}`}>
      <svg class="rnb-tri" viewBox="0 0 8 8" aria-hidden="true">
        <path d={TRIANGLES[change > 0 ? "up" : "down"]} />
      </svg>
      {told(change)}
      {!metric.higher_is_better && <span class="rnb-sr">, {kind}</span>}
    </span>
  );
}
