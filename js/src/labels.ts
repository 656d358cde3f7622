// Scores that are texts: in the columns they are numbers, the places of their metric's labels.
import type { MetricColumn, MetricSummary, NewLabel } from "./protocol";

export const MOST_BARS = 6;

const FURTHER = "…"; // the kernel's label of everything that came after the many that it numbers

/** How texts are ordered: as a person would, numbers in them by their size. */
export const textOrder = new Intl.Collator(undefined, { numeric: true });

/** A score's label; null where the metric's scores are numbers. */
export function labelOf(metric: MetricColumn, value: number): string | null {
  return metric.labels === null ? null : (metric.labels[value] ?? FURTHER);
}

/** The metrics with labels that are new; null when a label is not the next one of its metric, nor known. */
export function withLabels(metrics: readonly MetricColumn[], news: readonly NewLabel[]) {
  if (news.length === 0) return metrics;
  const all = metrics.map((metric) => (metric.labels ? { ...metric, labels: [...metric.labels] } : metric));
  for (const { metric, number, label } of news) {
    const labels = all[metric]?.labels;
    if (!labels || number < 0 || number > labels.length) return null;
    labels[number] = label;
  }
  return all;
}

/** Each label's place in the order of their texts. */
export function ranksOf(labels: readonly string[]): Uint32Array {
  const ranks = new Uint32Array(labels.length);
  const sorted = labels.map((label, place) => ({ label, place }));
  sorted.sort((a, b) => textOrder.compare(a.label, b.label) || a.place - b.place);
  for (const [rank, { place }] of sorted.entries()) ranks[place] = rank;
  return ranks;
}

/** A bar of a card: a label, or all the others. */
export interface LabelBar {
  label: string;
  /** The places of its labels. */
  places: number[];
  n: number;
}

/** The most frequent labels as they came, and the others in one bar. */
export function barsOf({ labels }: MetricColumn, { n, bins }: MetricSummary): LabelBar[] {
  const all = (labels ?? []).map((label, place) => ({ label, places: [place], n: bins[place] ?? 0 }));
  const told = all.reduce((sum, bar) => sum + bar.n, 0);
  if (all.length <= MOST_BARS && told >= n) return all;
  const often = [...all].sort((a, b) => +(a.label === FURTHER) - +(b.label === FURTHER) || b.n - a.n);
  const shown = new Set(often.slice(0, MOST_BARS - 1));
  const bars = all.filter((bar) => shown.has(bar));
  const places = all.filter((bar) => !shown.has(bar)).flatMap((bar) => bar.places);
  return [...bars, { label: "others", places, n: n - bars.reduce((sum, bar) => sum + bar.n, 0) }];
}
