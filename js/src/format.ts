// Numbers as people read them.
const NBSP = "\u00a0";

const WHOLE = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const CENTS = new Intl.NumberFormat("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });

export const count = (n: number): string => WHOLE.format(n);

export const samples = (n: number): string => `${count(n)} ${n === 1 ? "sample" : "samples"}`;

export const score = (value: number): string =>
  value
    .toFixed(2)
    .replace(/^-(?=.*[1-9])/, "−")
    .replace("-", "");

/** Seconds as `0.4 s`, `12 s`, `4 min 12 s`, `2 h 5 min`. */
export function duration(seconds: number): string {
  if (seconds >= 0.05 && seconds < 0.95) return `${seconds.toFixed(1)}${NBSP}s`;
  const s = Math.max(0, Math.round(seconds));
  if (s < 60) return `${s}${NBSP}s`;
  if (s < 3600) return `${Math.floor(s / 60)}${NBSP}min${s % 60 ? `${NBSP}${s % 60}${NBSP}s` : ""}`;
  const minutes = Math.floor((s % 3600) / 60);
  return `${Math.floor(s / 3600)}${NBSP}h${minutes ? `${NBSP}${minutes}${NBSP}min` : ""}`;
}

/** A request's time as `0.4 s`, `1.9 s`, `12 s`; below a tenth in milliseconds. */
export function latency(seconds: number): string {
  if (seconds < 0.095) return `${Math.round(seconds * 1000)}${NBSP}ms`;
  return seconds < 10 ? `${seconds.toFixed(1)}${NBSP}s` : duration(seconds);
}

/** Dollars: cents from one cent up, two significant digits below. */
export function dollars(amount: number): string {
  if (amount <= 0) return "$0.00";
  if (amount >= 0.01) return `$${CENTS.format(amount)}`;
  const digits = Math.min(8, 1 - Math.floor(Math.log10(amount)));
  return `$${amount.toFixed(digits).replace(/0$/, "")}`;
}

/** Tokens as `812`, `22.5 k`, `225 k`, `1.90 M`. */
export function tokens(n: number): string {
  if (n < 1_000) return String(n);
  if (n < 999_500) return `${(n / 1e3).toPrecision(3)}${NBSP}k`;
  return `${(n / 1e6).toFixed(2)}${NBSP}M`;
}

/** Samples per second as `5.0 / s`; slower ones per minute. */
export function rate(perSecond: number): string {
  if (perSecond >= 0.95) return `${perSecond.toFixed(perSecond < 99.5 ? 1 : 0)} / s`;
  return `${(perSecond * 60).toFixed(1)} / min`;
}

export function percent(part: number, whole: number): number {
  return whole > 0 ? Math.floor((100 * part) / whole) : 0;
}
