// Talks with the kernel: hello → snapshot, commands → promises. Knows whether the kernel still answers.
import { signal } from "@preact/signals";
import { BadMessage, decode, type FileData, type FoundData, type Incoming } from "./decode";
import type { Command, CommandReply, Hello, RowDetail, RowPage, SetLimit } from "./protocol";

export const HELLO_TIMEOUT_MS = 4_000;
export const COMMAND_TIMEOUT_MS = 15_000;

/** What we use of the notebook's model. Never `set`: a trait change can jam a busy kernel's model for good. */
export interface Model {
  get(name: "saved" | "run_id" | "height" | "picture"): unknown;
  send(content: Command): void;
  on(event: string, listener: (...args: never[]) => void): void;
  off(event: string, listener: (...args: never[]) => void): void;
  /** True for a run in a file: there is no kernel, and none is missed. */
  offline?: boolean;
}

/** `connecting`: no answer yet; `busy`: it talks but does not listen, a cell blocks it; `lost`: it is silent. */
export type Link = "connecting" | "live" | "busy" | "lost";

/** A command without its number; of limits only those are named that change. */
type Sent<C> = C extends SetLimit
  ? Pick<C, "type"> & Partial<Omit<C, "type" | "id">>
  : C extends Command
    ? Omit<C, "id">
    : never;
export type Ask = Sent<Exclude<Command, Hello>>;
/** What the run is told; the others ask for something. */
export type Told = Exclude<Ask, { type: keyof Answers }>;
interface Answers {
  rows: RowPage;
  trace: RowDetail;
  find: FoundData;
  export: FileData;
}
type Answer<T extends Ask["type"]> = T extends keyof Answers ? Answers[T] : CommandReply;

interface Pending {
  resolve(answer: Incoming): void;
  reject(error: Error): void;
  timer: ReturnType<typeof setTimeout>;
}

export type Channel = ReturnType<typeof createChannel>;

/** Open the channel of a model; `receive` gets every good message and says when a snapshot is needed. */
export function createChannel(model: Model, receive: (message: Incoming) => "fine" | "gap") {
  const link = signal<Link>("connecting");
  const pending = new Map<number, Pending>();
  // Answers go to every page that shows the run: ids start at random so that two pages do not take each other's.
  let nextId = Math.floor(Math.random() * 2 ** 30) * 2 ** 16;
  let awaited: ReturnType<typeof setTimeout> | undefined;
  let heard = false;
  let complained = false;

  const post = (command: Command): boolean => {
    try {
      model.send(command);
      return true;
    } catch {
      return false; // the connection is closed: the same as a kernel that does not answer
    }
  };

  const hello = () => {
    if (awaited !== undefined) return;
    heard = false;
    awaited = setTimeout(() => {
      awaited = undefined;
      link.value = heard ? "busy" : "lost";
    }, HELLO_TIMEOUT_MS);
    post({ type: "hello", id: nextId++ });
  };

  const settle = (message: Extract<Incoming, { id: number }>) => {
    const waiting = pending.get(message.id);
    if (waiting === undefined) return;
    pending.delete(message.id);
    clearTimeout(waiting.timer);
    if (link.value === "busy") link.value = "live";
    if (message.type === "reply" && !message.ok)
      waiting.reject(new Error(message.error ?? "The kernel refused."));
    else waiting.resolve(message);
  };

  const accept = (message: Incoming) => {
    const found = receive(message);
    heard = true;
    if (link.value === "lost") link.value = "busy";
    if (message.type === "snapshot" && message.hello === null) {
      if (link.value !== "live") link.value = "busy";
    } else if (message.type === "snapshot") {
      clearTimeout(awaited);
      awaited = undefined;
      link.value = "live";
    } else if (message.type !== "batch" && message.type !== "show") settle(message);
    if (found === "gap") hello();
  };

  const listen = (content: unknown, buffers: unknown) => {
    try {
      accept(decode(content, buffers));
    } catch (error) {
      if (!(error instanceof BadMessage)) throw error;
      // biome-ignore lint/suspicious/noConsole: the one place where a broken kernel side is reported
      if (!complained) console.error(`ragas_nb: a message was ignored: ${error.message}`);
      complained = true;
    }
  };

  /** Send a command; settles with its answer, or with an error after the time-out. */
  const ask = <T extends Ask>(command: T): Promise<Answer<T["type"]>> =>
    new Promise((resolve, reject) => {
      const id = nextId++;
      const give = resolve as (answer: Incoming) => void;
      const timer = setTimeout(() => {
        pending.delete(id);
        reject(new Error("The kernel has not answered."));
        hello();
      }, COMMAND_TIMEOUT_MS);
      pending.set(id, { resolve: give, reject, timer });
      if (!post({ ...command, id } as Command)) {
        clearTimeout(timer);
        pending.delete(id);
        reject(new Error("The kernel is not connected."));
        hello();
      }
    });

  model.on("msg:custom", listen);
  model.on("comm_live_update", hello);

  const dispose = () => {
    model.off("msg:custom", listen);
    model.off("comm_live_update", hello);
    clearTimeout(awaited);
    for (const { timer, reject } of pending.values()) {
      clearTimeout(timer);
      reject(new Error("The widget was closed."));
    }
    pending.clear();
  };

  return { link, hello, ask, dispose };
}
