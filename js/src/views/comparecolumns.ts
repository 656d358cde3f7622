// The grid's columns of a metric that both runs have: A, B and the change, under the metric's name.
import { isShared } from "../beside";
import type { State } from "../state";
import type { Column } from "./columns";

/** The columns of two runs, made of those of one: a metric of both becomes three columns, responses are below. */
export function besideColumns(state: Pick<State, "beside">, columns: readonly Column[]): Column[] {
  return columns
    .filter(({ kind }) => kind !== "response" && kind !== "cost")
    .flatMap((column) =>
      column.kind === "metric" && isShared(state, column.place) ? three(column) : column,
    );
}

function three({ letters, ...column }: Column): Column[] {
  const wide = letters === undefined ? {} : { letters };
  const one = (kind: Column["kind"], short: string): Column => ({
    ...column,
    kind,
    key: `${column.key} ${short}`,
    label: `${column.label} ${short}`,
    short,
    group: column.label,
  });
  return [
    { ...one("before", "A"), ...wide, sort: null },
    { ...one("now", "B"), ...wide },
    one("change", "Δ"),
  ];
}

/** Neighbouring columns of one group: where it begins, and how many they are. */
export function groupsOf(columns: readonly Column[]): { name: string; from: number; span: number }[] {
  const groups: { name: string; from: number; span: number }[] = [];
  for (const [from, { group }] of columns.entries()) {
    const last = groups.at(-1);
    if (group === undefined) continue;
    if (last?.name === group && last.from + last.span === from) last.span++;
    else groups.push({ name: group, from, span: 1 });
  }
  return groups;
}
