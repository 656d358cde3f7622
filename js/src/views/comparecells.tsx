// biome-ignore-all lint/a11y/useSemanticElements: an ARIA grid of plain elements, since a table cannot be virtual
// biome-ignore-all lint/a11y/useFocusableInteractive: the focus moves among the cells; one of them has the Tab stop
import { changeAt, kindOf, told } from "../beside";
import { statusAt, valueAt } from "../blocks";
import * as format from "../format";
import { labelOf } from "../labels";
import { FAILURE_KINDS, STATUSES } from "../protocol";
import type { State } from "../state";
import { whyOf } from "../words";
import { StatusMark } from "./cells";
import type { Column } from "./columns";
import { Delta } from "./comparewords";

interface CompareCellProps {
  place: { "aria-colindex": number; tabIndex: number };
  column: Column;
  state: State;
  row: number;
}

/** A metric in one of both runs, or how it changed. */
export function CompareCell({ place, column, state, row }: CompareCellProps) {
  if (column.kind === "change") return <ChangeCell place={place} column={column} state={state} row={row} />;
  const metric = state.metrics[column.place];
  const of = column.kind === "before" ? state.beside : state;
  if (metric === undefined || of === null) return null;
  const status = STATUSES[statusAt(of.scores, row, column.place)];
  const value = valueAt(of.scores, row, column.place);
  const common = { ...place, class: `rnb-c rnb-num rnb-${column.kind}`, role: "gridcell" } as const;
  if (status === undefined) {
    return (
      <div {...common} title={`${column.label}: run A does not have it`}>
        <span class="rnb-m">–</span>
      </div>
    );
  }
  if (status !== "scored") {
    const why = whyOf(status, of.totals.state, status === "failed" ? FAILURE_KINDS[value] : undefined);
    return (
      <div {...common} title={`${column.label}: ${why}`}>
        <StatusMark status={status} run={of.totals.state} />
      </div>
    );
  }
  const shown = labelOf(metric, value) ?? format.score(value);
  return (
    <div {...common} title={`${column.label}: ${shown}`}>
      {shown}
    </div>
  );
}

function ChangeCell({ place, column, state, row }: CompareCellProps) {
  const metric = state.metrics[column.place];
  const change = changeAt(state, row, column.place);
  if (metric === undefined) return null;
  const kind = Number.isNaN(change) ? "nothing to compare" : (kindOf(metric, change) ?? "other");
  const by = kind === "better" || kind === "worse" ? ` by ${told(Math.abs(change)).slice(1)}` : "";
  return (
    <div {...place} class="rnb-c rnb-num rnb-change" role="gridcell" title={`${metric.name}: ${kind}${by}`}>
      <Delta metric={metric} change={change} />
    </div>
  );
}
