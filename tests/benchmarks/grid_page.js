// A page with one widget whose kernel is played here: as many rows and metrics as wanted, and nothing else on it.
async ([script, style, rows, metrics, totals]) => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(style);
  document.adoptedStyleSheets = [sheet];
  const { default: make } = await import(URL.createObjectURL(new Blob([script], { type: "text/javascript" })));
  const widget = await make();

  let seed = 42;
  const random = () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const SCORED = 2;
  const UNDEFINED = 3;
  const FAILED = 4;
  const values = Float32Array.from({ length: rows * metrics }, random);
  const statuses = Uint8Array.from({ length: rows * metrics }, () => {
    const chance = random();
    return chance < 0.002 ? FAILED : chance < 0.01 ? UNDEFINED : SCORED;
  });
  for (const [at, status] of statuses.entries()) if (status !== SCORED) values[at] = 0;
  const costs = Float32Array.from({ length: rows }, () => random() / 1000);

  const listeners = new Map();
  const view = (array) => new DataView(array.buffer, array.byteOffset, array.byteLength);
  const text = (row) => ({
    row,
    sample_id: String(row),
    user_input: `Question ${row}: what does the warranty of the ${row % 97} say about batteries?`,
    response: `Answer ${row}: the warranty covers batteries for ${row % 12} months after delivery.`,
    more: [],
  });
  const nothing = { text: "", failed: false, undefined: false, bins: [], conditions: [], tags: [], changes: [] };
  const emit = (message, buffers = []) => {
    for (const listen of listeners.get("msg:custom") ?? []) listen(message, buffers);
  };
  const answer = (command) => {
    switch (command.type) {
      case "hello":
        window.told_at = performance.now();
        return emit(
          {
            type: "snapshot",
            seq: 1,
            hello: command.id,
            run: {
              run_id: "bench", name: "bench", judge: null, embedder: null,
              started_at: "2026-11-22T12:00:00+00:00", samples: rows, blocking: false,
            },
            metrics: Array.from({ length: metrics }, (_, m) => ({
              name: `metric_${m}`, kind: "continuous", low: 0, high: 1, higher_is_better: true, labels: null,
            })),
            totals,
            fields: [],
            marks: [],
            viewing: { sort: null, filter: nothing, selected: [], open: null },
            beside: null,
          },
          [view(values), view(statuses), view(costs)],
        );
      case "rows":
        return emit({ type: "rows", id: command.id, rows: command.rows.map(text) });
      case "find":
        return emit({ type: "found", id: command.id, rows: 0 }, [view(new Uint32Array())]);
      default:
        return emit({ type: "reply", id: command.id, ok: true, error: null });
    }
  };
  const model = {
    get: (name) => ({ run_id: "bench", height: 0, saved: null })[name] ?? null,
    send: (command) => setTimeout(answer, 0, command),
    on: (event, listen) => listeners.set(event, (listeners.get(event) ?? new Set()).add(listen)),
    off: (event, listen) => listeners.get(event)?.delete(listen),
  };
  const el = document.body.appendChild(document.createElement("div"));
  window.close_widget = widget.initialize({ model });

  const painted = (done) =>
    new Promise((resolve) => {
      const look = () => {
        if (!done()) return requestAnimationFrame(look);
        const { port1, port2 } = new MessageChannel(); // heard when the frame that begins now is painted
        port1.onmessage = () => resolve(performance.now());
        port2.postMessage(null);
      };
      requestAnimationFrame(look);
    });
  const grid = () => el.querySelector('[role="grid"]');
  window.painted = painted;
  window.grid = grid;
  widget.render({ model, el });
  const first = await painted(() => el.querySelector(".rnb-head") !== null);
  const all = await painted(() => el.querySelectorAll('[role="rowheader"]').length > 10);
  return [first - window.told_at, all - window.told_at];
};
