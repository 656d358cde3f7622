// What a person tells the run in one view, and what becomes of it.
import { effect, type ReadonlySignal, signal } from "@preact/signals";
import type { Told } from "./channel";
import type { Store } from "./store";

const LATE_MS = 2_000;
export const HELD_BACK =
  "This cell is still running: buttons work when it has finished. Interrupt the kernel to stop now.";

type OrderType = Told["type"];

export interface Orders {
  /** What the run was told and has not done yet. */
  given: ReadonlySignal<OrderType | null>;
  /** Why the last order was not carried out. */
  problem: ReadonlySignal<string | null>;
  /** Tell the run something; settles with why it was not done, or null. */
  send(told: Told): Promise<string | null>;
  /** The same, with the answer in `given` and `problem`. */
  give(told: Told): Promise<void>;
  dispose(): void;
}

/** These are done when the run's state has changed, not when they were heard. */
const CHANGES_STATE: readonly OrderType[] = ["pause", "resume", "cancel"];

export function createOrders({ channel, live }: Store): Orders {
  const given = signal<OrderType | null>(null);
  const problem = signal<string | null>(null);
  let late: ReturnType<typeof setTimeout> | undefined;

  const send = async (told: Told): Promise<string | null> => {
    try {
      await channel.ask(told);
      return null;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  };

  const give = async (told: Told) => {
    clearTimeout(late);
    given.value = told.type;
    problem.value = null;
    if (live.peek()?.run.blocking) {
      late = setTimeout(() => {
        problem.value = HELD_BACK;
      }, LATE_MS);
    }
    const state = live.peek()?.totals.state;
    const found = await send(told);
    clearTimeout(late);
    problem.value = found;
    const waits = CHANGES_STATE.includes(told.type) && live.peek()?.totals.state === state;
    if (found !== null || !waits) given.value = null;
  };

  let before: string | undefined;
  const stop = effect(() => {
    const state = live.value?.totals.state;
    if (state === before) return;
    before = state;
    given.value = null;
    problem.value = null;
  });

  const dispose = () => {
    stop();
    clearTimeout(late);
  };
  return { given, problem, send, give, dispose };
}
