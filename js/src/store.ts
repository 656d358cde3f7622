// One run in the page: its channel, its state, its texts. Views of the same model share it.
import { batch, computed, type ReadonlySignal, signal } from "@preact/signals";
import { type Channel, createChannel, type Model } from "./channel";
import { decodeSaved, type Incoming } from "./decode";
import type { MetricSummary, RowDetail, Viewing } from "./protocol";
import { fromSaved } from "./saved";
import { summarize } from "./select";
import { fold, type State } from "./state";
import { createTexts, type Texts } from "./texts";
import type { View } from "./view";

export interface Store {
  channel: Channel;
  /** Whether it is a run in a file, which nothing can change. */
  offline: boolean;
  /** The live state; null until the first snapshot. */
  live: ReadonlySignal<State | null>;
  /** What is shown: the live state, else the saved one, else null. */
  shown: ReadonlySignal<State | null>;
  summaries: ReadonlySignal<readonly MetricSummary[]>;
  texts: Texts;
  /** What a view that opens starts from: the first snapshot tells it. */
  begun: ReadonlySignal<Viewing | null>;
  /** What the user's code asked the views to show last. */
  shows: ReadonlySignal<Viewing | null>;
  /** A row in full, of the run or of the one beside it. */
  askTrace(row: number, beside: boolean): Promise<RowDetail>;
  /** The youngest view, in whose place the next one starts. */
  latest: View | null;
  dispose(): void;
}

export function createStore(model: Model): Store {
  const live = signal<State | null>(null);
  const begun = signal<Viewing | null>(null);
  const shows = signal<Viewing | null>(null);
  let told: Viewing | null = null;
  let newest: State | null = null;
  let frame = 0;

  const publish = () =>
    batch(() => {
      frame = 0;
      if (live.value === null && saved !== null) {
        texts.clear(); // until now the saved rows were all rows, counted from 0
        texts.put(saved.rows.map(({ text }) => text));
      }
      live.value = newest;
      begun.value ??= told;
    });

  const receive = (message: Incoming): "fine" | "gap" => {
    if (message.type === "rows") texts.put(message.rows);
    if (message.type === "snapshot") told ??= message.viewing;
    if (message.type === "show") {
      if (begun.peek() === null) told = message.viewing;
      else shows.value = message.viewing;
    }
    if (message.type !== "snapshot" && message.type !== "batch") return "fine";
    const folded = fold(newest, message);
    if (folded.kind === "gap") return "gap";
    if (folded.kind === "next") {
      newest = folded.state;
      // a page in the background draws no frames: there the state waits, and only the newest is drawn
      if (frame === 0) frame = requestAnimationFrame(publish);
    }
    return "fine";
  };

  const channel = createChannel(model, receive);
  const offline = model.offline ?? false;
  const texts = createTexts((rows, fields) => channel.ask({ type: "rows", rows, fields }));
  const saved = decodeSaved(model.get("saved"));
  const restored = saved && fromSaved(saved);
  if (saved) texts.put(saved.rows.map(({ text }, row) => ({ ...text, row })));

  const shown = computed(() => live.value ?? restored);
  const summaries = computed(() => {
    const state = live.value;
    if (state === null) return saved?.summaries ?? [];
    return state.metrics.map((metric, m) => summarize(metric, state.tallies[m] ?? NOTHING));
  });

  const dispose = () => {
    cancelAnimationFrame(frame);
    channel.dispose();
  };

  const askTrace = (row: number, beside: boolean) => channel.ask({ type: "trace", row, beside });
  return { channel, offline, live, shown, summaries, texts, begun, shows, askTrace, latest: null, dispose };
}

const NOTHING = { n: 0, running: 0, undefined: 0, failed: 0, sum: 0, squares: 0, bins: [] };
