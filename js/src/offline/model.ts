// Plays the kernel for the widget: answers what it asks from the data of a file.
import type { Model } from "../channel";
import { decode, type SnapshotData } from "../decode";
import type { Command, Fact, Job, Offline, OfflineText, Update } from "../protocol";
import { ROWS_PER_PAGE } from "../protocol";
import { orderOf } from "../select";
import { bitmap } from "../sieve";
import { fold, type State } from "../state";
import { jobsIn } from "./jobs";
import { bytesOf, type Pages, unpacked } from "./packed";
import { rowsSaying } from "./search";

const PAGES_KEPT = 12;
const FILE_ONLY = "This is a saved file: it shows the run and cannot change it.";

type Answer = readonly [message: Update, buffers?: readonly ArrayBufferView[]];
type Listener = (content: unknown, buffers: unknown) => void;

/** The model of a widget whose run is in a file. */
export function createOfflineModel(file: Offline, pages: Pages): Model {
  const listeners = new Set<Listener>();
  const answer = createAnswers(file, pages);

  const send = async (command: Command) => {
    const [message, buffers = []] = await answer(command).catch((error: unknown): Answer => {
      const problem = error instanceof Error ? error.message : String(error);
      return [{ type: "reply", id: command.id, ok: false, error: problem }];
    });
    for (const listener of listeners) listener(message, buffers);
  };

  return {
    offline: true,
    get: (name) => (name === "run_id" ? file.snapshot.run.run_id : null),
    send: (command) => void send(command),
    on: (event, listener) => void (event === "msg:custom" && listeners.add(listener as Listener)),
    off: (_, listener) => void listeners.delete(listener as Listener),
  };
}

function createAnswers(file: Offline, pages: Pages): (command: Command) => Promise<Answer> {
  const buffers = file.buffers.map(bytesOf);
  const state = stateOf(file, buffers);
  const texts = unpacked<OfflineText[]>(pages, "texts", PAGES_KEPT);
  const jobs = unpacked<Job[][]>(pages, "jobs", PAGES_KEPT);
  const traced = new Uint32Array(bytesOf(file.traced).buffer);

  const textOf = async (row: number): Promise<OfflineText> => {
    const page = row < state.scores.rows ? await texts(Math.floor(row / ROWS_PER_PAGE)) : [];
    const found = page[row % ROWS_PER_PAGE];
    if (found === undefined) throw new Error(`There is no row ${row}.`);
    return found;
  };

  const jobsOf = async (row: number): Promise<Job[]> => {
    const place = traced.indexOf(row);
    if (place < 0) return jobsIn(state, row);
    const page = await jobs(Math.floor(place / ROWS_PER_PAGE));
    return page[place % ROWS_PER_PAGE] ?? jobsIn(state, row);
  };

  return async (command) => {
    const { id } = command;
    switch (command.type) {
      case "hello":
        return [{ ...file.snapshot, hello: id }, buffers];
      case "rows": {
        const found = await Promise.all(command.rows.map(textOf));
        return [{ type: "rows", id, rows: found.map(({ text }) => inOrder(text, command.fields)) }];
      }
      case "trace": {
        const { row } = command;
        const [{ text, facts }, found] = await Promise.all([textOf(row), jobsOf(row)]);
        const { sample_id } = text;
        return [
          { type: "trace", id, row, beside: false, sample_id, facts: factsOf(text, facts), jobs: found },
        ];
      }
      case "find": {
        const { text } = command.filter;
        const found = text === "" ? null : await rowsSaying(pages, state.scores.rows, text);
        const rows = orderOf(state, command.sort, command.filter, found && bitmap(found, state.scores.rows));
        return [{ type: "found", id, rows: rows.length }, [rows]];
      }
      case "viewed":
      case "look":
        return [{ type: "reply", id, ok: true, error: null }];
      default:
        throw new Error(FILE_ONLY);
    }
  };

  /** A row's texts with those of all further fields that were asked for, in that order. */
  function inOrder(text: OfflineText["text"], fields: readonly string[]): OfflineText["text"] {
    return { ...text, more: fields.map((field) => text.more[file.snapshot.fields.indexOf(field)] ?? "") };
  }
}

function stateOf(file: Offline, buffers: readonly ArrayBufferView[]): State {
  const folded = fold(null, decode(file.snapshot, [...buffers]) as SnapshotData);
  if (folded.kind !== "next") throw new Error("The file holds no run.");
  return folded.state;
}

/** A sample's fields; as the grid has them where there was no room for more. */
function factsOf({ user_input, response }: OfflineText["text"], facts: Fact[]): Fact[] {
  if (facts.length > 0) return facts;
  return [
    { name: "user_input", text: user_input, texts: null },
    { name: "response", text: response, texts: null },
  ];
}
