// The grid's columns: which there are, what they are called, how wide they are.
import type { MetricColumn } from "../protocol";
import type { State } from "../state";
import { besideColumns } from "./comparecolumns";

/** Of two runs side by side: a metric in A, in B, and its change. */
type Side = "before" | "now" | "change";

export interface Column {
  kind: "id" | "user_input" | "response" | "field" | "metric" | Side | "cost" | "mark";
  /** What no other column has. */
  key: string;
  label: string;
  /** What a click on the head sorts by; null where there is no order. */
  sort: string | null;
  /** Of a metric: its place among the metrics. */
  place: number;
  /** Of a metric with labels: characters of the longest one. */
  letters?: number;
  /** What the head shows of the label, below the name of the group that it belongs to. */
  short?: string;
  group?: string;
}

/** What a person chose of the columns. */
export interface Choice {
  hidden: ReadonlySet<string>;
  fields: readonly string[];
}

/** With the panel beside it the grid leaves to the panel what the panel shows better. */
const IN_PANEL: readonly Column["kind"][] = ["response", "field", "cost"];

const plain = (kind: Column["kind"], label: string = kind, sort: string | null = null): Column => ({
  kind,
  key: kind,
  label,
  sort,
  place: -1,
});

const fieldColumn = (name: string): Column => ({ ...plain("field", name), key: `field ${name}` });

function metricColumn({ name, labels }: MetricColumn, place: number): Column {
  const column: Column = { kind: "metric", key: `metric ${name}`, label: name, sort: name, place };
  return labels === null ? column : { ...column, letters: longest(labels) };
}

/** All columns there can be, in order. */
export function allColumns(state: Shown, fields: readonly string[]): Column[] {
  const columns = [
    plain("id", "id", "id"),
    plain("user_input"),
    plain("response"),
    ...fields.map(fieldColumn),
    ...state.metrics.map(metricColumn),
    plain("cost", "cost, $", "cost"),
    plain("mark", "tags and note"),
  ];
  return state.beside === null ? columns : besideColumns(state, columns);
}

/** What the columns are made of. */
type Shown = Pick<State, "metrics" | "beside">;

/** The columns that are shown. */
export function columnsOf(state: Shown, panel: boolean, { hidden, fields }: Choice): Column[] {
  return allColumns(state, fields).filter(
    ({ kind, key }) => !hidden.has(key) && !(panel && IN_PANEL.includes(kind)),
  );
}

export const isText = ({ kind }: Column): boolean =>
  kind === "user_input" || kind === "response" || kind === "field";

/** Texts share the room that the others leave. */
const SHARES: Partial<Record<Column["kind"], number>> = { user_input: 1.1, response: 1, field: 1 };

/** How wide a column is that nobody gave a width. */
function ownWidth({ kind, letters }: Column, panel: boolean, idWidth: number): number {
  const least = {
    id: idWidth,
    user_input: panel ? 120 : 150,
    response: 150,
    field: 130,
    metric: panel ? 73 : 76,
    before: 41,
    now: 41,
    change: 66,
    cost: 74,
    mark: 28,
  }[kind];
  return letters === undefined ? least : widthForLetters(letters, least, panel);
}

/** Their widths as a grid template, and the least width of all; `given` are those that a person chose. */
export function widthsOf(
  columns: readonly Column[],
  panel: boolean,
  idWidth: number,
  given: ReadonlyMap<string, number>,
) {
  const widthOf = (column: Column) => given.get(column.key) ?? ownWidth(column, panel, idWidth);
  const template = columns.map((column) => {
    const part = given.has(column.key) ? undefined : SHARES[column.kind];
    return part ? `minmax(${widthOf(column)}px,${part}fr)` : `${widthOf(column)}px`;
  });
  const least = columns.reduce((sum, column) => sum + widthOf(column), 0) + 4;
  return { template: template.join(" "), least };
}

const longest = (labels: readonly string[]): number =>
  labels.reduce((most, { length }) => Math.max(most, length), 0);

/** Wide enough for labels of so many characters, within reason. */
function widthForLetters(letters: number, least: number, panel: boolean): number {
  return Math.min(panel ? 110 : 160, Math.max(least, Math.ceil(letters * 6.6) + 28));
}

/** Wide enough for the ids seen so far, within reason. */
export function idWidthFor(id: string): number {
  return Math.min(120, Math.max(50, Math.ceil(id.length * 7.4) + 24));
}
