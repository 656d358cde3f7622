// The page side of a host that gives a module what the contract of anywidget names, and nothing else.
const asked = new URLSearchParams(location.search);
const main = document.querySelector("main");
const place = document.getElementById("place");
const traits = await (await fetch("traits")).json();
const module = await import(new URL("esm", location.href).href);
const widget = typeof module.default === "function" ? await module.default() : module.default;

const socket = new WebSocket(new URL("socket", location.href.replace(/^http/, "ws")));
socket.binaryType = "arraybuffer";
await new Promise((opened) => socket.addEventListener("open", opened, { once: true }));

const listeners = new Map();
const emit = (event, ...told) => {
  for (const listener of [...(listeners.get(event) ?? [])]) listener(...told);
};
const forbidden = () => {
  throw new Error("a view wrote a trait: a command that goes this way can be lost");
};
const model = {
  get: (name) => traits[name],
  set: forbidden,
  save_changes: forbidden,
  send(content) {
    if (socket.readyState !== WebSocket.OPEN) throw new Error("the connection is closed");
    socket.send(JSON.stringify(content));
  },
  on(event, listener) {
    listeners.set(event, (listeners.get(event) ?? new Set()).add(listener));
  },
  off(event, listener) {
    listeners.get(event)?.delete(listener);
  },
};

socket.addEventListener("message", ({ data }) => {
  const length = new DataView(data).getUint32(0, true);
  const told = JSON.parse(new TextDecoder().decode(new Uint8Array(data, 4, length)));
  let at = 4 + length + 1;
  const buffers = told.sizes.map((size) => {
    at += size;
    return new DataView(data, at - size, size);
  });
  if (told.data.method === "custom") emit("msg:custom", told.data.content, buffers);
  else {
    Object.assign(traits, told.data.state);
    for (const name of Object.keys(told.data.state)) emit(`change:${name}`);
  }
});

const root = asked.get("look") === "shadow" ? place.attachShadow({ mode: "open" }) : document.head;
const styles = Object.assign(document.createElement("link"), { rel: "stylesheet", href: "css" });
const styled = new Promise((loaded) => styles.addEventListener("load", loaded, { once: true }));
root.append(styles);
await styled;

const closing = [];
const end = await widget.initialize?.({ model });
const show = async () => {
  const el = document.createElement("div");
  (root === document.head ? place : root).append(el);
  const close = await widget.render({ model, el });
  closing.push(() => {
    close?.();
    el.remove();
  });
};
for (let view = 0; view < Number(asked.get("views") ?? 1); view++) await show();

/** For the tests: show one more view, close one, end the model; who still listens to it. */
window.host = {
  show,
  close: (view) => closing[view](),
  end: () => end?.(),
  listening: () => [...listeners.values()].reduce((sum, of) => sum + of.size, 0),
  look: main.dataset.look,
};
