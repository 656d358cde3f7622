// The grid's columns: which there are, what they are called, how wide they are.
import type { MetricColumn } from "../protocol";
import type { Sort } from "../select";

export interface Column {
  kind: "id" | "user_input" | "response" | "metric" | "cost";
  label: string;
  /** What a click on the head sorts by; null where there is no order. */
  sort: Sort["by"] | null;
  /** Of a metric: its place among the metrics. */
  place: number;
  /** Of a metric with labels: characters of the longest one. */
  letters?: number;
}

/** With the panel beside it the grid leaves to the panel what the panel shows better. */
export function columnsOf(metrics: readonly MetricColumn[], panel: boolean): Column[] {
  const text = (kind: "user_input" | "response"): Column => ({ kind, label: kind, sort: null, place: -1 });
  return [
    { kind: "id", label: "id", sort: "id", place: -1 },
    text("user_input"),
    ...(panel ? [] : [text("response")]),
    ...metrics.map((metric, place): Column => {
      const column = { kind: "metric", label: metric.name, sort: place, place } as const;
      return metric.labels === null ? column : { ...column, letters: longest(metric.labels) };
    }),
    ...(panel ? [] : [{ kind: "cost", label: "cost, $", sort: "cost", place: -1 } satisfies Column]),
  ];
}

/** Their widths as a grid template, and the least width of all. */
export function widthsOf(columns: readonly Column[], panel: boolean, idWidth: number) {
  const widths = {
    id: idWidth,
    user_input: panel ? 120 : 150,
    response: 150,
    metric: panel ? 73 : 76,
    cost: 74,
  };
  const shares: Partial<Record<Column["kind"], number>> = { user_input: 1.1, response: 1 };
  const widthOf = ({ kind, letters }: Column) =>
    letters === undefined ? widths[kind] : widthForLetters(letters, widths[kind], panel);
  const template = columns.map((column) => {
    const part = shares[column.kind];
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
