// Between a view and the kernel: a view starts from what was chosen last, tells what a person chooses, and shows what
// the user's code asks for.
import { batch, effect, untracked } from "@preact/signals";
import { ofOneRun } from "./beside";
import type { Viewing } from "./protocol";
import type { Store } from "./store";
import type { View } from "./view";

export const TELL_MS = 150;

/** What a view shows, to compare: when these are the same, so is what travels. */
interface Chosen {
  mark: string;
  selected: ReadonlySet<number>;
}

/** Keep a view and the kernel at one; `fresh` views start from the first snapshot. Returns what ends that. */
export function followViewing(
  { channel, live, begun, shows }: Store,
  view: View,
  fresh: boolean,
): () => void {
  let known = chosenIn(view);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let starts = fresh;
  let shown = shows.peek();

  const apply = (viewing: Viewing) =>
    untracked(() => {
      const state = live.value;
      show(view, state?.beside ? viewing : ofOneRun(viewing), state?.scores.rows ?? 0);
      known = chosenIn(view);
    });

  const tell = () => {
    timer = undefined;
    const now = chosenIn(view);
    if (isSame(now, known) || live.peek() === null) return;
    known = now;
    channel.ask({ type: "viewed", viewing: viewingOf(view) }).catch(() => {
      // nobody heard it: the next choice is told whole again
    });
  };

  const stops = [
    effect(() => {
      const viewing = begun.value;
      if (!starts || viewing === null) return;
      starts = false;
      apply(viewing);
    }),
    effect(() => {
      const viewing = shows.value;
      if (viewing === shown || viewing === null) return;
      shown = viewing;
      apply(viewing);
    }),
    effect(() => {
      if (isSame(chosenIn(view), known)) return;
      clearTimeout(timer);
      timer = setTimeout(tell, TELL_MS);
    }),
  ];
  return () => {
    for (const stop of stops) stop();
    clearTimeout(timer);
  };
}

/** What a view shows, as it travels. */
function viewingOf({ sort, filter, selected, open }: View): Viewing {
  return {
    sort: sort.peek(),
    filter: filter.peek(),
    selected: [...selected.peek()],
    open: open.peek(),
  };
}

function chosenIn({ sort, filter, selected, open }: View): Chosen {
  return { mark: JSON.stringify([sort.value, filter.value, open.value]), selected: selected.value };
}

const isSame = (a: Chosen, b: Chosen): boolean => a.mark === b.mark && a.selected === b.selected;

/** Show what was asked for, as far as there are such rows; the row that is open comes into sight. */
function show(view: View, { sort, filter, selected, open }: Viewing, rows: number): void {
  const there = (row: number) => row >= 0 && row < rows;
  batch(() => {
    view.sort.value = sort;
    view.filter.value = filter;
    view.selected.value = new Set(selected.filter(there));
    view.open.value = open !== null && there(open) ? open : null;
    const row = view.open.value ?? selected.find(there);
    if (row === undefined) return;
    view.cursor.value = { row, column: view.cursor.value?.column ?? "id" };
    view.wanted.value = row;
  });
}
