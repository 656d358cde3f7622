// biome-ignore-all lint/a11y/useSemanticElements: an ARIA grid of plain elements, since a table cannot be virtual
// biome-ignore-all lint/a11y/useFocusableInteractive: the focus moves among the cells; one of them has the Tab stop
import type { ComponentChildren } from "preact";
import { costAt, statusAt, valueAt } from "../blocks";
import * as format from "../format";
import { labelOf } from "../labels";
import type { JobStatus, Mark, MetricColumn, RowText, RunState } from "../protocol";
import { FAILURE_KINDS, STATUSES } from "../protocol";
import { stepOf } from "../select";
import { type State, share } from "../state";
import { isActive, whyOf, wordOf } from "../words";
import type { Column } from "./columns";
import { CompareCell } from "./comparecells";
import { Icon, type IconName } from "./icons";
import { MarkIcons, markInWords } from "./marks";

const LOW = 0.4;

type NoScore = Exclude<JobStatus, "scored">;

/** How a job without a score is shown: an icon, and whether its word is drawn too. */
const MARKS: Readonly<Record<NoScore | "never", { icon?: IconName; word: boolean }>> = {
  pending: { icon: "wait", word: false },
  never: { icon: "none", word: false },
  running: { icon: "ring", word: false },
  undefined: { word: true },
  failed: { icon: "alert", word: true },
};

/** Whether a score is so low that it should stand out. */
export function isLow(metric: MetricColumn, value: number): boolean {
  const place = share(metric, value);
  return (metric.higher_is_better ? place : 1 - place) < LOW;
}

export function StatusMark({ status, run }: { status: NoScore; run: RunState }) {
  const { icon, word } = MARKS[status === "pending" && !isActive(run) ? "never" : status];
  return (
    <span class={`rnb-st rnb-${status}`}>
      {icon && <Icon name={icon} small spin={status === "running"} />}
      <span class={word ? undefined : "rnb-sr"}>{wordOf(status, run)}</span>
    </span>
  );
}

interface CellProps {
  column: Column;
  index: number;
  state: State;
  row: number;
  text: RowText | undefined;
  /** A further field of the row. */
  more: string | undefined;
  /** Whether the Tab key reaches this cell. */
  stop: boolean;
}

export function Cell({ column, index, state, row, text, more, stop }: CellProps) {
  const place = { "aria-colindex": index + 1, tabIndex: stop ? 0 : -1 };
  switch (column.kind) {
    case "id":
      return (
        <div {...place} class="rnb-c rnb-num rnb-id" role="rowheader" title={text?.sample_id}>
          {text?.sample_id ?? <Ghost />}
        </div>
      );
    case "user_input":
      return <TextCell place={place} text={text?.user_input} />;
    case "response":
      return <TextCell place={place} text={text?.response} second />;
    case "field":
      return <TextCell place={place} text={more} second />;
    case "metric":
      return <MetricCell place={place} state={state} m={column.place} row={row} />;
    case "before":
    case "now":
    case "change":
      return <CompareCell place={place} column={column} state={state} row={row} />;
    case "cost":
      return <CostCell place={place} cost={costAt(state.scores, row)} />;
    case "mark":
      return <MarkCell place={place} mark={state.marks.get(row)} />;
    default:
      return column.kind satisfies never;
  }
}

interface Place {
  "aria-colindex": number;
  tabIndex: number;
}

function TextCell({ place, text, second }: { place: Place; text: string | undefined; second?: boolean }) {
  return (
    <div {...place} class={`rnb-c rnb-txt${second ? " rnb-m" : ""}`} role="gridcell" title={text}>
      {text ?? <Ghost wide />}
    </div>
  );
}

/** Where a text will be, if the kernel gives it. */
function Ghost({ wide }: { wide?: boolean }): ComponentChildren {
  return (
    <span class={`rnb-ghost${wide ? " rnb-wide" : ""}`}>
      <span class="rnb-sr">not loaded</span>
    </span>
  );
}

function MetricCell({ place, state, m, row }: { place: Place; state: State; m: number; row: number }) {
  const metric = state.metrics[m];
  const status = STATUSES[statusAt(state.scores, row, m)] ?? "pending";
  const value = valueAt(state.scores, row, m);
  if (metric === undefined) return null;
  if (status !== "scored") {
    const run = state.totals.state;
    const why = whyOf(status, run, status === "failed" ? FAILURE_KINDS[value] : undefined);
    return (
      <div {...place} class="rnb-c rnb-num" role="gridcell" title={`${metric.name}: ${why}`}>
        <StatusMark status={status} run={run} />
      </div>
    );
  }
  const label = labelOf(metric, value);
  if (label !== null) {
    return (
      <div {...place} class="rnb-c rnb-num rnb-lc" role="gridcell" title={`${metric.name}: ${label}`}>
        <span class="rnb-label">{label}</span>
      </div>
    );
  }
  return (
    <div
      {...place}
      class={`rnb-c rnb-sc rnb-s${stepOf(metric, value)}${isLow(metric, value) ? " rnb-low" : ""}`}
      role="gridcell"
      title={`${metric.name} ${format.score(value)}`}
      style={{ "--rnb-v": share(metric, value) }}
    >
      {format.score(value)}
    </div>
  );
}

function CostCell({ place, cost }: { place: Place; cost: number }) {
  const unknown = Number.isNaN(cost);
  return (
    <div
      {...place}
      class="rnb-c rnb-num rnb-cost"
      role="gridcell"
      title={unknown ? "price not known" : undefined}
    >
      {unknown ? "–" : cost > 0 ? cost.toFixed(5) : "0"}
    </div>
  );
}

function MarkCell({ place, mark }: { place: Place; mark: Mark | undefined }) {
  const words = mark && markInWords(mark);
  return (
    <div {...place} class="rnb-c rnb-mark" role="gridcell" title={words}>
      {mark && <MarkIcons mark={mark} />}
      {words && <span class="rnb-sr">{words}</span>}
    </div>
  );
}
