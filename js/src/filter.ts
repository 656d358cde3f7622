// What a filter says, and what it says when a person has changed a part of it. All pure.
import type { Comparison, Condition, Filter } from "./protocol";

export type { Filter };

export const NO_FILTER: Filter = {
  text: "",
  failed: false,
  undefined: false,
  bins: [],
  conditions: [],
  tags: [],
  changes: [],
};

/** The lowest and the highest that a column may be; null where it is open. */
export interface Limits {
  low: number | null;
  high: number | null;
}

const LOWER: readonly Comparison[] = [">", ">="];
const UPPER: readonly Comparison[] = ["<", "<="];

export function isFiltered({ text, failed, undefined: none, bins, conditions, tags, changes }: Filter) {
  const lists = [bins, conditions, tags, changes];
  return text !== "" || failed || none || lists.some(({ length }) => length > 0);
}

/** The filter without what a person clears with "Clear filters": all but the text looked for. */
export const cleared = ({ text }: Filter): Filter => ({ ...NO_FILTER, text });

/** The bins of a metric that were chosen. */
export function chosenBins({ bins }: Filter, metric: string): ReadonlySet<number> {
  return new Set(bins.find((chosen) => chosen.metric === metric)?.bins);
}

/** The bins with some of them switched: taken out when all of them are in. */
export function toggled(chosen: ReadonlySet<number>, bins: readonly number[]): ReadonlySet<number> {
  const all = bins.every((bin) => chosen.has(bin));
  return new Set(all ? [...chosen].filter((bin) => !bins.includes(bin)) : [...chosen, ...bins]);
}

/** The filter with some bins of one metric switched. */
export function toggleBins(filter: Filter, metric: string, bins: readonly number[]): Filter {
  return withBins(filter, metric, toggled(chosenBins(filter, metric), bins));
}

/** The filter with these bins of one metric; none of them means all. */
export function withBins(filter: Filter, metric: string, chosen: ReadonlySet<number>): Filter {
  const others = filter.bins.filter((bins) => bins.metric !== metric);
  if (chosen.size === 0) return { ...filter, bins: others };
  return { ...filter, bins: [...others, { metric, bins: [...chosen].sort((a, b) => a - b) }] };
}

/** What the conditions say of a column's lowest and highest. */
export function limitsOf({ conditions }: Filter, column: string): Limits {
  const found = (ops: readonly Comparison[]) => {
    const limit = conditions.find((one) => one.column === column && ops.includes(one.op))?.value;
    return typeof limit === "number" ? limit : null;
  };
  return { low: found(LOWER), high: found(UPPER) };
}

/** The filter with one limit of a column; null opens that end. */
export function withLimit(filter: Filter, column: string, end: keyof Limits, value: number | null): Filter {
  const ops = end === "low" ? LOWER : UPPER;
  const others = filter.conditions.filter((one) => one.column !== column || !ops.includes(one.op));
  if (value === null) return { ...filter, conditions: others };
  return { ...filter, conditions: [...others, { column, op: end === "low" ? ">=" : "<=", value }] };
}

export function withoutCondition(filter: Filter, condition: Condition): Filter {
  return { ...filter, conditions: filter.conditions.filter((one) => one !== condition) };
}

/** The filter with a tag switched. */
export function toggleTag(filter: Filter, tag: string): Filter {
  const { tags } = filter;
  return { ...filter, tags: tags.includes(tag) ? tags.filter((one) => one !== tag) : [...tags, tag] };
}
