// Bars that are counts and filters: one Tab stop, arrows inside.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { chosenBins, toggleBins, toggled, withBins } from "../filter";
import { isLive, type Scene } from "./scene";

export interface Bar {
  /** What a click filters by. */
  bins: readonly number[];
  /** What it counts, in words. */
  label: string;
  class: string;
  style: Record<string, string>;
  content?: ComponentChildren;
}

interface BarsProps {
  scene: Scene;
  metric: string;
  /** The metric's place. */
  place: number;
  kind: string;
  bars: readonly Bar[];
  /** All of them in words, for where they are only a picture. */
  picture: string;
  /** What they are when they can be chosen. */
  choice: string;
  /** Whether they lie one below the other. */
  listed?: boolean;
}

export function Bars({ scene, metric, place, kind, bars, picture, choice, listed = false }: BarsProps) {
  const { filter } = scene.view;
  const chosen = chosenBins(filter.value, metric);
  const [moved, setActive] = useState(0);
  const active = Math.min(moved, bars.length - 1);
  const live = isLive(scene);
  const name = `${kind}${chosen.size > 0 ? " rnb-filtered" : ""}`;
  const drawn = bars.map((bar, at) => {
    const common = {
      id: `${scene.uid}-${place}-${at}`,
      class: `rnb-b ${bar.class}${at === active ? " rnb-active" : ""}`,
      title: bar.label,
      style: bar.style,
    };
    if (!live) {
      return (
        <span key={at} {...common}>
          {bar.content}
        </span>
      );
    }
    return (
      // biome-ignore lint/a11y/useFocusableInteractive lint/a11y/useKeyWithClickEvents: the list box has the focus and the keys
      <span
        key={at}
        {...common}
        role="option"
        aria-selected={bar.bins.length > 0 && bar.bins.every((bin) => chosen.has(bin))}
        aria-label={bar.label}
        onClick={() => {
          setActive(at);
          filter.value = toggleBins(filter.value, metric, bar.bins);
        }}
      >
        {bar.content}
      </span>
    );
  });
  if (!live) {
    return (
      <div class={name} role="img" aria-label={picture}>
        {drawn}
      </div>
    );
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const next = keyed(event, active, bars, chosen, listed);
    if (next === null) return;
    event.preventDefault();
    event.stopPropagation();
    setActive(next.active);
    if (next.chosen) filter.value = withBins(filter.value, metric, next.chosen);
  };
  return (
    <div
      class={name}
      role="listbox"
      tabIndex={0}
      aria-label={choice}
      aria-multiselectable="true"
      aria-orientation={listed ? "vertical" : "horizontal"}
      aria-activedescendant={`${scene.uid}-${place}-${active}`}
      onKeyDown={onKeyDown}
    >
      {drawn}
    </div>
  );
}

const STEPS: Readonly<Record<string, 1 | -1>> = { ArrowLeft: -1, ArrowRight: 1 };
const LISTED_STEPS: typeof STEPS = { ...STEPS, ArrowUp: -1, ArrowDown: 1 };

/** What a key does among bars: move, extend, toggle, clear; null for other keys. */
function keyed(
  { key, shiftKey }: KeyboardEvent,
  active: number,
  bars: readonly Bar[],
  chosen: ReadonlySet<number>,
  listed: boolean,
) {
  const binsOf = (bar: number) => bars[bar]?.bins ?? [];
  const by = (listed ? LISTED_STEPS : STEPS)[key];
  if (by !== undefined) {
    const next = Math.min(bars.length - 1, Math.max(0, active + by));
    const extended = new Set([...chosen, ...binsOf(active), ...binsOf(next)]);
    return shiftKey ? { active: next, chosen: extended } : { active: next };
  }
  if (key === "Enter" || key === " ") return { active, chosen: toggled(chosen, binsOf(active)) };
  return key === "Escape" && chosen.size > 0 ? { active, chosen: new Set<number>() } : null;
}
