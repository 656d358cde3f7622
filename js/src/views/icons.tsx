// The icons: 16 × 16, drawn in place (shared symbols would clash between widgets).
const PATHS = {
  pause: "M5.5 3.5v9M10.5 3.5v9",
  play: "M5.5 3.5v9l7-4.5z",
  retry: "M12.8 8a4.8 4.8 0 1 1-1.5-3.5M12.8 2.5v2.6h-2.6",
  info: "M2.5 8a5.5 5.5 0 1 0 11 0a5.5 5.5 0 1 0-11 0M8 7.4v3.4M8 5.2v.1",
  none: "M5 8h6",
  plus: "M8 4v8M4 8h8",
  limits: "M2.5 5h6.5M12.5 5h1M11 3.5v3M2.5 11h1M7 11h6.5M5 9.5v3",
  stop: "M5 4h6a1 1 0 0 1 1 1v6a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V5a1 1 0 0 1 1-1z",
  right: "m6.5 4.5 3.5 3.5-3.5 3.5",
  down: "M4.5 6.5 8 10l3.5-3.5",
  up: "M4.5 9.5 8 6l3.5 3.5",
  check: "m3.5 8.5 3 3 6-7",
  x: "m4.5 4.5 7 7M11.5 4.5l-7 7",
  alert: "M8 2.8 14 13H2zM8 6.8v2.8M8 11.4v.1",
  ring: "M8 2.5A5.5 5.5 0 1 1 2.5 8",
  wait: "M4.8 8a3.2 3.2 0 1 0 6.4 0a3.2 3.2 0 1 0-6.4 0",
  done: "M2.5 8a5.5 5.5 0 1 0 11 0a5.5 5.5 0 1 0-11 0M5.6 8.2l1.7 1.7 3.1-3.5",
  export: "M8 2.5v7M5.2 6.8 8 9.6l2.8-2.8M3 12.5h10",
  search: "M3.2 7a3.8 3.8 0 1 0 7.6 0a3.8 3.8 0 1 0-7.6 0m6.8 3 3.2 3.2",
  filter: "M2.5 4.5h11M4.5 8h7M6.5 11.5h3",
  columns: "M3.5 3h9a1 1 0 0 1 1 1v8a1 1 0 0 1-1 1h-9a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1zM6.2 3v10M9.8 3v10",
  tag: "M3 3h4.6l5.6 5.6-4.6 4.6L3 7.6zM5.8 5.8v.1",
  note: "M3 3.5h10v7H8l-3 2.5v-2.5H3zM5.5 6.2h5M5.5 8h3",
  off: "M2.5 2.5l11 11M6 3.6A5 5 0 0 1 12.6 10M10.6 11.8A5 5 0 0 1 4 5.4",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, small, spin }: { name: IconName; small?: boolean; spin?: boolean }) {
  const kind = `rnb-i${small ? " rnb-small" : ""}${spin ? " rnb-spin" : ""}`;
  return (
    <svg class={kind} viewBox="0 0 16 16" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
