import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { COMMAND_TIMEOUT_MS, createChannel, HELLO_TIMEOUT_MS } from "../src/channel";
import { BadMessage, type Incoming } from "../src/decode";
import { batch, FakeModel, snapshot, text, trace, wire } from "./kernel";

let model: FakeModel;
let received: Incoming[];
let verdict: "fine" | "gap";

const open = () =>
  createChannel(model, (message) => {
    received.push(message);
    return verdict;
  });

beforeEach(() => {
  vi.useFakeTimers();
  model = new FakeModel();
  received = [];
  verdict = "fine";
});
afterEach(() => void vi.useRealTimers());

describe("the link", () => {
  it("is live once the snapshot has come", () => {
    const channel = open();
    channel.hello();
    expect([channel.link.value, model.sent.map(({ type }) => type)]).toEqual(["connecting", ["hello"]]);
    model.receive(snapshot([[0.5]]));
    vi.advanceTimersByTime(HELLO_TIMEOUT_MS);
    expect([channel.link.value, received]).toEqual(["live", [snapshot([[0.5]])]]);
  });

  it("is lost when nothing comes in time, and live again when it comes late", () => {
    const channel = open();
    channel.hello();
    vi.advanceTimersByTime(HELLO_TIMEOUT_MS - 1);
    expect(channel.link.value).toBe("connecting");
    vi.advanceTimersByTime(1);
    expect(channel.link.value).toBe("lost");
    model.receive(snapshot([[0.5]]));
    expect(channel.link.value).toBe("live");
  });

  it("is busy when the kernel talks but does not answer", () => {
    const channel = open();
    channel.hello();
    model.receive(batch(2, []));
    vi.advanceTimersByTime(HELLO_TIMEOUT_MS);
    expect(channel.link.value).toBe("busy");
  });

  it("is busy while the kernel tells everything unasked, and live once it answers", () => {
    const channel = open();
    channel.hello();
    model.receive(snapshot([[0.5]], { hello: null }));
    expect(channel.link.value).toBe("busy");
    model.receive(snapshot([[0.5]]));
    expect(channel.link.value).toBe("live");
  });

  it("is lost when the connection is closed", () => {
    const channel = open();
    model.closed = true;
    channel.hello();
    vi.advanceTimersByTime(HELLO_TIMEOUT_MS);
    expect(channel.link.value).toBe("lost");
  });

  it("greets again when the host says that the connection changed", () => {
    open();
    for (const listener of model.listeners.get("comm_live_update") ?? []) (listener as () => void)();
    expect(model.count("hello")).toBe(1);
  });

  it("asks once for a snapshot, however many batches show the gap", () => {
    open();
    verdict = "gap";
    model.receive(batch(5, []));
    model.receive(batch(6, []));
    expect(model.count("hello")).toBe(1);
    verdict = "fine";
    model.receive(snapshot([[0.5]]));
    verdict = "gap";
    model.receive(batch(9, []));
    expect(model.count("hello")).toBe(2);
  });
});

describe("a command", () => {
  it("settles with its own answer, whatever the order", async () => {
    const channel = open();
    const first = channel.ask({ type: "trace", row: 1, beside: false });
    const firstId = model.last("trace").id;
    const second = channel.ask({ type: "rows", rows: [3], fields: [] });
    model.reply({ type: "rows", id: model.last("rows").id, rows: [text(3)] });
    model.reply(trace(firstId, 1));
    expect((await second).rows).toEqual([text(3)]);
    expect(await first).toEqual(trace(firstId, 1));
  });

  it("is refused with the kernel's words", async () => {
    const channel = open();
    const asked = channel.ask({ type: "cancel" });
    model.reply({ type: "reply", id: model.last("cancel").id, ok: false, error: "The run is over." });
    await expect(asked).rejects.toThrow("The run is over.");
  });

  it("gives up after a while, and finds out whether the kernel is there", async () => {
    const channel = open();
    const asked = expect(channel.ask({ type: "cancel" })).rejects.toThrow("The kernel has not answered.");
    vi.advanceTimersByTime(COMMAND_TIMEOUT_MS);
    await asked;
    expect(model.count("hello")).toBe(1);
  });

  it("is refused at once when the connection is closed", async () => {
    const channel = open();
    model.closed = true;
    await expect(channel.ask({ type: "cancel" })).rejects.toThrow("The kernel is not connected.");
  });

  it("does not take the answer to another page's command", async () => {
    const here = open();
    const there = new FakeModel();
    const other = createChannel(there, () => "fine");
    const asked = here.ask({ type: "trace", row: 1, beside: false });
    other.ask({ type: "trace", row: 2, beside: false }).catch(() => {});
    const foreign = trace(there.last("trace").id, 2);
    model.reply(foreign);
    model.reply(trace(model.last("trace").id, 1));
    expect((await asked).row).toBe(1);
    other.dispose();
  });
});

describe("a bad message", () => {
  it("changes nothing, and is reported once", () => {
    const complaint = vi.spyOn(console, "error").mockImplementation(() => {});
    const channel = open();
    const [content] = wire(snapshot([[0.5]]));
    for (const message of [null, 7, { type: "boom" }, content]) model.emit(message);
    expect([received, channel.link.value, complaint.mock.calls.length]).toEqual([[], "connecting", 1]);
  });

  it("that the state refuses does not count as an answer", () => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    const channel = createChannel(model, () => {
      throw new BadMessage("no such row");
    });
    channel.hello();
    model.receive(snapshot([[0.5]]));
    vi.advanceTimersByTime(HELLO_TIMEOUT_MS);
    expect(channel.link.value).toBe("lost");
  });
});

it("leaves nothing behind when it is closed", async () => {
  const channel = open();
  channel.hello();
  const asked = expect(channel.ask({ type: "cancel" })).rejects.toThrow("The widget was closed.");
  channel.dispose();
  await asked;
  expect([[...model.listeners.values()].map(({ size }) => size), vi.getTimerCount()]).toEqual([[0, 0], 0]);
});
